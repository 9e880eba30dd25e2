// SPDX-License-Identifier: MIT
// One hook executed over one run: what came of it, its receipt, and what it asserts. Whether it is
// executed or parked depends on what it would cost, never on what it did cost.
#pragma once

#include "beat/assertion_ring.hpp"
#include "beat/delta_ring.hpp"
#include "beat/receipts.hpp"
#include "beat/runtime_class.hpp"
#include "isa/cost.hpp"
#include "isa/kernels.hpp"

namespace knhk {

using RunParkRing = ParkRing<ParkedRun>;

enum class FiberStatus : u8 { Completed, Parked, Error };

struct FiberOutcome {
    FiberStatus status;
    bool answer;          ///< of what was completed
    ParkCause cause;      ///< of what was parked
    Error error;          ///< of what is one
    SealedReceipt sealed; ///< of what was completed
};

/// What a fiber may do here. What it may not is parked.
struct FiberLimits {
    Tick budget = Tick{CHATMAN};
    RuntimeClass highest = RuntimeClass::W1;
};

/// The hook: an operation and what it asks for.
struct FiberHook {
    OpCode op;
    Query query;
};

/// Where nobody measures: in a run, whose receipts are hashed.
struct NoCounter {
    u64 operator()() const { return 0; }
};

/// Observing and the kernel. Writing the receipt is part of executing at all.
[[nodiscard]] constexpr Tick fiber_cost(OpCode op) {
    const MuOperation kernel = is_boolean(op) ? MuOperation::RunBoolean : MuOperation::RunRows;
    return Tick{cost_of(MuOperation::ReadObservation).raw + cost_of(kernel).raw};
}
static_assert(fiber_cost(OpCode::AskSp) == Tick{2} && fiber_cost(OpCode::Construct8) == Tick{8});

/// Whether something is executed at all, and why not.
struct FiberAdmission {
    FiberStatus status;
    ParkCause cause;
    Error error;
};

/// Of `op` over so many rows.
[[nodiscard]] constexpr FiberAdmission admit_to_fiber(OpCode op, u64 rows,
                                                      const FiberLimits& limits) {
    const Result<RuntimeClass> runtime_class = class_of(op, rows);
    if (!runtime_class) [[unlikely]] {
        return {FiberStatus::Error, ParkCause::None, runtime_class.error()};
    }
    if (*runtime_class > limits.highest || rows > RUN_ROWS) [[unlikely]] {
        return {FiberStatus::Parked, ParkCause::Class, {}};
    }
    if (fiber_cost(op) > limits.budget) [[unlikely]] {
        return {FiberStatus::Parked, ParkCause::Budget, {}};
    }
    return {FiberStatus::Completed, ParkCause::None, {}};
}

[[nodiscard]] constexpr u32 saturated(u64 count) {
    return count < ~u32{0} ? static_cast<u32>(count) : ~u32{0};
}

/// `rows` are written by operations that emit; of the others they get their mask alone, 0.
/// `counter` reads hardware cycles, or is NoCounter.
template<class Counter = NoCounter>
[[nodiscard, gnu::always_inline]] inline FiberOutcome
execute_fiber(const KernelTable& kernels, const TripleRun& run, const FiberHook& hook,
              const FiberPlace& place, const FiberLimits& limits, RowResult& rows,
              const Counter& counter = {}) {
    const FiberAdmission admitted = admit_to_fiber(hook.op, run.length, limits);
    if (admitted.status != FiberStatus::Completed) [[unlikely]] {
        return {admitted.status, false, admitted.cause, admitted.error, {}};
    }
    bool answer = false;
    rows.mask = 0;
    const u64 begin = counter();
    const MuStatus status = run_query(kernels, hook.op, run, hook.query, rows, answer);
    const u64 end = counter();
    if (status != MuStatus::Ok) [[unlikely]] {
        return {FiberStatus::Error, false, ParkCause::None, Error::UnknownOperation, {}};
    }
    const ReceiptHashes hashes =
        receipt_hashes(kernels, run, hook.op, hook.query, {answer, rows.mask});
    // Made where it is returned: a copy in wide words would wait for the narrow stores.
    return {FiberStatus::Completed,
            answer,
            ParkCause::None,
            {},
            seal({place.cycle, place.shard, place.hook, span_of(place)},
                 {fiber_cost(hook.op).raw, saturated(end - begin)}, run.length, hashes)};
}

/// Evaluates the hook again: whether the receipt says what comes out, at which cost, of which rows.
/// Ids, and cycles that somebody measured, cannot be evaluated.
[[nodiscard]] inline bool receipt_holds(const KernelTable& kernels, const TripleRun& run,
                                        const FiberHook& hook, const SealedReceipt& found) {
    RowResult rows;
    const FiberPlace place{found.receipt.cycle, found.receipt.shard, found.receipt.hook, 0};
    const FiberLimits no_limits{Tick{CHATMAN}, RuntimeClass::C1};
    const FiberOutcome again = execute_fiber(kernels, run, hook, place, no_limits, rows);
    const Receipt& receipt = again.sealed.receipt;
    return again.status == FiberStatus::Completed && found.content == again.sealed.content &&
           found.receipt.ticks == receipt.ticks && found.receipt.lanes == receipt.lanes &&
           found.receipt.a_hash == receipt.a_hash && found.receipt.pad == 0 &&
           found.receipt.span != 0;
}

/// What a completed hook asserts: what it emitted; the run itself if it is boolean and true; else
/// nothing but its receipt. `QueueFull`: there was no room, and nothing has changed but that `rows`
/// have no gaps.
[[nodiscard, gnu::always_inline]] inline Result<void>
assert_outcome(AssertionRing& ring, u32 slot, OpCode op, const TripleRun& run, RowResult& rows,
               const FiberOutcome& outcome) {
    const bool asked = is_boolean(op);
    if (!asked && (rows.mask & (rows.mask + 1)) != 0) {
        compact(rows);
    }
    const u32 own = outcome.answer ? run.length : 0;
    return ring.enqueue_run(
        slot, asked ? run.subjects : rows.subjects, asked ? run.predicate : rows.predicate,
        asked ? run.objects : rows.objects, asked ? own : rows.count, outcome.sealed);
}

/// The rings of one shard.
struct FiberRings {
    DeltaRing& deltas;
    AssertionRing& assertions;
    RunParkRing& parked;
};

/// Takes the oldest run of the place's slot, executes the hook over it and leaves what it asserts.
/// A run that is parked, and one that found no room, leaves for `parked`. Its rows, 0 if there was
/// none; `QueueFull` if the park ring had no room either, `UnknownOperation`: then it stays.
template<class Counter = NoCounter>
[[nodiscard]] Result<u32> process_run(const KernelTable& kernels, const FiberRings& rings,
                                      const FiberHook& hook, const FiberPlace& place,
                                      const FiberLimits& limits, const Counter& counter = {}) {
    const u32 slot = Beat{place.cycle}.slot();
    ParkedRun entry{};
    const u32 count = rings.deltas.peek_run(slot, entry.run, entry.cycle);
    if (count == 0) {
        return 0;
    }
    RowResult rows;
    const FiberOutcome outcome =
        execute_fiber(kernels, entry.run, hook, place, limits, rows, counter);
    if (outcome.status == FiberStatus::Error) [[unlikely]] {
        return fail(outcome.error);
    }
    entry.cause = outcome.cause;
    if (outcome.status == FiberStatus::Completed) [[likely]] {
        if (assert_outcome(rings.assertions, slot, hook.op, entry.run, rows, outcome)) [[likely]] {
            rings.deltas.drop_run(slot, count);
            return count;
        }
        entry.cause = ParkCause::OutputFull;
    }
    entry.hook = place.hook;
    entry.slot = slot;
    const Result<void> pushed = rings.parked.push(entry);
    if (!pushed) {
        return fail(pushed.error());
    }
    rings.deltas.drop_run(slot, count);
    return count;
}

} // namespace knhk
