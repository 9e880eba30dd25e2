// SPDX-License-Identifier: MIT
// One hook executed over one run: what came of it, its receipt, and what it asserts. Whether it is
// executed or parked depends on what it would cost, never on what it did cost.
#pragma once

#include <bit>

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

[[nodiscard]] inline FiberOutcome fiber_error(Error error) {
    return {FiberStatus::Error, false, {}, error, {}};
}
[[nodiscard]] inline FiberOutcome fiber_parked(ParkCause cause) {
    return {FiberStatus::Parked, false, cause, {}, {}};
}

/// Whether `op` over so many rows is executed here at all; none if it is.
[[nodiscard]] inline FiberOutcome admit_to_fiber(OpCode op, u64 rows, const FiberLimits& limits) {
    const Result<RuntimeClass> runtime_class = class_of(op, rows);
    if (!runtime_class) [[unlikely]] {
        return fiber_error(runtime_class.error());
    }
    if (*runtime_class > limits.highest || rows > RUN_ROWS) [[unlikely]] {
        return fiber_parked(ParkCause::Class);
    }
    if (fiber_cost(op) > limits.budget) [[unlikely]] {
        return fiber_parked(ParkCause::Budget);
    }
    return {FiberStatus::Completed, false, {}, {}, {}};
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
    FiberOutcome outcome = admit_to_fiber(hook.op, run.length, limits);
    if (outcome.status != FiberStatus::Completed) [[unlikely]] {
        return outcome;
    }
    rows.mask = 0;
    const u64 begin = counter();
    static_cast<void>(run_query(kernels, hook.op, run, hook.query, rows, outcome.answer));
    const u64 end = counter();
    outcome.sealed.receipt = {.cycle = place.cycle,
                              .shard = place.shard,
                              .hook = place.hook,
                              .ticks = fiber_cost(hook.op).raw,
                              .actual_ticks = saturated(end - begin),
                              .lanes = run.length,
                              .pad = 0,
                              .span = span_of(place),
                              .a_hash = a_hash_of(run)};
    outcome.sealed.content = binding_hash(run, hook.op, hook.query, {outcome.answer, rows.mask});
    return outcome;
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

/// The rows that were emitted, without the gaps between them: a step of its own, as results keep
/// each row in its lane.
[[nodiscard]] inline TripleRun compacted(const RowResult& rows) {
    TripleRun run{};
    for (u32 left = rows.mask; left != 0; left &= left - 1) {
        const u32 lane = static_cast<u32>(std::countr_zero(left));
        run.subjects[run.length] = rows.subjects[lane];
        run.objects[run.length] = rows.objects[lane];
        ++run.length;
    }
    run.predicate = rows.predicate;
    return run;
}

/// What a completed hook asserts: what it emitted; the run itself if it is boolean and true; else
/// nothing but its receipt. `QueueFull`: there was no room, and nothing has changed.
[[nodiscard]] inline Result<void> assert_outcome(AssertionRing& ring, u32 slot, OpCode op,
                                                 const TripleRun& run, const RowResult& rows,
                                                 const FiberOutcome& outcome) {
    if (!outcome.answer) {
        return ring.enqueue(slot, nullptr, nullptr, nullptr, 0, outcome.sealed);
    }
    if (is_boolean(op)) {
        return ring.enqueue_run(slot, run, outcome.sealed);
    }
    return ring.enqueue_run(slot, compacted(rows), outcome.sealed);
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
