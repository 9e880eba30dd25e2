// SPDX-License-Identifier: MIT
#include "bench/scheduler/limits.hpp"

#include <algorithm>
#include <array>
#include <memory>

#include "base/hash_inline.hpp"
#include "bench/measure.hpp"
#include "bench/scheduler/regions.hpp"
#include "bench/scheduler/work.hpp"
#include "bench/spinning_waiter.hpp"
#include "replay/log_window.hpp"
#include "sched/barrier.hpp"
#include "sched/core_queues.hpp"
#include "sched/logical_clock.hpp"

namespace knhk::bench {

namespace {

constexpr u64 TASKS = 1'000'000;

struct alignas(64) Line {
    u64 words[8];
};

// --- cores -----------------------------------------------------------------------------------

/// One core's slots and its half of the window, where ours lie.
struct Lines {
    Line* slots;
    Line* events;
};

constexpr u32 SLOTS = RING_CAPACITY[1];
constexpr u32 CHAINS_ALIVE = 64;

Lines lines_of(const Memory& memory, u32 core, u32 cores, u32 half) {
    std::byte* events = memory.share(region::log_window, core, cores);
    return {reinterpret_cast<Line*>(memory.share(region::core_queues, core, CORES_MAX)),
            reinterpret_cast<Line*>(events + half * log_share_records(cores) * sizeof(Event))};
}

/// Beats as long as ours, of that many cores: `run_beat(lines, begin, tasks)` for each core in
/// turn.
template<class RunBeat>
double cycles_of_beats(u32 cores, RunBeat run_beat) {
    const Regions regions;
    const u32 beat_tasks = log_share_records(cores) / 2 - TASK_RECORDS_MAX / 2;
    const u64 beats = TASKS / (u64{beat_tasks} * cores) + 1;
    const double cycles = cycles_of(beats * beat_tasks * cores, [&] {
        for (u64 beat = 0; beat < beats; ++beat) {
            const u32 begin = static_cast<u32>(beat * beat_tasks % SLOTS);
            for (u32 core = 0; core < cores; ++core) {
                run_beat(lines_of(regions.memory(), core, cores, beat % 2), begin, beat_tasks);
            }
        }
    });
    const Line& any = lines_of(regions.memory(), 0, cores, 0).slots[0];
    keep(any.words[0] + any.words[4]);
    return cycles;
}

void touch_lines(const Lines& lines, u32 begin, u32 tasks) {
    for (u32 i = 0; i < tasks; ++i) {
        const Line& task = lines.slots[(begin + i) % SLOTS];
        Line& successor = lines.slots[(begin + i + CHAINS_ALIVE) % SLOTS];
        const u64 value = work(task.words[0]);
        std::ranges::fill(successor.words, value);
        std::ranges::fill(lines.events[i].words, value);
    }
}

// --- records ---------------------------------------------------------------------------------

constexpr u32 RECORDED_CORES = 8;

/// A beat of one core in which nobody asks anything.
template<bool recorded>
void run_recorded(const Lines& lines, u32 begin, u32 tasks, LogicalClock& clock) {
    auto* events = reinterpret_cast<Event*>(lines.events);
    for (u32 i = 0; i < tasks; ++i) {
        const Line& task = lines.slots[(begin + i) % SLOTS];
        Line& successor = lines.slots[(begin + i + CHAINS_ALIVE) % SLOTS];
        const u64 started = recorded ? clock.tick().raw : 0;
        const u64 id = task.words[0] + RECORDED_CORES;
        const u64 words[8] = {id, 0, 0, 1, work(task.words[4]), task.words[5] + 1, 0, 0};
        store_words(successor.words, words[0], words[1], words[2], words[3]);
        store_words(successor.words + 4, words[4], words[5], words[6], words[7]);
        if constexpr (recorded) {
            write(&events[2 * i], {started, task.words[0], XXH3_64_OF_32_ZEROS, 2, 0, 2, 0});
            write(&events[2 * i + 1], {clock.tick().raw, id, xxh3_64_of(words), 0, 0, 1, 1});
        }
    }
}

template<bool recorded>
double run_cycles() {
    LogicalClock clock{};
    u64 digests = 0;
    const double cycles =
        cycles_of_beats(RECORDED_CORES, [&](const Lines& lines, u32 begin, u32 tasks) {
            run_recorded<recorded>(lines, begin, tasks, clock);
            if (recorded) {
                digests += xxh3_128(lines.events, u64{tasks} * 2 * sizeof(Event)).low;
            }
        });
    keep(digests);
    return cycles;
}

// --- messages --------------------------------------------------------------------------------

constexpr u32 BEAT_TASKS = 1736; ///< as many as four cores of ours run in a beat
constexpr u32 VALUES = 256;
constexpr u32 PASSED_ONE_IN = 8;
constexpr u32 PASSED_MAX = BEAT_TASKS;

struct Passed {
    Line task;
    Line header;
};

using Step = u64 (*)(u64);
template<u64 Salt>
[[gnu::noinline]] u64 step(u64 value) {
    return work(value ^ Salt);
}
constexpr std::array<Step, 8> STEPS{step<0>, step<1>, step<2>, step<3>,
                                    step<4>, step<5>, step<6>, step<7>};

/// One thread's, or one half of the only thread's.
struct alignas(SEPARATION_BYTES) Side {
    u64 values[VALUES] = {};
    u32 counts[2][2] = {}; ///< [parity of the beat][to whom]
    Passed passed[2][2][PASSED_MAX] = {};

    void run(u64 beat, u32 handlers) {
        auto& count = counts[beat % 2];
        count[0] = count[1] = 0;
        for (u32 i = 0; i < BEAT_TASKS; ++i) {
            u64& value = values[i % VALUES];
            value = handlers == 1 ? step<0>(value) : STEPS[(value >> 24) % STEPS.size()](value);
            if (value % PASSED_ONE_IN == 0) {
                const u64 to = (value >> 8) % 2;
                Passed& passing = passed[beat % 2][to][count[to]++];
                std::ranges::fill(passing.task.words, value);
                std::ranges::fill(passing.header.words, beat);
            }
        }
    }
    void receive(u64 beat, u32 me, const Side& from) {
        for (u32 i = 0; i < from.counts[beat % 2][me]; ++i) {
            const Passed& arrived = from.passed[beat % 2][me][i];
            values[i % VALUES] = arrived.task.words[0] + arrived.header.words[0];
        }
    }
};

void run_beat(std::array<Side, 2>& sides, u32 me, u64 beat, u32 handlers) {
    if (beat != 0) {
        for (const Side& side : sides) {
            sides[me].receive(beat - 1, me, side);
        }
    }
    sides[me].run(beat, handlers);
}

} // namespace

double lines_of_cores_cycles(u32 cores) {
    return cycles_of_beats(cores, touch_lines);
}

double unrecorded_cycles() {
    return run_cycles<false>();
}
double recorded_cycles() {
    return run_cycles<true>();
}

double passing_cycles(u32 threads, u32 handlers) {
    constexpr u64 BEATS = TASKS / (2 * BEAT_TASKS);
    const auto sides = std::make_unique<std::array<Side, 2>>();
    for (u32 i = 0; i < VALUES; ++i) {
        (*sides)[0].values[i] = i;
        (*sides)[1].values[i] = VALUES + i;
    }
    const auto state = std::make_unique<BarrierState<>>();
    const u64 cycles = cycles_together(threads, [&](u32 thread) {
        Barrier<SpinningWaiter> barrier(*state, thread, threads, {}, ~u32{0});
        for (u64 beat = 0; beat < BEATS; ++beat) {
            for (u32 me = thread; me < 2; me += threads) {
                run_beat(*sides, me, beat, handlers);
            }
            barrier.arrive([] {});
        }
    });
    keep((*sides)[0].values[0] + (*sides)[1].values[0]);
    return static_cast<double>(cycles) / static_cast<double>(BEATS * 2 * BEAT_TASKS);
}

} // namespace knhk::bench
