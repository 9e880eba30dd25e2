// SPDX-License-Identifier: MIT
#include "bench/beat/rows.hpp"

#include <algorithm>
#include <array>
#include <memory>
#include <new>

#include <fmt/format.h>

#include "base/check.hpp"
#include "beat/beat_clock.hpp"
#include "beat/fiber.hpp"
#include "include/knhk.h"
#include KNHK_LINUX_MACHINE

namespace knhk::bench {

namespace {

constexpr u32 USUAL_RUNS = 401;
/// Enqueues and dequeues that follow each other; what a slot holds.
constexpr u32 BATCH = 32;
constexpr u32 ROUNDS = 50;
constexpr u64 PREDICATE = 5;

struct FreeAligned {
    void operator()(std::byte* memory) const {
        ::operator delete(memory, std::align_val_t{SEPARATION_BYTES});
    }
};
using Memory = std::unique_ptr<std::byte, FreeAligned>;

/// Zero, so an empty ring.
Memory make_memory(u64 bytes) {
    auto* const memory =
        static_cast<std::byte*>(::operator new(bytes, std::align_val_t{SEPARATION_BYTES}));
    std::fill_n(memory, bytes, std::byte{});
    return Memory(memory);
}

/// Ours alone, several runs of it.
Row row_of(std::string name, const Options& options, Bar bar,
           const std::function<double()>& measure) {
    tell_progress(name);
    pin_to(0);
    const auto samples = measure_in_turns({{"KNHK", measure}}, options.runs(USUAL_RUNS));
    unpin();
    return {.name = std::move(name),
            .ours = value_of("KNHK", samples[0]),
            .bar = bar,
            .method = fmt::format("{} calls on data in the first cache, medians of {} runs",
                                  ROUNDS * BATCH, options.runs(USUAL_RUNS))};
}

// --- beats ---------------------------------------------------------------------------------------

constexpr u64 BEATS = 400'000;

/// Each beat's number, slot and pulse are used, as a loop over beats uses them.
template<class Clock>
[[gnu::noinline]] double cycles_of_beats() {
    Clock clock;
    u64 slots = 0;
    u64 pulses = 0;
    const double cycles = cycles_of(BEATS, [&] {
        for (u64 i = 0; i < BEATS; ++i) {
            const Beat beat = clock.next();
            slots += beat.slot();
            pulses += pulse_bit(beat);
        }
    });
    keep(slots + pulses);
    return cycles;
}

// --- deltas --------------------------------------------------------------------------------------

struct Rows {
    alignas(64) std::array<u64, RUN_ROWS> subjects{1, 2, 3, 1, 2, 3, 1, 2};
    alignas(64) std::array<u64, RUN_ROWS> predicates{5, 5, 5, 5, 5, 5, 5, 5};
    alignas(64) std::array<u64, RUN_ROWS> objects{1, 2, 3, 4, 5, 6, 7, 8};
    alignas(64) std::array<u64, RUN_ROWS> cycles{};
};

/// The two ends of a ring by turns, a batch each; only one of them is on the clock.
struct Ends {
    std::function<void()> fill;
    std::function<void()> empty;
};
double cycles_of_end(const Ends& ends, bool fills) {
    u64 cycles = 0;
    for (u32 round = 0; round < ROUNDS; ++round) {
        u64 begin = cycles_at_begin();
        ends.fill();
        cycles += fills ? cycles_at_end() - begin : 0;
        begin = cycles_at_begin();
        ends.empty();
        cycles += fills ? 0 : cycles_at_end() - begin;
    }
    return static_cast<double>(cycles) / (ROUNDS * BATCH);
}

[[gnu::noinline]] void enqueue_batch(DeltaRing& ring, const Rows& rows) {
    u32 done = 0;
    for (u32 i = 0; i < BATCH; ++i) {
        done += u32{ring.enqueue(0, rows.subjects.data(), rows.predicates.data(),
                                 rows.objects.data(), RUN_ROWS, i)
                        .has_value()};
    }
    KNHK_CHECK(done == BATCH, done);
}
[[gnu::noinline]] void dequeue_batch(DeltaRing& ring, Rows& rows) {
    u32 taken = 0;
    for (u32 i = 0; i < BATCH; ++i) {
        taken += ring.dequeue(0, rows.subjects.data(), rows.predicates.data(), rows.objects.data(),
                              rows.cycles.data(), RUN_ROWS);
    }
    KNHK_CHECK(taken == BATCH * RUN_ROWS, taken);
}
[[gnu::noinline]] void enqueue_runs(DeltaRing& ring, const TripleRun& run) {
    u32 done = 0;
    for (u32 i = 0; i < BATCH; ++i) {
        done += u32{ring.enqueue_run(0, run, i).has_value()};
    }
    KNHK_CHECK(done == BATCH, done);
}
[[gnu::noinline]] void dequeue_runs(DeltaRing& ring, TripleRun& run) {
    u32 taken = 0;
    u64 cycle = 0;
    for (u32 i = 0; i < BATCH; ++i) {
        taken += ring.dequeue_run(0, run, cycle);
    }
    KNHK_CHECK(taken == BATCH * RUN_ROWS, taken);
}
[[gnu::noinline]] void enqueue_in_c(knhk_delta_ring_t& ring, const Rows& rows) {
    int failed = 0;
    for (u32 i = 0; i < BATCH; ++i) {
        failed |= knhk_ring_enqueue_delta(&ring, 0, rows.subjects.data(), rows.predicates.data(),
                                          rows.objects.data(), RUN_ROWS, i);
    }
    KNHK_CHECK(failed == KNHK_OK, failed);
}
[[gnu::noinline]] void dequeue_in_c(knhk_delta_ring_t& ring, Rows& rows) {
    int taken = 0;
    for (u32 i = 0; i < BATCH; ++i) {
        taken += knhk_ring_dequeue_delta(&ring, 0, rows.subjects.data(), rows.predicates.data(),
                                         rows.objects.data(), rows.cycles.data(), RUN_ROWS);
    }
    KNHK_CHECK(taken == static_cast<int>(BATCH * RUN_ROWS), taken);
}

// --- fibers --------------------------------------------------------------------------------------

constexpr u32 DISTINCT_RUNS = 32;

struct FiberData {
    std::array<TripleRun, DISTINCT_RUNS> runs{};
    std::array<FiberHook, DISTINCT_RUNS> hooks{};
    Memory memory = make_memory(AssertionRing::bytes(DISTINCT_RUNS * RUN_ROWS, DISTINCT_RUNS));
    AssertionRing ring{memory.get(), DISTINCT_RUNS* RUN_ROWS, DISTINCT_RUNS};
    const KernelTable& kernels = best_kernels(hosted::instruction_sets());

    explicit FiberData(OpCode op) {
        for (u32 i = 0; i < DISTINCT_RUNS; ++i) {
            runs[i].predicate = PREDICATE;
            runs[i].length = RUN_ROWS;
            for (u32 row = 0; row < RUN_ROWS; ++row) {
                runs[i].subjects[row] = 1 + (i + row) % 3;
                runs[i].objects[row] = i * row % 5;
            }
            hooks[i] = {op, {1, PREDICATE, 2, 0}};
        }
    }
};

[[gnu::noinline]] void execute_all(FiberData& data, u64 cycle) {
    u32 done = 0;
    RowResult rows;
    const FiberLimits limits{};
    for (u32 i = 0; i < DISTINCT_RUNS; ++i) {
        const FiberPlace place{cycle, 1, (u64{1} << 32) + 7, i};
        const FiberOutcome outcome =
            execute_fiber(data.kernels, data.runs[i], data.hooks[i], place, limits, rows);
        done += u32{assert_outcome(data.ring, 0, data.hooks[i].op, data.runs[i], rows, outcome)
                        .has_value()};
    }
    KNHK_CHECK(done == DISTINCT_RUNS, done);
}

double cycles_of_fibers(FiberData& data) {
    u64 cycles = 0;
    u64 sum = 0;
    for (u32 round = 0; round < ROUNDS; ++round) {
        const u64 begin = cycles_at_begin();
        execute_all(data, round);
        cycles += cycles_at_end() - begin;
        data.ring.drain(
            0, [&](const SealedReceipt& receipt) { sum += receipt.content; },
            [&](u64 subject, u64, u64, u32) { sum += subject; });
    }
    keep(sum);
    return static_cast<double>(cycles) / (ROUNDS * DISTINCT_RUNS);
}

Row fiber_row(const char* name, OpCode op, const Options& options) {
    auto data = std::make_unique<FiberData>(op);
    Row row = row_of(name, options, at_most(60), [&] { return cycles_of_fibers(*data); });
    row.aim = "30";
    row.note = fmt::format("kernels: {}; the C code that this replaces: 76 to 90, as it was told",
                           data->kernels.name);
    return row;
}

} // namespace

std::vector<Row> clock_rows(const Options& options) {
    std::vector<Row> rows;
    const std::string own = "Beat: next, slot and pulse, of one core";
    if (options.wants(own)) {
        rows.push_back(row_of(own, options, at_most(1), cycles_of_beats<BeatClock>));
        rows.back().method =
            fmt::format("{} beats, medians of {} runs", BEATS, options.runs(USUAL_RUNS));
    }
    const std::string shared = "Beat: next, slot and pulse, of all threads";
    if (options.wants(shared)) {
        rows.push_back(row_of(shared, options, {}, cycles_of_beats<SharedBeatClock<>>));
        rows.back().method = fmt::format("{} beats, nobody else takes any, medians of {} runs",
                                         BEATS, options.runs(USUAL_RUNS));
    }
    return rows;
}

std::vector<Row> delta_rows(const Options& options) {
    const Memory memory = make_memory(DeltaRing::bytes(BATCH * RUN_ROWS));
    DeltaRing ring(memory.get(), BATCH * RUN_ROWS);
    knhk_delta_ring_t in_c{};
    KNHK_CHECK(knhk_ring_init_delta(&in_c, BATCH * RUN_ROWS, memory.get(),
                                    DeltaRing::bytes(BATCH * RUN_ROWS)) == KNHK_OK,
               0);
    const auto data = std::make_unique<Rows>();
    TripleRun run{};
    run.length = RUN_ROWS;
    const Ends arrays{[&] { enqueue_batch(ring, *data); }, [&] { dequeue_batch(ring, *data); }};
    const Ends runs{[&] { enqueue_runs(ring, run); }, [&] { dequeue_runs(ring, run); }};
    const Ends c{[&] { enqueue_in_c(in_c, *data); }, [&] { dequeue_in_c(in_c, *data); }};
    std::vector<Row> rows;
    const auto add = [&](const char* name, const Ends& ends, bool fills, const char* original) {
        if (options.wants(name)) {
            rows.push_back(row_of(name, options, at_most(30),
                                  [&ends, fills] { return cycles_of_end(ends, fills); }));
            rows.back().aim = "16";
            rows.back().note =
                fmt::format("the C code that this replaces: {}, as it was told", original);
        }
    };
    add("Delta ring: enqueue of 8 rows", arrays, true, "141");
    add("Delta ring: dequeue of 8 rows", arrays, false, "163");
    add("Delta ring: enqueue of a run of 8", runs, true, "141");
    add("Delta ring: dequeue of a run of 8", runs, false, "163");
    add("Delta ring: enqueue of 8 rows, from C", c, true, "141");
    add("Delta ring: dequeue of 8 rows, from C", c, false, "163");
    return rows;
}

std::vector<Row> fiber_rows(const Options& options) {
    std::vector<Row> rows;
    for (const auto& [name, op] :
         {std::pair{"Fiber: ASK_SP over 8 rows, asserted", OpCode::AskSp},
          {"Fiber: CONSTRUCT8 over 8 rows, asserted", OpCode::Construct8}}) {
        if (options.wants(name)) {
            rows.push_back(fiber_row(name, op, options));
        }
    }
    return rows;
}

} // namespace knhk::bench
