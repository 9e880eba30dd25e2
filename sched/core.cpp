// SPDX-License-Identifier: MIT
// The phases of a beat, in the order in which they happen (docs/determinism.md, section 2).
#include "sched/core.hpp"

#include <cstring>

namespace knhk {

Core::Core(const RunSetup& run, CoreId id)
    : run_(&run), id_(id), queues_(reinterpret_cast<CoreQueues*>(
                               run.memory.share(region::core_queues, id.raw, run.cores))),
      clock_(reinterpret_cast<CoreClock*>(run.memory.share(region::clocks, id.raw, run.cores))),
      state_(run.memory.share(region::state_slabs, id.raw, run.cores)), boxes_(run.memory),
      post_(run.memory, id.raw, run.cores), log_(run.memory, id, run.cores) {
    box_ = &boxes_.of(id.raw);
}

CoreOutcome Core::prepare() {
    std::memset(static_cast<void*>(queues_), 0, sizeof *queues_);
    std::memset(static_cast<void*>(box_), 0, sizeof *box_);
    std::memset(state_, 0, STATE_SLAB_BYTES);
    *clock_ = CoreClock{};
    clock_->state_hash = xxh3_64(state_, STATE_SLAB_BYTES);
    stage_inputs();
    return outcome();
}

CoreOutcome Core::run_beat(const BeatPlan& plan) {
    beat_ = plan.beat;
    sent_ = 0;
    arrived_ = 0;
    clock_->now = plan.start.raw;
    log_.begin_beat(plan.index);
    post_.take_back_credits(plan.index);
    admit(plan);
    run_tasks(plan.beat);
    stage_inputs();
    clock_->events += log_.count();
    return outcome();
}

// --- admit -----------------------------------------------------------------------------------

void Core::admit(const BeatPlan& plan) {
    log_state_change(plan);
    line_up_messages(plan.beat);
    line_up_inputs(plan);
    const u32 records_max = log_.capacity() / ADMIT_SHARE_DIVISOR;
    while (log_.count() < records_max) {
        NodeList* line = oldest_line_with_room();
        if (line == nullptr) {
            break;
        }
        constexpr u32 INPUT_RECORDS = 2;
        const bool is_input = boxes_.node(line->head).is_input != 0;
        if (is_input && records_max - log_.count() < INPUT_RECORDS) {
            break;
        }
        admit_head(*line, plan);
    }
}

/// A pulse lies between the last beat of an epoch and this one; its record is the core's first.
void Core::log_state_change(const BeatPlan& plan) {
    if (!plan.beat.pulse() || clock_->state_touched == 0) {
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

void Core::line_up_messages(Beat beat) {
    post_.collect(beat, [this](NodeRef ref) { line_up(ref); });
}

void Core::line_up_inputs(const BeatPlan& plan) {
    while (!box_->staged.head.none() && boxes_.node(box_->staged.head).order < plan.input_end) {
        const NodeRef ref = boxes_.take_head(box_->staged);
        boxes_.node(ref).due = plan.beat.raw;
        line_up(ref);
    }
}

void Core::line_up(NodeRef ref) {
    boxes_.append(box_->lines[static_cast<u32>(boxes_.node(ref).task.level)], ref);
    ++box_->lines_waiting;
}

/// Each level has a line of its own, so that a full ring blocks only its own level.
NodeList* Core::oldest_line_with_room() {
    NodeList* oldest = nullptr;
    for (u32 level = 0; level < LEVEL_COUNT; ++level) {
        NodeList& line = box_->lines[level];
        if (line.head.none() || !queues_->has_room(level)) {
            continue;
        }
        if (oldest == nullptr ||
            arrives_before(boxes_.node(line.head), boxes_.node(oldest->head))) {
            oldest = &line;
        }
    }
    return oldest;
}

void Core::admit_head(NodeList& line, const BeatPlan& plan) {
    const NodeRef ref = boxes_.take_head(line);
    const Node& node = boxes_.node(ref);
    if (node.is_input != 0) {
        const u64 ts = tick();
        log_.append({ts, node.task.id, xxh3_64(&node.task, sizeof node.task), 0, id_.raw,
                     static_cast<u8>(EventKind::ExternalInput), 0});
    }
    const bool pushed = queues_->push(node.task);
    KNHK_CHECK(pushed, id_.raw);
    log_enqueued(node.task);
    leave_line(ref, plan);
}

/// The node is free: a message's credit goes back to its sender, an input's place to this core.
void Core::leave_line(NodeRef ref, const BeatPlan& plan) {
    --box_->lines_waiting;
    const Node& node = boxes_.node(ref);
    if (node.is_input == 0) {
        post_.free_credit(ref, plan.index);
        ++arrived_;
        return;
    }
    --box_->inputs_held[static_cast<u32>(node.task.level)];
    box_->inputs.give_back(ref.index() - OUTBOX_CAPACITY);
}

// --- run -------------------------------------------------------------------------------------

void Core::run_tasks(Beat beat) {
    Task task;
    bool found = log_.room() >= TASK_RECORDS_MAX && queues_->pop_first(task, beat);
    while (found) {
        execute(task);
        found = log_.room() >= TASK_RECORDS_MAX && queues_->pop(task);
    }
}

/// The record's place and time are those of the start, its contents those of the end.
void Core::execute(const Task& task) {
    Event* record = log_.reserve();
    const Timestamp ts{tick()};
    TaskContext context(*this, task, ts);
    run_->handlers[task.handler](context);
    *record = {ts.raw,
               task.id,
               context.output_hash(),
               context.ticks().raw,
               id_.raw,
               static_cast<u8>(EventKind::TaskExecuted),
               static_cast<u8>(context.status())};
    ++clock_->tasks;
}

TaskStatus Core::emit(const Task& task, bool by_message) {
    if (!run_->accepts(task)) {
        return TaskStatus::InvalidTask;
    }
    const CoreId home = home_of(TaskId{task.id}, run_->cores);
    if (home == id_ && !by_message) {
        return enqueue_at_home(task);
    }
    return post_message(task, home);
}

TaskStatus Core::enqueue_at_home(const Task& task) {
    if (!queues_->push_leaving_reserve(task)) {
        return TaskStatus::QueueFull;
    }
    log_enqueued(task);
    return TaskStatus::Ok;
}

TaskStatus Core::post_message(const Task& task, CoreId to) {
    const u64 due = beat_.raw + run_->latency(id_.raw, to.raw);
    if (!post_.send(task, to.raw, due, clock_->now + 1)) {
        return TaskStatus::QueueFull;
    }
    ++clock_->now; // the message's timestamp; a refused one takes no time
    ++sent_;
    clock_->remote_messages += to != id_ ? 1 : 0;
    return TaskStatus::Ok;
}

void Core::log_enqueued(const Task& task) {
    const u64 ts = tick();
    log_.append({ts, task.id, xxh3_64(&task, sizeof task), 0, id_.raw,
                 static_cast<u8>(EventKind::TaskEnqueued), static_cast<u8>(task.level)});
}

std::span<std::byte> Core::state_for_writing() {
    clock_->state_touched = 1;
    return {state_, STATE_SLAB_BYTES};
}

// --- inputs and outcome ----------------------------------------------------------------------

/// Makes this core's next inputs ready, up to the quota of each level. The first that does not fit
/// is where the next cut ends, for all cores.
void Core::stage_inputs() {
    for (;;) {
        const u64 position = box_->next_input + id_.raw;
        if (position >= run_->input_count) {
            return;
        }
        const Task task = run_->input(position);
        if (!run_->accepts(task)) {
            knhk_panic(__FILE_NAME__, __LINE__, "each input to be a task that could be spawned",
                       position);
        }
        const u32 level = static_cast<u32>(task.level);
        if (box_->inputs_held[level] == input_quota(level)) {
            return;
        }
        const u32 index = box_->inputs.take();
        KNHK_CHECK(index != NodePool::NODES, position);
        Node& node = box_->nodes[OUTBOX_CAPACITY + index];
        node.task = task;
        node.order = position;
        node.source = id_.raw;
        node.is_input = 1;
        boxes_.append(box_->staged, NodeRef::of(id_.raw, OUTBOX_CAPACITY + index));
        ++box_->inputs_held[level];
        box_->next_input += run_->cores;
    }
}

CoreOutcome Core::outcome() const {
    const u64 blocked = box_->next_input + id_.raw;
    // Messages in flight are counted at both ends, not read off the outbox: destinations free its
    // credits in this very beat, and how many of them by now is a matter of speed.
    return {clock_->now,
            blocked < run_->input_count ? blocked : run_->input_count,
            sent_,
            arrived_,
            !queues_->empty() || box_->lines_waiting != 0,
            clock_->state_touched != 0};
}

} // namespace knhk
