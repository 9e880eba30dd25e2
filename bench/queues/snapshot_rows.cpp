// SPDX-License-Identifier: MIT
#include <atomic>
#include <memory>

#include "bench/queues/rows.hpp"
#include "sigma/snapshot_store.hpp"

namespace knhk::bench {
namespace {

constexpr u64 LOOKS = 4'000'000;
/// Of one round: as many slots are taken first, so that nothing but the swaps is measured.
constexpr u32 SWAPS = 127;
constexpr u32 ROUNDS = 200;
constexpr double EXCHANGE_MARGIN_CYCLES = 5;

using ManySlots = SnapshotSlots<SnapshotDescriptor, 1, SWAPS + 1>; // a power of two, as COUNT is

/// Each look is a load of its own, as a core's at a task; what is followed is used.
double measure_looks() {
    const auto slots = std::make_unique<RunSnapshots>();
    slots->promote(*slots->take(1));
    u64 sum = 0;
    const double cycles = cycles_of(LOOKS, [&] {
        for (u64 i = 0; i < LOOKS; ++i) {
            sum += slots->current()->epoch;
        }
    });
    keep(sum);
    return cycles;
}

double measure_swaps() {
    const auto slots = std::make_unique<ManySlots>();
    u64 cycles = 0;
    for (u32 round = 0; round < ROUNDS; ++round) {
        u32 taken[SWAPS];
        for (u32& slot : taken) {
            slots->quiesce(0);
            slot = *slots->take(1);
        }
        const u64 begin = cycles_at_begin();
        for (const u32 slot : taken) {
            keep(slots->promote(slot));
        }
        cycles += cycles_at_end() - begin;
    }
    return static_cast<double>(cycles) / (ROUNDS * SWAPS);
}

double measure_exchanges() {
    struct Line {
        alignas(SEPARATION_BYTES) std::atomic<u64> value{0};
    };
    const auto line = std::make_unique<Line>();
    u64 cycles = 0;
    for (u32 round = 0; round < ROUNDS; ++round) {
        const u64 begin = cycles_at_begin();
        for (u64 i = 0; i < SWAPS; ++i) {
            keep(line->value.exchange(i, std::memory_order_release));
        }
        cycles += cycles_at_end() - begin;
    }
    return static_cast<double>(cycles) / (ROUNDS * SWAPS);
}

Row look_row(const Options& options, const std::string& name) {
    tell_progress(name);
    const std::vector<Sample> samples =
        measure_in_turns({{"SnapshotSlots::current", measure_looks}}, options.runs());
    return {.name = name,
            .ours = value_of("SnapshotSlots::current", samples[0]),
            .bar = at_most(3),
            .method = "the cell is loaded each time, and the epoch of the descriptor it names"};
}

Row swap_row(const Options& options, const std::string& name) {
    tell_progress(name);
    const std::vector<Sample> samples = measure_in_turns(
        {{"SnapshotSlots::promote", measure_swaps}, {"atomic exchange", measure_exchanges}},
        options.runs());
    return {.name = name,
            .ours = value_of("SnapshotSlots::promote", samples[0]),
            .peers = {value_of("the machine's atomic exchange", samples[1], "a limit")},
            .bar = at_most(samples[1].cycles + EXCHANGE_MARGIN_CYCLES),
            .method = "of slots that were taken before; the bar is the exchange and 5 cycles"};
}

} // namespace

std::vector<Row> snapshot_rows(const Options& options) {
    const std::string look = "snapshot: a look at the one that is followed";
    const std::string swap = "snapshot: a swap";
    pin_to(0);
    std::vector<Row> rows;
    if (options.wants(look)) {
        rows.push_back(look_row(options, look));
    }
    if (options.wants(swap)) {
        rows.push_back(swap_row(options, swap));
    }
    return rows;
}

} // namespace knhk::bench
