// SPDX-License-Identifier: MIT
// The beat loop, and what the last worker to arrive at a barrier does for all.
#include "sched/scheduler.hpp"

namespace knhk {

void Scheduler::work(u32 worker) {
    Barrier<HostWaiter> barrier(workers_->barrier, options_.workers, HostWaiter{host_},
                                host_->spins);
    prepare(worker);
    barrier.arrive([this] { begin_run(); });
    while (state_->finished == 0) {
        run_beat(worker);
        barrier.arrive([this] { end_beat(); });
    }
    write_log(worker);
    barrier.arrive([this] { end_run(); });
}

void Scheduler::setup(const RunSetup& run, const Options& options, const Host& host,
                      LogWriter& log) {
    run_ = &run;
    options_ = options;
    host_ = &host;
    log_ = &log;
    state_ = run.memory.as<RunState>(region::scheduler);
    workers_ = run.memory.as<WorkersState>(region::workers);
}

Scheduler::Place Scheduler::place_of(u32 worker) const {
    if (workers_ == nullptr || worker >= options_.workers) {
        return {false, 0, 0};
    }
    return {true, state_->plan.beat.raw, workers_->workers[worker].core};
}

// --- what each worker does -------------------------------------------------------------------

/// Neighbouring cores go to the same worker, so that workers share few cache lines.
Scheduler::CoreRange Scheduler::cores_of(u32 worker) const {
    return {worker * run_->cores / options_.workers, (worker + 1) * run_->cores / options_.workers};
}

void Scheduler::prepare(u32 worker) {
    const CoreRange range = cores_of(worker);
    Outcome outcome = Outcome::none();
    for (u32 id = range.begin; id < range.end; ++id) {
        workers_->workers[worker].core = id;
        cores_[id] = Core(*run_, CoreId{static_cast<u16>(id)});
        outcome.add(cores_[id].prepare());
    }
    workers_->workers[worker] = WorkerSlot{outcome, 0, 0};
}

void Scheduler::run_beat(u32 worker) {
    write_log(worker); // of the beat before: its block was begun at the barrier
    const CoreRange range = cores_of(worker);
    WorkerSlot& slot = workers_->workers[worker];
    slot.outcome = Outcome::none();
    for (u32 id = range.begin; id < range.end; ++id) {
        Core& core = cores_[id];
        slot.core = id;
        const u64 tasks_before = core.clock().tasks;
        slot.outcome.add(core.run_beat(state_->plan));
        slot.tasks += core.clock().tasks - tasks_before;
        state_->step.core_digests[id] = core.log().digest();
        workers_->event_counts[id] = core.log().count();
    }
}

void Scheduler::write_log(u32 worker) {
    const CoreRange range = cores_of(worker);
    for (u32 id = range.begin; id < range.end; ++id) {
        log_->write_core(cores_[id].id(), cores_[id].log().events(), state_->step.core_digests[id]);
    }
}

// --- what the last one does, alone ------------------------------------------------------------

/// Cuts the inputs of beat 0.
void Scheduler::begin_run() {
    const Outcome outcome = reduce();
    state_->plan = {Beat{0}, Timestamp{0}, outcome.input_blocked_min, 0};
    if (run_->input_count == 0) {
        finish(EndReason::Quiescent);
    }
}

void Scheduler::end_beat() {
    const Outcome outcome = reduce();
    close_beat(outcome);
    plan_next(outcome);
}

void Scheduler::end_run() {
    log_->finish_block();
    count_up();
    log_->write_trailer(static_cast<EndReason>(state_->end_reason), state_->beats_executed,
                        state_->events, digest());
}

Outcome Scheduler::reduce() const {
    Outcome outcome = Outcome::none();
    for (u32 worker = 0; worker < options_.workers; ++worker) {
        outcome.add(workers_->workers[worker].outcome);
    }
    return outcome;
}

/// The beat enters the chain and the log.
void Scheduler::close_beat(const Outcome& outcome) {
    const BeatPlan& plan = state_->plan;
    state_->step.beat = plan.beat.raw;
    state_->step.start_time = plan.start.raw;
    state_->step.previous = chain_digest(state_->step, run_->cores);
    state_->in_flight += outcome.sent - outcome.arrived;
    ++state_->beats_executed;

    log_->finish_block(); // of the beat before: everybody has written its part by now
    log_->begin_block(plan.beat, plan.start, chain(),
                      std::span(workers_->event_counts).first(run_->cores));
    constexpr u64 BEATS_BETWEEN_SHOWS = 64;
    if (state_->beats_executed % BEATS_BETWEEN_SHOWS == 0) {
        count_up();
        log_->show_progress(plan.beat, state_->tasks);
    }
}

/// Decides whether another beat follows, which one, and with which inputs.
void Scheduler::plan_next(const Outcome& outcome) {
    KNHK_CHECK(outcome.clock_max < TIMESTAMP_END - (u64{1} << 32), outcome.clock_max);
    BeatPlan& plan = state_->plan;
    Beat next{plan.beat.raw + 1};
    const bool inputs_cut = outcome.input_blocked_min > plan.input_end;
    if (!outcome.busy && state_->in_flight == 0 && !inputs_cut) {
        if (!outcome.state_touched) {
            return finish(EndReason::Quiescent);
        }
        // What handlers left in the state slabs is logged before a run ends: skip to the pulse.
        next = Beat{(plan.beat.raw / CHATMAN + 1) * CHATMAN};
    }
    if (host_->epoch_ended != nullptr && next.raw / CHATMAN != plan.beat.raw / CHATMAN) {
        host_->epoch_ended(next, digest());
    }
    plan = {next, Timestamp{outcome.clock_max}, outcome.input_blocked_min, state_->beats_executed};
    if (host_->stop_requested()) {
        return finish(EndReason::Stopped);
    }
    if (state_->beats_executed >= options_.beats_max) {
        finish(EndReason::BeatLimit);
    }
}

void Scheduler::finish(EndReason reason) {
    state_->finished = 1;
    state_->end_reason = static_cast<u32>(reason);
}

/// Sums what the cores counted.
void Scheduler::count_up() {
    state_->events = 0;
    state_->tasks = 0;
    state_->remote_messages = 0;
    for (u32 id = 0; id < run_->cores; ++id) {
        const CoreClock& clock = cores_[id].clock();
        state_->events += clock.events;
        state_->tasks += clock.tasks;
        state_->remote_messages += clock.remote_messages;
    }
}

} // namespace knhk
