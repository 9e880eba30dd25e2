// SPDX-License-Identifier: MIT
#include "sched/crew.hpp"

namespace knhk {

namespace {

constexpr u64 WINDOW_BEATS = 16;
constexpr u64 PAUSE_MAX = 4096;
constexpr u64 PAUSE_GROWTH = 4;
/// Beats of many tasks likely gain by sharing: so many of them make a pause one window longer.
constexpr u64 TASKS_PER_PAUSE = 64;

/// A beat runs as it was decided before, and one whose workers have to wake up first says nothing.
constexpr u32 NOTICE_BEATS = 1;
constexpr u32 WAKING_BEATS = 2;

/// A beat of so many cycles, about 0.1 ms, has little to gain if each worker has so many tasks; if
/// it has few, it may be the meeting that takes so long, up to about 2 ms.
constexpr u64 LONG_CYCLES = 200'000;
constexpr u64 MANY_TASKS = 32;
constexpr u64 TOO_LONG_CYCLES = 4'000'000;

/// All workers come back when a beat has so many times the usual work, or two in a row take so many
/// times the usual cycles.
constexpr u64 JUMP_OF_WORK = 4;
constexpr u64 JUMP_OF_CYCLES = 8;
constexpr u32 SLOW_BEATS = 2;

} // namespace

void Crew::Window::add(u64 beat_cycles, u64 beat_work) {
    ++beats;
    cycles += beat_cycles;
    work += beat_work;
    if (beat_cycles >= longest_cycles) {
        longest_cycles = beat_cycles;
        longest_work = beat_work;
    }
}

/// In sixteenths of a cycle.
u64 Crew::Window::cost() const {
    return (cycles - longest_cycles) * 16 / (work - longest_work);
}

u32 Crew::next(u64 now, u64 tasks) {
    const u64 cycles = now > now_ ? now - now_ : 0; // two CPUs' clocks may differ a little
    now_ = now;
    if (unsettled_ != 0) {
        --unsettled_;
        return size_;
    }
    window_.add(cycles, tasks + 1);
    if (size_ < workers_ && grew_heavy(cycles, tasks + 1)) {
        call_all();
    } else if (kept_ != 0) {
        judge_probe();
    } else if (window_.beats == WINDOW_BEATS) {
        judge_usual();
    }
    return size_;
}

bool Crew::grew_heavy(u64 cycles, u64 work) {
    const bool tries_more = kept_ != 0 && size_ > kept_; // then slow beats speak of these
    const bool is_slow = cycles > JUMP_OF_CYCLES * usual_cycles_ && !tries_more;
    slow_beats_ = is_slow ? slow_beats_ + 1 : 0;
    return work > JUMP_OF_WORK * usual_work_ || (slow_beats_ == SLOW_BEATS && cycles > LONG_CYCLES);
}

/// Whether so long a beat can gain nothing by fewer workers.
bool Crew::is_heavy() const {
    const u64 cycles = window_.beat_cycles();
    return cycles > TOO_LONG_CYCLES ||
           (cycles > LONG_CYCLES && window_.beat_work() > MANY_TASKS * size_);
}

/// Half as dear again as before, and not soon over: no need to see the window's end.
bool Crew::goes_badly() const {
    return window_.beats > 1 && window_.cycles > LONG_CYCLES / 2 &&
           window_.cost() > usual_cost_ + usual_cost_ / 2;
}

void Crew::judge_probe() {
    const bool is_over = window_.beats == WINDOW_BEATS;
    if (!is_over && !goes_badly()) {
        return;
    }
    // More workers must be clearly better; fewer need only be as good.
    const u64 margin = size_ > kept_ ? usual_cost_ / 16 : 0;
    const bool pays = is_over && window_.cost() + margin <= usual_cost_;
    if (!pays && size_ < kept_ && size_ > 1 && window_.beat_cycles() < LONG_CYCLES) {
        return resize(size_ / 2); // two may be worse than four, and one the best: it never waits
    }
    const u32 kept = kept_;
    kept_ = 0;
    if (pays) {
        pause_ = PAUSE_MIN;
        windows_left_ = size_ == 1 || size_ == workers_ ? pause() : 0; // further that way at once
        return judge_usual();
    }
    windows_left_ = pause();
    pause_ = pause_ < PAUSE_MAX ? pause_ * PAUSE_GROWTH : PAUSE_MAX;
    upwards_ = !upwards_;
    resize(kept);
}

u64 Crew::pause() const {
    return pause_ + usual_work_ / TASKS_PER_PAUSE;
}

void Crew::judge_usual() {
    const u64 work = window_.beat_work();
    if (usual_work_ == 0) { // the first window of all workers
        windows_left_ = work / TASKS_PER_PAUSE;
        usual_work_ = work;
    } else if (work > 2 * usual_work_ || 2 * work < usual_work_) {
        // What was measured is of another kind of beats.
        upwards_ = work > usual_work_;
        usual_work_ = work;
        pause_ = PAUSE_MIN;
        windows_left_ = windows_left_ < pause() ? windows_left_ : pause();
    }
    usual_cost_ = window_.cost();
    usual_cycles_ = window_.beat_cycles();
    if (is_heavy()) {
        call_all();
    } else if (windows_left_ != 0) {
        --windows_left_;
        window_ = {};
    } else {
        probe();
    }
}

void Crew::probe() {
    const bool up = size_ == 1 || (upwards_ && size_ < workers_);
    upwards_ = up;
    kept_ = size_;
    resize(up ? (2 * size_ < workers_ ? 2 * size_ : workers_) : size_ / 2);
}

void Crew::resize(u32 size) {
    unsettled_ = NOTICE_BEATS + (size > size_ ? WAKING_BEATS : 0);
    size_ = size;
    slow_beats_ = 0;
    window_ = {};
}

void Crew::call_all() {
    kept_ = 0;
    upwards_ = false;
    pause_ = PAUSE_MIN;
    usual_work_ = 0;
    resize(workers_);
}

} // namespace knhk
