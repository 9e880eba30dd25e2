// SPDX-License-Identifier: MIT
// The globally ordered queue: what happens to whole buckets of far entries.
#include "sched/ordered_buckets.hpp"

namespace knhk {

namespace {

/// The bits of a word below this level of it; all of them, behind its last.
u64 bits_below(u32 level) {
    return level < OrderedBuckets::LEVELS_OF_WORD
               ? (u64{1} << (level * OrderedBuckets::DIGIT_BITS)) - 1
               : ~u64{0};
}

/// The largest word that has this digit at this level and is above it as `word`.
u64 last_with_digit(u64 word, u32 level, u64 digit) {
    return (word & ~bits_below(level + 1)) | digit << (level * OrderedBuckets::DIGIT_BITS) |
           bits_below(level);
}

/// Zeros from the highest of these bits down.
u64 without_bits(u64 word, u64 bits) {
    return bits == 0 ? word : word & ~(~u64{0} >> std::countl_zero(bits));
}

} // namespace

u16 OrderedBuckets::remove(Place bucket) {
    const u16 first = directory_->first[bucket.level][bucket.digit];
    directory_->first[bucket.level][bucket.digit] = 0;
    directory_->used[bucket.level] &= ~(u64{1} << bucket.digit);
    if (directory_->used[bucket.level] == 0) {
        state_->levels &= ~(u32{1} << bucket.level);
    }
    return first;
}

/// The slots of a bucket's entries, up to `most`; returns how many.
u32 OrderedBuckets::list(u16* slots, u16 first, u32 most) const {
    u32 count = 0;
    for (u16 next = first; next != 0 && count < most; ++count) {
        slots[count] = static_cast<u16>(next - 1);
        next = next_[next - 1];
    }
    return count;
}

void OrderedBuckets::relink(u16 first) {
    for (u16 next = first; next != 0;) {
        const u16 slot = static_cast<u16>(next - 1);
        next = next_[slot];
        link(keys_[slot], slot);
    }
}

/// Raises the horizon to the digits that all entries have in common, so that they differ in the
/// next one.
void OrderedBuckets::split(u16 first) {
    const OrderedKey any = keys_[first - 1];
    OrderedKey differing{};
    for (u16 next = first; next != 0; next = next_[next - 1]) {
        differing.key |= keys_[next - 1].key ^ any.key;
        differing.enqueued |= keys_[next - 1].enqueued ^ any.enqueued;
    }
    state_->horizon = differing.key != 0
                          ? OrderedKey{without_bits(any.key, differing.key), 0}
                          : OrderedKey{any.key, without_bits(any.enqueued, differing.enqueued)};
    relink(first);
}

void OrderedBuckets::raise_horizon_behind(Place bucket) {
    OrderedKey& horizon = state_->horizon;
    if (bucket.level < LEVELS_OF_WORD) {
        horizon.enqueued = last_with_digit(horizon.enqueued, bucket.level, bucket.digit);
        return;
    }
    horizon = {last_with_digit(horizon.key, bucket.level - LEVELS_OF_WORD, bucket.digit), ~u64{0}};
}

u32 OrderedBuckets::take_smallest(u16* slots, u32 wanted) {
    u32 count = 0;
    while (count < wanted && !empty()) {
        const Place bucket = lowest_bucket();
        const u16 first = remove(bucket);
        const u32 most = taken_whole(wanted - count);
        const u32 found = list(slots + count, first, most + 1);
        if (found > most) {
            split(first);
        } else {
            raise_horizon_behind(bucket);
            count += found;
        }
    }
    return count;
}

void OrderedBuckets::lower(OrderedKey horizon) {
    const u32 level = place_of(horizon).level;
    state_->horizon = horizon;
    // What differed from the old horizon below this level differs from the new one there.
    const u32 below = (u32{1} << level) - 1;
    while ((state_->levels & below) != 0) {
        relink(remove(lowest_bucket()));
    }
}

} // namespace knhk
