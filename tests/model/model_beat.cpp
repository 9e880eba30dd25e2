// SPDX-License-Identifier: MIT
// Deltas, fibers, parked ones and commits: determinism.md, section 2.15, in that order.
#include <algorithm>

#include "tests/model/evaluation.hpp"
#include "tests/model/identity.hpp"
#include "tests/model/model_context.hpp"

namespace knhk::model {
namespace {

constexpr u64 DELTAS_OF_A_SLOT = 16;
constexpr u64 ROWS_OF_A_SLOT = 32;
constexpr u64 ASSERTED_ROWS_OF_A_SLOT = 64;
constexpr u64 RECEIPTS_OF_A_SLOT = 32;
constexpr u64 FIBERS_OF_A_BEAT = 8;
constexpr u64 PARKED_OF_A_CLASS = 16;
constexpr u64 RUNS_IN_W1 = 3;
constexpr u64 EMISSIONS = 7;
constexpr u64 RECORDS_FREE = 8;
constexpr u64 NO_HOOK = 65'535;

enum Cause : u64 { BY_BUDGET = 1, BY_CLASS = 2, BY_OUTPUT = 3 };

u64 rows_of(const std::deque<ModelDelta>& slot) {
    u64 rows = 0;
    for (const ModelDelta& delta : slot) {
        rows += delta.run.rows.size();
    }
    return rows;
}

} // namespace

// log-format.md, Inputs: the run in 144 bytes.
u64 hash_with_rows(const ModelTask& task, const ModelTriples& run) {
    Bytes bytes;
    append(bytes, task.encode());
    if (task.brings_rows()) {
        append_run(bytes, run);
    }
    return hash64(bytes);
}

void append_run(Bytes& bytes, const ModelTriples& run) {
    for (const bool objects : {false, true}) {
        for (u64 row = 0; row < 8; ++row) {
            const bool is_there = row < run.rows.size();
            const u64 word = !is_there ? 0 : objects ? run.rows[row].second : run.rows[row].first;
            append(bytes, word, 8);
        }
    }
    append(bytes, run.predicate, 8);
    append(bytes, run.rows.size(), 4);
    append(bytes, 0, 4);
}

// Deltas ------------------------------------------------------------------------------------------

const ModelTriples* Model::workload_run(const ModelTask& task) const {
    const u64 number = task.payload[1];
    const bool is_there = number < config_.runs.size() && !config_.runs[number].rows.empty();
    return is_there ? &config_.runs[number] : nullptr;
}

bool Model::has_rows(const ModelTask& task) const {
    return !task.is_delta() || task.brings_rows() || workload_run(task) != nullptr ||
           faults_.empty_deltas_are_valid;
}

ModelTriples Model::run_of(const Arrival& arrival) const {
    if (arrival.task.brings_rows()) {
        return arrival.rows;
    }
    const ModelTriples* const run = workload_run(arrival.task);
    return run == nullptr ? ModelTriples() : *run;
}

bool Model::slot_has_room(u32 core, u64 slot, u64 rows) const {
    u64 deltas = 0;
    u64 rows_there = 0;
    for (u64 other = 0; other < 8; ++other) {
        if (other == slot || faults_.slots_share_places) {
            deltas += cores_[core].delta_slots[other].size();
            rows_there += rows_of(cores_[core].delta_slots[other]);
        }
    }
    return deltas < DELTAS_OF_A_SLOT && rows_there + rows <= ROWS_OF_A_SLOT;
}

void Model::enter_delta(u32 core, const ModelDelta& delta, u64 slot) {
    cores_[core].delta_slots[slot].push_back(delta);
    ++counters_.delta_entered;
    record(core, {.timestamp = stamp(core),
                  .task_id = delta.task.id,
                  .hash = hash_with_rows(delta.task, delta.run),
                  .ticks = static_cast<u32>(delta.run.rows.size()),
                  .kind = TASK_ENQUEUED,
                  .status = DELTAS});
}

// A delta is not ordered; rows of its own go nowhere but here.
bool ModelContext::may_go(const Emission& emission) const {
    const ModelTask& task = emission.task;
    if (!task.is_delta() || model_.faults_.rows_travel_by_message) {
        return true;
    }
    const bool stays = task.id % cores() == core_ && !emission.by_message &&
                       origin_ != Origin::OrderedPart && delta_ != nullptr;
    return !emission.time && (!task.brings_rows() || stays);
}

// At home at once, for the beat that comes next.
ModelStatus ModelContext::delta_here(const Emission& emission) {
    const ModelTask& task = emission.task;
    const ModelTriples run =
        task.brings_rows() ? *delta_ : model_.run_of({.task = task, .ordered_time = {}});
    const u64 slot = (model_.beat_ + (model_.faults_.spawned_delta_in_this_slot ? 0 : 1)) % 8;
    if (!model_.slot_has_room(core_, slot, run.rows.size())) {
        ++model_.counters_.delta_refused;
        return QUEUE_FULL;
    }
    model_.counters_.delta_spawned_with_rows += task.brings_rows();
    model_.enter_delta(core_, {task, run}, slot);
    return OK;
}

// Fibers ------------------------------------------------------------------------------------------

bool Model::task_may_start(u32 core) const {
    return share_ - std::min<u64>(share_, cores_[core].events.size()) >= RECORDS_FREE;
}

bool Model::fiber_may_start(u32 core) const {
    return task_may_start(core) &&
           cores_[core].asserted[beat_ % 8].receipt_count() < RECEIPTS_OF_A_SLOT;
}

// Eight of this slot, as they came.
void Model::run_fibers(u32 core) {
    std::deque<ModelDelta>& slot = cores_[core].delta_slots[beat_ % 8];
    u64 fibers = 0;
    const u64 fibers_max = faults_.fibers_unlimited ? ~u64{0} : FIBERS_OF_A_BEAT;
    while (!slot.empty() && fibers < fibers_max && fiber_may_start(core)) {
        const ModelDelta delta = slot.front();
        slot.pop_front();
        ++fibers;
        run_fiber(core, delta, Origin::Fiber);
    }
    counters_.fibers_limited += !slot.empty() && fibers == FIBERS_OF_A_BEAT;
}

// Behind a pulse each of those that wait, once.
void Model::run_cold_fibers(u32 core) {
    std::deque<ModelDelta>& cold = cores_[core].parked_cold;
    if (!after_pulse_ && !faults_.cold_in_every_beat) {
        return;
    }
    for (u64 turns = cold.size(); turns > 0 && fiber_may_start(core); --turns) {
        const ModelDelta delta = cold.front();
        cold.pop_front();
        run_fiber(core, delta, Origin::ColdFiber);
    }
}

bool Model::run_warm_fiber(u32 core) {
    ModelCore& own = cores_[core];
    if (own.warm_turns == 0 || !fiber_may_start(core)) {
        counters_.fiber_waits_for_receipts += own.warm_turns > 0 && task_may_start(core);
        return false;
    }
    --own.warm_turns;
    const ModelDelta delta = own.parked_warm.front();
    own.parked_warm.pop_front();
    run_fiber(core, delta, Origin::WarmFiber);
    return true;
}

void Model::run_fiber(u32 core, ModelDelta delta, Origin origin) {
    std::vector<ModelEvent>& events = cores_[core].events;
    const u64 place = events.size();
    record(core, {.timestamp = stamp(core), .task_id = delta.task.id, .kind = TASK_EXECUTED});
    ModelContext context(*this, core, delta.task, origin, events[place].timestamp);
    context.bring(delta.run);
    context.run();
    const u64 cause = context.park_cause();
    delta.tries += origin == Origin::WarmFiber;
    if (cause != 0 && !context.had_effect() && park_fiber(core, delta, origin, cause)) {
        events[place].ticks = context.ticks();
        events[place].status = PARKED;
        events[place].hash = faults_.cause_is_not_told ? 0 : cause;
        return;
    }
    judge_fiber(context, events[place]);
    counters_.fiber_ended += events[place].status == OK;
    counters_.cold_fiber_ended += origin == Origin::ColdFiber;
    counters_.warm_fiber_ended += origin == Origin::WarmFiber;
    context.leave_bare_receipt(events[place].status);
}

// Section 2.7's table, without parking.
void Model::judge_fiber(const ModelContext& context, ModelEvent& event) {
    const u64 cause = context.park_cause();
    event.ticks = context.ticks();
    if (cause == BY_BUDGET || cause == BY_CLASS) {
        ++counters_.fiber_not_parked;
        event.status = OVER_BUDGET;
        return;
    }
    event.status = context.first_refusal();
    event.hash = context.output_hash();
    if (const std::optional<u16> guard = context.failed_guard()) {
        event.status = GUARD_FAILED;
        event.hash = *guard;
    } else if (context.first_refusal() == GUARD_FAILED) {
        event.hash = u64{1024} + context.snapshot_guard();
    }
    counters_.output_full_at_last += cause == BY_OUTPUT;
}

bool Model::park_fiber(u32 core, const ModelDelta& delta, Origin origin, u64 cause) {
    ModelCore& own = cores_[core];
    if (origin == Origin::ColdFiber) {
        return false;
    }
    const u64 runs_in_w1 = faults_.tried_once_in_w1 ? 1 : RUNS_IN_W1;
    const bool to_warm =
        origin == Origin::Fiber || (cause == BY_OUTPUT && delta.tries < runs_in_w1);
    std::deque<ModelDelta>& parked = to_warm ? own.parked_warm : own.parked_cold;
    if (parked.size() == PARKED_OF_A_CLASS) {
        ++counters_.no_place_to_park;
        return false;
    }
    parked.push_back(delta);
    ++(cause == BY_BUDGET  ? counters_.parked_by_budget
       : cause == BY_CLASS ? counters_.parked_by_class
                           : counters_.parked_by_output);
    counters_.parked_cold += !to_warm;
    return true;
}

bool ModelContext::is_of_another_class(const SigmaSnapshot& snapshot) {
    const bool is_hot = origin_ == Origin::Fiber && !model_.faults_.classes_not_looked_at;
    if (!is_hot || node() >= snapshot.tasks.size() ||
        snapshot.tasks[node()].ticks <= task_.budget) {
        return false;
    }
    park_cause_ = BY_CLASS;
    return true;
}

// Receipts and assertions -------------------------------------------------------------------------

// For each hook that was evaluated: its rows.
std::vector<ModelTriples> ModelContext::asserted_by(const ModelStep& step) const {
    std::vector<ModelTriples> asserted = step.emitted;
    const bool passes = step.answer || model_.faults_.false_fibers_assert;
    if (passes && !step.emits && !asserted.empty()) {
        asserted.back() = *delta_;
    }
    return asserted;
}

// All of it, or nothing.
bool ModelContext::leave_receipts(const ModelStep& step) {
    const std::vector<ModelTriples> asserted = asserted_by(step);
    ModelAsserted& slot = model_.cores_[core_].asserted[model_.beat_ % 8];
    u32 emissions = 0;
    u64 rows = 0;
    for (const ModelTriples& of_hook : asserted) {
        rows += of_hook.rows.size();
        emissions += of_hook.rows.empty() ? 0 : 1;
    }
    if (emissions_ + emissions > EMISSIONS) {
        refuse(EMIT_LIMIT);
        return false;
    }
    if (slot.rows.size() + rows > ASSERTED_ROWS_OF_A_SLOT ||
        slot.receipt_count() + asserted.size() > RECEIPTS_OF_A_SLOT) {
        park_cause_ = BY_OUTPUT;
        refuse(QUEUE_FULL);
        return false;
    }
    for (u64 hook = 0; hook < asserted.size(); ++hook) {
        for (const auto& [subject, object] : asserted[hook].rows) {
            slot.rows.push_back({subject, asserted[hook].predicate, object, slot.receipt_count()});
        }
        append(slot.receipts, std::span(step.receipts).subspan(64 * hook, 64));
        slot.lanes += delta_->rows.size();
    }
    emissions_ += emissions;
    had_effect_ = had_effect_ || !asserted.empty();
    left_receipt_ = left_receipt_ || !asserted.empty();
    return true;
}

// Of a fiber that left none.
void ModelContext::leave_bare_receipt(u8 status) {
    if (left_receipt_ || model_.faults_.no_receipt_without_hook) {
        return;
    }
    ModelCore& own = model_.cores_[core_];
    ModelAsserted& slot = own.asserted[model_.beat_ % 8];
    append_receipt(slot.receipts,
                   {.cycle = model_.beat_,
                    .shard = core_,
                    .hook = (u64{core_} << 32) + ((payload(0) & 0xFFFF) << 16) + NO_HOOK,
                    .ticks = ticks(),
                    .lanes = delta_->rows.size(),
                    .sequence = own.receipts,
                    .a_hash = exclusive_or(*delta_),
                    .content = binding_hash(*delta_, {.threshold = status}, {})});
    slot.lanes += delta_->rows.size();
    ++own.receipts;
    ++model_.counters_.bare_receipt;
}

// The commit --------------------------------------------------------------------------------------

void Model::log_commit(u32 core) {
    ModelCore& own = cores_[core];
    if (!after_pulse_ || !receipts_left(own)) {
        return;
    }
    Bytes all;
    u64 lanes = 0;
    u64 rows = 0;
    u64 receipts = 0;
    for (ModelAsserted& slot : own.asserted) {
        append(all, slot.receipts);
        for (const auto& row : slot.rows) {
            for (const u64 word : row) {
                append(all, word, 8);
            }
        }
        lanes += slot.lanes;
        rows += slot.rows.size();
        receipts += slot.receipt_count();
        slot = {};
    }
    ++counters_.committed;
    counters_.commit_after_state_change += own.events.size() > own.ordered_events;
    if (faults_.commits_unrecorded) {
        return;
    }
    record(core, {.timestamp = stamp(core),
                  .task_id = (lanes << 32) + rows,
                  .hash = number_at(sha256(all), 0, 8),
                  .ticks = static_cast<u32>(receipts),
                  .kind = COMMIT});
}

bool Model::deltas_left(const ModelCore& core) const {
    const auto holds = [](const auto& deltas) { return !deltas.empty(); };
    return std::ranges::any_of(core.delta_slots, holds) || holds(core.parked_warm) ||
           holds(core.parked_cold) || holds(core.lines[DELTAS]);
}

bool Model::receipts_left(const ModelCore& core) const {
    return !faults_.receipts_not_waited_for &&
           std::ranges::any_of(core.asserted,
                               [](const ModelAsserted& slot) { return !slot.receipts.empty(); });
}

} // namespace knhk::model
