// SPDX-License-Identifier: MIT
// Sorting and merging entries of the globally ordered queue.
#include "sched/ordered_run.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <utility>

#include "base/bytes.hpp"

namespace knhk {

namespace {

/// Runs of so many are made by insertion before they are merged.
constexpr u32 CHUNK = 8;
/// So many are moved after one compare.
constexpr u32 STRIDE = 4;
/// From so many on they are distributed over places.
constexpr u32 PLACED_MIN = 32;
constexpr u32 PLACES_MAX = 1024;
/// So far from their places entries may be then, on average; if they are farther, they are merged.
constexpr u32 MOVES_MAX = 4;

/// Both timestamps as one number: compared without a branch.
__extension__ using KeyNumber = unsigned __int128;

KeyNumber number_of(const OrderedKey& key) {
    return KeyNumber{key.key} << 64 | key.enqueued;
}
bool before(const OrderedKey& a, const OrderedKey& b) {
    return number_of(a) < number_of(b);
}

bool is_ascending(const OrderedKey* keys, u32 count) {
    for (u32 i = 1; i < count; ++i) {
        if (before(keys[i], keys[i - 1])) {
            return false;
        }
    }
    return true;
}

void copy(OrderedEntries to, OrderedEntries from, u32 count) {
    for (u32 i = 0; i < count; ++i) {
        to.take(i, from, i);
    }
}

/// Moves an entry down to its place; those before it are sorted. Returns the place.
u32 insert(OrderedEntries all, u32 from) {
    const OrderedKey key = all.keys[from];
    const u16 slot = all.slots[from];
    u32 at = from;
    for (; at > 0 && before(key, all.keys[at - 1]); --at) {
        all.take(at, all, at - 1);
    }
    all.put(at, key, slot);
    return at;
}

void sort_by_insertion(OrderedEntries all, u32 count) {
    for (u32 i = 1; i < count; ++i) {
        insert(all, i);
    }
}

/// A whole chunk, without a branch that depends on a key: an entry's place is the number of those
/// before it.
void sort_by_ranks(OrderedEntries all) {
    OrderedKey keys[CHUNK];
    u16 slots[CHUNK];
    u32 ranks[CHUNK] = {};
    const OrderedEntries copied{keys, slots};
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
void merge_halves(OrderedEntries to, OrderedEntries from, u32 half) {
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
void merge(OrderedEntries to, OrderedEntries from, u32 middle, u32 count) {
    u32 left = 0;
    u32 right = middle;
    for (u32 i = 0; i < count; ++i) {
        const bool take_right =
            left == middle || (right < count && before(from.keys[right], from.keys[left]));
        to.take(i, from, take_right ? right++ : left++);
    }
}

void merge_pass(OrderedEntries to, OrderedEntries from, u32 count, u32 width) {
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

/// In the same time whatever the keys. The sorted ones are what it returns: `all` or `other`.
OrderedEntries sort_by_merging(OrderedEntries all, OrderedEntries other, u32 count) {
    for (u32 at = 0; at < count; at += CHUNK) {
        if (count - at >= CHUNK) {
            sort_by_ranks(all.from(at));
        } else {
            sort_by_insertion(all.from(at), count - at);
        }
    }
    for (u32 width = CHUNK; width < count; width *= 2) {
        merge_pass(other, all, count, width);
        std::swap(all, other);
    }
    return all;
}

/// The place of a key among equal parts of the range that the keys are spread over.
struct KeyPlace {
    u64 least;
    u32 shift;
    u32 operator()(const OrderedKey& key) const {
        return static_cast<u32>((key.key - least) >> shift);
    }
};

/// Where few keys differ by the first timestamp, the second divides them further.
struct TiePlace {
    OrderedKey least;
    u32 key_shift;
    u32 enqueued_shift;
    u32 operator()(const OrderedKey& key) const {
        return static_cast<u32>((key.key - least.key) << key_shift |
                                (key.enqueued - least.enqueued) >> enqueued_shift);
    }
};

/// Entries whose keys lie where their slots say.
struct EntriesBySlot {
    const OrderedKey* keys;
    const u16* slots;

    [[nodiscard]] const OrderedKey& key(u32 at) const { return keys[slots[at]]; }
    [[nodiscard]] u16 slot(u32 at) const { return slots[at]; }
};

/// Puts entries in the order of their places, of which there are `places`.
template<class Source, class Place>
void distribute(OrderedEntries to, Source from, u32 count, Place place, u32 places) {
    u16 next[PLACES_MAX];
    std::memset(next, 0, places * sizeof(u16));
    for (u32 i = 0; i < count; ++i) {
        ++next[place(from.key(i))];
    }
    // Where the entries of each place begin, four places at once.
    constexpr u64 EACH = 0x0001'0001'0001'0001;
    auto* const bytes = reinterpret_cast<std::byte*>(next);
    u64 before = 0;
    for (u32 at = 0; at < places * sizeof(u16); at += sizeof(u64)) {
        const u64 sums = load_le<u64>(bytes + at) * EACH;
        store_le(bytes + at, (sums << 16) + before);
        before += (sums >> 48) * EACH;
    }
    for (u32 i = 0; i < count; ++i) {
        const OrderedKey& key = from.key(i);
        to.put(next[place(key)]++, key, from.slot(i));
    }
}

/// By insertion, of entries that are nearly in order. False when it was given up, because they
/// are not.
bool finish_by_insertion(OrderedEntries all, u32 count) {
    u32 moves_left = MOVES_MAX * count;
    for (u32 i = 1; i < count; ++i) {
        if (before(all.keys[i], all.keys[i - 1])) [[unlikely]] {
            const u32 at = insert(all, i);
            if (i - at > moves_left) {
                return false;
            }
            moves_left -= i - at;
        }
    }
    return true;
}

/// Puts each into one of about twice as many places as there are entries, in which few stand out
/// of order then. False when many do, and `to` is not sorted.
template<class Source>
[[gnu::noinline]] bool sort_by_places(OrderedEntries to, Source from, u32 count) {
    OrderedKey least = from.key(0);
    OrderedKey most = least;
    for (u32 i = 1; i < count; ++i) {
        least.key = std::min(least.key, from.key(i).key);
        most.key = std::max(most.key, from.key(i).key);
    }
    const u32 places = std::min(std::bit_ceil(2 * count), PLACES_MAX);
    const u32 place_bits = static_cast<u32>(std::bit_width(places)) - 1;
    const u32 key_bits = static_cast<u32>(std::bit_width(most.key - least.key));
    if (key_bits >= place_bits) {
        distribute(to, from, count, KeyPlace{least.key, key_bits - place_bits}, places);
    } else {
        for (u32 i = 1; i < count; ++i) {
            least.enqueued = std::min(least.enqueued, from.key(i).enqueued);
            most.enqueued = std::max(most.enqueued, from.key(i).enqueued);
        }
        const u32 left = place_bits - key_bits;
        const u32 bits = static_cast<u32>(std::bit_width(most.enqueued - least.enqueued));
        distribute(to, from, count, TiePlace{least, left, bits > left ? bits - left : 0}, places);
    }
    return finish_by_insertion(to, count);
}

/// Sorts `all` where it is; `spare` has room for it.
void sort_by_merging_within(OrderedEntries all, OrderedEntries spare, u32 count) {
    const OrderedEntries sorted = sort_by_merging(all, spare, count);
    if (sorted.keys != all.keys) {
        copy(all, sorted, count);
    }
}

/// Sorts `all` into `sorted`; `all` is used up.
void sort(OrderedEntries sorted, OrderedEntries all, u32 count) {
    if (is_ascending(all.keys, count)) {
        copy(sorted, all, count);
    } else if (count < PLACED_MIN) {
        const OrderedEntries done = sort_by_merging(all, sorted, count);
        if (done.keys != sorted.keys) {
            copy(sorted, done, count);
        }
    } else if (!sort_by_places(sorted, all, count)) {
        sort_by_merging_within(sorted, all, count);
    }
}

/// Merges the tail into all[begin, end), into the room behind it. What is below the whole tail
/// stays where it is.
void merge_upwards(OrderedEntries all, u32 begin, u32 end, OrderedEntries tail, u32 count) {
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
u32 merge_downwards(OrderedEntries all, u32 begin, u32 end, OrderedEntries tail, u32 count) {
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

void OrderedRun::settle(OrderedEntries spare) {
    const u32 count = at_->end - at_->sorted;
    if (count == 0) {
        return;
    }
    if (count == 1) {
        spare.take(0, all_, at_->sorted);
    } else {
        sort(spare, all_.from(at_->sorted), count);
    }
    const u32 middle = at_->begin + (at_->sorted - at_->begin) / 2;
    if (count <= at_->begin && before(spare.keys[count - 1], all_.keys[middle])) {
        at_->begin = merge_downwards(all_, at_->begin, at_->sorted, spare, count);
        at_->end = at_->sorted;
    } else {
        merge_upwards(all_, at_->begin, at_->sorted, spare, count);
        at_->sorted = at_->end;
    }
}

void OrderedRun::append_sorted(const OrderedKey* by_slot, OrderedEntries later, u32 count) {
    const OrderedEntries end = all_.from(at_->end);
    const EntriesBySlot source{by_slot, later.slots};
    if (count < PLACED_MIN) {
        for (u32 i = 0; i < count; ++i) {
            later.keys[i] = source.key(i);
        }
        sort(end, later, count);
    } else if (!sort_by_places(end, source, count)) {
        sort_by_merging_within(end, later, count);
    }
    at_->sorted = at_->end += count;
}

void OrderedRun::slide() {
    const u32 begin = at_->begin;
    if (begin == 0) {
        return;
    }
    for (u32 i = begin; i < at_->end; ++i) {
        all_.take(i - begin, all_, i);
    }
    *at_ = {0, at_->sorted - begin, at_->end - begin};
}

} // namespace knhk
