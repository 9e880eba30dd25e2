// SPDX-License-Identifier: MIT
// What a handler may do while its task runs, and what that costs: determinism.md, sections 2.6 and
// 2.7.
#include "tests/model/model_context.hpp"

#include <algorithm>

namespace knhk::model {
namespace {

constexpr u32 EMISSIONS_OF_A_TASK = 7;
constexpr u64 BUDGET_MAX = 8;
constexpr u64 WARM_LIMIT = 64;
constexpr u64 COLD_LIMIT = 512;
constexpr u64 TICKS_MAX = 0xFFFF'FFFF;
constexpr u64 TIME_MAX = u64{1} << 62;
constexpr u16 GUARD_IDS = 1024;

template<class... Words>
u64 hash_of_words(Words... words) {
    const std::array<u64, sizeof...(words)> array = {words...};
    return hash64(std::as_bytes(std::span(array)));
}

bool flags_fit(u8 flags) {
    return flags == 0 || flags == STATELESS || flags == IS_DELTA ||
           flags == (IS_DELTA | BRINGS_ROWS);
}

} // namespace

// Section 2.6: execute, the guards, the handler.
void ModelContext::run() {
    if (!charge(1) || !guards_pass()) {
        return;
    }
    model_.config_.handlers.at(task_.handler)(*this);
}

// Section 2.7.
u64 ModelContext::limit() const {
    if (origin_ == Origin::ColdFiber) {
        return model_.faults_.cold_like_warm ? WARM_LIMIT : COLD_LIMIT;
    }
    const bool warm = origin_ == Origin::WarmFiber ||
                      (origin_ == Origin::Warm && !model_.faults_.warm_run_keeps_budget);
    return warm ? WARM_LIMIT : task_.budget;
}

// Section 2.7: added, then looked at. Nothing is charged once a task is over budget.
bool ModelContext::charge(u64 cost) {
    const ModelFaults& faults = model_.faults_;
    if (over_budget_ && !faults.charged_when_over) {
        return false;
    }
    model_.counters_.ticks_saturated += used_ + cost > TICKS_MAX;
    const u64 before = used_;
    used_ = faults.ticks_wrap ? (used_ + cost) & TICKS_MAX : std::min(used_ + cost, TICKS_MAX);
    const bool over = used_ > limit() || (faults.over_when_equal && used_ == limit());
    if (over && !over_budget_) {
        used_before_over_ = before;
        over_budget_ = true;
        return faults.over_operation_happens;
    }
    return !over_budget_;
}

u32 ModelContext::ticks() const {
    const bool without_last = over_budget_ && model_.faults_.over_operation_not_in_ticks;
    return static_cast<u32>(without_last ? used_before_over_ : used_);
}

void ModelContext::refuse(ModelStatus status) {
    if (refusal_ == OK || model_.faults_.last_refusal_is_status) {
        refusal_ = status;
    }
}

// Section 2.6, 2: each is charged, then evaluated; the first that does not pass ends the task.
bool ModelContext::guards_pass() {
    const ModelFaults& faults = model_.faults_;
    if (faults.guards_charged_together && !charge(task_.guard_count)) {
        return false;
    }
    const bool charged = !faults.guards_free && !faults.guards_charged_together;
    for (u8 i = 0; i < task_.guard_count; ++i) {
        if (charged && !charge(1)) {
            over_in_guards_ = true;
            return false;
        }
        if (!guard_passes(task_.guards[i])) {
            model_.counters_.guard_later += i > 0;
            failed_guard_ = failed_guard_.value_or(task_.guards[i]);
            if (!faults.failing_guard_does_not_stop) {
                return false;
            }
        }
    }
    return true;
}

bool ModelContext::guard_passes(u16 id) {
    const auto found = model_.config_.guards.find(id);
    if (found == model_.config_.guards.end()) {
        ++model_.counters_.guard_unnamed;
        return model_.faults_.unnamed_guard_passes;
    }
    const ModelGuard& guard = found->second;
    if (guard.reads_state && task_.stateless() && !model_.faults_.guard_reads_state_for_stateless) {
        ++model_.counters_.guard_state_of_stateless;
        return false;
    }
    const ModelCore& own = model_.cores_[core_];
    const Bytes& slab = model_.faults_.guards_see_old_state ? own.slab_before : own.slab;
    if (guard.passes({task_, slab, model_.config_.observations})) {
        return true;
    }
    for (u64 ModelCounters::* const counter : guard.counted_when_failing) {
        ++(model_.counters_.*counter);
    }
    return false;
}

// The emission is charged, then counted, a refused one too.
ModelStatus ModelContext::emit(const Emission& emission) {
    return charge(1) ? emit_charged(emission) : OVER_BUDGET;
}

ModelStatus ModelContext::emit_charged(const Emission& emission) {
    const ModelFaults& faults = model_.faults_;
    const ModelStatus status = try_emit(emission);
    if (status != OK && faults.refused_calls_cost_nothing) {
        --used_;
    }
    if (status == OK || !faults.refused_emissions_not_counted) {
        ++emissions_;
    }
    if (status == QUEUE_FULL && faults.refused_send_takes_time && origin_ != Origin::OrderedPart) {
        (void)model_.stamp(core_);
    }
    had_effect_ = had_effect_ || status == OK || faults.refusal_is_effect;
    if (status != OK) {
        refuse(status);
    }
    return status;
}

// The refusals in their order: EmitLimit, InvalidTask, InvalidTimestamp, QueueFull.
ModelStatus ModelContext::try_emit(const Emission& emission) {
    if (const ModelStatus status = check(emission); status != OK) {
        return status;
    }
    const u32 home = static_cast<u32>(emission.task.id % cores());
    const bool ordered_part =
        origin_ == Origin::OrderedPart &&
        !(model_.faults_.ordered_spawns_home_at_once && !emission.time && !emission.by_message) &&
        !(model_.faults_.ordered_requests_home_at_once && emission.time);
    if (emission.by_message || home != core_ || ordered_part) {
        return send_message(emission, home);
    }
    if (emission.task.is_delta()) {
        return delta_here(emission);
    }
    return emission.time ? order_here(emission) : enter_here(emission);
}

ModelStatus ModelContext::check(const Emission& emission) {
    const ModelFaults& faults = model_.faults_;
    const bool valid_task = model_.valid(emission.task) && may_go(emission);
    const bool late = emission.time.value_or(0) > TIME_MAX && !faults.timestamps_unlimited;
    if (faults.task_looked_at_before_count && !valid_task) {
        return INVALID_TASK;
    }
    if (emissions_ >= EMISSIONS_OF_A_TASK + (faults.emit_limit_is_8 ? 1 : 0)) {
        ++model_.counters_.emit_limit;
        model_.counters_.emit_limit_and_invalid += !valid_task;
        return EMIT_LIMIT;
    }
    if (faults.time_looked_at_before_task && late) {
        return INVALID_TIMESTAMP;
    }
    if (!valid_task) {
        ++model_.counters_.invalid_task;
        model_.counters_.late_and_invalid += late;
        return INVALID_TASK;
    }
    const u32 home = static_cast<u32>(emission.task.id % cores());
    const bool queue_full = home == core_ && origin_ != Origin::OrderedPart
                                ? model_.heap_full(core_)
                                : model_.cores_[core_].credits == 0;
    if (late && !(faults.queue_looked_at_before_time && queue_full)) {
        ++model_.counters_.invalid_timestamp;
        model_.counters_.late_and_full += queue_full;
        return INVALID_TIMESTAMP;
    }
    return late ? QUEUE_FULL : OK;
}

// Section 1, A task.
bool Model::valid(const ModelTask& task) const {
    bool guards_fit = task.guard_count <= 8;
    for (u8 i = 0; i < 8; ++i) {
        guards_fit = guards_fit && task.guards[i] < (i < task.guard_count ? GUARD_IDS : 1);
    }
    return guards_fit && config_.handlers.contains(task.handler) && task.level < LEVELS &&
           task.budget <= BUDGET_MAX && flags_fit(task.flags) && has_rows(task) &&
           task.reserved == std::array<u8, 2>{};
}

// Into the ring at once, unless that is within a quarter of being full.
ModelStatus ModelContext::enter_here(const Emission& emission) {
    const ModelTask& task = emission.task;
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

// Into the heap at once: there is no reserve.
ModelStatus ModelContext::order_here(const Emission& emission) {
    const u64 size = model_.cores_[core_].heap.size();
    const u64 capacity = model_.heap_capacity_;
    const bool reserved = model_.faults_.reserve_in_heaps && size + capacity / 4 >= capacity;
    if (model_.heap_full(core_) || reserved) {
        ++model_.counters_.refused_by_heap;
        return QUEUE_FULL;
    }
    model_.enter_heap(core_, emission.task, *emission.time);
    return OK;
}

// A message takes a credit, and a step of the clock outside of the ordered part; no record.
ModelStatus ModelContext::send_message(const Emission& emission, u32 destination) {
    ModelCore& own = model_.cores_[core_];
    if (own.credits == 0) {
        ++model_.counters_.refused_for_credit;
        return QUEUE_FULL;
    }
    --own.credits;
    count_message(destination);
    const bool transposed = model_.faults_.latency_transposed;
    const u32 row = transposed ? destination : core_;
    const u32 column = transposed ? core_ : destination;
    const u64 due = model_.beat_ + model_.config_.latencies[row * cores() + column];
    model_.cores_[destination].pending.push_back(
        {due, From::Messages, message_time(), core_, messages_++, emission.task, emission.time});
    return OK;
}

void ModelContext::count_message(u32 destination) {
    ModelCounters& counters = model_.counters_;
    if (origin_ == Origin::OrderedPart) {
        counters.ordered_emission_home += destination == core_;
        counters.ordered_emissions_same_way +=
            std::ranges::count(message_destinations_, destination) > 0;
        message_destinations_.push_back(destination);
    } else {
        counters.send_to_self += destination == core_;
    }
}

// Section 2.2: an ordered task's messages carry its own time.
u64 ModelContext::message_time() {
    if (origin_ != Origin::OrderedPart) {
        return model_.stamp(core_);
    }
    return start_ + (model_.faults_.ordered_emissions_step_clock ? messages_ + 1 : 0);
}

// The n-th draw: a hash of seed, task, start and n.
u64 ModelContext::random() {
    if (!charge(1)) {
        return 0;
    }
    const u64 time = model_.faults_.random_by_the_clock ? model_.cores_[core_].clock : start_;
    return hash_of_words(model_.config_.seed, task_.id, time, draws_++);
}

Observation ModelContext::observe(u32 number) {
    if (!charge(1)) {
        return {};
    }
    if (number >= model_.config_.observations.size()) {
        ++model_.counters_.no_observation;
        if (!model_.faults_.missing_observation_is_zeros) {
            refuse(NO_OBSERVATION);
        }
        return {};
    }
    return model_.config_.observations[number];
}

// Section 2.12: one request of a core waits for the pulse; the first.
ModelStatus ModelContext::promote(u32 snapshot) {
    if (!charge(1)) {
        return OVER_BUDGET;
    }
    if (const ModelStatus status = model_.may_promote(core_, task_, snapshot); status != OK) {
        model_.counters_.no_snapshot += status == NO_SNAPSHOT;
        refuse(status);
        return status;
    }
    std::optional<ModelRequest>& request = model_.cores_[core_].request;
    if (request && !model_.faults_.later_request_replaces) {
        ++model_.counters_.second_request;
        refuse(QUEUE_FULL);
        return QUEUE_FULL;
    }
    request = {start_, task_.id, snapshot};
    had_effect_ = had_effect_ || !model_.faults_.promoting_is_no_effect;
    return OK;
}

bool ModelContext::state_is_given() {
    if (!charge(1)) {
        return false;
    }
    if (task_.stateless() && !model_.faults_.stateless_given_state) {
        ++model_.counters_.state_denied;
        refuse(STATE_DENIED);
        return false;
    }
    return true;
}

// Asking for the slab to change it touches it (section 2.3), and is an effect (2.7).
std::span<std::byte> ModelContext::state() {
    if (!state_is_given()) {
        return {};
    }
    had_effect_ = true;
    model_.cores_[core_].touched = true;
    return model_.cores_[core_].slab;
}

std::span<const std::byte> ModelContext::read_state() {
    if (!state_is_given()) {
        return {};
    }
    had_effect_ = had_effect_ || model_.faults_.reading_is_effect;
    model_.cores_[core_].touched |= model_.faults_.reading_touches;
    return model_.cores_[core_].slab;
}

// The last setting counts.
void ModelContext::output(u64 a, u64 b, u64 c, u64 d) {
    if (!charge(1)) {
        return;
    }
    if (!output_set_ || !model_.faults_.first_output_counts) {
        output_ = {a, b, c, d};
    }
    output_set_ = true;
}

u64 ModelContext::output_hash() const {
    return hash_of_words(output_[0], output_[1], output_[2], output_[3]);
}

} // namespace knhk::model
