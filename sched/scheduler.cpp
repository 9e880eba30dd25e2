// SPDX-License-Identifier: MIT
// The beat loop, and what the last worker to arrive at a barrier does for all.
#include "sched/scheduler.hpp"

#include "replay/checkpoint.hpp"

namespace knhk {

void Scheduler::work(u32 worker) {
    Worker& carried = carried_[worker];
    carried.chaos = Chaos(options_.chaos_seed, worker, *host_);
    Meeting barrier(workers_->barrier, worker, options_.workers, HostWaiter{host_, &carried.chaos},
                    host_->spins);
    prepare(worker);
    barrier.arrive([this] { begin_run(); });
    while (state_->finished == 0) {
        do_beat(worker, barrier);
    }
    if (workers_->log_ended != 0) {
        return; // off duty when the run ended
    }
    write_log(worker, barrier.crew());
    barrier.arrive([this, &barrier] {
        end_run();
        barrier.dismiss();
    });
}

void Scheduler::setup(const RunSetup& run, const Options& options, const Host& host,
                      LogWriter& log) {
    run_ = &run;
    options_ = options;
    host_ = &host;
    log_ = &log;
    state_ = run.memory.as<RunState>(region::scheduler);
    workers_ = run.memory.as<WorkersState>(region::workers);
    // Memory that a run has left is not zero.
    KNHK_CHECK(state_->magic == (options.resumed ? RUN_STATE_MAGIC : 0), state_->magic);
    state_->version = RUN_STATE_VERSION;
    state_->cores = run.cores;
    state_->layout_hash = memory_layout_hash();
    state_->magic = RUN_STATE_MAGIC;
    queue_ = run.memory.as<TelemetryQueue>(region::telemetry);
    queue_->reset();
    outside_ = OutsideInputs(run, options.inputs, options.intake, host);
    planner_ = Planner(run, *state_, workers_->board, cores_, &outside_);
}

Scheduler::Place Scheduler::place_of(u32 worker) const {
    if (workers_ == nullptr || worker >= options_.workers) {
        return {};
    }
    Place place{.known = true,
                .waiting_for_host = log_->is_waiting() || outside_.is_waiting(),
                .in_task = false,
                .beat = state_->plan.beat.raw,
                .core = workers_->workers[worker].core,
                .task_id = 0,
                .handler = 0};
    const Task* task = carried_[worker].running;
    if (task != nullptr) {
        place.in_task = true;
        place.task_id = task->id;
        place.handler = task->handler;
    }
    return place;
}

// --- what each worker does -------------------------------------------------------------------

/// Neighbouring cores go to the same worker, so that workers share few cache lines.
Scheduler::CoreRange Scheduler::cores_of(u32 worker, u32 crew) const {
    return {worker * run_->cores / crew, (worker + 1) * run_->cores / crew};
}

template<class Visit>
void Scheduler::each_core(u32 worker, u32 crew, Visit visit) {
    if (options_.claiming == Claiming::Static) {
        const CoreRange range = cores_of(worker, crew);
        for (u32 id = range.begin; id < range.end; ++id) {
            visit(id, id + 1 < range.end);
        }
        return;
    }
    workers_->claims.each(run_->cores, [&visit](u32 id) { visit(id, false); });
}

void Scheduler::prepare(u32 worker) {
    const CoreRange range = cores_of(worker, options_.workers);
    Outcome outcome = Outcome::none();
    for (u32 id = range.begin; id < range.end; ++id) {
        workers_->workers[worker].core = id;
        cores_.with(id, [&](Core& core) {
            core = Core(*run_, CoreId{static_cast<u16>(id)});
            if (!options_.resumed) {
                outcome.add(core.prepare());
            }
        });
    }
    workers_->workers[worker] = WorkerSlot{outcome, 0, 0, 0};
}

void Scheduler::do_beat(u32 worker, Meeting& barrier) {
    const bool measured = host_->telemetry && state_->plan.index % TELEMETRY_BEATS == 0;
    // Who goes off duty behind it says nothing of the barrier.
    const bool waits_for_all = measured && barrier.stays();
    const u64 begin = cycles(measured);
    run_beat(worker, barrier.crew());
    const u64 arrival = cycles(measured);
    barrier.arrive([this, worker, measured, &barrier] {
        const u64 alone = cycles(measured);
        end_beat(worker, barrier);
        if (measured) {
            tell(TelemetryKind::Alone, worker, alone, host_->cycles());
        }
    });
    if (measured) {
        tell(TelemetryKind::Beat, worker, begin, arrival);
    }
    if (waits_for_all) {
        tell(TelemetryKind::Barrier, worker, arrival, host_->cycles());
    }
}

void Scheduler::run_beat(u32 worker, u32 crew) {
    WorkerSlot& slot = workers_->workers[worker];
    slot.outcome = Outcome::none();
    slot.beat_tasks = 0;
    each_core(worker, crew, [this, worker](u32 id, bool next_is_mine) {
        carried_[worker].chaos.disturb();
        if (next_is_mine) {
            __builtin_prefetch(&workers_->board.cores[id + 1], 1);
            cores_.with(id + 1, [this](const Core& next) { next.expect_beat(state_->plan); });
        }
        cores_.with(id, [this, worker](Core& core) {
            write_core(core); // of the beat before: its block was begun at the barrier
            run_core(worker, core);
        });
    });
}

void Scheduler::run_core(u32 worker, Core& core) {
    WorkerSlot& slot = workers_->workers[worker];
    slot.core = core.id().raw;
    const u64 tasks_before = core.clock().tasks;
    slot.outcome.add(
        run_beat_of(core, state_->plan, workers_->board.cores[core.id().raw], carried_[worker]));
    const u64 tasks = core.clock().tasks - tasks_before;
    slot.beat_tasks += tasks;
    slot.tasks += tasks;
}

void Scheduler::write_log(u32 worker, u32 crew) {
    each_core(worker, crew, [this](u32 id, bool) {
        cores_.with(id, [this](const Core& core) { write_core(core); });
    });
}

void Scheduler::write_core(const Core& core) const {
    log_->write_core(core.id(), core.log().events(), state_->step.core_digests[core.id().raw]);
}

// --- what the last one does, alone ------------------------------------------------------------

void Scheduler::begin_run() {
    // Of a run that goes on, the next beat was planned before it was saved.
    if (!options_.resumed) {
        plan_first();
    }
    log_inputs();
    if (host_->cycles != nullptr) {
        crew_ = Crew(options_.workers, host_->cycles() - outside_.waited_cycles());
    }
}

void Scheduler::end_beat(u32 worker, Meeting& barrier) {
    Chaos& chaos = carried_[worker].chaos;
    const Outcome outcome = reduce(barrier.crew());
    chaos.disturb();
    close_beat(outcome);
    chaos.disturb();
    plan_next(outcome);
    save_if_wanted();
    if (options_.claiming == Claiming::Dynamic) {
        workers_->claims.reset();
    }
    if (options_.workers > 1) {
        choose_crew(chaos, barrier);
    }
    log_inputs();
}

/// Between two epochs: all of the run is in its regions then, if the records of the beat that is
/// over are out.
void Scheduler::save_if_wanted() {
    const bool is_between = state_->plan.after_pulse != 0 && state_->finished == 0;
    if (!is_between || host_->wants_checkpoint == nullptr ||
        !host_->wants_checkpoint(state_->beats_executed)) {
        return;
    }
    write_log_alone();
    count_up();
    log_->begin_checkpoint();
    host_->save_checkpoint();
    log_->end_checkpoint();
}

void Scheduler::choose_crew(Chaos& chaos, Meeting& barrier) {
    if (chaos.is_on()) {
        barrier.set_crew(1 + chaos.choose(options_.workers));
    } else if (host_->cycles != nullptr) {
        const u64 worked_cycles = host_->cycles() - outside_.waited_cycles();
        barrier.set_crew(crew_.next(worked_cycles, tasks_of_beat(barrier.crew())));
    }
}

u64 Scheduler::tasks_of_beat(u32 crew) const {
    u64 tasks = 0;
    for (u32 worker = 0; worker < crew; ++worker) {
        tasks += workers_->workers[worker].beat_tasks;
    }
    return tasks;
}

void Scheduler::end_run() {
    log_->finish_block();
    count_up();
    // Nothing is lost on the beat path: what came in is accounted for, or the run did not end by
    // itself.
    if (state_->end_reason == static_cast<u32>(EndReason::Quiescent)) {
        KNHK_CHECK(state_->rows_admitted == state_->rows_done, state_->rows_done);
    }
    collect_telemetry();
    if (state_->beats_executed != state_->epoch_beats) {
        end_epoch();
    }
    log_->write_trailer(static_cast<EndReason>(state_->end_reason), leaf(), lockchain().root());
    workers_->log_ended = 1;
}

Outcome Scheduler::reduce(u32 crew) const {
    Outcome outcome = Outcome::none();
    for (u32 worker = 0; worker < crew; ++worker) {
        outcome.add(workers_->workers[worker].outcome);
    }
    return outcome;
}

/// The beat enters the chain and the log.
void Scheduler::close_beat(const Outcome& outcome) {
    const CoreBoard& board = workers_->board;
    state_->close_beat(outcome, board, run_->cores);
    log_->finish_block(); // of the beat before: everybody has written its part by now
    u32 event_counts[CORES_MAX];
    for (u32 id = 0; id < run_->cores; ++id) {
        event_counts[id] = board.cores[id].event_count;
    }
    log_->begin_block(state_->plan.beat, state_->plan.start, chain(),
                      std::span(event_counts).first(run_->cores));
    constexpr u64 BEATS_BETWEEN_SHOWS = 64;
    if (state_->beats_executed % BEATS_BETWEEN_SHOWS == 0) {
        count_up();
        log_->show_progress(state_->plan.beat, state_->tasks);
        collect_telemetry();
    }
}

void Scheduler::plan_first() {
    const Outcome outcome = reduce(options_.workers);
    outside_.begin(false);
    if (plan_or_wait([&] { return planner_.plan_first(outcome); }) && outside_.was_stopped()) {
        finish(EndReason::Stopped);
    }
}

/// Another beat, unless nothing is left to do or an operator wants none.
void Scheduler::plan_next(const Outcome& outcome) {
    const bool is_last = state_->beats_executed >= options_.beats_max;
    const bool stops = host_->stop_requested();
    outside_.begin(stops || is_last);
    if (!plan_or_wait([&] { return planner_.plan_next(outcome); })) {
        return;
    }
    if (state_->plan.after_pulse != 0) {
        end_epoch();
    }
    if (stops || outside_.was_stopped()) {
        return finish(EndReason::Stopped);
    }
    if (is_last) {
        finish(EndReason::BeatLimit);
    }
}

/// An idle run waits at the beat's edge, as long as something may come from outside.
template<class Plan>
bool Scheduler::plan_or_wait(Plan plan) {
    while (!plan()) {
        switch (wait_for_input()) {
        case OutsideInputs::Waited::Came:
            break;
        case OutsideInputs::Waited::Closed:
            finish(EndReason::Quiescent);
            return false;
        case OutsideInputs::Waited::Stopped:
            finish(host_->stop_requested() ? EndReason::Stopped : EndReason::BeatLimit);
            return false;
        }
    }
    return true;
}

/// Meanwhile the log's reader has all of it.
OutsideInputs::Waited Scheduler::wait_for_input() {
    if (outside_.may_come()) {
        write_log_alone();
        log_->finish_block_alone();
        count_up();
        log_->show_progress(state_->plan.beat, state_->tasks);
    }
    return outside_.wait();
}

void Scheduler::write_log_alone() {
    for (u32 id = 0; id < run_->cores; ++id) {
        cores_.with(id, [this](const Core& core) { write_core(core); });
    }
}

/// Directly before the block of the beat that receives them.
void Scheduler::log_inputs() {
    if (state_->finished == 0) {
        log_->write_inputs(state_->plan.beat, outside_.taken());
    }
}

EpochLeaf Scheduler::leaf() const {
    return {lockchain().leaves(), state_->beats_executed, state_->events, digest()};
}

/// The chain of digests enters the lockchain.
void Scheduler::end_epoch() {
    const EpochLeaf ended = leaf();
    const Sha256Digest hash = leaf_hash(ended);
    state_->lockchain.append(hash);
    state_->epoch_beats = state_->beats_executed;
    log_->write_epoch(ended, chain(), hash);
    if (host_->epoch_ended != nullptr && state_->finished == 0) {
        host_->epoch_ended(state_->plan.beat, digest());
    }
}

void Scheduler::finish(EndReason reason) {
    state_->finished = 1;
    state_->end_reason = static_cast<u32>(reason);
}

/// Sums what the cores counted.
void Scheduler::count_up() {
    state_->tasks = 0;
    state_->remote_messages = 0;
    state_->rows_admitted = 0;
    state_->rows_done = 0;
    for (u32 id = 0; id < run_->cores; ++id) {
        cores_.with(id, [this](const Core& core) {
            state_->tasks += core.clock().tasks;
            state_->remote_messages += core.clock().remote_messages;
            state_->rows_admitted += core.clock().rows_admitted;
            state_->rows_done += core.clock().rows_done;
        });
    }
}

// --- telemetry -------------------------------------------------------------------------------

/// Best effort: a record for which there is no room is lost.
void Scheduler::tell(TelemetryKind kind, u32 worker, u64 begin, u64 end) {
    static_cast<void>(queue_->push({Cycles{end - begin}, state_->plan.beat, worker, kind}));
}

void Scheduler::collect_telemetry() {
    for (TelemetryRecord record{}; queue_->pop(record);) {
        telemetry_.add(record);
    }
}

} // namespace knhk
