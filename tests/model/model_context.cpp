// SPDX-License-Identifier: MIT
// What a handler may do while its task runs: determinism.md, section 2.5.
#include "tests/model/model.hpp"

#include <algorithm>

namespace knhk::model {
namespace {

constexpr u32 EMISSIONS_OF_A_TASK = 7;

template<class... Words>
u64 hash_of_words(Words... words) {
    const std::array<u64, sizeof...(words)> array = {words...};
    return hash64(std::as_bytes(std::span(array)));
}

} // namespace

// The emission is counted before it is looked at, a refused one too; the first refusal is the
// task's status; a refused call costs its tick.
ModelStatus ModelContext::emit(const ModelTask& task, bool by_message) {
    const ModelFaults& faults = model_.faults_;
    const ModelStatus status = try_emit(task, by_message);
    if (status == OK || !faults.refused_calls_cost_nothing) {
        ++ticks_;
    }
    if (status == OK || !faults.refused_emissions_not_counted) {
        ++emissions_;
    }
    if (status == QUEUE_FULL && by_message && faults.refused_send_takes_time) {
        (void)model_.stamp(core_);
    }
    if (status != OK && (status_ == OK || faults.last_refusal_is_status)) {
        status_ = status;
    }
    return status;
}

// The refusals in their order: EmitLimit, InvalidTask, QueueFull.
ModelStatus ModelContext::try_emit(const ModelTask& task, bool by_message) {
    const bool looked_at_first = model_.faults_.emission_looked_at_before_counted;
    if (looked_at_first && !valid(task)) {
        return INVALID_TASK;
    }
    if (emissions_ >= EMISSIONS_OF_A_TASK) {
        ++model_.counters_.emit_limit;
        return EMIT_LIMIT;
    }
    if (!valid(task)) {
        ++model_.counters_.invalid_task;
        return INVALID_TASK;
    }
    const u32 home = static_cast<u32>(task.id % cores());
    return by_message || home != core_ ? send_message(task, home) : spawn_here(task);
}

// Its handler and level exist, it names no guards, and has no other bytes set that mean nothing.
bool ModelContext::valid(const ModelTask& task) const {
    const auto zero = [](u32 value) { return value == 0; };
    return model_.config_.handlers.contains(task.handler) && task.level < LEVELS &&
           task.guard_count == 0 && std::ranges::all_of(task.guards, zero) &&
           std::ranges::all_of(task.reserved, zero);
}

// Into the ring at once, unless that is within a quarter of being full.
ModelStatus ModelContext::spawn_here(const ModelTask& task) {
    const u64 capacity = CAPACITIES[task.level];
    const u64 reserve = model_.faults_.no_spawn_reserve ? 0 : capacity / 4;
    const u64 size = model_.cores_[core_].rings[task.level].size();
    const u64 above = model_.faults_.spawn_reserve_off_by_one ? 1 : 0;
    if (size + reserve >= capacity + above) {
        ++model_.counters_.refused_by_reserve;
        return QUEUE_FULL;
    }
    model_.enter_ring(core_, task);
    return OK;
}

// A message takes a credit and a step of the clock, and leaves no record.
ModelStatus ModelContext::send_message(const ModelTask& task, u32 destination) {
    ModelCore& own = model_.cores_[core_];
    if (own.credits == 0) {
        ++model_.counters_.refused_for_credit;
        return QUEUE_FULL;
    }
    --own.credits;
    model_.counters_.send_to_self += destination == core_;
    const u32 row = model_.faults_.latency_transposed ? destination : core_;
    const u32 column = model_.faults_.latency_transposed ? core_ : destination;
    const u64 due = model_.beat_ + model_.config_.latencies[row * cores() + column];
    model_.cores_[destination].pending.push_back({due, false, model_.stamp(core_), core_, task});
    return OK;
}

// The n-th draw: a hash of seed, task, start and n.
u64 ModelContext::random() {
    ++ticks_;
    const u64 time = model_.faults_.random_by_the_clock ? model_.cores_[core_].clock : start_;
    return hash_of_words(model_.config_.seed, task_.id, time, draws_++);
}

// Asking for the slab touches it (section 2.2).
std::span<std::byte> ModelContext::state() {
    ++ticks_;
    model_.cores_[core_].touched = true;
    return model_.cores_[core_].slab;
}

// The last setting counts.
void ModelContext::output(u64 a, u64 b, u64 c, u64 d) {
    ++ticks_;
    if (!output_set_ || !model_.faults_.first_output_counts) {
        output_ = {a, b, c, d};
    }
    output_set_ = true;
}

u64 ModelContext::output_hash() const {
    return hash_of_words(output_[0], output_[1], output_[2], output_[3]);
}

} // namespace knhk::model
