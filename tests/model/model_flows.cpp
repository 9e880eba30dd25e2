// SPDX-License-Identifier: MIT
// What waits for others of a case on a core, what a token leaves there, and timers; determinism.md,
// section 2.14.
#include <algorithm>

#include "tests/model/evaluation.hpp"
#include "tests/model/model_context.hpp"

namespace knhk::model {
namespace {

constexpr u16 NO_TASK = 65'535;

bool is_free(const std::optional<ModelFlow>& flow) {
    return !flow;
}

bool is_of(const std::optional<ModelFlow>& flow, u64 case_id) {
    return flow && flow->pattern != CIRCUIT_BREAKER && flow->case_id == case_id;
}

} // namespace

// --- entries -------------------------------------------------------------------------------------

ModelFlow* ModelContext::find_flow(u16 pattern, u64 case_id, u64 node) const {
    for (std::optional<ModelFlow>& flow : model_.cores_[core_].flows) {
        if (flow && flow->pattern == pattern && flow->case_id == case_id && flow->node == node) {
            return &*flow;
        }
    }
    return nullptr;
}

// A breaker's is for all cases.
ModelFlow* ModelContext::own_flow(const SigmaTask& task) const {
    return find_flow(task.pattern, task.pattern == CIRCUIT_BREAKER ? 0 : case_id(), node());
}

bool ModelContext::flows_are_full() const {
    const u64 more = model_.faults_.flow_table_one_short ? 1 : 0;
    const auto& flows = model_.cores_[core_].flows;
    return static_cast<u64>(std::ranges::count_if(flows, is_free)) <= more;
}

bool ModelContext::case_has_flow() const {
    return std::ranges::any_of(model_.cores_[core_].flows,
                               [this](const auto& flow) { return is_of(flow, case_id()); });
}

// The lowest free one.
ModelFlow& ModelContext::new_flow(const SigmaTask& task) {
    auto& flows = model_.cores_[core_].flows;
    const bool breaker = task.pattern == CIRCUIT_BREAKER;
    const ModelFlow made{.pattern = task.pattern,
                         .case_id = breaker ? 0 : case_id(),
                         .node = task.pattern == CANCELLATION ? 0 : node()};
    auto place = std::ranges::find_if(flows, is_free);
    if (model_.faults_.highest_free_entry || place == flows.end()) { // by a fault there may be none
        place = std::find_if(flows.rbegin(), flows.rend() - 1, is_free).base() - 1;
    }
    *place = made;
    return **place;
}

void ModelContext::free_flow(ModelFlow* flow) {
    for (std::optional<ModelFlow>& entry : model_.cores_[core_].flows) {
        if (entry && &*entry == flow) {
            entry.reset();
            return;
        }
    }
}

// At the deadline the token goes on by `when_false`, with a life less.
void ModelContext::set_timer(ModelFlow& flow, const SigmaTask& task) {
    flow.deadline = model_.beat_ + task.beats;
    if (life() == 0 || task.when_false == NO_TASK) {
        return;
    }
    ++model_.counters_.timer_set;
    const ModelStep step{.task = &task, .by_false = true};
    flow.token = task_;
    flow.token->flags &= STATELESS;
    flow.token->payload[0] = travelling_word(step) | task.when_false;
}

// --- what it leaves behind -----------------------------------------------------------------------

bool ModelContext::leave(const ModelStep& step) {
    const u16 pattern = step.task->pattern;
    const bool cancelled = looks_at_home(pattern) && pattern != CANCELLATION &&
                           find_flow(CANCELLATION, case_id(), 0) != nullptr &&
                           !model_.faults_.cancelled_case_goes_on;
    if (step.turn == Turn::Denied || step.turn == Turn::Full || step.turn == Turn::Rejected ||
        cancelled) {
        return false;
    }
    switch (pattern) {
    case SYNCHRONIZATION:
    case STRUCTURED_MERGE:
        leave_at_join(step);
        return true;
    case DISCRIMINATOR:
        leave_at_discriminator(step);
        return true;
    case DEFERRED_CHOICE:
        leave_at_choice(step);
        return true;
    case TIMEOUT:
        leave_at_timeout(step);
        return true;
    case CANCELLATION:
        if (step.answer) {
            cancel(step);
        }
        return step.answer;
    case CIRCUIT_BREAKER:
        leave_at_breaker(step);
        return true;
    default:
        return false;
    }
}

void ModelContext::leave_at_join(const ModelStep& step) {
    ModelFlow* flow = own_flow(*step.task);
    if (step.turn != Turn::Waits) {
        model_.counters_.flow_joined += flow != nullptr;
        free_flow(flow);
        return;
    }
    if (flow == nullptr) {
        flow = &new_flow(*step.task);
        flow->need = step.task->pattern == STRUCTURED_MERGE ? chosen() : step.task->need;
    }
    ++flow->arrived;
    flow->any_false = flow->any_false || was_false();
}

void ModelContext::leave_at_discriminator(const ModelStep& step) {
    ModelFlow* flow = own_flow(*step.task);
    if (step.turn != Turn::Swallowed) {
        if (step.task->need > 1) {
            flow = &new_flow(*step.task);
            flow->arrived = 1;
            flow->need = step.task->need;
        }
        return;
    }
    ++flow->arrived;
    if (flow->arrived == flow->need && !model_.faults_.discriminator_stays_shut) {
        ++model_.counters_.flow_open_again;
        free_flow(flow);
    }
}

void ModelContext::leave_at_choice(const ModelStep& step) {
    ModelFlow* flow = own_flow(*step.task);
    if (flow == nullptr) {
        flow = &new_flow(*step.task);
        set_timer(*flow, *step.task);
    }
    if (step.turn == Turn::Goes) {
        flow->made = true;
        flow->token = model_.faults_.choice_keeps_its_timer ? flow->token : std::nullopt;
    }
}

void ModelContext::leave_at_timeout(const ModelStep& step) {
    if (!step.branches.empty()) {
        set_timer(new_flow(*step.task), *step.task);
    } else if (step.turn == Turn::Returned || step.turn == Turn::Passes) {
        free_flow(own_flow(*step.task));
    }
}

// All entries of the case go; that it is cancelled stays for a while.
void ModelContext::cancel(const ModelStep& step) {
    for (std::optional<ModelFlow>& flow : model_.cores_[core_].flows) {
        if (!is_of(flow, case_id())) {
            continue;
        }
        model_.counters_.flow_cancelled += flow->pattern != CANCELLATION;
        if (!flow->token || !model_.faults_.timers_outlive_their_case) {
            flow.reset();
        }
    }
    new_flow(*step.task).deadline = model_.beat_ + step.task->beats;
}

void ModelContext::leave_at_breaker(const ModelStep& step) {
    ModelFlow* flow = own_flow(*step.task);
    if (!step.answer) {
        fail_at_breaker(*step.task, flow);
        return;
    }
    if (flow == nullptr) {
        return;
    }
    if (flow->breaker == 0) {
        if (!model_.faults_.failures_are_never_forgotten) {
            free_flow(flow);
        }
        return;
    }
    flow->arrived = flow->breaker == 1 ? 1 : flow->arrived + 1;
    flow->breaker = 2;
    flow->since = model_.beat_;
    if (flow->arrived >= step.task->successes) {
        ++model_.counters_.breaker_closes;
        free_flow(flow);
    }
}

void ModelContext::fail_at_breaker(const SigmaTask& task, ModelFlow* flow) {
    flow = flow != nullptr ? flow : &new_flow(task);
    ++flow->arrived;
    model_.counters_.breaker_opens_again += flow->breaker != 0;
    if (flow->breaker != 0 || flow->arrived >= task.failures) {
        ++model_.counters_.breaker_opens;
        flow->breaker = 1;
        flow->arrived = 0;
        flow->since = model_.beat_;
    }
}

// --- timers --------------------------------------------------------------------------------------

// Section 2.14, Timers: what is over, in ascending order of entry.
void Model::fire_timers(u32 core) {
    ModelCore& own = cores_[core];
    const u64 half = share_ / 2;
    u64 fired = 0;
    for (u64 at = 0; at < FLOW_ENTRIES; ++at) {
        const u64 place = faults_.last_timer_first ? FLOW_ENTRIES - 1 - at : at;
        std::optional<ModelFlow>& flow = own.flows[place];
        const u64 late = faults_.timers_a_beat_late ? 1 : 0;
        if (!flow || flow->deadline == ~u64{0} || flow->deadline + late > beat_) {
            continue;
        }
        if (flow->token) {
            const u64 used = own.events.size() - own.ordered_events - own.free_admit_events;
            const bool full =
                own.rings[flow->token->level].size() == CAPACITIES[flow->token->level];
            if (full || used >= half) {
                continue;
            }
            ++fired;
            own.free_admit_events += faults_.timers_outside_admits_half ? 1 : 0;
            enter_ring(core, *flow->token);
        }
        flow.reset();
    }
    counters_.timer_fired += fired > 0;
    counters_.timers_fired_together += fired > 1;
}

std::optional<u64> Model::next_timer() const {
    std::optional<u64> next;
    for (const ModelCore& core : cores_) {
        for (const std::optional<ModelFlow>& flow : core.flows) {
            if (flow && (flow->token || faults_.silent_entries_keep_run)) {
                next = std::min(next.value_or(flow->deadline), flow->deadline);
            }
        }
    }
    return next == ~u64{0} ? std::nullopt : next;
}

// Not back to one that had to wait.
u64 Model::skip_to_timer(u64 deadline) {
    ++counters_.skip_to_a_timer;
    if (faults_.no_skip_to_timers) {
        return beat_ + 1;
    }
    const u64 beat = std::max(deadline, beat_ + 1);
    cut_inputs(beat);
    cut_outside_again(beat);
    return beat;
}

} // namespace knhk::model
