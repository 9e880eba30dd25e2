// SPDX-License-Identifier: MIT
// A deliberately naive model of docs/determinism.md, to be read beside it: one thread, no limits
// on memory, no reuse. Given a workload it predicts every event of a run.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <tuple>

#include "tests/model/model_parts.hpp"

namespace knhk::model {

/// Where a task that starts comes from (sections 2.2, 2.6).
enum class Origin : u8 { Ring, Warm, OrderedPart, Fiber, WarmFiber, ColdFiber };

class Model {
  public:
    explicit Model(ModelConfig config, ModelFaults faults = {});
    [[nodiscard]] ModelRun run();
    [[nodiscard]] const ModelCounters& counters() const { return counters_; }

  private:
    friend class ModelContext;

    // model.cpp: beats.
    [[nodiscard]] ModelBeat execute_beat();
    [[nodiscard]] std::optional<ModelEnd> end_after(u64 beats);

    // model_core.cpp: a core's beat up to admit.
    void core_beat(u32 core);
    void take_back_credits(u32 core);
    void run_ordered_part(u32 core);
    void log_state_change(u32 core);
    void log_promotion(u32 core);
    void log_stolen(u32 core);
    void fire_timers(u32 core); // model_flows.cpp
    void line_up(u32 core);
    void count_equal_timestamps(const std::vector<Arrival>& arrivals);
    void admit(u32 core);
    [[nodiscard]] std::optional<u8> oldest_admissible(u32 core);
    [[nodiscard]] bool has_room(u32 core, const Arrival& head);
    [[nodiscard]] bool admit_may_take(u32 core, const Arrival& arrival);
    void admit_one(u32 core, u8 line);

    // model_run.cpp: running tasks.
    void run_tasks(u32 core);
    [[nodiscard]] std::optional<Origin> take_task(u32 core, bool first, ModelTask& task);
    [[nodiscard]] std::vector<u8> order_of_rings(bool first) const;
    [[nodiscard]] std::deque<ModelTask>& ring(u32 core, u8 which);
    void count_turns(u32 core, u8 taken);
    void execute(u32 core, const ModelTask& task, Origin origin, u64 start);
    void judge(u32 core, const ModelTask& task, Origin origin, const ModelContext& context,
               ModelEvent& event);
    void judge_over_budget(u32 core, const ModelTask& task, Origin origin,
                           const ModelContext& context, ModelEvent& event);
    void count_over_budget(Origin origin, const ModelContext& context);

    // model_beat.cpp: deltas, fibers, commits.
    [[nodiscard]] const ModelTriples* workload_run(const ModelTask& task) const;
    [[nodiscard]] bool has_rows(const ModelTask& task) const;
    [[nodiscard]] bool slot_has_room(u32 core, u64 slot, u64 rows) const;
    [[nodiscard]] ModelTriples run_of(const Arrival& arrival) const;
    void enter_delta(u32 core, const ModelDelta& delta, u64 slot);
    void run_fibers(u32 core);
    void run_cold_fibers(u32 core);
    [[nodiscard]] bool run_warm_fiber(u32 core);
    [[nodiscard]] bool fiber_may_start(u32 core) const;
    [[nodiscard]] bool task_may_start(u32 core) const;
    void run_fiber(u32 core, ModelDelta delta, Origin origin);
    void judge_fiber(const ModelContext& context, ModelEvent& event);
    [[nodiscard]] bool park_fiber(u32 core, const ModelDelta& delta, Origin origin, u64 cause);
    void log_commit(u32 core);
    [[nodiscard]] bool deltas_left(const ModelCore& core) const;
    [[nodiscard]] bool receipts_left(const ModelCore& core) const;

    // model_barrier.cpp: what happens between beats.
    void cut_inputs(u64 due);
    [[nodiscard]] u64 quota(const ModelInput& input, u8 line) const;
    [[nodiscard]] bool something_left() const;
    [[nodiscard]] bool core_has_something(const ModelCore& core) const;
    [[nodiscard]] bool ordered_line_counts(const ModelCore& core) const;
    [[nodiscard]] std::optional<u64> smallest_key() const;
    [[nodiscard]] bool touched() const;
    [[nodiscard]] bool inputs_remain() const { return cut_end_ < config_.inputs.size(); }
    [[nodiscard]] bool nothing_to_do() const;
    [[nodiscard]] u64 next_beat();
    [[nodiscard]] u64 skip_to_input();
    [[nodiscard]] std::optional<u64> next_timer() const; // model_flows.cpp
    [[nodiscard]] u64 skip_to_timer(u64 deadline);
    void decide_promotion();
    void jump_to(u64 key);
    void count_lines_at_jump();
    void select_x();
    [[nodiscard]] std::vector<HeapEntry> due_entries() const;
    void take_into_x(const std::vector<HeapEntry>& due);
    void count_x();
    void steal();
    [[nodiscard]] bool idle(u32 core) const;
    [[nodiscard]] u64 spare(u32 core);
    void move_tasks(u32 victim, u32 thief, u64 count);

    // model_sigma.cpp: snapshots.
    [[nodiscard]] ModelStatus may_promote(u32 core, const ModelTask& task, u32 snapshot);
    [[nodiscard]] bool is_damaged(const ModelRequest& request) const;
    [[nodiscard]] const SigmaSnapshot& followed(const Bytes& bytes);
    void promote(u32 snapshot);
    [[nodiscard]] u64 current_id_word() const;

    // model_outside.cpp: inputs from outside.
    [[nodiscard]] bool find_first_beat();
    void begin_barrier(u64 beats);
    void cut_outside(u64 due);
    void cut_outside_again(u64 due);
    [[nodiscard]] bool is_there(const ModelOutside& input, u64 due) const;
    [[nodiscard]] bool accepts(const ModelOutside& input) const;
    [[nodiscard]] bool has_place(const ModelOutside& input);
    [[nodiscard]] u64 held_from_outside(u32 core, u8 line) const;
    [[nodiscard]] bool outside_remains() const { return next_outside_ < config_.outside.size(); }
    void wait_for_outside(u64 due);

    [[nodiscard]] bool valid(const ModelTask& task) const; // model_context.cpp
    [[nodiscard]] u64 stamp(u32 core) { return ++cores_[core].clock; }
    void record(u32 core, ModelEvent event);
    void enter_ring(u32 core, const ModelTask& task);
    void enter_heap(u32 core, const ModelTask& task, u64 time);
    [[nodiscard]] bool heap_full(u32 core) const;
    [[nodiscard]] u8 line_of(const ModelTask& task, bool ordered) const {
        if (ordered && !faults_.ordered_requests_in_level_lines) {
            return ORDERED;
        }
        return task.is_delta() ? DELTAS : task.level;
    }
    /// Section 2.8: in which quota an input counts.
    [[nodiscard]] u8 quota_line_of(const Arrival& arrival) const {
        return arrival.task.is_delta() && !faults_.deltas_have_a_quota
                   ? arrival.task.level
                   : line_of(arrival.task, arrival.ordered_time.has_value());
    }
    [[nodiscard]] u64 held_in_lines(u32 core, u8 quota_line,
                                    const std::function<bool(const Arrival&)>& counts) const;
    using ArrivalKey = std::tuple<u64, u32, u64, u64, u32>;
    [[nodiscard]] ArrivalKey key(const Arrival& arrival) const;
    [[nodiscard]] u32 rank(From from) const;

    ModelConfig config_;
    ModelFaults faults_;
    ModelCounters counters_;
    std::vector<ModelCore> cores_;
    u64 share_;         ///< S
    u64 heap_capacity_; ///< H
    u64 beat_ = 0;
    u64 start_time_ = 0;       ///< G
    bool after_pulse_ = false; ///< between the beat before and this one lies a pulse
    std::vector<HeapEntry> selected_;
    u64 cut_begin_ = 0; ///< inputs [cut_begin_, cut_end_) arrive in beat cut_due_
    u64 cut_end_ = 0;
    u64 cut_due_ = 0;
    u64 next_outside_ = 0;
    u64 now_ = 0;                ///< what comes until this moment is there
    bool ends_ = false;          ///< at this barrier
    std::vector<Arrival> taken_; ///< from outside, for the beat that comes next
    u64 refused_ = 0;
    std::vector<Bytes> turns_; ///< the snapshots that were current, one after the other
    Bytes loaded_;             ///< a snapshot's pieces, if any came
    std::map<Bytes, std::shared_ptr<const SigmaSnapshot>> read_; ///< those that were followed
};

} // namespace knhk::model
