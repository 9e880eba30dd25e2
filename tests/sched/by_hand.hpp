// SPDX-License-Identifier: MIT
// A run whose beats a test takes one by one, on one thread: what the barrier decides between them
// can be looked at, changed, or made up. For tests of sched/.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "sched/planner.hpp"
#include "tests/support/native_run.hpp"

namespace knhk::test {

struct Input {
    Task task;
    u64 beat = 0;
    u64 time = NOT_ORDERED;
};

class ByHand {
  public:
    using Body = std::function<void(TaskContext&)>;
    static constexpr HandlerId IDLE = 0; ///< does nothing
    static constexpr HandlerId NONE = 77;

    ByHand();

    /// What tasks of the returned handler do. Before `set_up`.
    HandlerId handler(Body body);
    /// All latencies are 1, until a test writes others into `latencies`.
    void set_up(u32 cores, std::vector<Input> inputs);
    /// The same without a beginning: nothing is staged.
    void describe(u32 cores, std::vector<Input> inputs);

    /// Runs beat `k` by a plan of its own: time goes on, inputs below `input_end` are cut, nothing
    /// is ordered or stolen. Returns core 0's records.
    std::vector<Event> beat(u64 k) { return beat(k, outcome.input_blocked_min); }
    std::vector<Event> beat(u64 k, u64 input_end);
    void plan_by_hand(u64 k, u64 input_end);
    /// Runs all cores by the plan as it is.
    void run();

    [[nodiscard]] bool plan_first() { return planner_.plan_first(outcome); }
    [[nodiscard]] bool plan_next() { return planner_.plan_next(outcome); }
    /// Plans and runs. False when the run is quiescent.
    bool step();

    [[nodiscard]] std::vector<Event> events(u32 core = 0);
    [[nodiscard]] Core& core(u32 id);
    [[nodiscard]] ReadyTasks ready(u32 core) { return {span_->memory(), core}; }
    [[nodiscard]] OrderedQueue heap(u32 core) const;
    [[nodiscard]] Mailbox& box(u32 core) const { return Mailboxes(span_->memory()).of(core); }
    [[nodiscard]] BeatPlan& plan() const { return state->plan; }
    [[nodiscard]] u8& latency(u32 from, u32 to) const;
    [[nodiscard]] const std::vector<Input>& inputs() const { return inputs_; }
    /// The board shows what each core could give, as after a beat.
    void show_loads();

    RunSetup setup;
    RunState* state = nullptr;
    Outcome outcome = Outcome::none();
    CoreBoard board{};

  private:
    static void dispatch(TaskContext& context);

    std::unique_ptr<RegionSpan> span_ = std::make_unique<RegionSpan>(); ///< of the last set_up
    std::vector<Body> bodies_;
    std::vector<Input> inputs_;
    CoreTable cores_;
    Planner planner_;
    Worker worker_;
};

/// The smallest task of a handler.
inline Task task_of(u64 id, HandlerId handler = ByHand::IDLE, Level level = Level::Normal) {
    return Task{.id = id, .handler = handler, .level = level};
}
inline Task stateless(Task task) {
    task.flags = TASK_STATELESS;
    return task;
}

[[nodiscard]] std::vector<Event> of_kind(const std::vector<Event>& events, EventKind kind);
[[nodiscard]] std::vector<u64> ids_of(const std::vector<Event>& events, EventKind kind);
/// The record of the task `id`'s first execution.
[[nodiscard]] Event executed(const std::vector<Event>& events, u64 id);
[[nodiscard]] inline u64 task_hash(const Task& task) {
    return xxh3_64(&task, sizeof task);
}
[[nodiscard]] u64 output_hash(u64 a = 0, u64 b = 0, u64 c = 0, u64 d = 0);

} // namespace knhk::test
