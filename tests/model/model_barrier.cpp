// SPDX-License-Identifier: MIT
// What the model's barrier decides: inputs, skips, jumps, X and stealing; determinism.md, sections
// 2.8 to 2.10.
#include "tests/model/model.hpp"

#include <algorithm>

namespace knhk::model {
namespace {

constexpr u64 ORDERED_INPUT_QUOTA = 32;
constexpr u64 SELECTED_MAX = 256;
constexpr u64 SPARE_MAX = 16;
constexpr u64 STOLEN_MAX = 8;
constexpr u32 THIEVES_MAX = 32;
/// The statuses of a Promotion.
constexpr u8 PROMOTED = 0;
constexpr u8 REFUSED = 1;
constexpr u8 DAMAGED = 2;

} // namespace

// Section 2.8: the end moves to the first input that is for a later beat, or whose home core and
// line already holds its quota of inputs, those of this cut counted.
void Model::cut_inputs(u64 due) {
    cut_due_ = due;
    cut_begin_ = cut_end_;
    std::map<std::pair<u32, u8>, u64> held;
    for (; inputs_remain(); ++cut_end_) {
        const ModelInput& input = config_.inputs[cut_end_];
        if (input.beat > due && !faults_.later_inputs_cut_at_once) {
            ++counters_.cut_stopped_by_beat;
            return;
        }
        const u32 core = static_cast<u32>(input.task.id % config_.cores);
        const u8 line = quota_line_of({.task = input.task, .ordered_time = input.ordered_time});
        if (!held.contains({core, line}) && !faults_.quota_of_this_cut_alone) {
            held[{core, line}] = held_in_lines(
                core, line, [](const Arrival& arrival) { return arrival.from == From::Inputs; });
        }
        u64& holds = held[{core, line}];
        if (holds >= quota(input, line)) {
            ++(line == ORDERED ? counters_.cut_stopped_by_ordered_quota
                               : counters_.cut_stopped_by_quota);
            return;
        }
        holds += faults_.cut_unbounded ? 0 : 1;
    }
}

u64 Model::quota(const ModelInput& input, u8 line) const {
    const u64 more = faults_.input_quota_off_by_one ? 1 : 0;
    if (line != ORDERED || faults_.ordered_quota_of_ring) {
        return CAPACITIES[input.task.level] / 4 + more;
    }
    if (faults_.ordered_quota_always_32) {
        return ORDERED_INPUT_QUOTA;
    }
    return std::min(heap_capacity_ / 4, ORDERED_INPUT_QUOTA) + more;
}

// Of arrivals that wait.
u64 Model::held_in_lines(u32 core, u8 quota_line,
                         const std::function<bool(const Arrival&)>& counts) const {
    u64 held = 0;
    for (const auto& line : cores_[core].lines) {
        held += static_cast<u64>(std::ranges::count_if(line, [&](const Arrival& arrival) {
            return quota_line_of(arrival) == quota_line && counts(arrival);
        }));
    }
    return held;
}

// Section 2.10, 4.
bool Model::something_left() const {
    const bool from_outside = !taken_.empty() && !faults_.outside_invisible_to_quiescence;
    return from_outside || cut_begin_ != cut_end_ ||
           std::ranges::any_of(cores_,
                               [this](const ModelCore& core) { return core_has_something(core); });
}

bool Model::core_has_something(const ModelCore& core) const {
    const auto holds = [](const auto& tasks) { return !tasks.empty(); };
    const bool sent = !core.pending.empty() && !faults_.messages_invisible_to_quiescence;
    const std::span lines(core.lines);
    return sent || !core.warm.empty() || std::ranges::any_of(core.rings, holds) ||
           std::ranges::any_of(lines.first(LEVELS), holds) || deltas_left(core) ||
           ordered_line_counts(core);
}

// Only if the heap has room: what waits for a full heap waits for the jump.
bool Model::ordered_line_counts(const ModelCore& core) const {
    if (core.lines[ORDERED].empty() || faults_.ordered_line_never_prevents_jump) {
        return false;
    }
    return core.heap.size() < heap_capacity_ || faults_.blocked_line_prevents_jump;
}

bool Model::nothing_to_do() const {
    const bool waits_first = faults_.outside_waited_for_before_pulse && outside_remains();
    const bool held_by_touch = touched() && !faults_.quiescent_though_touched && !waits_first;
    const bool held_by_timer = next_timer().has_value() && !faults_.quiescent_though_timer;
    return !something_left() && !smallest_key() && !inputs_remain() && !held_by_touch &&
           !held_by_timer;
}

std::optional<u64> Model::smallest_key() const {
    std::optional<u64> smallest;
    for (const ModelCore& core : cores_) {
        for (const HeapEntry& entry : core.heap) {
            smallest = std::min(smallest.value_or(entry.key), entry.key);
        }
    }
    return smallest;
}

bool Model::touched() const {
    return std::ranges::any_of(cores_, [this](const ModelCore& core) {
        return core.touched || (core.request && !faults_.request_not_waited_for) ||
               receipts_left(core);
    });
}

// Section 2.12: of all requests the first in (timestamp, core).
void Model::decide_promotion() {
    ModelRequest* first = nullptr;
    for (ModelCore& core : cores_) {
        if (!core.request) {
            continue;
        }
        if (is_damaged(*core.request)) {
            core.request->decision = DAMAGED;
            ++counters_.promotion_damaged;
            continue;
        }
        core.request->decision = REFUSED;
        const bool is_earlier = first == nullptr || core.request->start < first->start;
        const bool is_first = faults_.latest_request_wins
                                  ? first == nullptr || core.request->start > first->start
                                  : is_earlier;
        const bool is_equal = first != nullptr && first->start == core.request->start;
        counters_.promotion_refused += first != nullptr;
        counters_.requests_at_one_time += is_equal;
        const bool replaces = is_first || (is_equal && faults_.last_of_equal_requests);
        first = replaces ? &*core.request : first;
    }
    if (first != nullptr) {
        first->decision = PROMOTED;
        promote(first->snapshot);
        ++counters_.promoted;
    }
}

// Section 2.10, 4: the next beat, a jump, a skip to inputs, or a skip to the next pulse.
u64 Model::next_beat() {
    if (something_left()) {
        count_lines_at_jump();
        return beat_ + 1;
    }
    if (inputs_remain() && faults_.skip_to_inputs_before_jump) {
        return skip_to_input();
    }
    if (const std::optional<u64> key = smallest_key()) {
        jump_to(*key);
        return beat_ + 1;
    }
    if (const std::optional<u64> timer = next_timer()) {
        if (!inputs_remain() || *timer < config_.inputs[cut_end_].beat) {
            return skip_to_timer(*timer);
        }
        ++counters_.skip_to_an_input_before_timer;
    }
    const u64 pulse = faults_.skip_by_eight_beats ? beat_ + 8 : (beat_ / 8 + 1) * 8;
    const bool pulse_first = faults_.skip_to_pulse_before_inputs && touched();
    if (inputs_remain() && !(pulse_first && config_.inputs[cut_end_].beat > pulse)) {
        return skip_to_input();
    }
    counters_.skip_to_a_pulse += 1;
    cut_outside_again(pulse);
    return pulse;
}

u64 Model::skip_to_input() {
    ++counters_.skip_to_an_input;
    if (faults_.no_skip_to_inputs) {
        return beat_ + 1;
    }
    const u64 beat = config_.inputs[cut_end_].beat;
    cut_inputs(beat);
    cut_outside_again(beat);
    return beat;
}

void Model::jump_to(u64 key) {
    ++counters_.jump;
    counters_.jump_with_key_below_g += key <= start_time_;
    for (const ModelCore& core : cores_) {
        counters_.jump_past_blocked_line += !core.lines[ORDERED].empty();
    }
    start_time_ = faults_.jump_without_maximum ? key : std::max(start_time_, key);
}

// Whether an ordered line alone kept the run from a jump.
void Model::count_lines_at_jump() {
    bool by_line = cut_begin_ == cut_end_;
    for (const ModelCore& core : cores_) {
        const bool line_alone = ordered_line_counts(core) && core.pending.empty() &&
                                core.warm.empty() && !deltas_left(core) &&
                                core.rings[HIGH].empty() && core.rings[NORMAL].empty() &&
                                core.rings[LOW].empty() && core.lines[HIGH].empty() &&
                                core.lines[NORMAL].empty() && core.lines[LOW].empty();
        by_line = by_line && (line_alone || !core_has_something(core));
    }
    counters_.no_jump_for_line += by_line;
}

// Section 2.10, 5: they leave their heaps before any of them runs.
void Model::select_x() {
    selected_.clear();
    std::vector<HeapEntry> due = due_entries();
    std::ranges::sort(due, {}, [this](const HeapEntry& entry) {
        const u64 home = entry.home;
        if (faults_.ordered_by_core_first) {
            return std::tuple(home, entry.key, entry.stamp);
        }
        return faults_.ordered_ties_by_core ? std::tuple(entry.key, home, entry.stamp)
                                            : std::tuple(entry.key, entry.stamp, home);
    });
    take_into_x(due);
    for (const HeapEntry& taken : selected_) {
        std::erase_if(cores_[taken.home].heap,
                      [&](const HeapEntry& entry) { return entry.stamp == taken.stamp; });
    }
    count_x();
}

// Those whose key is not above G.
std::vector<HeapEntry> Model::due_entries() const {
    std::vector<HeapEntry> due;
    for (const ModelCore& core : cores_) {
        for (const HeapEntry& entry : core.heap) {
            if (entry.key <= start_time_) {
                due.push_back(entry);
            }
        }
    }
    return due;
}

// The 257th, or the (E + 1)-th of its core, ends the selection.
void Model::take_into_x(const std::vector<HeapEntry>& due) {
    const u64 of_a_core_max = share_ / 4;
    std::map<u32, u64> of_core;
    for (const HeapEntry& entry : due) {
        if (selected_.size() == SELECTED_MAX && !faults_.x_unlimited) {
            ++counters_.x_stopped_by_256;
            return;
        }
        if (of_core[entry.home] == of_a_core_max && !faults_.x_unlimited_by_core) {
            ++counters_.x_stopped_by_core;
            if (!faults_.x_passes_over_full_core) {
                return;
            }
            continue;
        }
        ++of_core[entry.home];
        selected_.push_back(entry);
    }
}

void Model::count_x() {
    if (selected_.empty()) {
        return;
    }
    counters_.x_stopped_by_key += smallest_key().value_or(0) > start_time_;
    counters_.x_across_cores +=
        std::ranges::count(selected_, selected_[0].home, &HeapEntry::home) !=
        static_cast<std::ptrdiff_t>(selected_.size());
    for (u64 i = 1; i < selected_.size(); ++i) {
        counters_.x_ties_across_cores +=
            selected_[i].key == selected_[i - 1].key && selected_[i].home != selected_[i - 1].home;
    }
}

// Section 2.9: who is idle, and what can be spared, is counted once.
void Model::steal() {
    if (!config_.stealing) {
        return;
    }
    std::vector<u64> spares;
    for (u32 core = 0; core < config_.cores; ++core) {
        spares.push_back(spare(core));
    }
    u32 thieves = 0;
    for (u32 thief = 0; thief < config_.cores; ++thief) {
        if (!idle(thief)) {
            continue;
        }
        const auto victim = std::ranges::max_element(spares);
        const u64 count = std::min(STOLEN_MAX, *victim / 2);
        if (count == 0) {
            counters_.stealing_over += thieves > 0;
            return;
        }
        if (thieves++ == THIEVES_MAX && !faults_.steal_thieves_unlimited) {
            ++counters_.thieves_limited;
            return;
        }
        const auto last = std::find(spares.rbegin(), spares.rend(), *victim).base() - 1;
        counters_.stolen_among_equals += last != victim;
        const auto chosen = faults_.steal_highest_of_equals ? last : victim;
        move_tasks(static_cast<u32>(chosen - spares.begin()), thief, count);
        *chosen -= count;
        if (faults_.steal_spare_counted_again) {
            *chosen = spare(static_cast<u32>(chosen - spares.begin()));
        }
    }
}

bool Model::idle(u32 core) const {
    const ModelCore& own = cores_[core];
    const auto empty = [](const auto& tasks) { return tasks.empty(); };
    const bool lines_empty =
        std::ranges::all_of(own.lines, empty) || faults_.steal_though_lines_wait;
    const bool selected = std::ranges::count(selected_, core, &HeapEntry::home) > 0;
    return own.warm.empty() && std::ranges::all_of(own.rings, empty) && lines_empty &&
           !deltas_left(own) && (!selected || faults_.steal_though_selected);
}

u64 Model::spare(u32 core) {
    const std::deque<ModelTask>& tasks = cores_[core].rings[NORMAL];
    u64 count = 0;
    for (const ModelTask& task : tasks) {
        if (!task.stateless() && !faults_.steal_tasks_with_state) {
            counters_.spare_ended_by_stateful += count > 1;
            return count;
        }
        if (count == SPARE_MAX && !faults_.steal_spare_unlimited) {
            ++counters_.spare_limited;
            return count;
        }
        ++count;
    }
    return count;
}

void Model::move_tasks(u32 victim, u32 thief, u64 count) {
    std::deque<ModelTask>& from = cores_[victim].rings[NORMAL];
    for (u64 i = 0; i < count; ++i) {
        const ModelTask task = faults_.steal_from_tail ? from.back() : from.front();
        if (faults_.steal_from_tail) {
            from.pop_back();
        } else {
            from.pop_front();
        }
        cores_[thief].rings[NORMAL].push_back(task);
        cores_[thief].stolen.push_back({task, victim});
        ++counters_.stolen;
        counters_.stolen_at_256_cores += config_.cores == 256;
    }
}

} // namespace knhk::model
