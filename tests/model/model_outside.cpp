// SPDX-License-Identifier: MIT
// Inputs from outside: determinism.md, section 2.11.
#include "tests/model/model.hpp"

#include <algorithm>
#include <stdexcept>

namespace knhk::model {
namespace {

constexpr u64 QUOTA = 16;
constexpr u64 CUT_MAX = 1024;

// Rows take the place of two inputs.
template<class Input>
u64 entries_of(const Input& input) {
    return input.task.brings_rows() ? 3 : 1;
}
u64 entries_of(const std::vector<Arrival>& taken) {
    u64 entries = 0;
    for (const Arrival& arrival : taken) {
        entries += entries_of(arrival);
    }
    return entries;
}
constexpr u64 TIME_MAX = u64{1} << 62;

} // namespace

// Sections 2.8 and 2.11: the first beat is that of the first input; without any it is 0, as soon as
// something has come from outside.
bool Model::find_first_beat() {
    const bool has_inputs = inputs_remain();
    beat_ = has_inputs && !faults_.outside_begins_at_0 ? config_.inputs.front().beat : 0;
    counters_.first_beat_not_0 += beat_ != 0;
    begin_barrier(0);
    cut_inputs(beat_);
    cut_outside(beat_);
    if (!has_inputs) {
        wait_for_outside(beat_);
    }
    return has_inputs || !taken_.empty();
}

// A run that ends at this barrier takes nothing more.
void Model::begin_barrier(u64 beats) {
    taken_.clear();
    now_ = std::max(now_, 2 * beats);
    ends_ = beats >= config_.beats_max;
}

// Those that are there, up to the first that has no place.
void Model::cut_outside(u64 due) {
    const u64 taken_before = taken_.size();
    while (outside_remains() && !ends_) {
        const ModelOutside& input = config_.outside[next_outside_];
        if (!is_there(input, due)) {
            break;
        }
        if (!accepts(input)) {
            ++refused_;
            ++counters_.outside_refused;
            ++next_outside_;
            if (faults_.refused_from_outside_ends_cut) {
                break;
            }
            continue;
        }
        if (entries_of(taken_) + entries_of(input) > CUT_MAX && !faults_.outside_cut_unlimited) {
            ++counters_.outside_cut_stopped_by_1024;
            break;
        }
        if (!has_place(input)) {
            ++counters_.outside_cut_stopped_by_quota;
            break;
        }
        const u32 home = static_cast<u32>(input.task.id % config_.cores);
        taken_.push_back({due, From::Outside, taken_.size(), home, 0, input.task,
                          input.ordered_time, input.rows});
        ++next_outside_;
    }
    counters_.outside_beside_inputs += taken_.size() > taken_before && cut_begin_ != cut_end_;
}

bool Model::is_there(const ModelOutside& input, u64 due) const {
    if (!config_.recorded) {
        return input.moment <= now_;
    }
    if (input.beat < due) {
        throw std::runtime_error("a recorded input of beat " + std::to_string(input.beat) +
                                 " is left behind");
    }
    return input.beat == due;
}

// Sections 1 and 2.11.
bool Model::accepts(const ModelOutside& input) const {
    return valid(input.task) && input.ordered_time.value_or(0) <= TIME_MAX &&
           !(input.task.is_delta() && input.ordered_time);
}

// In its home core's line, beside those that are not in the ring or heap yet.
bool Model::has_place(const ModelOutside& input) {
    const u32 core = static_cast<u32>(input.task.id % config_.cores);
    const u8 line = quota_line_of({.task = input.task, .ordered_time = input.ordered_time});
    const u64 quota = QUOTA + (faults_.outside_quota_off_by_one ? 1 : 0);
    return held_from_outside(core, line) < quota;
}

u64 Model::held_from_outside(u32 core, u8 line) const {
    const auto is_held = [&](const Arrival& arrival) {
        return arrival.from == From::Outside ||
               (arrival.from == From::Inputs && faults_.outside_quota_counts_inputs);
    };
    u64 held = 0;
    if (!faults_.outside_quota_of_this_cut_alone) {
        held += held_in_lines(core, line, is_held);
    }
    for (const Arrival& arrival : taken_) {
        const bool same_line = quota_line_of(arrival) == line || faults_.outside_quota_of_all_lines;
        held += arrival.source == core && same_line && !faults_.outside_cut_without_quota ? 1 : 0;
    }
    return held;
}

// For the beat that a run skips to: what came meanwhile.
void Model::cut_outside_again(u64 due) {
    now_ = std::max(now_, now_ / 2 * 2 + 1);
    const u64 taken_before = taken_.size();
    if (!faults_.outside_not_cut_for_skips) {
        cut_outside(due);
    }
    counters_.outside_cut_at_a_skip += taken_.size() > taken_before;
}

// Nothing is left to do: time goes on until something comes, and beats do not.
void Model::wait_for_outside(u64 due) {
    while (taken_.empty() && outside_remains()) {
        const ModelOutside& next = config_.outside[next_outside_];
        if (config_.recorded && next.beat != due) {
            throw std::runtime_error("nothing is left to do before a recorded input's beat " +
                                     std::to_string(next.beat));
        }
        ++counters_.outside_waited_for;
        now_ = std::max(now_, next.moment);
        cut_outside(due);
    }
}

} // namespace knhk::model
