// SPDX-License-Identifier: MIT
// Snapshots in a run: which one is current, how one is loaded, and what a task does that evaluates
// one of its tasks; determinism.md, sections 2.12 and 2.13, with isa.md for the steps.
#include <algorithm>
#include <iterator>

#include "tests/model/evaluation.hpp"
#include "tests/model/model_context.hpp"
#include "tests/model/snapshot.hpp"

namespace knhk::model {
namespace {

constexpr u64 LOADED_BYTES = 115'272;
constexpr u32 LOADED = 8;
constexpr u32 BEFORE = 9;
constexpr u64 ROWS_COST = 7;

enum GuardKind : u8 { TICK_BUDGET, CARRY, AUTHORIZATION, SCHEMA };

} // namespace

// Section 2.12: whether what a task asks for is there.
ModelStatus Model::may_promote(u32 core, const ModelTask& task, u32 snapshot) {
    if (snapshot == LOADED) {
        if (task.stateless() || core != 0) {
            ++counters_.loading_denied;
            return STATE_DENIED;
        }
        return OK;
    }
    if (snapshot == BEFORE) {
        return turns_.size() > 1 ? OK : NO_SNAPSHOT;
    }
    return snapshot < config_.snapshots.size() ? OK : NO_SNAPSHOT;
}

// Section 2.12: of a request for the loaded one, whether it can be decided like the others.
bool Model::is_damaged(const ModelRequest& request) const {
    return request.snapshot == LOADED && (loaded_.empty() || !read_snapshot(loaded_));
}

// The next turn begins. The one before is that of the turn before.
void Model::promote(u32 snapshot) {
    counters_.promoted_loaded += snapshot == LOADED;
    counters_.promoted_before += snapshot == BEFORE;
    if (snapshot == BEFORE) {
        turns_.push_back(faults_.before_is_the_first ? turns_.front() : turns_[turns_.size() - 2]);
    } else {
        turns_.push_back(snapshot == LOADED ? loaded_ : config_.snapshots[snapshot]);
    }
}

// Reading one takes longer than following it.
const SigmaSnapshot& Model::followed(const Bytes& bytes) {
    std::shared_ptr<const SigmaSnapshot>& read = read_[bytes];
    if (read == nullptr) {
        read = std::make_shared<const SigmaSnapshot>(read_snapshot(bytes).value());
    }
    return *read;
}

u64 Model::current_id_word() const {
    return turns_.empty() ? 0 : snapshot_id_word(turns_.back());
}

// Section 2.12, Loading.
ModelStatus ModelContext::load(u64 place, std::span<const std::byte> piece) {
    if (!charge(1)) {
        return OVER_BUDGET;
    }
    const auto& request = model_.cores_[core_].request;
    ModelStatus status = OK;
    if (task_.stateless() || core_ != 0) {
        ++model_.counters_.loading_denied;
        status = STATE_DENIED;
    } else if (request && request->snapshot == LOADED && !model_.faults_.loads_over_what_is_asked) {
        ++model_.counters_.loading_refused;
        status = QUEUE_FULL;
    } else if (place > LOADED_BYTES || piece.size() > LOADED_BYTES - place) {
        status = NO_SNAPSHOT;
    }
    if (status != OK) {
        refuse(status);
        return status;
    }
    model_.loaded_.resize(LOADED_BYTES);
    std::ranges::copy(piece, model_.loaded_.begin() + static_cast<std::ptrdiff_t>(place));
    had_effect_ = true;
    return OK;
}

// Section 2.13.
std::optional<ModelStep> ModelContext::evaluate() {
    ModelCounters& counters = model_.counters_;
    if (model_.turns_.empty()) {
        ++counters.eval_without_snapshot;
        refuse(NO_SNAPSHOT);
        return std::nullopt;
    }
    const bool stale = model_.faults_.first_snapshot_is_followed;
    const SigmaSnapshot& snapshot =
        model_.followed(stale ? model_.turns_.front() : model_.turns_.back());
    if (delta_ != nullptr && is_of_another_class(snapshot)) {
        return std::nullopt;
    }
    if (!charge(1)) {
        return std::nullopt;
    }
    if (node() >= snapshot.tasks.size()) {
        ++counters.eval_no_task;
        refuse(NO_SNAPSHOT);
        return std::nullopt;
    }
    const SigmaTask& task = snapshot.tasks[node()];
    if (!charge(task.cost)) {
        return std::nullopt;
    }
    if (run_to_read() == nullptr) {
        ++counters.eval_no_run;
        refuse(NO_SNAPSHOT);
        return std::nullopt;
    }
    if (!charge(task.guards.size()) || !snapshot_guards_pass(snapshot, task)) {
        return std::nullopt;
    }
    ModelStep step{.task = &task, .turn = turn_of(task)};
    if (step.turn != Turn::Goes) {
        route_without_hooks(step);
    } else if (evaluate_hooks(snapshot, task, step)) {
        route_by_hooks(step);
    } else {
        return std::nullopt;
    }
    if (delta_ != nullptr && !leave_receipts(step)) {
        return std::nullopt;
    }
    return end_evaluation(step) ? std::optional(step) : std::nullopt;
}

// All of them, whichever fails; the first in the task's order is told.
bool ModelContext::snapshot_guards_pass(const SigmaSnapshot& snapshot, const SigmaTask& task) {
    std::optional<u16> failed;
    for (const u16 number : task.guards) {
        if (!snapshot_guard_passes(snapshot.guards[number]) &&
            (!failed || model_.faults_.last_failing_guard_is_told)) {
            failed = number;
        }
    }
    if (!failed) {
        return true;
    }
    ++model_.counters_.eval_guard_failed;
    if (refusal_ == OK) {
        snapshot_guard_ = *failed;
    }
    refuse(GUARD_FAILED);
    return false;
}

bool ModelContext::snapshot_guard_passes(const SigmaGuard& guard) {
    switch (guard.kind) {
    case TICK_BUDGET:
        model_.counters_.eval_tick_guard_failed += used_ > guard.value;
        return used_ <= guard.value;
    case CARRY:
        return (payload(guard.word) & guard.value) == guard.value;
    case AUTHORIZATION:
        return (payload(guard.word) & guard.value) != 0;
    case SCHEMA:
        return run_to_read()->predicate == guard.value;
    default:
        ++model_.counters_.eval_custom_guard;
        return guard_passes(guard.custom);
    }
}

// The delta's, or the workload's.
const ModelTriples* ModelContext::run_to_read() const {
    const std::vector<ModelTriples>& runs = model_.config_.runs;
    if (delta_ != nullptr && !model_.faults_.fiber_reads_the_workloads_run) {
        return delta_;
    }
    return payload(1) < runs.size() ? &runs[payload(1)] : nullptr;
}

// In order, up to the first that is false; of choices, up to the first that is true, or all.
bool ModelContext::evaluate_hooks(const SigmaSnapshot& snapshot, const SigmaTask& task,
                                  ModelStep& step) {
    const bool until_true = task.pattern == EXCLUSIVE_CHOICE || task.pattern == DEFERRED_CHOICE;
    const bool all = (task.pattern == MULTI_CHOICE && !model_.faults_.multi_choice_takes_first) ||
                     model_.faults_.false_hook_does_not_stop ||
                     (until_true && model_.faults_.true_condition_does_not_stop);
    for (const u16 number : task.hooks) {
        const std::optional<Answered> answered =
            evaluate_hook(*run_to_read(), snapshot.hooks[number], number, step.receipts);
        if (!answered) {
            return false;
        }
        step.yes.push_back(answered->yes);
        step.emitted.push_back(emitted_by(*answered));
        step.emits = step.emits || !answered->result.empty();
        ++step.hooks;
        if (!answered->result.empty()) {
            ++model_.counters_.eval_rows;
            step.rows_hash = link_of(step.rows_hash, hash64(answered->result));
        }
        const bool stops = until_true || task.pattern == MULTI_CHOICE;
        if (!all && answered->yes == stops) {
            break;
        }
    }
    return true;
}

// The run is read, the query put, the receipt written, each charged before.
std::optional<Answered> ModelContext::evaluate_hook(const ModelTriples& run, const SigmaHook& hook,
                                                    u16 number, Bytes& receipts) {
    const bool own_subject = (hook.flags & 1) != 0;
    const bool own_object = (hook.flags & 2) != 0;
    const Asked asked{.op = hook.op,
                      .subject = own_subject ? payload(2) : hook.subject,
                      .predicate = hook.predicate,
                      .object = own_object ? payload(3) : hook.object,
                      .threshold = hook.threshold};
    if (!charge(1)) {
        return std::nullopt;
    }
    const Answered answered = ask(run, asked, model_.faults_);
    const bool costly = !answered.result.empty() && !model_.faults_.rows_cost_like_answers;
    if (!charge(costly ? ROWS_COST : 1) || !charge(1)) {
        return std::nullopt;
    }
    const u64 hook_id = (u64{core_} << 32) + (node() << 16) + number;
    u64& written = model_.cores_[core_].receipts;
    model_.counters_.later_receipt += written > 0;
    append_receipt(
        receipts,
        {.cycle = model_.beat_,
         .shard = core_,
         .hook = hook_id,
         .ticks = used_,
         .lanes = run.rows.size(),
         .sequence = model_.faults_.receipts_counted_by_task ? receipts.size() / 64 : written,
         .a_hash = exclusive_or(run),
         .content = binding_hash(run, asked, answered)});
    ++written;
    return answered;
}

// Nothing is charged for the output.
bool ModelContext::end_evaluation(const ModelStep& step) {
    if (model_.faults_.evaluation_pays_for_output && !charge(1)) {
        return false;
    }
    ++(step.answer ? model_.counters_.eval_true : model_.counters_.eval_false);
    const u64 turn = model_.faults_.turn_is_not_told ? 1 : model_.turns_.size();
    u64 told = u64{step.answer} + (step.hooks << 8) + (u64{step.next} << 16);
    for (const u32 branch : step.branches) {
        told += u64{1} << (32 + branch);
    }
    told += static_cast<u64>(step.turn) << 40;
    output_ = {hash64(step.receipts), told, turn, step.rows_hash};
    output_set_ = true;
    return true;
}

u64 ModelContext::link_of(u64 before, u64 hash) {
    Bytes both;
    append(both, before, 8);
    append(both, hash, 8);
    return hash64(both);
}

} // namespace knhk::model
