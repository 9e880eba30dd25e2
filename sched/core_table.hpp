// SPDX-License-Identifier: MIT
// All cores of a run. Each is reached with its token alone, by the worker that runs it, or by the
// barrier when no beat runs.
#pragma once

#include "sched/ownership.hpp"
#include "sched/run_state.hpp"

namespace knhk {

class CoreTable {
  public:
    template<class F>
    auto with(u32 core, F&& f) {
        const CoreToken token = tokens_.claim(CoreId{static_cast<u16>(core)});
        return cores_[core].with(token, std::forward<F>(f));
    }

  private:
    CoreTokens tokens_;
    CoreLocal<Core> cores_[CORES_MAX];
};

/// A core's part of the planned beat, and what it shows of itself afterwards.
inline CoreOutcome run_beat_of(Core& core, const BeatPlan& plan, CoreShown& shown, Worker& worker) {
    const CoreOutcome outcome = core.run_beat(plan, worker);
    shown.digest = core.log().digest();
    shown.event_count = core.log().count();
    shown.ordered_time = outcome.ordered_time;
    if (core.run().stealing) {
        shown.load = core.load();
    }
    return outcome;
}

} // namespace knhk
