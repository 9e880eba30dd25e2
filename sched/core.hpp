// SPDX-License-Identifier: MIT
// One logical core and what it does in one beat: its ordered tasks, arrivals, tasks, inputs.
// Whoever runs it, and when, leaves no trace: it touches its own share of memory, and other cores'
// mailboxes only where sched/mailbox.hpp says that others write.
#pragma once

#include <span>

#include "base/hash_inline.hpp"
#include "beat/assertion_ring.hpp"
#include "isa/cost.hpp"
#include "isa/receipt.hpp"
#include "replay/log_window.hpp"
#include "sched/beat_plan.hpp"
#include "sched/core_queues.hpp"
#include "sched/deltas.hpp"
#include "sched/flow_table.hpp"
#include "sched/logical_clock.hpp"
#include "sched/ordered_queue.hpp"
#include "sched/post.hpp"
#include "sched/promotion_request.hpp"
#include "sched/run_setup.hpp"

namespace knhk {

class TaskContext;
struct Worker;

/// A core's slot in region::clocks: logical time and counts, plain data.
struct CoreClock {
    LogicalClock time; ///< L
    u64 tasks;
    u64 events;
    u64 remote_messages;
    u64 state_hash;    ///< of the state slab when it was last logged
    u64 state_touched; ///< 1: a handler may have changed the slab since
    PromotionRequest promotion;
    u64 deltas;        ///< in the ring, or parked
    u64 receipts;      ///< left and not committed
    u64 rows_admitted; ///< of deltas
    u64 rows_done;     ///< of those that left a receipt
    u64 rows_asserted;
    u64 reserved[18];
};
static_assert(sizeof(CoreClock) == region::clocks.stride_bytes(CORES_MAX));

/// What a core tells the barrier.
struct CoreOutcome {
    u64 clock;         ///< L
    u64 input_blocked; ///< the first of its inputs that may not be cut yet
    u64 ordered_time;  ///< the smallest key of its heap; NO_ORDERED_KEY's if that is empty
    u32 sent;          ///< messages that began their way in this beat
    u32 lined_up;      ///< messages that came into a line
    bool busy;         ///< something waits in a ring, or in a line that can be admitted
    bool awaits_pulse; ///< the state slab was touched, a promotion asked for, a receipt left
    bool asks_promotion;
    u64 next_timer; ///< the smallest deadline of its timers, or NO_TIMER
};
inline constexpr OrderedKey NO_ORDERED_KEY{~u64{0}, ~u64{0}};

/// How a task ended.
struct TaskEnd {
    u64 hash;
    TaskStatus status;
};

/// What a core could give to thieves, or whether it is one.
struct CoreLoad {
    u8 spare;
    bool idle;
};

class Core {
  public:
    Core() = default;
    Core(const RunSetup& run, CoreId id);

    /// Before the first beat: touches this core's memory first (so that it lies near its worker)
    /// and stages the first inputs.
    CoreOutcome prepare();
    CoreOutcome run_beat(const BeatPlan& plan, Worker& worker);
    /// Its beat comes next: asks for the lines that the beat begins with, which other cores' beats
    /// have pushed out of the near caches.
    void expect_beat(const BeatPlan& plan) const;
    /// Stages inputs that have become known since the beat.
    CoreOutcome stage();

    [[nodiscard]] CoreId id() const { return id_; }
    [[nodiscard]] const RunSetup& run() const { return *run_; }
    [[nodiscard]] const CoreClock& clock() const { return *clock_; }
    [[nodiscard]] const LogShare& log() const { return log_; }

    // For the barrier, when no beat runs.
    /// The place-th smallest key of the ordered heap; NO_ORDERED_KEY behind the last. Known are as
    /// many as the barrier may select, and one.
    [[nodiscard]] OrderedKey ordered_key(u32 place) const {
        return place < ordered_front_.size() ? ordered_front_[place] : NO_ORDERED_KEY;
    }
    [[nodiscard]] CoreLoad load() const;
    void give_tasks(Core& thief, u32 count) { ready_.give(thief.ready_, count); }
    [[nodiscard]] PromotionRequest promotion() const { return clock_->promotion; }
    /// If it asked for one.
    void decide_promotion(PromotionStage stage);

    // For TaskContext.
    [[nodiscard]] TaskStatus enqueue_at_home(const Task& task);
    [[nodiscard]] TaskStatus enqueue_delta_at_home(const TaskContext& from, const Task& task);
    /// Whatever `enqueue_at_home` is not for. `at` counts for Operation::Order, and is 0 for the
    /// others.
    template<Operation operation>
    [[nodiscard]] TaskStatus emit(const TaskContext& from, const Task& task, Timestamp at);
    [[nodiscard]] std::span<std::byte> state_for_writing();
    [[nodiscard]] std::span<const std::byte> state() const { return {state_, STATE_SLAB_BYTES}; }
    [[nodiscard]] const SnapshotStore& sigma() const { return sigma_; }
    [[nodiscard]] Flows& flows() { return flows_; }
    [[nodiscard]] Beat beat() const { return beat_; }
    [[nodiscard]] Timestamp now() const { return clock_->time.now(); }
    /// Written in this beat.
    [[nodiscard]] u32 receipts() const { return receipts_; }
    void count_receipts(u32 written) { receipts_ += written; }
    /// Of a fiber: whether there is room for all of it, until the commit.
    [[nodiscard]] bool may_assert(u32 rows, u32 receipts) const;
    /// Rows of one predicate, or none, with the receipt of whoever asserts them.
    void assert_rows(const u64* subjects, u64 predicate, const u64* objects, u32 count,
                     const SealedReceipt& receipt);
    [[nodiscard]] TaskStatus ask_promotion(const Task& task, Timestamp ts, u32 snapshot);
    /// A piece of a snapshot, which lies with core 0.
    [[nodiscard]] TaskStatus load_snapshot(const Task& task, u64 place,
                                           std::span<const std::byte> piece);

  private:
    void touch_shares() const;

    // core_arrivals.cpp
    void admit(const BeatPlan& plan);
    void log_state_change(const BeatPlan& plan);
    void log_promotion();
    [[nodiscard]] TaskStatus may_use_loaded(const Task& task) const;
    [[nodiscard]] TaskStatus may_be_promoted(const Task& task, u32 snapshot) const;
    void log_thefts(const Thefts& thefts);
    void admit_messages(const BeatPlan& plan, u32 records_end);
    [[nodiscard]] bool lines_are_empty() const;
    void line_up_inputs(const BeatPlan& plan);
    void line_up(NodeRef ref);
    [[nodiscard]] bool is_blocked(const Node& head) const;
    [[nodiscard]] const TripleRun* run_of(const Node& delta) const;
    void enter(const Node& node, u64 hash);
    [[nodiscard]] NodeList* oldest_line_with_room();
    void admit_node(NodeRef ref, const BeatPlan& plan);
    void free_node(NodeRef ref, const BeatPlan& plan);
    void stage_inputs();
    [[nodiscard]] bool stage_input(u64 position);

    // core_timers.cpp
    void fire_timers(u32 records_end);

    // core_tasks.cpp
    void run_ordered(const BeatPlan& plan);
    void run_tasks(Beat beat);
    void run_hot_tasks(TaskContext& context);
    [[nodiscard]] bool run_one(TaskContext& context, const ReadyTask& ready);
    template<RunMode mode>
    void execute(TaskContext& context, const Task& task, Timestamp ts);
    [[nodiscard]] bool has_room_for_task() const { return log_.has_room(TASK_RECORDS_MAX); }
    [[nodiscard]] TaskEnd run_body(TaskContext& context, const Task& task);
    [[nodiscard]] const u16* failing_guard(TaskContext& context);
    [[nodiscard]] TaskStatus park_or_fail(const TaskContext& context);

    // core_fibers.cpp
    void log_commit(const BeatPlan& plan);
    void run_fibers(Beat beat);
    void run_cold_fibers();
    [[nodiscard]] bool run_warm_fiber(TaskContext& context);
    [[nodiscard]] bool has_room_for_fiber() const;
    template<RunMode mode>
    void run_fiber(TaskContext& context, Delta& delta, FiberClass fiber_class);
    [[nodiscard]] bool park(Delta& delta, ParkCause cause, FiberClass from);
    void leave_bare_receipt(const TaskContext& context, const Delta& delta, TaskStatus status);
    [[nodiscard]] bool push_delta(const Task& task, const TripleRun& run, Beat beat);

    // core_emissions.cpp
    [[nodiscard]] TaskStatus enqueue_ordered_at_home(const Task& task, Timestamp at);
    template<Operation operation>
    [[nodiscard]] TaskStatus post_message(const TaskContext& from, const Task& task, Timestamp at);
    [[nodiscard]] bool push_ordered(const Task& task, u64 at);

    [[nodiscard]] bool can_be_admitted() const;
    [[nodiscard]] CoreOutcome outcome() const;
    [[nodiscard]] u64 tick() { return clock_->time.tick().raw; } ///< Lamport rule 1
    [[nodiscard]] u64 next_stamp() const { return next(now()).raw; }
    /// Of this core, now. `hash` is of the task's bytes.
    [[nodiscard]] Event event_of_task(EventKind kind, u64 task_id, u64 hash, u8 status,
                                      u32 ticks = 0) {
        return {tick(), task_id, hash, ticks, id_.raw, static_cast<u8>(kind), status};
    }
    void log_task(EventKind kind, u64 task_id, u64 hash, u8 status, u32 ticks = 0) {
        log_.append(event_of_task(kind, task_id, hash, status, ticks));
    }

    const RunSetup* run_ = nullptr;
    CoreId id_{};
    Mailbox* box_ = nullptr;
    CoreClock* clock_ = nullptr;
    std::byte* state_ = nullptr;
    ReadyTasks ready_;
    Deltas deltas_;
    AssertionRing assertions_{nullptr, ASSERTED_ROWS, RECEIPTS};
    OrderedQueue ordered_;
    u32 ordered_front_most_ = 0;
    std::span<const OrderedKey> ordered_front_;
    Mailboxes boxes_;
    Post post_;
    LogShare log_;
    SnapshotStore sigma_;
    Flows flows_;
    Worker* worker_ = nullptr; ///< who runs this core in this beat
    Beat beat_{};
    u32 admit_begin_ = 0; ///< records of the ordered part, which are not admit's
    u32 sent_ = 0;        ///< of this beat, as is lined_up_
    u32 lined_up_ = 0;
    u32 receipts_ = 0;
    u32 warm_fibers_ = 0; ///< of W1, that may still be tried in this beat
};

/// Before the task that asks for it began, there was room for all that it may enqueue.
[[gnu::always_inline]] inline TaskStatus Core::enqueue_at_home(const Task& task) {
    Task* slot = ready_.slot_leaving_reserve(task.level);
    if (slot == nullptr) {
        return TaskStatus::QueueFull;
    }
    const u64 hash = xxh3_64_of(copy(*slot, task).words);
    write(log_.reserve(),
          event_of_task(EventKind::TaskEnqueued, task.id, hash, static_cast<u8>(task.level)));
    return TaskStatus::Ok;
}

} // namespace knhk
