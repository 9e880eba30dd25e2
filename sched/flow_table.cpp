// SPDX-License-Identifier: MIT
#include "sched/flow_table.hpp"

#include "base/check.hpp"

namespace knhk {

namespace {

/// A structured merge waits for as many as were chosen; without a choice before it, for this one.
u32 need_of(PatternId pattern, const SigmaTask& task, const FlowToken& token) {
    if (pattern == PatternId::Synchronization) {
        return task.need;
    }
    return token.request.chosen() == 0 ? 1 : token.request.chosen();
}

/// What a token becomes that goes on by `when_false`.
Task fallback_of(PatternId pattern, const SigmaTask& task, const FlowToken& token) {
    Task fallback = token.task;
    fallback.flags &= TASK_STATELESS; // no delta: its rows do not wait
    fallback.payload[0] =
        travelling_word(pattern, token.request, {.goes_false = true}) | task.when_false;
    return fallback;
}

BreakerLimits limits_of(const SigmaTask& task) {
    return {task.failures, task.successes, task.beats};
}

CircuitBreaker breaker_of(const FlowEntry* entry) {
    return entry == nullptr ? CircuitBreaker{}
                            : CircuitBreaker{static_cast<BreakerState>(entry->state),
                                             entry->arrived, entry->deadline};
}

} // namespace

// --- before the hooks ----------------------------------------------------------------------------

FlowTurn Flows::turn_of(PatternId pattern, const SigmaTask& task, const FlowToken& token) const {
    if (token.task.stateless()) {
        return FlowTurn::Denied;
    }
    if (pattern == PatternId::CircuitBreaker) {
        return turn_at_breaker(task, token);
    }
    if (pattern == PatternId::Cancellation) {
        return is_full() && !has_entry_of(token.case_id()) ? FlowTurn::Full : FlowTurn::Goes;
    }
    if (is_cancelled(token)) {
        return FlowTurn::Swallowed;
    }
    switch (pattern) {
    case PatternId::Synchronization:
    case PatternId::StructuredMerge:
        return turn_at_join(pattern, token, need_of(pattern, task, token));
    case PatternId::Discriminator:
        return turn_at_discriminator(task, token);
    case PatternId::Timeout:
        return turn_at_timeout(token);
    default: { // a deferred choice
        const FlowEntry* const entry = find(pattern, token);
        const bool was_made = entry != nullptr && entry->state != 0;
        const bool is_refused = entry == nullptr && is_full();
        return was_made ? FlowTurn::Swallowed : is_refused ? FlowTurn::Full : FlowTurn::Goes;
    }
    }
}

FlowTurn Flows::turn_at_join(PatternId pattern, const FlowToken& token, u32 need) const {
    const FlowEntry* const entry = find(pattern, token);
    const u32 arrived = entry == nullptr ? 1 : entry->arrived + 1u;
    const u32 wanted = entry == nullptr ? need : entry->need;
    if (arrived < wanted) {
        return entry == nullptr && is_full() ? FlowTurn::Full : FlowTurn::Waits;
    }
    const bool any_false = entry != nullptr && entry->any_false != 0;
    return token.request.was_false() || any_false ? FlowTurn::Passes : FlowTurn::Goes;
}

FlowTurn Flows::turn_at_discriminator(const SigmaTask& task, const FlowToken& token) const {
    if (find(PatternId::Discriminator, token) != nullptr) {
        return FlowTurn::Swallowed;
    }
    if (task.need > 1 && is_full()) {
        return FlowTurn::Full;
    }
    return token.request.was_false() ? FlowTurn::Passes : FlowTurn::Goes;
}

/// One that comes back says so; if nothing waits for it any more, it is too late.
FlowTurn Flows::turn_at_timeout(const FlowToken& token) const {
    const bool is_set = find(PatternId::Timeout, token) != nullptr;
    if (is_set != token.request.within()) {
        return FlowTurn::Swallowed;
    }
    if (is_set) {
        return token.request.was_false() ? FlowTurn::Passes : FlowTurn::Returned;
    }
    return is_full() ? FlowTurn::Full : FlowTurn::Goes;
}

FlowTurn Flows::turn_at_breaker(const SigmaTask& task, const FlowToken& token) const {
    const FlowEntry* const entry = find(PatternId::CircuitBreaker, 0, token.node());
    if (entry == nullptr) {
        return is_full() ? FlowTurn::Full : FlowTurn::Goes;
    }
    return breaker_of(entry).lets_through(token.beat.raw, limits_of(task)) ? FlowTurn::Goes
                                                                           : FlowTurn::Rejected;
}

// --- behind them ---------------------------------------------------------------------------------

bool Flows::leave(PatternId pattern, const SigmaTask& task, const FlowToken& token,
                  const MuOutcome& outcome) {
    const FlowTurn turn = outcome.turn;
    const bool is_kept_out = turn == FlowTurn::Denied || turn == FlowTurn::Full ||
                             turn == FlowTurn::Rejected ||
                             (pattern != PatternId::Cancellation &&
                              pattern != PatternId::CircuitBreaker && is_cancelled(token));
    if (is_kept_out) {
        return false;
    }
    switch (pattern) {
    case PatternId::Synchronization:
    case PatternId::StructuredMerge:
        leave_at_join(pattern, token, need_of(pattern, task, token), turn);
        return true;
    case PatternId::Discriminator:
        leave_at_discriminator(task, token, turn);
        return true;
    case PatternId::DeferredChoice:
        leave_at_choice(task, token, turn == FlowTurn::Goes);
        return true;
    case PatternId::Timeout:
        leave_at_timeout(task, token, outcome);
        return true;
    case PatternId::Cancellation:
        if (outcome.answer) {
            cancel(task, token);
        }
        return outcome.answer;
    default:
        leave_at_breaker(task, token, outcome.answer);
        return true;
    }
}

void Flows::leave_at_join(PatternId pattern, const FlowToken& token, u32 need, FlowTurn turn) {
    FlowEntry* entry = find(pattern, token);
    if (turn != FlowTurn::Waits) {
        if (entry != nullptr) {
            free(*entry);
        }
        return;
    }
    if (entry == nullptr) {
        entry = &take(pattern, token.case_id(), token.node());
        entry->need = static_cast<u8>(need);
    }
    ++entry->arrived;
    const u32 any_false = entry->any_false | u32{token.request.was_false()};
    entry->any_false = static_cast<u8>(any_false);
}

/// The first goes on; the last that is swallowed makes room for the next first.
void Flows::leave_at_discriminator(const SigmaTask& task, const FlowToken& token, FlowTurn turn) {
    FlowEntry* entry = find(PatternId::Discriminator, token);
    if (turn != FlowTurn::Swallowed && task.need > 1) {
        entry = &take(PatternId::Discriminator, token.case_id(), token.node());
        entry->need = task.need;
        entry->arrived = 1;
    } else if (entry != nullptr && ++entry->arrived == entry->need) {
        free(*entry);
    }
}

/// The deadline is that of the first event. A choice that was made is known until then.
void Flows::leave_at_choice(const SigmaTask& task, const FlowToken& token, bool is_made) {
    FlowEntry* entry = find(PatternId::DeferredChoice, token);
    if (entry == nullptr) {
        entry = &take(PatternId::DeferredChoice, token.case_id(), token.node());
        set_timer(*entry, task, token);
    }
    if (is_made) {
        entry->state = 1;
        drop_token(*entry);
    }
}

void Flows::leave_at_timeout(const SigmaTask& task, const FlowToken& token,
                             const MuOutcome& outcome) {
    if (outcome.branches != 0) {
        set_timer(take(PatternId::Timeout, token.case_id(), token.node()), task, token);
    } else if (outcome.turn == FlowTurn::Returned || outcome.turn == FlowTurn::Passes) {
        free(*find(PatternId::Timeout, token));
    }
}

/// All that waits for the case is gone; that it is cancelled is known for a while.
void Flows::cancel(const SigmaTask& task, const FlowToken& token) {
    for (FlowEntry& entry : table_->entries) {
        if (is_of(entry, token.case_id())) {
            free(entry);
        }
    }
    FlowEntry& mark = take(PatternId::Cancellation, token.case_id(), 0);
    mark.deadline = token.beat.raw + task.beats;
}

/// One that is closed and has no failure needs no entry.
void Flows::leave_at_breaker(const SigmaTask& task, const FlowToken& token, bool success) {
    FlowEntry* entry = find(PatternId::CircuitBreaker, 0, token.node());
    const CircuitBreaker after = breaker_of(entry).after(success, token.beat.raw, limits_of(task));
    if (after.state == BreakerState::Closed && after.count == 0) {
        if (entry != nullptr) {
            free(*entry);
        }
        return;
    }
    entry = entry != nullptr ? entry : &take(PatternId::CircuitBreaker, 0, token.node());
    entry->state = static_cast<u8>(after.state);
    entry->arrived = after.count;
    entry->deadline = after.since;
}

// --- entries -------------------------------------------------------------------------------------
// Not inline: each has the one loop that tests/tree/hot_loops.toml has a bound for.

u64 Flows::next_timer() const {
    u64 next = NO_TIMER;
    if (table_->timers == 0) {
        return next;
    }
    for (const FlowEntry& entry : table_->entries) {
        next = entry.has_token != 0 && entry.deadline < next ? entry.deadline : next;
    }
    return next;
}

[[gnu::noinline]] FlowEntry* Flows::find(PatternId pattern, u64 case_id, u16 node) const {
    if (table_->used == 0) {
        return nullptr;
    }
    for (FlowEntry& entry : table_->entries) {
        if (entry.pattern == static_cast<u8>(pattern) && entry.case_id == case_id &&
            entry.node == node) {
            return &entry;
        }
    }
    return nullptr;
}

/// Breakers are of no case.
bool Flows::is_of(const FlowEntry& entry, u64 case_id) {
    return entry.pattern != 0 && entry.pattern != static_cast<u8>(PatternId::CircuitBreaker) &&
           entry.case_id == case_id;
}

bool Flows::is_cancelled(const FlowToken& token) const {
    return find(PatternId::Cancellation, token.case_id(), 0) != nullptr;
}

[[gnu::noinline]] bool Flows::has_entry_of(u64 case_id) const {
    for (const FlowEntry& entry : table_->entries) {
        if (is_of(entry, case_id)) {
            return true;
        }
    }
    return false;
}

/// The lowest that is free. There is one: a token that finds none is refused.
[[gnu::noinline]] FlowEntry& Flows::take(PatternId pattern, u64 case_id, u16 node) {
    u32 at = 0;
    while (at < FLOW_ENTRIES && table_->entries[at].pattern != 0) {
        ++at;
    }
    KNHK_CHECK(at < FLOW_ENTRIES, case_id);
    FlowEntry& entry = table_->entries[at];
    entry.case_id = case_id;
    entry.node = node;
    entry.pattern = static_cast<u8>(pattern);
    ++table_->used;
    return entry;
}

[[gnu::noinline]] void Flows::free(FlowEntry& entry) {
    drop_token(entry);
    entry = {};
    --table_->used;
}

/// At the deadline the token goes on by `when_false`, if it has a life left and something follows.
void Flows::set_timer(FlowEntry& entry, const SigmaTask& task, const FlowToken& token) {
    entry.deadline = token.beat.raw + task.beats;
    if (token.request.life() == 0 || task.when_false == SIGMA_NONE) {
        return;
    }
    entry.token = std::bit_cast<std::array<u64, 8>>(
        fallback_of(static_cast<PatternId>(entry.pattern), task, token));
    entry.has_token = 1;
    ++table_->timers;
}

void Flows::drop_token(FlowEntry& entry) {
    table_->timers -= entry.has_token;
    entry.has_token = 0;
    entry.token = {};
}

} // namespace knhk
