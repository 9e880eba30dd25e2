// SPDX-License-Identifier: MIT
// How many workers take part in a beat: as many as pay for themselves. Light beats cost more in
// meeting than they gain by sharing, and with more workers than CPUs meeting is dear. Nobody tells
// a machine's costs beforehand, so they are measured, by climbing: a few beats with half or twice
// the workers, then whichever was faster. A matter of speed alone: no log shows it.
#pragma once

#include "base/types.hpp"

namespace knhk {

/// Asked by the last arriver of each beat. What it says holds from the beat after the next.
class alignas(SEPARATION_BYTES) Crew {
  public:
    Crew() = default;
    /// Two workers or more.
    Crew(u32 workers, u64 now) : workers_(workers), now_(now), size_(workers) {}

    /// A beat of so many tasks has ended at this hardware time: how many workers shall take part.
    [[nodiscard]] u32 next(u64 now, u64 tasks);

  private:
    /// Beats of one size. The longest is left out of its cost: that one was likely interrupted.
    struct Window {
        u64 beats = 0;
        u64 cycles = 0;
        u64 work = 0; ///< tasks, and one for each beat, which has a cost of its own
        u64 longest_cycles = 0;
        u64 longest_work = 0;

        void add(u64 beat_cycles, u64 beat_work);
        [[nodiscard]] u64 cost() const;
        [[nodiscard]] u64 beat_cycles() const { return (cycles - longest_cycles) / (beats - 1); }
        [[nodiscard]] u64 beat_work() const { return work / beats; }
    };

    [[nodiscard]] bool grew_heavy(u64 cycles, u64 work);
    [[nodiscard]] bool is_heavy() const;
    [[nodiscard]] bool goes_badly() const;
    [[nodiscard]] u64 pause() const;
    void judge_probe();
    void judge_usual();
    void probe();
    void resize(u32 size);
    void call_all();

    u32 workers_ = 1;
    u64 now_ = 0;
    u32 size_ = 1;
    u32 kept_ = 0;          ///< while another size is tried: the one to go back to; else 0
    bool upwards_ = false;  ///< which way is tried next
    u32 unsettled_ = FIRST; ///< beats that are not measured yet
    u32 slow_beats_ = 0;    ///< one after the other
    u64 pause_ = PAUSE_MIN; ///< windows between probes, as far as tasks are few
    u64 windows_left_ = 0;  ///< until the next
    u64 usual_cost_ = 0;
    u64 usual_cycles_ = 0;
    u64 usual_work_ = 0; ///< when it was last seen to change
    Window window_;

    static constexpr u32 FIRST = 4; ///< beats that touch the cores' memory for the first time
    static constexpr u64 PAUSE_MIN = 4;
};

} // namespace knhk
