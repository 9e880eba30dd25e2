// SPDX-License-Identifier: MIT
// What follows a beat: whether another one does, which, from what logical time, with which inputs,
// ordered tasks and thefts (docs/determinism.md, 2.8 to 2.11). One worker calls it, alone, at the
// barrier.
#pragma once

#include "sched/core_table.hpp"
#include "sched/outside_inputs.hpp"
#include "sched/run_state.hpp"

namespace knhk {

class Planner {
  public:
    Planner() = default;
    /// `outside` may be null: then nothing comes from there.
    Planner(const RunSetup& run, RunState& state, const CoreBoard& board, CoreTable& cores,
            OutsideInputs* outside = nullptr)
        : run_(&run), state_(&state), board_(&board), cores_(&cores), outside_(outside),
          sigma_(run.sigma()), of_core_max_(ordered_of_core_max(log_share_records(run.cores))) {}

    // False: nothing is left to do. When something came from outside, the same is asked again.

    /// Plans the first beat.
    [[nodiscard]] bool plan_first(const Outcome& outcome);
    /// Plans the beat after state.plan.
    [[nodiscard]] bool plan_next(const Outcome& outcome);

  private:
    [[nodiscard]] bool cut_inputs(const Outcome& outcome);
    [[nodiscard]] bool move_on(const Outcome& outcome, bool inputs_cut);
    [[nodiscard]] bool skip_to(Beat beat, const Outcome& outcome);
    void decide_promotion();
    [[nodiscard]] PromotionRequest request_of(u32 core) const;
    void decide(u32 core, PromotionStage stage);
    [[nodiscard]] u32 first_request() const;
    [[nodiscard]] bool open_loaded(SealedSnapshot& loaded) const;
    void follow(const SealedSnapshot& sealed);
    void select_ordered(const Outcome& outcome);
    void share_out(const u16* order);
    void steal();
    [[nodiscard]] bool may_steal(u32 core) const;
    void move_tasks(u32 victim, u32 thief, u32 count);
    [[nodiscard]] OrderedKey key_of(u32 core, u32 place) const;
    [[nodiscard]] BeatPlan& plan() const { return state_->plan; }

    const RunSetup* run_ = nullptr;
    RunState* state_ = nullptr;
    const CoreBoard* board_ = nullptr;
    CoreTable* cores_ = nullptr;
    OutsideInputs* outside_ = nullptr;
    SnapshotStore sigma_;
    u32 of_core_max_ = 0; ///< E
};

} // namespace knhk
