// SPDX-License-Identifier: MIT
// Other structures that could be the ordered queue, with its interface, as simple as they come:
// they are here to be measured beside it, and no run uses them.
#pragma once

#include <algorithm>
#include <span>
#include <vector>

#include "sched/ordered_queue.hpp"

namespace knhk::bench {

/// A heap of items with a `key`; each node has Ways children.
template<class Item, u32 Ways>
class Heap {
  public:
    [[nodiscard]] u32 size() const { return static_cast<u32>(items_.size()); }
    [[nodiscard]] const Item& operator[](u32 at) const { return items_[at]; }

    void push(const Item& item) {
        items_.push_back(item);
        u32 at = size() - 1;
        for (; at > 0 && item.key < items_[(at - 1) / Ways].key; at = (at - 1) / Ways) {
            items_[at] = items_[(at - 1) / Ways];
        }
        items_[at] = item;
    }

    Item pop() {
        const Item smallest = items_[0];
        const Item moved = items_.back();
        items_.pop_back();
        if (!items_.empty()) {
            sift_down(moved);
        }
        return smallest;
    }

  private:
    void sift_down(const Item& moved) {
        u32 at = 0;
        for (u32 first = 1; first < size(); first = at * Ways + 1) {
            u32 least = first;
            for (u32 child = first + 1; child < std::min(first + Ways, size()); ++child) {
                least = items_[child].key < items_[least].key ? child : least;
            }
            if (moved.key < items_[least].key) {
                break;
            }
            items_[at] = items_[least];
            at = least;
        }
        items_[at] = moved;
    }

    std::vector<Item> items_;
};

struct KeyAndSlot {
    OrderedKey key;
    u32 slot;
};

/// Tasks that lie still while keys move.
class TaskSlots {
  public:
    explicit TaskSlots(u32 capacity) : tasks_(capacity), free_(capacity) {
        for (u32 i = 0; i < capacity; ++i) {
            free_[i] = capacity - 1 - i;
        }
    }
    u32 put(const Task& task) {
        const u32 slot = free_.back();
        free_.pop_back();
        tasks_[slot] = task;
        return slot;
    }
    Task take(u32 slot) {
        free_.push_back(slot);
        return tasks_[slot];
    }

  private:
    std::vector<Task> tasks_;
    std::vector<u32> free_;
};

/// The smallest keys of a heap that stays as it is: by a second heap of the nodes next in turn.
template<class Item, u32 Ways>
class HeapFront {
  public:
    void change() { changed_ = true; }

    std::span<const OrderedKey> look(const Heap<Item, Ways>& heap, u32 most) {
        if (changed_) {
            keys_.clear();
            Heap<KeyAndSlot, 4> next;
            const auto add = [&](u32 at) {
                if (at < heap.size()) {
                    next.push({heap[at].key, at});
                }
            };
            for (add(0); next.size() > 0 && keys_.size() < most;) {
                const KeyAndSlot least = next.pop();
                keys_.push_back(least.key);
                for (u32 child = 1; child <= Ways; ++child) {
                    add(least.slot * Ways + child);
                }
            }
            changed_ = false;
        }
        return keys_;
    }

  private:
    std::vector<OrderedKey> keys_;
    bool changed_ = true;
};

/// (a) A binary heap of whole entries.
class WholeHeap {
  public:
    explicit WholeHeap(u32 /*capacity*/) {}
    bool push(const Task& task, OrderedKey key) {
        heap_.push({key, task});
        front_.change();
        return true;
    }
    std::span<const OrderedKey> front(u32 most) { return front_.look(heap_, most); }
    Task pop() {
        front_.change();
        return heap_.pop().task;
    }

  private:
    struct Entry {
        OrderedKey key;
        Task task;
    };
    Heap<Entry, 2> heap_;
    HeapFront<Entry, 2> front_;
};

/// (b) A heap of four ways with keys and slots; the tasks apart.
class SlotHeap {
  public:
    explicit SlotHeap(u32 capacity) : slots_(capacity) {}
    bool push(const Task& task, OrderedKey key) {
        heap_.push({key, slots_.put(task)});
        front_.change();
        return true;
    }
    std::span<const OrderedKey> front(u32 most) { return front_.look(heap_, most); }
    Task pop() {
        front_.change();
        return slots_.take(heap_.pop().slot);
    }

  private:
    Heap<KeyAndSlot, 4> heap_;
    HeapFront<KeyAndSlot, 4> front_;
    TaskSlots slots_;
};

/// Sorted keys with their slots; every push goes to its place at once.
class SortedKeys {
  public:
    explicit SortedKeys(u32 capacity) : keys_(2 * capacity), slots_(2 * capacity) {}
    [[nodiscard]] u32 size() const { return end_ - begin_; }
    [[nodiscard]] std::span<const OrderedKey> keys() const { return {&keys_[begin_], size()}; }
    [[nodiscard]] KeyAndSlot last() const { return {keys_[end_ - 1], slots_[end_ - 1]}; }

    void insert(const KeyAndSlot& item) {
        if (end_ == keys_.size()) {
            std::copy(&keys_[begin_], keys_.data() + end_, keys_.data());
            std::copy(&slots_[begin_], slots_.data() + end_, slots_.data());
            end_ -= begin_;
            begin_ = 0;
        }
        OrderedKey* const first = keys_.data() + begin_;
        const auto at =
            static_cast<u32>(std::lower_bound(first, first + size(), item.key) - keys_.data());
        std::move_backward(keys_.data() + at, keys_.data() + end_, keys_.data() + end_ + 1);
        std::move_backward(slots_.data() + at, slots_.data() + end_, slots_.data() + end_ + 1);
        keys_[at] = item.key;
        slots_[at] = static_cast<u16>(item.slot);
        ++end_;
    }
    void drop_last() { --end_; }
    u32 drop_first() { return slots_[begin_++]; }

  private:
    std::vector<OrderedKey> keys_;
    std::vector<u16> slots_;
    u32 begin_ = 0;
    u32 end_ = 0;
};

/// (c) The smallest sorted in front of a heap of four ways.
class FrontedHeap {
  public:
    explicit FrontedHeap(u32 capacity) : slots_(capacity), near_(NEAR_MAX) {}
    bool push(const Task& task, OrderedKey key) {
        const KeyAndSlot item{key, slots_.put(task)};
        if (heap_.size() > 0 && (near_.size() == 0 || near_.last().key < key)) {
            heap_.push(item);
            return true;
        }
        if (near_.size() == NEAR_MAX) {
            for (; near_.size() > NEAR_MAX / 2; near_.drop_last()) {
                heap_.push(near_.last());
            }
            if (near_.last().key < key) {
                heap_.push(item);
                return true;
            }
        }
        near_.insert(item);
        return true;
    }
    std::span<const OrderedKey> front(u32 most) {
        while (near_.size() < most && heap_.size() > 0) {
            near_.insert(heap_.pop());
        }
        return near_.keys().first(std::min(most, near_.size()));
    }
    Task pop() { return slots_.take(near_.size() == 0 ? heap_.pop().slot : near_.drop_first()); }

  private:
    static constexpr u32 NEAR_MAX = 512;
    TaskSlots slots_;
    SortedKeys near_;
    Heap<KeyAndSlot, 4> heap_;
};

/// (d) One sorted array.
class SortedArray {
  public:
    explicit SortedArray(u32 capacity) : slots_(capacity), keys_(capacity) {}
    bool push(const Task& task, OrderedKey key) {
        keys_.insert({key, slots_.put(task)});
        return true;
    }
    std::span<const OrderedKey> front(u32 most) {
        return keys_.keys().first(std::min(most, keys_.size()));
    }
    Task pop() { return slots_.take(keys_.drop_first()); }

  private:
    TaskSlots slots_;
    SortedKeys keys_;
};

} // namespace knhk::bench
