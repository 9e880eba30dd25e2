// SPDX-License-Identifier: MIT
// Entries of the globally ordered queue that are far: in unsorted buckets, by where their keys
// differ from the horizon.
#pragma once

#include <bit>

#include "sched/ordered_run.hpp"

namespace knhk {

/// A key is 22 digits, 11 of each timestamp. An entry is above the horizon, so the first digit in
/// which it differs from it is the larger one: where that digit is and what it is choose the
/// entry's bucket. The lowest level's lowest bucket has the smallest entries. As the horizon rises
/// into a bucket, they come near, or differ at a lower level from then on: a radix heap. Whatever
/// the keys, an entry goes down 22 levels at most.
///
/// All zero memory has no entries.
class OrderedBuckets {
  public:
    static constexpr u32 DIGIT_BITS = 6;
    static constexpr u32 DIGITS = 1 << DIGIT_BITS;
    static constexpr u32 LEVELS_OF_WORD = (64 + DIGIT_BITS - 1) / DIGIT_BITS;
    static constexpr u32 LEVELS = 2 * LEVELS_OF_WORD;

    struct State {
        OrderedKey horizon; ///< means nothing while there are no entries
        u32 levels;         ///< a bit for each level that has entries
        u32 reserved;
    };
    struct Directory {
        u64 used[LEVELS];          ///< a bit for each bucket that has entries
        u16 first[LEVELS][DIGITS]; ///< slot + 1; 0 is none
    };

    OrderedBuckets() = default;
    /// `entries` lie by slot: its key, and the next one in the same bucket, as in the directory.
    OrderedBuckets(State* state, Directory* directory, OrderedEntries entries)
        : state_(state), directory_(directory), keys_(entries.keys), next_(entries.slots) {}

    [[nodiscard]] bool empty() const { return state_->levels == 0; }
    /// Whether it belongs here. What does not comes before all that are here.
    [[nodiscard]] bool above_horizon(OrderedKey key) const {
        return !empty() && state_->horizon < key;
    }
    [[nodiscard]] const OrderedKey* keys_by_slot() const { return keys_; }

    /// Of a key above the horizon.
    void append(OrderedKey key, u16 slot) {
        keys_[slot] = key;
        link(key, slot);
    }
    /// Takes entries that come before all others, in no order, until there are `wanted` or none is
    /// left: taken_most(wanted) at most. The horizon is between them and the others then.
    u32 take_smallest(u16* slots, u32 wanted);
    /// To below what it is. Nothing between the two is here.
    void lower(OrderedKey horizon);

    /// With w wanted: the last bucket, when r are still wanted, adds taken_whole(r) to w - r.
    static constexpr u32 taken_most(u32 wanted) {
        return 3 * wanted > wanted + BUCKET_MAX ? 3 * wanted : wanted + BUCKET_MAX;
    }

  private:
    /// A bucket of so many entries comes near as it is, while this many are wanted. Splitting it
    /// costs more than sorting a few hundred together.
    static constexpr u32 BUCKET_MAX = 128;
    static constexpr u32 taken_whole(u32 wanted) {
        return 3 * wanted < BUCKET_MAX ? BUCKET_MAX : 3 * wanted;
    }

    struct Place {
        u32 level;
        u32 digit;
    };
    static Place place_in(u64 word, u64 differing, u32 first_level) {
        const u32 level = (63 - static_cast<u32>(std::countl_zero(differing))) / DIGIT_BITS;
        return {first_level + level, static_cast<u32>(word >> (level * DIGIT_BITS)) % DIGITS};
    }
    [[nodiscard]] Place place_of(OrderedKey key) const {
        const OrderedKey& horizon = state_->horizon;
        if (key.key != horizon.key) {
            return place_in(key.key, key.key ^ horizon.key, LEVELS_OF_WORD);
        }
        // One may be equal to the horizon after `split`: it is in the lowest bucket then.
        return place_in(key.enqueued, (key.enqueued ^ horizon.enqueued) | 1, 0);
    }
    [[nodiscard]] Place lowest_bucket() const {
        const auto level = static_cast<u32>(std::countr_zero(state_->levels));
        return {level, static_cast<u32>(std::countr_zero(directory_->used[level]))};
    }
    void link(OrderedKey key, u16 slot) {
        const auto [level, digit] = place_of(key);
        u16& first = directory_->first[level][digit];
        next_[slot] = first;
        first = static_cast<u16>(slot + 1);
        directory_->used[level] |= u64{1} << digit;
        state_->levels |= u32{1} << level;
    }
    [[nodiscard]] u16 remove(Place bucket);
    u32 list(u16* slots, u16 first, u32 most) const;
    void relink(u16 first);
    void split(u16 first);
    void raise_horizon_behind(Place bucket);

    State* state_ = nullptr;
    Directory* directory_ = nullptr;
    OrderedKey* keys_ = nullptr;
    u16* next_ = nullptr;
};

} // namespace knhk
