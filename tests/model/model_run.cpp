// SPDX-License-Identifier: MIT
// How a core of the model takes tasks, runs them and judges how they ended: determinism.md,
// sections 2.6 and 2.7. What a handler may do meanwhile is in model_context.cpp.
#include "tests/model/model_context.hpp"

#include <algorithm>

namespace knhk::model {
namespace {

constexpr u64 RECORDS_FREE_FOR_A_TASK = 8;
constexpr u8 WARM = LEVELS; // the ring behind those of the levels

} // namespace

// Section 2.6: the loop. Every record of the beat counts.
void Model::run_tasks(u32 core) {
    ModelCore& own = cores_[core];
    own.warm_turns = own.parked_warm.size();
    const u64 needs = faults_.no_room_kept_for_a_task ? 1 : RECORDS_FREE_FOR_A_TASK;
    const u64 not_counted = faults_.ordered_part_outside_share ? own.ordered_events : 0;
    for (bool first = true;; first = false) {
        if (share_ - std::min(share_, own.events.size() - not_counted) < needs) {
            ++counters_.run_stopped_below_8_free;
            return;
        }
        const bool fibers_turn = first && beat_ % 8 == 6 && !faults_.no_fiber_turn;
        if (fibers_turn && run_warm_fiber(core)) {
            continue;
        }
        ModelTask task;
        const std::optional<Origin> origin = take_task(core, first, task);
        if (!origin) {
            if (!run_warm_fiber(core)) {
                return;
            }
            continue;
        }
        execute(core, task, *origin, stamp(core));
    }
}

// Section 2.6: High, Normal, Low, warm; the first take of a beat has the slot's turn.
std::vector<u8> Model::order_of_rings(bool first) const {
    const bool turns = (first || faults_.turns_for_whole_beat) && !faults_.no_first_take_turns;
    const u64 slot = turns ? beat_ % 8 : 1;
    if (slot == 0) {
        return {LOW, HIGH, NORMAL, WARM};
    }
    if (slot == 2 && !faults_.no_warm_turn) {
        return {WARM, HIGH, NORMAL, LOW};
    }
    if (slot == 4) {
        return {NORMAL, HIGH, LOW, WARM};
    }
    return faults_.warm_before_low ? std::vector<u8>{HIGH, NORMAL, WARM, LOW}
                                   : std::vector<u8>{HIGH, NORMAL, LOW, WARM};
}

std::deque<ModelTask>& Model::ring(u32 core, u8 which) {
    return which == WARM ? cores_[core].warm : cores_[core].rings[which];
}

std::optional<Origin> Model::take_task(u32 core, bool first, ModelTask& task) {
    const std::vector<u8> order = order_of_rings(first);
    const auto found =
        std::ranges::find_if(order, [&](u8 which) { return !ring(core, which).empty(); });
    if (found == order.end()) {
        return std::nullopt;
    }
    count_turns(core, *found);
    std::deque<ModelTask>& tasks = ring(core, *found);
    const bool last = *found == WARM && faults_.warm_last_in_first_out;
    const auto taken = last ? tasks.end() - 1 : tasks.begin();
    task = *taken;
    tasks.erase(taken);
    return *found == WARM ? Origin::Warm : Origin::Ring;
}

void Model::count_turns(u32 core, u8 taken) {
    bool others = false;
    for (u8 which = HIGH; which < taken; ++which) {
        others = others || !ring(core, which).empty();
    }
    counters_.normal_turn += others && taken == NORMAL;
    counters_.low_turn += others && taken == LOW;
    counters_.warm_turn += others && taken == WARM;
}

// Section 2.6: the record's place and time are those of the start.
void Model::execute(u32 core, const ModelTask& task, Origin origin, u64 start) {
    std::vector<ModelEvent>& events = cores_[core].events;
    const u64 place = events.size();
    record(core, {.timestamp = start, .task_id = task.id, .kind = TASK_EXECUTED});
    ModelContext context(*this, core, task, origin, start);
    context.run();
    judge(core, task, origin, context, events[place]);
    if (config_.seen) {
        config_.seen(beat_, task, events[place]);
    }
    if (faults_.executed_stamped_at_end && origin != Origin::OrderedPart) {
        events[place].timestamp = stamp(core);
    }
    if (faults_.executed_placed_at_end) {
        std::rotate(events.begin() + static_cast<std::ptrdiff_t>(place),
                    events.begin() + static_cast<std::ptrdiff_t>(place) + 1, events.end());
    }
}

// Section 2.7: the first row of the table that applies, from the top.
void Model::judge(u32 core, const ModelTask& task, Origin origin, const ModelContext& context,
                  ModelEvent& event) {
    event.ticks = context.ticks();
    const ModelStatus refusal = context.first_refusal();
    if (context.over_budget() && !(faults_.refusal_before_over && refusal != OK)) {
        judge_over_budget(core, task, origin, context, event);
        return;
    }
    counters_.budget_used_exactly += context.used_exactly();
    if (const std::optional<u16> guard = context.failed_guard()) {
        event.status = GUARD_FAILED;
        event.hash = faults_.guard_hash_zero ? 0 : *guard;
        return;
    }
    event.status = refusal;
    event.hash =
        refusal == GUARD_FAILED ? u64{1024} + context.snapshot_guard() : context.output_hash();
    counters_.warm_ok += origin == Origin::Warm && refusal == OK;
    counters_.warm_refused += origin == Origin::Warm && refusal != OK;
}

// Section 2.7: parked, if it may and there is room.
void Model::judge_over_budget(u32 core, const ModelTask& task, Origin origin,
                              const ModelContext& context, ModelEvent& event) {
    count_over_budget(origin, context);
    const bool may_park = (!context.had_effect() || faults_.parked_after_effect) &&
                          (origin != Origin::OrderedPart || faults_.ordered_tasks_park) &&
                          (origin != Origin::Warm || faults_.warm_tasks_park);
    std::deque<ModelTask>& warm = cores_[core].warm;
    const u64 capacity = faults_.warm_ring_of_64 ? 64 : WARM_CAPACITY;
    event.hash = faults_.output_kept_when_over ? context.output_hash() : 0;
    event.status = OVER_BUDGET;
    if (may_park && warm.size() < capacity) {
        warm.push_back(task);
        event.status = PARKED;
        ++counters_.parked;
    } else if (may_park) {
        ++counters_.over_warm_ring_full;
    }
}

void Model::count_over_budget(Origin origin, const ModelContext& context) {
    counters_.over_after_effect += origin == Origin::Ring && context.had_effect();
    counters_.over_after_refusal += context.first_refusal() != OK;
    counters_.over_ordered += origin == Origin::OrderedPart;
    counters_.over_warm += origin == Origin::Warm;
    counters_.over_in_guards += context.over_in_guards();
}

} // namespace knhk::model
