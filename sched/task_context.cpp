// SPDX-License-Identifier: MIT
#include "sched/task_context.hpp"

#include "base/hash.hpp"
#include "isa/random.hpp"
#include "sched/core.hpp"

namespace knhk {

namespace {

/// A task's second run and only that may use more ticks than its budget.
TickBudget budget_of(const Task& task, RunMode mode) {
    return TickBudget(Tick{mode == RunMode::Warm ? WARM_TICKS_MAX : task.budget_ticks});
}

} // namespace

TaskContext::TaskContext(Core& core, const Task& task, Timestamp timestamp, RunMode mode)
    : core_(core), task_(task), timestamp_(timestamp), budget_(budget_of(task, mode)), mode_(mode) {
}

CoreId TaskContext::core() const {
    return core_.id();
}

u32 TaskContext::cores() const {
    return core_.run().cores;
}

const WorkloadParameters& TaskContext::workload() const {
    return core_.run().parameters;
}

TaskStatus TaskContext::spawn(const Task& task) {
    return emit(Operation::Spawn, task, Timestamp{0});
}

TaskStatus TaskContext::send(const Task& task) {
    return emit(Operation::Send, task, Timestamp{0});
}

TaskStatus TaskContext::enqueue_ordered(const Task& task, Timestamp at) {
    return emit(Operation::Order, task, at);
}

u64 TaskContext::random() {
    if (!charge(Operation::Random)) {
        return 0;
    }
    return random_number(core_.run().seed, TaskId{task_.id}, timestamp_, randoms_++);
}

const Observation& TaskContext::observe(u32 number) {
    static constexpr Observation NOTHING{};
    if (!charge(Operation::Observe)) {
        return NOTHING;
    }
    const auto observations = core_.run().observations;
    if (number >= observations.size()) {
        note(TaskStatus::NoObservation);
        return NOTHING;
    }
    return observations[number];
}

std::span<std::byte> TaskContext::state() {
    if (!may_use_state()) {
        return {};
    }
    had_effect_ = true; // what the handler writes cannot be taken back
    return core_.state_for_writing();
}

std::span<const std::byte> TaskContext::read_state() {
    return may_use_state() ? core_.state() : std::span<const std::byte>();
}

void TaskContext::work(u32 ticks) {
    static_cast<void>(charge(Operation::Work, ticks));
}

void TaskContext::output(u64 a, u64 b, u64 c, u64 d) {
    if (!charge(Operation::Output)) {
        return;
    }
    output_[0] = a;
    output_[1] = b;
    output_[2] = c;
    output_[3] = d;
}

u64 TaskContext::output_hash() const {
    return xxh3_64(output_, sizeof output_);
}

bool TaskContext::charge(Operation operation, u32 times) {
    return !budget_.exceeded() && budget_.charge(Tick{cost_of(operation).raw * times});
}

bool TaskContext::may_use_state() {
    if (!charge(Operation::State)) {
        return false;
    }
    if (task_.stateless()) {
        note(TaskStatus::StateDenied);
        return false;
    }
    return true;
}

/// Refused emissions count, so that a task's records always fit behind it.
TaskStatus TaskContext::emit(Operation operation, const Task& task, Timestamp at) {
    if (!charge(operation)) {
        return TaskStatus::OverBudget;
    }
    if (emissions_ == EMISSIONS_MAX) {
        return note(TaskStatus::EmitLimit);
    }
    const Emission emission{operation, at, emissions_++, timestamp_, mode_ == RunMode::Ordered};
    const TaskStatus status = core_.emit(task, emission);
    had_effect_ = had_effect_ || status == TaskStatus::Ok;
    return note(status);
}

TaskStatus TaskContext::note(TaskStatus status) {
    if (status_ == TaskStatus::Ok) {
        status_ = status;
    }
    return status;
}

} // namespace knhk
