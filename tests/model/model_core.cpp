// SPDX-License-Identifier: MIT
// What one core does in one beat of the model: determinism.md, sections 2.1 to 2.5, in that order.
// What a handler may do while its task runs is in model_context.cpp.
#include "tests/model/model.hpp"

#include <algorithm>

namespace knhk::model {
namespace {

constexpr u64 RECORDS_FREE_FOR_A_TASK = 8;

} // namespace

// Section 2: what every core does, for itself. Staging inputs is left to `cut_inputs`.
void Model::core_beat(u32 core, u64 start_time) {
    if (!faults_.clocks_not_aligned) {
        cores_[core].clock = start_time;
    }
    cores_[core].events.clear();
    take_back_credits(core);
    log_state_change(core);
    line_up(core);
    admit(core);
    run_tasks(core);
}

// Section 2.1: those of messages that entered a ring in an earlier beat.
void Model::take_back_credits(u32 core) {
    ModelCore& own = cores_[core];
    const u64 late = faults_.credit_back_a_beat_late ? 1 : 0;
    own.credits += std::erase_if(own.credits_coming_back,
                                 [&](u64 entered_in) { return entered_in + late < beat_; });
}

// Section 2.2.
void Model::log_state_change(u32 core) {
    ModelCore& own = cores_[core];
    if (beat_ % 8 != 0 || !own.touched) {
        return;
    }
    own.touched = false;
    const u64 hash = hash64(own.slab);
    if (hash == own.last_state_hash && !faults_.touched_state_always_logged) {
        ++counters_.touched_without_change;
        return;
    }
    own.last_state_hash = hash;
    ++counters_.state_change_logged;
    record(core, {.timestamp = stamp(core), .hash = hash, .kind = STATE_CHANGE});
}

// Section 2.3: messages that are due, sorted, then the inputs of the last cut, in their order.
void Model::line_up(u32 core) {
    ModelCore& own = cores_[core];
    std::vector<Arrival> arrivals;
    std::erase_if(own.pending, [&](const Arrival& message) {
        if (message.due == beat_) {
            arrivals.push_back(message);
        }
        return message.due == beat_;
    });
    for (u64 i = cut_begin_; cut_due_ == beat_ && i < cut_end_; ++i) {
        if (i % config_.cores == core) {
            ModelTask task = config_.inputs[i];
            task.id = i;
            arrivals.push_back({beat_, true, i, core, task});
        }
    }
    std::ranges::sort(arrivals, {}, [&](const Arrival& arrival) { return key(arrival); });
    for (u64 i = 0; i < arrivals.size(); ++i) {
        own.lines[arrivals[i].task.level].push_back(arrivals[i]);
        counters_.equal_timestamps +=
            i > 0 && !arrivals[i].input && !arrivals[i - 1].input &&
            arrivals[i].time_or_position == arrivals[i - 1].time_or_position;
    }
}

// Section 2.4.
void Model::admit(u32 core) {
    while (true) {
        const std::optional<u8> level = oldest_admissible(core);
        if (!level || !admit_may_take(core, cores_[core].lines[*level].front())) {
            return;
        }
        admit_one(core, *level);
    }
}

// Section 2.4: among the lines whose ring has a free entry, the one with the oldest head.
std::optional<u8> Model::oldest_admissible(u32 core) {
    const ModelCore& own = cores_[core];
    std::optional<u8> oldest;
    for (u8 level = 0; level < LEVELS; ++level) {
        if (own.lines[level].empty()) {
            continue;
        }
        if (own.rings[level].size() == CAPACITIES[level]) {
            ++counters_.line_blocked_by_full_ring;
            if (faults_.full_ring_blocks_all_levels) {
                return std::nullopt;
            }
            continue;
        }
        if (!oldest || key(own.lines[level].front()) < key(own.lines[*oldest].front())) {
            oldest = level;
        }
    }
    return oldest;
}

// Section 2.4: S / 2 records, the state change included; an input needs two.
bool Model::admit_may_take(u32 core, const Arrival& arrival) {
    u64 used = cores_[core].events.size();
    if (faults_.state_change_outside_admits_half && used > 0 &&
        cores_[core].events[0].kind == STATE_CHANGE) {
        --used;
    }
    const u64 may_use = faults_.admit_uses_whole_share ? share_ : share_ / 2;
    if (used >= may_use) {
        ++counters_.admit_stopped_at_half_share;
        return false;
    }
    if (arrival.input && used + 2 > may_use && !faults_.input_splits_at_half_share) {
        ++counters_.two_record_input_stop;
        return false;
    }
    return true;
}

// Section 2.4: the arrival leaves its line, and its task enters the ring. Section 2.1: with that
// the message's credit is on its way back.
void Model::admit_one(u32 core, u8 level) {
    const Arrival arrival = cores_[core].lines[level].front();
    cores_[core].lines[level].pop_front();
    counters_.admitted_later_than_due += arrival.due < beat_;
    if (arrival.input) {
        record(core, {.timestamp = stamp(core),
                      .task_id = arrival.task.id,
                      .hash = hash64(arrival.task.encode()),
                      .kind = EXTERNAL_INPUT});
    } else if (faults_.credit_reusable_at_once) {
        ++cores_[arrival.source].credits;
    } else {
        cores_[arrival.source].credits_coming_back.push_back(beat_);
    }
    enter_ring(core, arrival.task);
}

// Sections 2.4 and 2.5: a task in a ring is a `TaskEnqueued`.
void Model::enter_ring(u32 core, const ModelTask& task) {
    cores_[core].rings[task.level].push_back(task);
    record(core, {.timestamp = stamp(core),
                  .task_id = task.id,
                  .hash = hash64(task.encode()),
                  .kind = TASK_ENQUEUED,
                  .status = task.level});
}

// Section 2.5: the loop.
void Model::run_tasks(u32 core) {
    const u64 needs = faults_.no_room_kept_for_a_task ? 1 : RECORDS_FREE_FOR_A_TASK;
    for (bool first = true;; first = false) {
        if (share_ - std::min(share_, u64{cores_[core].events.size()}) < needs) {
            ++counters_.run_stopped_below_8_free;
            return;
        }
        const std::optional<ModelTask> task = take_task(core, first);
        if (!task) {
            return;
        }
        execute(core, *task);
    }
}

// Section 2.5: High, Normal, Low; but the first of a beat is Low's in slot 0, Normal's in slot 4.
std::optional<ModelTask> Model::take_task(u32 core, bool first) {
    std::vector<u8> levels = {HIGH, NORMAL, LOW};
    const bool turns = (first || faults_.turns_for_whole_beat) && !faults_.no_first_pop_turns;
    if (turns && beat_ % 8 == 0) {
        levels = {LOW, HIGH, NORMAL};
    } else if (turns && beat_ % 8 == 4) {
        levels = {NORMAL, HIGH, LOW};
    }
    auto& rings = cores_[core].rings;
    const auto found =
        std::ranges::find_if(levels, [&](u8 level) { return !rings[level].empty(); });
    if (found == levels.end()) {
        return std::nullopt;
    }
    const bool others = !rings[HIGH].empty() || (*found == LOW && !rings[NORMAL].empty());
    counters_.low_turn += *found == LOW && others;
    counters_.normal_turn += *found == NORMAL && others;
    const ModelTask task = rings[*found].front();
    rings[*found].pop_front();
    return task;
}

// Section 2.5: the record's place and time are those of the start.
void Model::execute(u32 core, const ModelTask& task) {
    const u64 start = stamp(core);
    const u64 place = cores_[core].events.size();
    record(core, {.timestamp = start, .task_id = task.id, .kind = TASK_EXECUTED});
    ModelContext context(*this, core, task, start);
    config_.handlers.at(task.handler)(context);
    ModelEvent& event = cores_[core].events[place];
    event.hash = context.output_hash();
    event.ticks = context.ticks();
    event.status = context.status();
    if (faults_.executed_stamped_at_end) {
        event.timestamp = stamp(core);
    }
}

void Model::record(u32 core, ModelEvent event) {
    event.core = static_cast<u16>(core);
    cores_[core].events.push_back(event);
}

} // namespace knhk::model
