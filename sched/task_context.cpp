// SPDX-License-Identifier: MIT
#include "sched/task_context.hpp"

#include "isa/random.hpp"
#include "sched/core.hpp"

namespace knhk {

u64 TaskContext::random() {
    if (!charge(Operation::Random)) {
        return 0;
    }
    return random_number(core_->run().seed, TaskId{task_->id}, timestamp_, randoms_++);
}

const Observation& TaskContext::observe(u32 number) {
    static constexpr Observation NOTHING{};
    if (!charge(Operation::Observe)) {
        return NOTHING;
    }
    const auto observations = core_->run().observations;
    if (number >= observations.size()) {
        note(TaskStatus::NoObservation);
        return NOTHING;
    }
    return observations[number];
}

TaskStatus TaskContext::promote(u32 snapshot) {
    if (!charge(Operation::Promote)) {
        return TaskStatus::OverBudget;
    }
    const TaskStatus status = core_->ask_promotion(*task_, timestamp_, snapshot);
    had_effect_ = had_effect_ || status == TaskStatus::Ok;
    return note(status);
}

TaskStatus TaskContext::load_snapshot(u64 place, std::span<const std::byte> piece) {
    if (!charge(Operation::State)) {
        return TaskStatus::OverBudget;
    }
    const TaskStatus status = core_->load_snapshot(*task_, place, piece);
    had_effect_ = had_effect_ || status == TaskStatus::Ok;
    return note(status);
}

std::span<std::byte> TaskContext::state() {
    if (!may_use_state()) {
        return {};
    }
    had_effect_ = true; // what the handler writes cannot be taken back
    return core_->state_for_writing();
}

std::span<const std::byte> TaskContext::read_state() {
    return may_use_state() ? core_->state() : std::span<const std::byte>();
}

bool TaskContext::may_use_state() {
    if (!charge(Operation::State)) {
        return false;
    }
    if (task_->stateless()) {
        note(TaskStatus::StateDenied);
        return false;
    }
    return true;
}

} // namespace knhk
