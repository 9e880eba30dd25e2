// SPDX-License-Identifier: MIT
// What a pattern makes of a token: whether its hooks are looked at, where it goes on and how;
// determinism.md, section 2.14, with patterns.md for each pattern.
#include <algorithm>

#include "tests/model/evaluation.hpp"
#include "tests/model/model_context.hpp"

namespace knhk::model {
namespace {

constexpr u16 NO_TASK = 65'535;

u64 id_of_token(u64 case_id, u64 lane) {
    return case_id << 8 | ((case_id + lane) & 0xFF);
}

} // namespace

bool looks_at_home(u16 pattern) {
    return pattern == SYNCHRONIZATION || pattern == STRUCTURED_MERGE || pattern == DISCRIMINATOR ||
           pattern == DEFERRED_CHOICE || pattern == TIMEOUT || pattern == CANCELLATION;
}

// --- before the hooks ----------------------------------------------------------------------------

Turn ModelContext::turn_of(const SigmaTask& task) {
    ModelCounters& counters = model_.counters_;
    const bool merges = task.pattern == SIMPLE_MERGE || task.pattern == MULTI_MERGE;
    if (merges && was_false() && !model_.faults_.false_is_forgotten) {
        ++counters.flow_passed;
        return Turn::Passes;
    }
    if (!looks_at_home(task.pattern) && task.pattern != CIRCUIT_BREAKER) {
        return Turn::Goes;
    }
    if (task_.stateless() && !model_.faults_.stateless_tokens_wait) {
        ++counters.flow_denied;
        return Turn::Denied;
    }
    if (task.pattern == CIRCUIT_BREAKER) {
        return turn_at_breaker(task);
    }
    if (task.pattern == CANCELLATION) {
        return flows_are_full() && !case_has_flow() ? Turn::Full : Turn::Goes;
    }
    if (find_flow(CANCELLATION, case_id(), 0) != nullptr &&
        !model_.faults_.cancelled_case_goes_on) {
        ++counters.flow_cancelled_token;
        return Turn::Swallowed;
    }
    if (task.pattern == TIMEOUT) {
        return turn_at_timeout(task);
    }
    const ModelFlow* const flow = own_flow(task);
    if (task.pattern == DEFERRED_CHOICE) {
        counters.flow_choice_late += flow != nullptr && flow->made;
        const bool made = flow != nullptr && flow->made && !model_.faults_.choice_made_again;
        return made ? Turn::Swallowed
                    : (flow == nullptr && flows_are_full() ? Turn::Full : Turn::Goes);
    }
    if (task.pattern == DISCRIMINATOR && flow != nullptr) {
        ++counters.flow_swallowed;
        return Turn::Swallowed;
    }
    return turn_at_join(task);
}

// A discriminator's first is complete with itself, and leaves an entry if others come.
Turn ModelContext::turn_at_join(const SigmaTask& task) {
    ModelCounters& counters = model_.counters_;
    const ModelFlow* const flow = own_flow(task);
    const bool first = task.pattern == DISCRIMINATOR;
    u64 need = task.pattern == STRUCTURED_MERGE ? std::max<u64>(chosen(), 1) : task.need;
    need = flow != nullptr ? flow->need : need;
    need = task.pattern == STRUCTURED_MERGE && model_.faults_.chosen_is_not_told ? 1 : need;
    const u64 arrived = 1 + (flow != nullptr ? flow->arrived : 0);
    if (flow == nullptr && need > 1 && flows_are_full()) {
        ++counters.flow_full;
        return Turn::Full;
    }
    if (arrived < need && !first) {
        return Turn::Waits;
    }
    const bool before_false =
        flow != nullptr && flow->any_false && !model_.faults_.last_token_decides;
    counters.flow_joined_false += before_false && !was_false();
    return was_false() || before_false ? Turn::Passes : Turn::Goes;
}

Turn ModelContext::turn_at_timeout(const SigmaTask& task) {
    const bool set = own_flow(task) != nullptr;
    if (!set && within() && !model_.faults_.late_token_starts_again) {
        ++model_.counters_.flow_returned_late;
        return Turn::Swallowed;
    }
    if (set && !within()) {
        return Turn::Swallowed;
    }
    if (set) {
        ++model_.counters_.flow_returned;
        return was_false() ? Turn::Passes : Turn::Returned;
    }
    return flows_are_full() ? Turn::Full : Turn::Goes;
}

// Open, it lets nothing through until more than its beats have passed; then one a beat.
Turn ModelContext::turn_at_breaker(const SigmaTask& task) {
    const ModelFlow* const flow = own_flow(task);
    if (flow == nullptr) {
        return flows_are_full() ? Turn::Full : Turn::Goes;
    }
    const u64 passed = model_.beat_ - flow->since;
    const bool equal_counts = model_.faults_.breaker_tries_a_beat_early && passed == task.beats;
    const bool rejects =
        (flow->breaker == 1 && passed <= task.beats && !equal_counts) ||
        (flow->breaker == 2 && passed == 0 && !model_.faults_.breaker_tries_at_will);
    model_.counters_.breaker_rejects += rejects;
    model_.counters_.breaker_one_trial += flow->breaker == 2 && passed == 0;
    model_.counters_.breaker_tries += flow->breaker != 0 && !rejects;
    return rejects ? Turn::Rejected : Turn::Goes;
}

// --- where it goes on ----------------------------------------------------------------------------

void ModelContext::route_without_hooks(ModelStep& step) const {
    step.by_false = step.turn == Turn::Passes || step.turn == Turn::Rejected;
    if (step.by_false) {
        step.next = step.task->when_false;
    } else if (step.turn == Turn::Returned) {
        step.next = step.task->when_true;
    }
}

void ModelContext::route_by_hooks(ModelStep& step) {
    const SigmaTask& task = *step.task;
    switch (task.pattern) {
    case EXCLUSIVE_CHOICE:
    case MULTI_CHOICE:
    case DEFERRED_CHOICE:
        route_by_choice(step);
        return;
    case ARBITRARY_CYCLES:
    case RETRY:
        step.answer = std::ranges::count(step.yes, false) == 0;
        route_by_rounds(step);
        return;
    default:
        break;
    }
    step.answer = std::ranges::count(step.yes, false) == 0;
    const bool splits = task.pattern == PARALLEL_SPLIT || task.pattern == IMPLICIT_TERMINATION ||
                        task.pattern == TIMEOUT;
    if (step.answer && splits) {
        for (u32 branch = 0; branch < task.branches.size(); ++branch) {
            step.branches.push_back(branch);
        }
        return;
    }
    step.by_false = !step.answer;
    step.next = step.answer ? task.when_true : task.when_false;
}

void ModelContext::route_by_choice(ModelStep& step) {
    const SigmaTask& task = *step.task;
    for (u32 branch = 0; branch < step.yes.size(); ++branch) {
        const bool first = step.branches.empty() || task.pattern == MULTI_CHOICE;
        if (step.yes[branch] && first) {
            step.branches.push_back(branch);
        }
    }
    step.answer = !step.branches.empty();
    model_.counters_.flow_chose_several += step.branches.size() > 1;
    if (step.answer) {
        return;
    }
    if (task.pattern == DEFERRED_CHOICE) {
        step.turn = Turn::Waits;
        return;
    }
    step.by_false = true;
    step.next = task.when_false;
    if (task.when_false == NO_TASK && !model_.faults_.no_branch_is_no_error) {
        ++model_.counters_.flow_no_branch;
        step.turn = Turn::NoBranch;
    }
}

void ModelContext::route_by_rounds(ModelStep& step) {
    const SigmaTask& task = *step.task;
    ModelCounters& counters = model_.counters_;
    if (task.pattern == RETRY) {
        const bool again = rounds() + 1 < task.rounds;
        counters.retried += !step.answer && again;
        counters.retried_in_vain += !step.answer && !again;
        step.turn = !step.answer && again ? Turn::Again : Turn::Goes;
        step.by_false = !step.answer && !again;
        step.next = step.answer ? task.when_true
                    : again     ? static_cast<u16>(node())
                                : task.when_false;
        return;
    }
    const u64 more = model_.faults_.one_round_more ? 1 : 0;
    if (step.answer && rounds() < task.rounds + more) {
        ++counters.cycle_round;
        step.branches = {0};
        return;
    }
    ++(step.answer ? counters.cycle_ended_by_limit : counters.cycle_left);
    step.by_false = step.answer;
    step.next = step.answer ? task.when_false : task.when_true;
}

// --- what comes of it ----------------------------------------------------------------------------

// All that follows is charged before any of it happens.
void ModelContext::follow(const ModelStep& step) {
    const SigmaTask& task = *step.task;
    const u64 count = step.branches.size() + (step.next == NO_TASK ? 0 : 1);
    const bool together = !model_.faults_.branches_charged_one_by_one;
    if (together && life() > 0 && !charge(count)) {
        model_.counters_.step_over_budget += looks_at_home(task.pattern);
        if (!model_.faults_.waits_though_over_budget) {
            return;
        }
    }
    had_effect_ = leave(step) || had_effect_;
    end_here(step);
    if (life() == 0) {
        model_.counters_.eval_life_over += count > 0;
        return;
    }
    const bool splits = (task.pattern == PARALLEL_SPLIT || task.pattern == MULTI_CHOICE ||
                         task.pattern == IMPLICIT_TERMINATION) &&
                        !model_.faults_.branches_stay_on_their_core;
    const u64 word = travelling_word(step);
    std::vector<u32> branches = step.branches;
    if (model_.faults_.last_branch_first) {
        std::ranges::reverse(branches);
    }
    for (const u32 branch : branches) {
        if (together || charge(1)) {
            send_on(step, task.branches[branch], splits ? id_of_token(case_id(), branch) : task_.id,
                    word);
        }
    }
    if (step.next != NO_TASK && (together || charge(1))) {
        send_on(step, step.next, task_.id, word);
    }
}

// How a token that ends here is told.
void ModelContext::end_here(const ModelStep& step) {
    switch (step.turn) {
    case Turn::Waits:
        ++model_.counters_.flow_waits;
        return refuse(WAITS);
    case Turn::Swallowed:
        return refuse(SWALLOWED);
    case Turn::Full:
        return refuse(QUEUE_FULL);
    case Turn::NoBranch:
        return refuse(NO_BRANCH);
    case Turn::Denied:
        return refuse(STATE_DENIED);
    default:
        return;
    }
}

// To the case's home core, if the task looks there.
void ModelContext::send_on(const ModelStep& step, u16 number, u64 id, u64 word) {
    ++model_.counters_.eval_followed;
    const bool stale = model_.faults_.first_snapshot_is_followed;
    const SigmaSnapshot& snapshot =
        model_.followed(stale ? model_.turns_.front() : model_.turns_.back());
    ModelTask task = task_;
    task.id = id;
    if (looks_at_home(snapshot.tasks[number].pattern) && !model_.faults_.joins_where_tokens_are) {
        task.id = id_of_token(id >> 8, 0);
    }
    model_.counters_.flow_goes_home += task.id != id;
    task.payload[0] = word | number;
    const bool again = step.turn == Turn::Again && !model_.faults_.tried_again_at_once;
    emit_charged({task, again, {}});
}

// Word 0 of what goes on, without the number.
u64 ModelContext::travelling_word(const ModelStep& step) const {
    const SigmaTask& task = *step.task;
    u64 round = rounds();
    u64 choice = chosen();
    bool in_timeout = within();
    switch (task.pattern) {
    case ARBITRARY_CYCLES:
    case RETRY:
        round = !step.branches.empty() || step.turn == Turn::Again ? round + 1 : 0;
        break;
    case MULTI_CHOICE:
        choice = step.branches.size();
        break;
    case STRUCTURED_MERGE:
        choice = 0;
        break;
    case TIMEOUT:
        in_timeout = !step.branches.empty();
        break;
    default:
        break;
    }
    const u64 spent = model_.faults_.life_is_spent_twice ? std::min<u64>(life(), 2) : 1;
    const u64 told = step.by_false && !model_.faults_.false_is_not_told ? 1 : 0;
    const u64 unused = payload(0) & (u64{3} << 30);
    return (life() - spent) << 32 | unused | u64{in_timeout} << 29 | told << 28 | choice << 24 |
           (round & 0xFF) << 16;
}

} // namespace knhk::model
