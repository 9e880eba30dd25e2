// SPDX-License-Identifier: MIT
// Up to eight guards of a snapshot that are evaluated at once (docs/isa.md).
#pragma once

#include <cstddef>
#include <type_traits>

#include "base/types.hpp"

namespace knhk {

enum class SigmaGuardKind : u8 {
    TickBudget = 0,    ///< the ticks used so far are at most `value`
    Carry = 1,         ///< all bits of `value` are set in the word
    Authorization = 2, ///< one of the bits of `value`, or more, is set in the word
    Schema = 3,        ///< the predicate of the run that is read is `value`
    Custom = 255,      ///< the run's guard with the id `custom` passes
};

constexpr bool is_defined(SigmaGuardKind kind) {
    return kind <= SigmaGuardKind::Schema || kind == SigmaGuardKind::Custom;
}

/// One guard by itself; a kind that is not defined does not pass.
constexpr bool guard_passes(SigmaGuardKind kind, u64 wanted, u64 found) {
    switch (kind) {
    case SigmaGuardKind::TickBudget:
        return found <= wanted;
    case SigmaGuardKind::Carry:
        return (wanted & ~found) == 0;
    case SigmaGuardKind::Authorization:
        return (wanted & found) != 0;
    case SigmaGuardKind::Schema:
        return wanted == found;
    case SigmaGuardKind::Custom:
        return found != 0;
    }
    return false;
}

/// `found[i]` is held against `wanted[i]` by the rule of `kinds[i]`; of Custom it is not zero when
/// the guard passed. A kind that is not defined does not pass, a place behind `count` does.
struct alignas(64) GuardBatch {
    u64 wanted[CHATMAN];
    u64 found[CHATMAN];
    SigmaGuardKind kinds[CHATMAN];
    u32 count; ///< at most CHATMAN
    u32 reserved[13];
};
static_assert(sizeof(GuardBatch) == 192 && std::has_unique_object_representations_v<GuardBatch>);
static_assert(offsetof(GuardBatch, found) == 64 && offsetof(GuardBatch, kinds) == 128);
static_assert(offsetof(GuardBatch, count) == 136 && alignof(GuardBatch) == 64);

} // namespace knhk
