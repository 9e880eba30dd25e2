// SPDX-License-Identifier: MIT
// What one core of the model does in a beat until its tasks run: determinism.md, sections 2.1 to
// 2.5, in that order. Running is in model_run.cpp.
#include "tests/model/model.hpp"

#include <algorithm>

namespace knhk::model {

// Section 2: what every core does, for itself. Staging inputs is left to `cut_inputs`.
void Model::core_beat(u32 core) {
    ModelCore& own = cores_[core];
    if (!faults_.clocks_not_aligned) {
        own.clock = start_time_;
    }
    own.events.clear();
    own.slab_before = own.slab;
    own.free_admit_events = 0;
    own.stolen_events = 0;
    own.receipts = 0;
    take_back_credits(core);
    if (faults_.state_change_before_ordered) {
        log_state_change(core);
    }
    run_ordered_part(core);
    own.ordered_events = own.events.size();
    if (faults_.timers_before_state_change) {
        fire_timers(core);
    }
    if (faults_.steal_before_state_change) {
        log_stolen(core);
    }
    log_state_change(core);
    log_commit(core);
    log_promotion(core);
    log_stolen(core);
    if (!faults_.timers_before_state_change) {
        fire_timers(core);
    }
    line_up(core);
    admit(core);
    run_fibers(core);
    run_cold_fibers(core);
    run_tasks(core);
}

// Section 2.1: those of messages that entered a ring or a heap in an earlier beat.
void Model::take_back_credits(u32 core) {
    ModelCore& own = cores_[core];
    const u64 late = faults_.credit_back_a_beat_late ? 1 : 0;
    own.credits += std::erase_if(own.credits_coming_back,
                                 [&](u64 entered_in) { return entered_in + late < beat_; });
}

// Section 2.2: the j-th of X has the time G + 1 + j, and then every clock is G + n.
void Model::run_ordered_part(u32 core) {
    ModelCore& own = cores_[core];
    u64 run = 0;
    for (u64 j = 0; j < selected_.size(); ++j) {
        if (selected_[j].home == core) {
            own.clock = start_time_ + 1 + j;
            execute(core, selected_[j].task, Origin::OrderedPart, start_time_ + 1 + j);
            ++run;
        }
    }
    if (!selected_.empty()) {
        own.clock = start_time_ + (faults_.clock_after_own_ordered ? run : selected_.size());
    }
}

// Section 2.3.
void Model::log_state_change(u32 core) {
    ModelCore& own = cores_[core];
    const bool pulse = faults_.pulse_in_slot_0_alone ? beat_ % 8 == 0 : after_pulse_;
    if (!pulse || !own.touched) {
        return;
    }
    own.touched = false;
    counters_.pulse_outside_slot_0 += beat_ % 8 != 0;
    const u64 hash = hash64(own.slab);
    if (hash == own.last_state_hash && !faults_.touched_state_always_logged) {
        ++counters_.touched_without_change;
        return;
    }
    own.last_state_hash = hash;
    ++counters_.state_change_logged;
    own.free_admit_events += faults_.state_change_outside_admits_half ? 1 : 0;
    record(core, {.timestamp = stamp(core), .hash = hash, .kind = STATE_CHANGE});
}

// Section 2.12: what the pulse decided.
void Model::log_promotion(u32 core) {
    ModelCore& own = cores_[core];
    if (!own.request || !own.request->decision) {
        return;
    }
    const ModelRequest request = *own.request;
    own.request.reset();
    counters_.promotion_after_state_change += own.events.size() > own.ordered_events;
    if (*request.decision != 0 && faults_.refused_promotion_unrecorded) {
        return;
    }
    record(core, {.timestamp = stamp(core),
                  .task_id = request.task_id,
                  .hash = current_id_word(),
                  .ticks = request.snapshot,
                  .kind = PROMOTION,
                  .status = *request.decision});
}

// Section 2.9: the thief's records, in order.
void Model::log_stolen(u32 core) {
    ModelCore& own = cores_[core];
    counters_.stolen_after_state_change +=
        !own.stolen.empty() && own.events.size() > own.ordered_events;
    for (const StolenTask& stolen : own.stolen) {
        if (faults_.steal_unrecorded) {
            break;
        }
        ++own.stolen_events;
        own.free_admit_events += faults_.stolen_outside_admits_half ? 1 : 0;
        record(core, {.timestamp = stamp(core),
                      .task_id = stolen.task.id,
                      .hash = hash64(stolen.task.encode()),
                      .ticks = stolen.victim,
                      .kind = TASK_STOLEN,
                      .status = stolen.task.level});
    }
    own.stolen.clear();
}

// Section 2.4: messages, inputs, inputs from outside.
u32 Model::rank(From from) const {
    if (from == From::Messages) {
        return faults_.inputs_before_messages ? 3 : 0;
    }
    return (from == From::Inputs) != faults_.outside_before_inputs ? 1 : 2;
}

// Section 2.4: due beat, messages before inputs before inputs from outside, timestamp or position,
// source core, emission.
Model::ArrivalKey Model::key(const Arrival& arrival) const {
    const u32 second = rank(arrival.from);
    const u64 due = faults_.arrivals_by_time_alone ? 0 : arrival.due;
    const u64 source = arrival.source;
    const u32 emission =
        faults_.emission_order_ignored ? ~arrival.emission : arrival.emission; // the reverse
    return faults_.arrivals_by_source_first
               ? ArrivalKey(due, second, source, arrival.time_or_position, emission)
               : ArrivalKey(due, second, arrival.time_or_position, source, emission);
}

// Section 2.4: messages that are due, sorted, then the inputs of the last cut, in their order, then
// those from outside.
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
        const ModelInput& input = config_.inputs[i];
        if (input.task.id % config_.cores == core) {
            arrivals.push_back({beat_, From::Inputs, i, core, 0, input.task, input.ordered_time});
        }
    }
    std::ranges::copy_if(taken_, std::back_inserter(arrivals),
                         [core](const Arrival& arrival) { return arrival.source == core; });
    std::ranges::sort(arrivals, {}, [&](const Arrival& arrival) { return key(arrival); });
    for (const Arrival& arrival : arrivals) {
        const u8 line = line_of(arrival.task, arrival.ordered_time.has_value());
        own.lines[line].push_back(arrival);
    }
    count_equal_timestamps(arrivals);
}

void Model::count_equal_timestamps(const std::vector<Arrival>& arrivals) {
    for (u64 i = 1; i < arrivals.size(); ++i) {
        const Arrival& before = arrivals[i - 1];
        const Arrival& arrival = arrivals[i];
        counters_.equal_timestamps +=
            arrival.from == From::Messages && before.from == From::Messages &&
            arrival.time_or_position == before.time_or_position && arrival.source != before.source;
    }
}

// Section 2.5.
void Model::admit(u32 core) {
    while (true) {
        const std::optional<u8> line = oldest_admissible(core);
        if (!line || !admit_may_take(core, cores_[core].lines[*line].front())) {
            return;
        }
        admit_one(core, *line);
    }
}

// Section 2.5: among the lines whose ring or heap has a free entry, the one with the oldest head.
std::optional<u8> Model::oldest_admissible(u32 core) {
    const ModelCore& own = cores_[core];
    std::optional<u8> oldest;
    for (u8 line = 0; line < LINES; ++line) {
        if (own.lines[line].empty()) {
            continue;
        }
        if (!has_room(core, own.lines[line].front())) {
            if (faults_.full_ring_blocks_all_lines) {
                return std::nullopt;
            }
            continue;
        }
        if (!oldest || key(own.lines[line].front()) < key(own.lines[*oldest].front())) {
            oldest = line;
        }
    }
    return oldest;
}

bool Model::has_room(u32 core, const Arrival& head) {
    if (head.task.is_delta()) {
        const bool room = slot_has_room(core, beat_ % 8, run_of(head).rows.size());
        counters_.line_blocked_by_full_slot += !room;
        return room;
    }
    const bool full = head.ordered_time ? heap_full(core)
                                        : cores_[core].rings[head.task.level].size() ==
                                              CAPACITIES[head.task.level];
    if (full) {
        ++(head.ordered_time ? counters_.line_blocked_by_full_heap
                             : counters_.line_blocked_by_full_ring);
    }
    return !full;
}

// Section 2.5: S / 2 records, those of sections 2.3 and 2.9 included; an input needs two.
bool Model::admit_may_take(u32 core, const Arrival& arrival) {
    const ModelCore& own = cores_[core];
    const u64 ordered = faults_.ordered_part_in_admits_half ? 0 : own.ordered_events;
    const u64 used = own.events.size() - ordered - own.free_admit_events;
    const u64 may_use = faults_.admit_uses_whole_share ? share_ : share_ / 2;
    if (used >= may_use) {
        ++counters_.admit_stopped_at_half_share;
        counters_.half_share_after_ordered += own.ordered_events > 0;
        counters_.half_share_after_theft += own.stolen_events > 0;
        return false;
    }
    if (arrival.from != From::Messages && used + 2 > may_use &&
        !faults_.input_splits_at_half_share) {
        ++counters_.two_record_input_stop;
        return false;
    }
    return true;
}

// Section 2.5: the arrival leaves its line, and its task enters the ring or heap. Section 2.1: with
// that the message's credit is on its way back.
void Model::admit_one(u32 core, u8 line) {
    const Arrival arrival = cores_[core].lines[line].front();
    cores_[core].lines[line].pop_front();
    counters_.admitted_later_than_due += arrival.due < beat_;
    const bool heap_at_once = faults_.heap_credit_reusable_at_once && arrival.ordered_time;
    if (arrival.from != From::Messages) {
        record(core, {.timestamp = stamp(core),
                      .task_id = arrival.task.id,
                      .hash = hash_with_rows(arrival.task, arrival.rows),
                      .kind = EXTERNAL_INPUT});
    } else if (faults_.credit_reusable_at_once || heap_at_once) {
        ++cores_[arrival.source].credits;
    } else {
        cores_[arrival.source].credits_coming_back.push_back(beat_);
    }
    if (arrival.ordered_time) {
        enter_heap(core, arrival.task, *arrival.ordered_time);
    } else if (arrival.task.is_delta()) {
        enter_delta(core, {arrival.task, run_of(arrival)}, beat_ % 8);
    } else {
        enter_ring(core, arrival.task);
    }
}

} // namespace knhk::model
