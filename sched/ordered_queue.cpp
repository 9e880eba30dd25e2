// SPDX-License-Identifier: MIT
// The globally ordered queue: what happens once for many entries. Pushes only append; a beat's
// entries are sorted in together when somebody looks.
#include "sched/ordered_queue.hpp"

#include <cstring>

namespace knhk {

namespace {

/// Runs of so many are made by insertion before they are merged.
constexpr u32 CHUNK = 8;
/// So many are moved after one compare.
constexpr u32 STRIDE = 8;

/// Both timestamps as one number: compared without a branch.
__extension__ using KeyNumber = unsigned __int128;

KeyNumber number_of(const OrderedKey& key) {
    return KeyNumber{key.key} << 64 | key.enqueued;
}
bool before(const OrderedKey& a, const OrderedKey& b) {
    return number_of(a) < number_of(b);
}

/// Keys and the slots of their tasks, side by side.
struct Entries {
    OrderedKey* keys;
    u16* slots;

    [[nodiscard]] Entries from(u32 at) const { return {keys + at, slots + at}; }
    void take(u32 to, const Entries& other, u32 from) const {
        keys[to] = other.keys[from];
        slots[to] = other.slots[from];
    }
};

bool is_ascending(const OrderedKey* keys, u32 count) {
    for (u32 i = 1; i < count; ++i) {
        if (before(keys[i], keys[i - 1])) {
            return false;
        }
    }
    return true;
}

void copy(Entries to, Entries from, u32 count) {
    for (u32 i = 0; i < count; ++i) {
        to.take(i, from, i);
    }
}

void sort_by_insertion(Entries all, u32 count) {
    for (u32 i = 1; i < count; ++i) {
        const OrderedKey key = all.keys[i];
        const u16 slot = all.slots[i];
        u32 at = i;
        for (; at > 0 && before(key, all.keys[at - 1]); --at) {
            all.take(at, all, at - 1);
        }
        all.keys[at] = key;
        all.slots[at] = slot;
    }
}

/// A whole chunk, without a branch that depends on a key: an entry's place is the number of those
/// before it.
void sort_by_ranks(Entries all) {
    OrderedKey keys[CHUNK];
    u16 slots[CHUNK];
    u32 ranks[CHUNK] = {};
    const Entries copied{keys, slots};
    for (u32 i = 0; i < CHUNK; ++i) {
        copied.take(i, all, i);
    }
#pragma GCC unroll 8
    for (u32 i = 1; i < CHUNK; ++i) {
#pragma GCC unroll 8
        for (u32 j = 0; j < i; ++j) {
            const u32 first = before(keys[i], keys[j]) ? 1 : 0;
            ranks[j] += first;
            ranks[i] += 1 - first;
        }
    }
    for (u32 i = 0; i < CHUNK; ++i) {
        all.take(ranks[i], copied, i);
    }
}

/// Two sorted halves of `half` each into `to`, from both ends at once: two chains of loads and
/// compares that do not wait for each other, without a branch that depends on a key.
void merge_halves(Entries to, Entries from, u32 half) {
    u32 low_left = 0;
    u32 low_right = half;
    u32 high_left = half - 1;
    u32 high_right = 2 * half - 1;
    for (u32 i = 0; i < half; ++i) {
        const bool right = before(from.keys[low_right], from.keys[low_left]);
        to.take(i, from, right ? low_right : low_left);
        low_right += right;
        low_left += !right;
        const bool left = before(from.keys[high_right], from.keys[high_left]);
        to.take(2 * half - 1 - i, from, left ? high_left : high_right);
        high_left -= left;
        high_right -= !left;
    }
}

/// Sorted runs [0, middle) and [middle, count) into `to`.
void merge(Entries to, Entries from, u32 middle, u32 count) {
    u32 left = 0;
    u32 right = middle;
    for (u32 i = 0; i < count; ++i) {
        const bool take_right =
            left == middle || (right < count && before(from.keys[right], from.keys[left]));
        to.take(i, from, take_right ? right++ : left++);
    }
}

void merge_pass(Entries to, Entries from, u32 count, u32 width) {
    for (u32 at = 0; at < count; at += 2 * width) {
        const u32 here = count - at < 2 * width ? count - at : 2 * width;
        if (here <= width || before(from.keys[at + width - 1], from.keys[at + width])) {
            copy(to.from(at), from.from(at), here);
        } else if (here == 2 * width) {
            merge_halves(to.from(at), from.from(at), width);
        } else {
            merge(to.from(at), from.from(at), width, here);
        }
    }
}

/// Sorts `all` into `sorted`; `all` is used up.
void sort(Entries sorted, Entries all, u32 count) {
    if (is_ascending(all.keys, count)) {
        copy(sorted, all, count);
        return;
    }
    for (u32 at = 0; at < count; at += CHUNK) {
        if (count - at >= CHUNK) {
            sort_by_ranks(all.from(at));
        } else {
            sort_by_insertion(all.from(at), count - at);
        }
    }
    Entries from = all;
    Entries to = sorted;
    for (u32 width = CHUNK; width < count; width *= 2) {
        merge_pass(to, from, count, width);
        const Entries swapped = from;
        from = to;
        to = swapped;
    }
    if (from.keys != sorted.keys) {
        copy(sorted, all, count);
    }
}

/// Merges the tail into all[begin, end), into the room behind it. What is below the whole tail
/// stays where it is.
void merge_upwards(Entries all, u32 begin, u32 end, Entries tail, u32 count) {
    u32 from = end;
    for (; count > 0; --count) {
        const OrderedKey& key = tail.keys[count - 1];
        for (; from >= begin + STRIDE && before(key, all.keys[from - STRIDE]); from -= STRIDE) {
            for (u32 i = 1; i <= STRIDE; ++i) {
                all.take(from + count - i, all, from - i);
            }
        }
        for (; from > begin && before(key, all.keys[from - 1]); --from) {
            all.take(from + count - 1, all, from - 1);
        }
        all.take(from + count - 1, tail, count - 1);
    }
}

/// The same into the room before it, where pops have been. Returns the new begin.
u32 merge_downwards(Entries all, u32 begin, u32 end, Entries tail, u32 count) {
    u32 from = begin;
    for (u32 done = 0; done < count; ++done) {
        const OrderedKey& key = tail.keys[done];
        const u32 shift = count - done;
        for (; from + STRIDE <= end && before(all.keys[from + STRIDE - 1], key); from += STRIDE) {
            for (u32 i = 0; i < STRIDE; ++i) {
                all.take(from - shift + i, all, from + i);
            }
        }
        for (; from < end && before(all.keys[from], key); ++from) {
            all.take(from - shift, all, from);
        }
        all.take(from - shift, tail, done);
    }
    return begin - count;
}

} // namespace

void OrderedRun::settle(OrderedKey* spare_keys, u16* spare_slots) {
    const Entries all{keys_, slots_};
    const Entries tail{spare_keys, spare_slots};
    const u32 count = at_->end - at_->sorted;
    if (count == 0) {
        return;
    }
    sort(tail, all.from(at_->sorted), count);
    const u32 middle = at_->begin + (at_->sorted - at_->begin) / 2;
    if (count <= at_->begin && before(tail.keys[count - 1], keys_[middle])) {
        at_->begin = merge_downwards(all, at_->begin, at_->sorted, tail, count);
        at_->end = at_->sorted;
    } else {
        merge_upwards(all, at_->begin, at_->sorted, tail, count);
        at_->sorted = at_->end;
    }
}

void OrderedRun::slide() {
    const Entries all{keys_, slots_};
    const u32 begin = at_->begin;
    if (begin == 0) {
        return;
    }
    for (u32 i = begin; i < at_->end; ++i) {
        all.take(i - begin, all, i);
    }
    *at_ = {0, at_->sorted - begin, at_->end - begin};
}

namespace {

/// Cuts the next `count` elements off `at`.
template<class T>
T* cut(std::byte*& at, u32 count) {
    auto* const begin = reinterpret_cast<T*>(at);
    at += count * sizeof(T);
    return begin;
}

} // namespace

OrderedQueue::OrderedQueue(std::byte* share, u32 capacity)
    : state_(cut<State>(share, 1)), tasks_(cut<Task>(share, capacity)),
      spare_keys_(cut<OrderedKey>(share, capacity)), spare_slots_(nullptr), free_slots_(nullptr),
      near_(&state_->near, nullptr, nullptr, 0), far_(&state_->far, nullptr, nullptr, 0),
      capacity_(capacity) {
    const u32 near = near_capacity(capacity);
    const u32 far = far_capacity(capacity);
    auto* const near_keys = cut<OrderedKey>(share, near);
    auto* const far_keys = cut<OrderedKey>(share, far);
    spare_slots_ = cut<u16>(share, capacity);
    free_slots_ = cut<u16>(share, capacity);
    near_ = {&state_->near, near_keys, cut<u16>(share, near), near};
    far_ = {&state_->far, far_keys, cut<u16>(share, far), far};
}

void OrderedQueue::append_far(OrderedKey key, u16 slot) {
    if (far_.room() == 0) {
        far_.slide();
    }
    far_.append(key, slot);
}

void OrderedQueue::make_room() {
    near_.settle(spare_keys_, spare_slots_);
    if (near_.size() > NEAR_KEPT) {
        state_->horizon = near_.keys()[NEAR_KEPT - 1];
        for (u32 i = NEAR_KEPT; i < near_.size(); ++i) {
            append_far(near_.keys()[i], near_.slots()[i]);
        }
        near_.drop_last(near_.size() - NEAR_KEPT);
    }
    near_.slide();
}

void OrderedQueue::make_ready(u32 most) {
    near_.settle(spare_keys_, spare_slots_);
    if (near_.size() >= most || far_.empty()) {
        return;
    }
    far_.settle(spare_keys_, spare_slots_);
    near_.slide();
    const u32 wanted = NEAR_KEPT - near_.size();
    const u32 count = far_.size() < wanted ? far_.size() : wanted;
    for (u32 i = 0; i < count; ++i) {
        near_.append(far_.keys()[i], far_.slots()[i]);
    }
    state_->horizon = far_.keys()[count - 1];
    far_.drop_first(count);
}

} // namespace knhk
