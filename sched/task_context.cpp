// SPDX-License-Identifier: MIT
#include "sched/task_context.hpp"

#include "base/hash.hpp"
#include "isa/cost.hpp"
#include "isa/random.hpp"
#include "sched/core.hpp"

namespace knhk {

namespace {

Tick operator+(Tick a, Tick b) {
    return Tick{a.raw + b.raw};
}

} // namespace

TaskContext::TaskContext(Core& core, const Task& task, Timestamp timestamp)
    : core_(core), task_(task), timestamp_(timestamp), ticks_(cost_of(Operation::Execute)) {}

CoreId TaskContext::core() const {
    return core_.id();
}

u32 TaskContext::cores() const {
    return core_.run().cores;
}

TaskStatus TaskContext::spawn(const Task& task) {
    ticks_ = ticks_ + cost_of(Operation::Spawn);
    return emit(task, false);
}

TaskStatus TaskContext::send(const Task& task) {
    ticks_ = ticks_ + cost_of(Operation::Send);
    return emit(task, true);
}

u64 TaskContext::random() {
    ticks_ = ticks_ + cost_of(Operation::Random);
    return random_number(core_.run().seed, TaskId{task_.id}, timestamp_, randoms_++);
}

std::span<std::byte> TaskContext::state() {
    ticks_ = ticks_ + cost_of(Operation::State);
    return core_.state_for_writing();
}

void TaskContext::output(u64 a, u64 b, u64 c, u64 d) {
    ticks_ = ticks_ + cost_of(Operation::Output);
    output_[0] = a;
    output_[1] = b;
    output_[2] = c;
    output_[3] = d;
}

u64 TaskContext::output_hash() const {
    return xxh3_64(output_, sizeof output_);
}

/// Refused emissions count, so that a task's records always fit behind it.
TaskStatus TaskContext::emit(const Task& task, bool by_message) {
    if (emissions_ == EMISSIONS_MAX) {
        return note(TaskStatus::EmitLimit);
    }
    ++emissions_;
    return note(core_.emit(task, by_message));
}

TaskStatus TaskContext::note(TaskStatus status) {
    if (status_ == TaskStatus::Ok) {
        status_ = status;
    }
    return status;
}

} // namespace knhk
