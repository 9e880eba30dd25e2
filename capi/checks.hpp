// SPDX-License-Identifier: MIT
// What all of the C interface shares: codes for errors, checks of what C programs hand over, and
// that both languages see the same structures.
#pragma once

#include <bit>
#include <cstddef>
#include <type_traits>

#include "base/error.hpp"
#include "beat/fiber.hpp"
#include "include/knhk.h"

namespace knhk::capi {

struct Code {
    int code;
    Error error;
};
/// From -1 down.
inline constexpr Code CODES[] = {
    {KNHK_E_NULL, Error::NullPointer},
    {KNHK_E_ALIGNMENT, Error::Misaligned},
    {KNHK_E_HANDLE, Error::NotARing},
    {KNHK_E_RING_SIZE, Error::BadRingSize},
    {KNHK_E_MEMORY, Error::RingMemory},
    {KNHK_E_SLOT, Error::InvalidSlot},
    {KNHK_E_ROWS, Error::RunTooLong},
    {KNHK_E_RUN, Error::RunOutside},
    {KNHK_E_PREDICATE, Error::OtherPredicate},
    {KNHK_E_FULL, Error::QueueFull},
    {KNHK_E_CAPACITY, Error::CapacityTooSmall},
    {KNHK_E_OPERATION, Error::UnknownOperation},
    {KNHK_E_LIMITS, Error::BadLimits},
    {KNHK_E_CAUSE, Error::InvalidCause},
    {KNHK_E_RECEIPT, Error::ReceiptDiffers},
    {KNHK_E_KERNELS_UNKNOWN, Error::UnknownInstructionSet},
    {KNHK_E_KERNELS_MISSING, Error::NoInstructionSet},
};
consteval bool codes_descend_from_minus_1() {
    int expected = 0;
    for (const Code& entry : CODES) {
        if (entry.code != --expected) {
            return false;
        }
    }
    return true;
}
static_assert(codes_descend_from_minus_1());

/// All that the facade calls fails with one of these.
[[nodiscard]] constexpr int code_of(Error error) {
    for (const Code& entry : CODES) {
        if (entry.error == error) {
            return entry.code;
        }
    }
    return KNHK_E_RUN;
}

/// KNHK_OK, or the first that is wrong.
template<class... Checks>
[[nodiscard]] constexpr int first_error(Checks... checks) {
    int code = KNHK_OK;
    ((code = code == KNHK_OK ? checks : code), ...);
    return code;
}

/// Of a pointer that is written or read as a T; or at `alignment`.
template<class T>
[[nodiscard]] inline int check(const T* pointer, u64 alignment = alignof(T)) {
    if (pointer == nullptr) [[unlikely]] {
        return KNHK_E_NULL;
    }
    return reinterpret_cast<std::uintptr_t>(pointer) % alignment == 0 ? KNHK_OK : KNHK_E_ALIGNMENT;
}
[[nodiscard]] inline int check_slot(u64 slot) {
    return slot < BEAT_SLOTS ? KNHK_OK : KNHK_E_SLOT;
}

/// A value of an enum that may have none of its names: what is checked next.
template<class E>
[[nodiscard]] constexpr E unchecked(u32 raw) {
    return std::bit_cast<E>(static_cast<std::underlying_type_t<E>>(raw));
}
[[nodiscard]] inline int check_cause(u32 cause) {
    return is_defined(unchecked<ParkCause>(cause)) ? KNHK_OK : KNHK_E_CAUSE;
}

// --- the same structures on both sides -----------------------------------------------------------

#define KNHK_SAME(c_type, c_member, cpp_type, cpp_member)                                          \
    static_assert(offsetof(c_type, c_member) == offsetof(cpp_type, cpp_member) &&                  \
                  sizeof(c_type::c_member) == sizeof(cpp_type::cpp_member))

static_assert(offsetof(knhk_context_t, S) == 0 && offsetof(knhk_context_t, P) == 8);
static_assert(offsetof(knhk_context_t, O) == 16 && offsetof(knhk_context_t, count) == 24);
static_assert(offsetof(knhk_context_t, run) == 32 && sizeof(knhk_context_t) == 56);
static_assert(sizeof(knhk_run_t) == 24 && sizeof(knhk_hook_t) == 32);
static_assert(sizeof(knhk_limits_t) == 8 && sizeof(knhk_violation_t) == 24);

static_assert(sizeof(knhk_place_t) == sizeof(FiberPlace));
KNHK_SAME(knhk_place_t, cycle, FiberPlace, cycle);
KNHK_SAME(knhk_place_t, shard, FiberPlace, shard);
KNHK_SAME(knhk_place_t, hook, FiberPlace, hook);
KNHK_SAME(knhk_place_t, sequence, FiberPlace, sequence);

static_assert(sizeof(knhk_receipt_t) == sizeof(Receipt));
KNHK_SAME(knhk_receipt_t, cycle, Receipt, cycle);
KNHK_SAME(knhk_receipt_t, shard, Receipt, shard);
KNHK_SAME(knhk_receipt_t, hook, Receipt, hook);
KNHK_SAME(knhk_receipt_t, ticks, Receipt, ticks);
KNHK_SAME(knhk_receipt_t, actual_ticks, Receipt, actual_ticks);
KNHK_SAME(knhk_receipt_t, lanes, Receipt, lanes);
KNHK_SAME(knhk_receipt_t, pad, Receipt, pad);
KNHK_SAME(knhk_receipt_t, span, Receipt, span);
KNHK_SAME(knhk_receipt_t, a_hash, Receipt, a_hash);
static_assert(sizeof(knhk_sealed_receipt_t) == sizeof(SealedReceipt));
KNHK_SAME(knhk_sealed_receipt_t, content, SealedReceipt, content);

static_assert(sizeof(knhk_rows_t) == sizeof(RowResult) &&
              alignof(knhk_rows_t) == alignof(RowResult));
KNHK_SAME(knhk_rows_t, S, RowResult, subjects);
KNHK_SAME(knhk_rows_t, O, RowResult, objects);
KNHK_SAME(knhk_rows_t, predicate, RowResult, predicate);
KNHK_SAME(knhk_rows_t, mask, RowResult, mask);
KNHK_SAME(knhk_rows_t, count, RowResult, count);

static_assert(sizeof(knhk_parked_t) == sizeof(ParkedRun) &&
              alignof(knhk_parked_t) == alignof(ParkedRun));
KNHK_SAME(knhk_parked_t, S, ParkedRun, run.subjects);
KNHK_SAME(knhk_parked_t, O, ParkedRun, run.objects);
KNHK_SAME(knhk_parked_t, predicate, ParkedRun, run.predicate);
KNHK_SAME(knhk_parked_t, length, ParkedRun, run.length);
KNHK_SAME(knhk_parked_t, cycle, ParkedRun, cycle);
KNHK_SAME(knhk_parked_t, hook, ParkedRun, hook);
KNHK_SAME(knhk_parked_t, slot, ParkedRun, slot);
KNHK_SAME(knhk_parked_t, cause, ParkedRun, cause);

#undef KNHK_SAME

static_assert(KNHK_ROWS_MAX == RUN_ROWS && KNHK_SLOTS == BEAT_SLOTS);
static_assert(KNHK_RING_MAX == RING_SIZE_MAX && KNHK_ALIGNMENT == LINE_BYTES);
static_assert(KNHK_BUDGET_MAX == CHATMAN && KNHK_W1_RETRIES == W1_RETRIES_MAX);
static_assert(KNHK_R1 == static_cast<u32>(RuntimeClass::R1));
static_assert(KNHK_W1 == static_cast<u32>(RuntimeClass::W1));
static_assert(KNHK_C1 == static_cast<u32>(RuntimeClass::C1));
static_assert(KNHK_PARK_BUDGET == static_cast<u32>(ParkCause::Budget));
static_assert(KNHK_PARK_CLASS == static_cast<u32>(ParkCause::Class));
static_assert(KNHK_PARK_OUTPUT_FULL == static_cast<u32>(ParkCause::OutputFull));
static_assert(KNHK_PARK_REQUESTED == static_cast<u32>(ParkCause::Requested));

} // namespace knhk::capi
