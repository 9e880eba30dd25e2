// SPDX-License-Identifier: MIT
#include <atomic>
#include <memory>

#include "bench/queues/rows.hpp"
#include "bench/spinning_waiter.hpp"
#include "sched/barrier.hpp"
#include "sched/logical_clock.hpp"

namespace knhk::bench {
namespace {

constexpr u64 TICKS = 4'000'000;
constexpr u64 PASSAGES = 50'000;

/// Each timestamp is used, as a run uses it: it goes into a record.
double measure_ticks() {
    constexpr u64 RECORDS = 1024;
    const auto stamps = std::make_unique<Timestamp[]>(RECORDS);
    LogicalClock clock;
    const double cycles = cycles_of(TICKS, [&] {
        for (u64 i = 0; i < TICKS; i += RECORDS) {
            for (u64 record = 0; record < RECORDS; ++record) {
                stamps[record] = clock.tick();
            }
            std::atomic_signal_fence(std::memory_order_seq_cst);
        }
    });
    keep(stamps[RECORDS / 2].raw);
    return cycles;
}

double measure_barrier() {
    const auto state = std::make_unique<BarrierState<>>();
    const u64 cycles = cycles_together(2, [&](u32 thread) {
        u64 alone = 0; // each thread its own: a shared one would be one more line to pass on
        Barrier<SpinningWaiter> barrier(*state, thread, 2, {}, ~u32{0});
        for (u64 i = 0; i < PASSAGES; ++i) {
            barrier.arrive([&] { ++alone; });
        }
        keep(alone);
    });
    return static_cast<double>(cycles) / static_cast<double>(PASSAGES);
}

/// One line goes to the other core and comes back.
double measure_round_trip() {
    struct Line {
        alignas(SEPARATION_BYTES) std::atomic<u64> turn{0};
    };
    const auto line = std::make_unique<Line>();
    const u64 cycles = cycles_together(2, [&](u32 thread) {
        for (u64 i = 0; i < PASSAGES; ++i) {
            const u64 mine = 2 * i + thread;
            while (line->turn.load(std::memory_order_acquire) != mine) {
                _mm_pause();
            }
            line->turn.store(mine + 1, std::memory_order_release);
        }
    });
    return static_cast<double>(cycles) / static_cast<double>(PASSAGES);
}

Row clock_row(const Options& options, const std::string& name) {
    tell_progress(name);
    const std::vector<Sample> samples =
        measure_in_turns({{"LogicalClock::tick", measure_ticks}}, options.runs());
    return {.name = name,
            .ours = value_of("LogicalClock::tick", samples[0]),
            .bar = at_most(1),
            .method = "each timestamp is stored; the check against the end of time included"};
}

Row barrier_row(const Options& options, const std::string& name) {
    tell_progress(name);
    const std::vector<Sample> samples = measure_in_turns(
        {{"Barrier", measure_barrier}, {"round trip", measure_round_trip}}, options.runs());
    return {.name = name,
            .ours = value_of("Barrier", samples[0]),
            .peers = {value_of("one line's round trip between the cores", samples[1], "a limit")},
            .bar = faster_than_peers(1),
            .aim = "0.6 of it",
            .method = "for a passage: both arrive, the last one releases; nothing to do alone"};
}

} // namespace

std::vector<Row> clock_and_barrier_rows(const Options& options) {
    const std::string clock = "timestamp: a tick of the logical clock";
    const std::string barrier = "barrier of two workers";
    pin_to(0);
    std::vector<Row> rows;
    if (options.wants(clock)) {
        rows.push_back(clock_row(options, clock));
    }
    if (options.wants(barrier)) {
        rows.push_back(barrier_row(options, barrier));
    }
    return rows;
}

} // namespace knhk::bench
