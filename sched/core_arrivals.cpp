// SPDX-License-Identifier: MIT
// How tasks come to a core from elsewhere: the lines, admit, and the staging of inputs
// (docs/determinism.md, 2.3 to 2.5 and 2.8).
#include "sched/core.hpp"

namespace knhk {

void Core::admit(const BeatPlan& plan) {
    admit_begin_ = log_.count();
    log_state_change(plan);
    log_commit(plan);
    log_promotion();
    log_thefts(plan.thefts);
    const u32 records_end = admit_begin_ + log_.capacity() / ADMIT_SHARE_DIVISOR;
    fire_timers(records_end);
    admit_messages(plan, records_end);
    line_up_inputs(plan);
    while (log_.count() < records_end) {
        NodeList* line = oldest_line_with_room();
        if (line == nullptr) {
            break;
        }
        constexpr u32 INPUT_RECORDS = 2;
        const bool is_input = boxes_.node(line->head).is_input();
        if (is_input && records_end - log_.count() < INPUT_RECORDS) {
            break;
        }
        admit_node(boxes_.take_head(*line), plan);
    }
}

void Core::log_state_change(const BeatPlan& plan) {
    if (plan.after_pulse == 0 || clock_->state_touched == 0) {
        return;
    }
    clock_->state_touched = 0;
    const u64 hash = xxh3_64(state_, STATE_SLAB_BYTES);
    if (hash == clock_->state_hash) {
        return;
    }
    clock_->state_hash = hash;
    const u64 ts = tick();
    log_.append({ts, 0, hash, 0, id_.raw, static_cast<u8>(EventKind::StateChange), 0});
}

/// What the pulse decided.
void Core::log_promotion() {
    PromotionRequest& request = clock_->promotion;
    if (request.stage < PromotionStage::Promoted) {
        return;
    }
    const SnapshotDescriptor* const current = sigma_.current();
    const u32 decision =
        static_cast<u32>(request.stage) - static_cast<u32>(PromotionStage::Promoted);
    log_task(EventKind::Promotion, request.task_id, current == nullptr ? 0 : id_word(current->id),
             static_cast<u8>(decision), request.snapshot);
    request = {};
}

/// The barrier left them in the Normal ring, which was empty.
void Core::log_thefts(const Thefts& thefts) {
    if (thefts.thieves == 0) {
        return;
    }
    for (u32 i = 0; i < thefts.tasks[id_.raw]; ++i) {
        const Task& task = ready_.peek_normal(i);
        log_task(EventKind::TaskStolen, task.id, xxh3_64(&task, sizeof task),
                 static_cast<u8>(task.level), thefts.victim[id_.raw]);
    }
}

/// Messages come in the order in which they are admitted, as long as nothing has waited longer. So
/// most are admitted at once; the others line up. Behind a delta that waits for its rows' places, a
/// smaller one waits too.
void Core::admit_messages(const BeatPlan& plan, u32 records_end) {
    const bool nothing_waits = lines_are_empty();
    post_.collect(plan.beat, [&](NodeRef ref) {
        ++lined_up_;
        const Node& node = boxes_.node(ref);
        // A small delta may have room where the one before it has none.
        const bool is_first = box_->lines[node.line].head.none();
        if (nothing_waits && is_first && log_.count() < records_end && !is_blocked(node)) {
            admit_node(ref, plan);
        } else {
            line_up(ref);
        }
    });
}

bool Core::lines_are_empty() const {
    for (const NodeList& line : box_->lines) {
        if (!line.head.none()) {
            return false;
        }
    }
    return true;
}

void Core::line_up_inputs(const BeatPlan& plan) {
    while (!box_->staged.head.none() && boxes_.node(box_->staged.head).order < plan.input_end) {
        const NodeRef ref = boxes_.take_head(box_->staged);
        boxes_.node(ref).due = plan.beat.raw;
        line_up(ref);
    }
    while (!box_->outside_cut.head.none()) {
        line_up(boxes_.take_head(box_->outside_cut));
    }
}

void Core::line_up(NodeRef ref) {
    boxes_.append(box_->lines[boxes_.node(ref).line], ref);
}

/// Each level has a line of its own, so that a full ring blocks only its own level.
bool Core::is_blocked(const Node& head) const {
    switch (head.line) {
    case ORDERED_LINE:
        return !ordered_.has_room();
    case DELTA_LINE:
        return !deltas_.has_room(beat_.slot(), run_of(head)->length);
    default:
        return !ready_.has_room(head.line);
    }
}

const TripleRun* Core::run_of(const Node& delta) const {
    return delta.task.brings_rows() ? &deltas_.brought() : run_->run_of(delta.task);
}

NodeList* Core::oldest_line_with_room() {
    NodeList* oldest = nullptr;
    for (u32 at = 0; at < LINE_COUNT; ++at) {
        NodeList& line = box_->lines[at];
        if (line.head.none() || is_blocked(boxes_.node(line.head))) {
            continue;
        }
        if (oldest == nullptr ||
            arrives_before(boxes_.node(line.head), boxes_.node(oldest->head))) {
            oldest = &line;
        }
    }
    return oldest;
}

/// A full ring gets room in the beats that follow, the delta ring too; a full heap may need a jump
/// in time, and what waits for it must not prevent that.
bool Core::can_be_admitted() const {
    for (u32 at = 0; at < LEVEL_COUNT; ++at) {
        if (!box_->lines[at].head.none()) {
            return true;
        }
    }
    return !box_->lines[DELTA_LINE].head.none() ||
           (!box_->lines[ORDERED_LINE].head.none() && ordered_.has_room());
}

void Core::admit_node(NodeRef ref, const BeatPlan& plan) {
    const Node& node = boxes_.node(ref);
    const Task& task = node.task;
    const bool is_delta = node.line == DELTA_LINE;
    const u64 hash =
        is_delta ? hash_of_delta(task, *run_of(node)) : xxh3_64_of(words_of(task).words);
    if (node.is_input()) {
        log_task(EventKind::ExternalInput, task.id, hash, 0);
    }
    if (is_delta) {
        KNHK_CHECK(push_delta(task, *run_of(node), beat_), id_.raw);
        if (task.brings_rows()) {
            deltas_.forget_brought();
        }
    } else {
        enter(node, hash);
    }
    free_node(ref, plan);
}

/// The ring or the heap.
void Core::enter(const Node& node, u64 hash) {
    const bool ordered = node.line == ORDERED_LINE;
    const bool pushed = ordered ? push_ordered(node.task, node.time) : ready_.push(node.task);
    KNHK_CHECK(pushed, id_.raw);
    log_task(EventKind::TaskEnqueued, node.task.id, hash, node.line);
}

/// A message's credit goes back to its sender, an input's place to this core.
void Core::free_node(NodeRef ref, const BeatPlan& plan) {
    const Node& node = boxes_.node(ref);
    switch (node.kind) {
    case NodeKind::Message:
        post_.free_credit(ref, plan.index);
        break;
    case NodeKind::Input:
        --box_->inputs_held[node.quota_line()];
        box_->inputs.give_back(ref.index() - INPUT_NODES_BEGIN);
        break;
    case NodeKind::Outside:
        --box_->outside_held[node.quota_line()];
        box_->outside.give_back(ref.index() - OUTSIDE_NODES_BEGIN);
        break;
    }
}

// --- inputs ----------------------------------------------------------------------------------

/// Makes this core's next inputs ready, up to the quota of each line. The first that does not fit
/// is where the next cut ends, for all cores.
void Core::stage_inputs() {
    while (box_->next_input < run_->input_count && stage_input(box_->next_input)) {
        box_->next_input = run_->next_input_of(id_.raw, box_->next_input + 1);
    }
}

bool Core::stage_input(u64 position) {
    const Task task = run_->input(position);
    const u64 time = run_->input_time(position);
    const bool ordered = time != NOT_ORDERED;
    if (!run_->accepts_input(task, time) || task.brings_rows()) {
        knhk_panic(__FILE_NAME__, __LINE__, "each input to be a task that could be spawned",
                   position);
    }
    const u32 held_by = quota_line_of(task, ordered);
    const u32 quota = ordered ? ordered_quota(run_->cores) : input_quota(held_by);
    if (box_->inputs_held[held_by] == quota) {
        return false;
    }
    const u32 index = box_->inputs.take();
    KNHK_CHECK(index != NodePool::NODES, position);
    Node& node = box_->nodes[INPUT_NODES_BEGIN + index];
    node.task = task;
    node.order = position;
    node.time = ordered ? time : 0;
    node.source = id_.raw;
    node.kind = NodeKind::Input;
    node.line = static_cast<u8>(line_of(task, ordered));
    boxes_.append(box_->staged, NodeRef::of(id_.raw, INPUT_NODES_BEGIN + index));
    ++box_->inputs_held[held_by];
    return true;
}

} // namespace knhk
