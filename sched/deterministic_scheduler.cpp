// SPDX-License-Identifier: MIT
#include "sched/deterministic_scheduler.hpp"

namespace knhk {

const constinit WorkloadEntry SteppedScheduler::ADMISSION{.name = "admission",
                                                          .version = 1,
                                                          .input_count = input_count,
                                                          .input = input,
                                                          .input_time = input_time,
                                                          .next_input_of = next_input_of};

namespace {

const SteppedScheduler& self(const WorkloadParameters& parameters) {
    return *static_cast<const SteppedScheduler*>(parameters.source);
}

} // namespace

u64 SteppedScheduler::input_count(const WorkloadParameters& parameters) {
    return self(parameters).run_.input_count;
}

Task SteppedScheduler::input(const WorkloadParameters& parameters, u64 index) {
    return self(parameters).slot(index).task;
}

u64 SteppedScheduler::input_time(const WorkloadParameters& parameters, u64 index) {
    return self(parameters).slot(index).time;
}

u64 SteppedScheduler::next_input_of(const WorkloadParameters& parameters, u32 core, u64 from) {
    const SteppedScheduler& scheduler = self(parameters);
    const RunSetup& run = scheduler.run_;
    while (from < run.input_count &&
           home_of(TaskId{scheduler.slot(from).task.id}, run.cores).raw != core) {
        ++from;
    }
    return from;
}

AdmittedInput& SteppedScheduler::slot(u64 position) const {
    return run_.memory.as<Admission>(region::admission)->handed_in[position % ADMISSION_CAPACITY];
}

void SteppedScheduler::setup(const RunSetup& run) {
    run_ = run;
    run_.workload = &ADMISSION;
    run_.parameters.source = this;
    run_.input_count = 0;
    state_ = run_.memory.as<RunState>(region::scheduler);
    planner_ = Planner(run_, *state_, board_, cores_);
    for (u32 id = 0; id < run_.cores; ++id) {
        cores_.with(id, [this, id](Core& core) {
            core = Core(run_, CoreId{static_cast<u16>(id)});
            core.prepare();
        });
    }
}

Result<void> SteppedScheduler::enqueue(const ValidatedTask& task) {
    return admit(task.task(), NOT_ORDERED);
}

Result<void> SteppedScheduler::enqueue_ordered(const ValidatedTask& task, Timestamp at) {
    return at.raw > ORDERED_TIME_MAX ? fail(Error::InvalidTimestamp) : admit(task.task(), at.raw);
}

Result<void> SteppedScheduler::admit(const Task& task, u64 time) {
    if (run_.input_count - untaken_ == ADMISSION_CAPACITY) {
        return fail(Error::QueueFull);
    }
    slot(run_.input_count) = AdmittedInput{task, time, {}};
    ++run_.input_count;
    return {};
}

Result<Beat> SteppedScheduler::run_cycle() {
    Result<Beat> beat = fail(Error::NoWork);
    for (u32 id = 0; id < run_.cores; ++id) {
        if (had_their_part_[id] != 0) {
            continue;
        }
        const Result<CoreToken> token = claim(CoreId{static_cast<u16>(id)});
        beat = run_cycle(*token);
        if (!beat) {
            break;
        }
    }
    return beat;
}

Result<CoreToken> SteppedScheduler::claim(CoreId core) {
    if (core.raw >= run_.cores) {
        return fail(Error::InvalidCore);
    }
    return tokens_.claim(core);
}

Result<Beat> SteppedScheduler::run_cycle(const CoreToken& core) {
    KNHK_CHECK(core.valid(), core.core().raw);
    if (had_their_part_[core.core().raw] != 0 || (cores_left_ == 0 && !begin_beat())) {
        return fail(Error::NoWork);
    }
    const Beat beat = state_->plan.beat;
    cores_.with(core.core().raw, [this](Core& of) {
        outcome_.add(run_beat_of(of, state_->plan, board_.cores[of.id().raw], worker_));
    });
    had_their_part_[core.core().raw] = 1;
    --cores_left_;
    if (cores_left_ == 0) {
        end_beat();
    }
    return beat;
}

std::span<const Event> SteppedScheduler::log(const CoreToken& core) {
    KNHK_CHECK(core.valid(), core.core().raw);
    return cores_.with(core.core().raw, [](const Core& of) {
        return std::span(of.log().events(), of.log().count());
    });
}

/// The barrier before a beat, held off until somebody wants the beat: so inputs that came since
/// the last one take part in its cut.
bool SteppedScheduler::begin_beat() {
    const Outcome outcome = stage();
    const bool first = state_->beats_executed == 0;
    if (!(first ? planner_.plan_first(outcome) : planner_.plan_next(outcome))) {
        return false;
    }
    untaken_ = outcome.input_blocked_min;
    outcome_ = Outcome::none();
    cores_left_ = run_.cores;
    return true;
}

void SteppedScheduler::end_beat() {
    state_->close_beat(outcome_, board_, run_.cores);
    now_ = Timestamp{outcome_.clock_max};
    for (u32 id = 0; id < run_.cores; ++id) {
        had_their_part_[id] = 0;
    }
}

Outcome SteppedScheduler::stage() {
    Outcome outcome = Outcome::none();
    for (u32 id = 0; id < run_.cores; ++id) {
        cores_.with(id, [&](Core& core) { outcome.add(core.stage()); });
    }
    return outcome;
}

} // namespace knhk
