// SPDX-License-Identifier: MIT
// The beat path of a core (docs/determinism.md, 2.15): fibers look at what changed, leave receipts
// and assertions or are parked, and the pulse commits what they left.
#include "base/sha256.hpp"
#include "sched/core.hpp"
#include "sched/core_bodies.hpp"
#include "sched/worker.hpp"

namespace knhk {

namespace {

/// In place of a hook's number: of a fiber that evaluated none.
constexpr u16 NO_HOOK = 0xFFFF;

template<class T>
void take_in(Sha256& digest, const T& value) {
    digest.update(std::as_bytes(std::span(&value, 1)));
}

} // namespace

// --- fibers --------------------------------------------------------------------------------------

/// Those of this beat's slot, as they came.
void Core::run_fibers(Beat beat) {
    if (clock_->deltas == 0) {
        return;
    }
    TaskContext context;
    context.enter(*this, RunMode::Hot);
    Delta delta;
    for (u32 fibers = 0; fibers < FIBERS_MAX && has_room_for_fiber(); ++fibers) {
        if (!deltas_.take(beat.slot(), delta)) {
            break;
        }
        run_fiber<RunMode::Hot>(context, delta, FiberClass::R1);
    }
    worker_->running = nullptr;
}

/// C1 has its turn behind a commit alone: there is room for what it asserts then.
void Core::run_cold_fibers() {
    if (clock_->deltas == 0) {
        return;
    }
    TaskContext context;
    context.enter(*this, RunMode::Cold);
    Delta delta;
    for (u32 waiting = deltas_.parked(FiberClass::C1); waiting > 0 && has_room_for_fiber();
         --waiting) {
        KNHK_CHECK(deltas_.take_parked(FiberClass::C1, delta), waiting);
        run_fiber<RunMode::Cold>(context, delta, FiberClass::C1);
    }
    worker_->running = nullptr;
}

/// The first that waits in W1; false if there is none, or it may not be tried now.
bool Core::run_warm_fiber(TaskContext& context) {
    if (warm_fibers_ == 0 || !has_room_for_fiber()) {
        return false;
    }
    --warm_fibers_;
    Delta delta;
    KNHK_CHECK(deltas_.take_parked(FiberClass::W1, delta), warm_fibers_);
    context.enter(*this, RunMode::Warm);
    run_fiber<RunMode::Warm>(context, delta, FiberClass::W1);
    return true;
}

/// A fiber starts only if its receipt has a place.
bool Core::has_room_for_fiber() const {
    return has_room_for_task() && assertions_.count(beat_.slot()).receipts < RECEIPTS;
}

/// Like a task, but that it may be parked for more causes, and ends with a receipt.
template<RunMode mode>
void Core::run_fiber(TaskContext& context, Delta& delta, FiberClass fiber_class) {
    Event* record = log_.reserve();
    const Timestamp ts{tick()};
    worker_->running = &delta.task;
    context.begin<mode>(delta.task, ts);
    context.bring(delta.run);
    TaskEnd end = run_body(context, delta.task);
    const ParkCause cause = context.park_cause();
    context.put_away();
    if (cause != ParkCause::None && !context.had_effect() && park(delta, cause, fiber_class)) {
        end = {static_cast<u64>(cause), TaskStatus::Parked};
    } else {
        if (cause == ParkCause::Class) { // it was to be parked before it did anything
            end = {0, TaskStatus::OverBudget};
        }
        --clock_->deltas;
        clock_->rows_done += delta.run.length;
        if (context.receipts_left() == 0) {
            leave_bare_receipt(context, delta, end.status);
        }
    }
    write(record, {ts.raw, delta.task.id, end.hash, context.ticks().raw, id_.raw,
                   static_cast<u8>(EventKind::TaskExecuted), static_cast<u8>(end.status)});
    ++clock_->tasks;
}

/// From R1 to W1; there it is tried a few times, if more ticks can help or room may come; then C1.
bool Core::park(Delta& delta, ParkCause cause, FiberClass from) {
    if (from == FiberClass::C1) {
        return false;
    }
    if (from == FiberClass::R1) {
        return deltas_.park(delta, FiberClass::W1);
    }
    ++delta.warm_runs;
    const bool again = cause == ParkCause::OutputFull && delta.warm_runs < WARM_RUNS_MAX;
    return deltas_.park(delta, again ? FiberClass::W1 : FiberClass::C1);
}

/// Of a fiber that put no query, or whose queries came to nothing: so that each row is accounted
/// for.
void Core::leave_bare_receipt(const TaskContext& context, const Delta& delta, TaskStatus status) {
    const u64 hook = hook_number(id_.raw, static_cast<u32>(delta.task.payload[0]), NO_HOOK);
    const Query query{
        .subject = 0, .predicate = 0, .object = 0, .threshold = static_cast<u64>(status)};
    const u64 span = span_id(beat_.raw, hook, receipts_);
    ++receipts_;
    assert_rows(nullptr, 0, nullptr, 0,
                seal({beat_.raw, id_.raw, hook, span}, {context.ticks().raw}, delta.run.length,
                     receipt_hashes(*run_->kernels, delta.run, OpCode{}, query, {false, 0})));
}

bool Core::may_assert(u32 rows, u32 receipts) const {
    const AssertionCount there = assertions_.count(beat_.slot());
    return there.rows + rows <= ASSERTED_ROWS && there.receipts + receipts <= RECEIPTS;
}

/// There is room. One predicate for all rows.
void Core::assert_rows(const u64* subjects, u64 predicate, const u64* objects, u32 count,
                       const SealedReceipt& receipt) {
    const auto entered =
        assertions_.enqueue_run(beat_.slot(), subjects, predicate, objects, count, receipt);
    KNHK_CHECK(entered.has_value(), count);
    clock_->rows_asserted += count;
    ++clock_->receipts;
}

// --- the way in ----------------------------------------------------------------------------------

/// At home at once, into the slot of the next beat: from where the rows are, the fiber's own or the
/// workload's.
TaskStatus Core::enqueue_delta_at_home(const TaskContext& from, const Task& task) {
    const TripleRun* const run = task.brings_rows() ? from.delta() : run_->run_of(task);
    if (run == nullptr) {
        return TaskStatus::InvalidTask;
    }
    const Beat next{beat_.raw + 1};
    return push_delta(task, *run, next) ? TaskStatus::Ok : TaskStatus::QueueFull;
}

bool Core::push_delta(const Task& task, const TripleRun& run, Beat beat) {
    if (!deltas_.push(beat.slot(), task, run, beat)) {
        return false;
    }
    ++clock_->deltas;
    clock_->rows_admitted += run.length;
    log_task(EventKind::TaskEnqueued, task.id, hash_of_delta(task, run), DELTA_LEVEL, run.length);
    return true;
}

// --- the commit ----------------------------------------------------------------------------------

/// What fibers left in the epoch that is over, slot by slot.
void Core::log_commit(const BeatPlan& plan) {
    if (plan.after_pulse == 0 || clock_->receipts == 0) {
        return;
    }
    Sha256 digest;
    u64 lanes = 0;
    AssertionCount all{};
    for (u32 slot = 0; slot < BEAT_SLOTS; ++slot) {
        const AssertionCount drained = assertions_.drain(
            slot,
            [&](const SealedReceipt& sealed) {
                lanes += sealed.receipt.lanes;
                take_in(digest, sealed);
            },
            [&](u64 subject, u64 predicate, u64 object, u64 receipt) {
                const u64 row[4] = {subject, predicate, object, receipt};
                take_in(digest, row);
            });
        all.rows += drained.rows;
        all.receipts += drained.receipts;
    }
    KNHK_CHECK(all.receipts == clock_->receipts, all.receipts);
    clock_->receipts = 0;
    const u64 hash = load_le<u64>(reinterpret_cast<const std::byte*>(digest.finish().data()));
    log_task(EventKind::Commit, lanes << 32 | all.rows, hash, 0, all.receipts);
}

} // namespace knhk
