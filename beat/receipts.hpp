// SPDX-License-Identifier: MIT
// What is done with receipts (isa/receipt.hpp) where no snapshot names the hooks: ids made of what
// there is, and many receipts merged into one.
#pragma once

#include <string_view>

#include "base/fnv1a.hpp"
#include "isa/receipt.hpp"

namespace knhk {

/// Where and when a hook is executed. `sequence` tells the executions of one hook in one cycle
/// apart.
struct FiberPlace {
    u64 cycle;
    u64 shard;
    u64 hook;
    u64 sequence;
};

/// span_id() of isa/receipt.hpp: the same where the hook has its shard in its upper half, as a
/// run's hooks have, and told apart by the shard where it has not.
[[nodiscard]] constexpr u64 span_of(const FiberPlace& place) {
    // Another factor than span_id()'s, so that a shard is never taken for a sequence.
    constexpr u64 SHARD_FACTOR = 0xC2B2'AE3D'27D4'EB4F;
    const u64 unnamed = place.shard - (place.hook >> 32);
    return span_id(place.cycle, place.hook + unnamed * SHARD_FACTOR, place.sequence);
}

/// FNV-1a of the predicate's eight bytes, the lowest first, folded to 32 bits.
[[nodiscard]] constexpr u32 predicate_number(u64 predicate) {
    char bytes[sizeof predicate]{};
    for (u32 i = 0; i < sizeof predicate; ++i) {
        bytes[i] = static_cast<char>(predicate >> 8 * i & 0xFF);
    }
    const u64 hash = fnv1a_64(std::string_view(bytes, sizeof bytes));
    return static_cast<u32>(hash ^ hash >> 32);
}

/// A hook that has no number of a snapshot is called by its shard and what it reads. Two predicates
/// may have one number: who registers hooks looks for that.
[[nodiscard]] constexpr u64 hook_of_predicate(u64 shard, u64 predicate) {
    return shard << 32 | predicate_number(predicate);
}

/// One receipt for both: the ids of the first, the greater ticks of either kind, all lanes (as many
/// as 32 bits hold), and spans and hashes that take both in. Associative, so that a batch may be
/// cut anywhere; not commutative, because of the ids.
[[nodiscard]] constexpr Receipt merge(const Receipt& first, const Receipt& second) {
    Receipt merged = first;
    merged.ticks = first.ticks > second.ticks ? first.ticks : second.ticks;
    merged.actual_ticks =
        first.actual_ticks > second.actual_ticks ? first.actual_ticks : second.actual_ticks;
    const u32 lanes = first.lanes + second.lanes;
    merged.lanes = lanes < first.lanes ? ~u32{0} : lanes;
    merged.span ^= second.span;
    merged.a_hash ^= second.a_hash;
    return merged;
}

} // namespace knhk
