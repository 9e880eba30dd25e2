// SPDX-License-Identifier: MIT
// Keys of the globally ordered queue, and entries that stand sorted by them.
#pragma once

#include <cstddef>
#include <type_traits>

#include "base/types.hpp"

namespace knhk {

/// Where an entry stands among all: two timestamps. The home core, which is the third, is known to
/// who asks.
struct OrderedKey {
    u64 key;
    u64 enqueued;
    friend auto operator<=>(const OrderedKey&, const OrderedKey&) = default;
};
static_assert(sizeof(OrderedKey) == 16 && std::has_unique_object_representations_v<OrderedKey>);

/// Keys and the slots of their tasks, side by side.
struct OrderedEntries {
    OrderedKey* keys;
    u16* slots;

    [[nodiscard]] const OrderedKey& key(u32 at) const { return keys[at]; }
    [[nodiscard]] u16 slot(u32 at) const { return slots[at]; }
    [[nodiscard]] OrderedEntries from(u32 at) const { return {keys + at, slots + at}; }
    void put(u32 at, OrderedKey key, u16 slot) const {
        keys[at] = key;
        slots[at] = slot;
    }
    void take(u32 to, const OrderedEntries& other, u32 from) const {
        keys[to] = other.keys[from];
        slots[to] = other.slots[from];
    }
};

/// Entries in ascending order, and behind them a tail of newer ones that `settle` sorts in.
class OrderedRun {
  public:
    /// Positions in the arrays: all 0 is the empty run.
    struct Bounds {
        u32 begin;
        u32 sorted; ///< the tail begins here
        u32 end;
    };

    OrderedRun() = default;
    OrderedRun(Bounds* at, OrderedEntries all, u32 capacity)
        : at_(at), all_(all), capacity_(capacity) {}

    [[nodiscard]] u32 size() const { return at_->end - at_->begin; }
    [[nodiscard]] bool settled() const { return at_->sorted == at_->end; }
    /// Entries that can be appended before `slide` must make room.
    [[nodiscard]] u32 room() const { return capacity_ - at_->end; }
    [[nodiscard]] const OrderedKey* keys() const { return all_.keys + at_->begin; }
    [[nodiscard]] const u16* slots() const { return all_.slots + at_->begin; }

    void append(OrderedKey key, u16 slot) {
        const u32 end = at_->end++;
        if (at_->sorted == end && (at_->begin == end || all_.keys[end - 1] < key)) {
            at_->sorted = end + 1;
        }
        all_.put(end, key, slot);
    }
    void drop_first() {
        ++at_->begin;
        if (at_->begin == at_->end) {
            *at_ = Bounds{};
        }
    }
    /// Of a settled run.
    void drop_last(u32 count) { at_->sorted = at_->end -= count; }

    /// `spare` has room for the tail.
    void settle(OrderedEntries spare);
    /// Sorts entries that are all behind those of a settled run to its end, where there is room.
    /// Their keys lie where their slots say; `later.keys` is room for them.
    void append_sorted(const OrderedKey* by_slot, OrderedEntries later, u32 count);
    /// Moves the entries to the begin of the arrays.
    void slide();

  private:
    Bounds* at_ = nullptr;
    OrderedEntries all_{};
    u32 capacity_ = 0;
};

} // namespace knhk
