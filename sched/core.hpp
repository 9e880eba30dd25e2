// SPDX-License-Identifier: MIT
// One logical core and what it does in one beat: admit arrivals, run tasks, stage inputs. Whoever
// runs it, and when, leaves no trace: it touches its own share of memory, and other cores'
// mailboxes only where sched/mailbox.hpp says that others write.
#pragma once

#include <span>

#include "replay/log_window.hpp"
#include "sched/core_queues.hpp"
#include "sched/post.hpp"
#include "sched/run_setup.hpp"

namespace knhk {

/// A core's slot in region::clocks: logical time and counts, plain data.
struct CoreClock {
    u64 now; ///< L
    u64 tasks;
    u64 events;
    u64 remote_messages;
    u64 state_hash;    ///< of the state slab when it was last logged
    u64 state_touched; ///< 1: a handler may have changed the slab since
    u64 reserved[26];
};
static_assert(sizeof(CoreClock) == region::clocks.stride_bytes(CORES_MAX));

/// What the barrier decided for a beat.
struct BeatPlan {
    Beat beat;
    Timestamp start; ///< G
    u64 input_end;   ///< inputs below this position have been cut
    u64 index;       ///< beats executed before: beats may be skipped, and parities must alternate
};

/// What a core tells the barrier.
struct CoreOutcome {
    u64 clock;         ///< L
    u64 input_blocked; ///< the first of its inputs that may not be cut yet
    u32 sent;          ///< messages that began their way in this beat
    u32 arrived;       ///< messages that ended it in a ring
    bool busy;         ///< something waits in a ring or a line
    bool state_touched;
};

class Core {
  public:
    Core() = default;
    Core(const RunSetup& run, CoreId id);

    /// Before the first beat: touches this core's memory first (so that it lies near its worker)
    /// and stages the first inputs.
    CoreOutcome prepare();
    CoreOutcome run_beat(const BeatPlan& plan);

    [[nodiscard]] CoreId id() const { return id_; }
    [[nodiscard]] const RunSetup& run() const { return *run_; }
    [[nodiscard]] const CoreClock& clock() const { return *clock_; }
    [[nodiscard]] const LogShare& log() const { return log_; }

    // For TaskContext.
    [[nodiscard]] TaskStatus emit(const Task& task, bool by_message);
    [[nodiscard]] std::span<std::byte> state_for_writing();

  private:
    void admit(const BeatPlan& plan);
    void log_state_change(const BeatPlan& plan);
    void line_up_messages(Beat beat);
    void line_up_inputs(const BeatPlan& plan);
    void line_up(NodeRef ref);
    [[nodiscard]] NodeList* oldest_line_with_room();
    void admit_head(NodeList& line, const BeatPlan& plan);
    void leave_line(NodeRef ref, const BeatPlan& plan);

    void run_tasks(Beat beat);
    void execute(const Task& task);
    void stage_inputs();
    [[nodiscard]] CoreOutcome outcome() const;

    [[nodiscard]] TaskStatus enqueue_at_home(const Task& task);
    [[nodiscard]] TaskStatus post_message(const Task& task, CoreId to);
    [[nodiscard]] u64 tick() { return ++clock_->now; } ///< Lamport rule 1
    void log_enqueued(const Task& task);

    const RunSetup* run_ = nullptr;
    CoreId id_{};
    CoreQueues* queues_ = nullptr;
    Mailbox<>* box_ = nullptr;
    CoreClock* clock_ = nullptr;
    std::byte* state_ = nullptr;
    Mailboxes<> boxes_;
    Post<> post_;
    LogShare log_;
    Beat beat_{};
    u32 sent_ = 0; ///< of this beat, as is arrived_
    u32 arrived_ = 0;
};

} // namespace knhk
