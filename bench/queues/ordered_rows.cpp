// SPDX-License-Identifier: MIT
#include <algorithm>
#include <array>
#include <memory>

#include <fmt/format.h>

#include "bench/queues/ordered_peers.hpp"
#include "bench/queues/rows.hpp"
#include "bench/spinning_waiter.hpp"
#include "sched/barrier.hpp"
#include "sched/merge_heap.hpp"

namespace knhk::bench {
namespace {

constexpr u64 PAIRS = 100'000;
constexpr u64 SHARED_ENTRIES_EACH = 30'000; ///< that each of two workers submits in a run
constexpr u32 FILL_EACH = 512;

/// Entries that become due some time after now, each key once.
class EntrySource {
  public:
    explicit EntrySource(u64 seed) : random_(seed * 2 + 0x9E3779B97F4A7C15) {}
    OrderedEntry next(u64 now) {
        random_ ^= random_ << 13;
        random_ ^= random_ >> 7;
        random_ ^= random_ << 17;
        entry_.key = {now + random_ % (u64{1} << 32), ++count_};
        entry_.task.payload[0] = entry_.key.key;
        return entry_;
    }

  private:
    u64 random_;
    u64 count_ = 0;
    OrderedEntry entry_{};
};

/// So many pops, then as many pushes, and so on: a beat of a run is one such turn.
template<class Queue>
double measure_turns(u32 fill, u32 turn) {
    const auto queue = std::make_unique<Queue>();
    EntrySource source(fill);
    for (u32 i = 0; i < fill; ++i) {
        (void)queue->push(source.next(0));
    }
    u64 now = 0;
    const auto turns = [&](u64 pairs) {
        for (u64 done = 0; done < pairs; done += turn) {
            queue->end_beat(turn);
            for (u32 i = 0; i < turn; ++i) {
                now = queue->pop().payload[0];
            }
            for (u32 i = 0; i < turn; ++i) {
                (void)queue->push(source.next(now));
            }
        }
    };
    turns(2 * fill);
    const double cycles = cycles_of(PAIRS, [&] { turns(PAIRS); });
    keep(now);
    return cycles;
}

std::vector<Candidate> candidates_of(u32 fill, u32 turn) {
    const auto of = [fill, turn]<class Queue>(Queue*) {
        return Candidate{Queue::NAME, [fill, turn] { return measure_turns<Queue>(fill, turn); }};
    };
    std::vector<Candidate> all{of(static_cast<OurOrder*>(nullptr)),
                               of(static_cast<StdOrder*>(nullptr))};
#ifdef KNHK_BENCH_BOOST_HEAP
    all.push_back(of(static_cast<BoostOrder*>(nullptr)));
#endif
#ifdef KNHK_BENCH_TBB
    all.push_back(of(static_cast<TbbOrder*>(nullptr)));
#endif
    return all;
}

void measure_into(Row& row, const std::vector<Candidate>& all, u32 runs) {
    tell_progress(row.name);
    const std::vector<Sample> samples = measure_in_turns(all, runs);
    row.ours = value_of(all[0].name, samples[0]);
    for (std::size_t i = 1; i < all.size(); ++i) {
        row.peers.push_back(value_of(all[i].name, samples[i]));
    }
#ifndef KNHK_BENCH_BOOST_HEAP
    row.peers.push_back(not_built("boost::heap::d_ary_heap", "libboost-dev"));
#endif
#ifndef KNHK_BENCH_TBB
    row.peers.push_back(not_built("oneTBB concurrent_priority_queue", "libtbb-dev"));
#endif
}

// --- two workers --------------------------------------------------------------------------------

/// As the planner's: the smallest of two fronts.
struct Front {
    OrderedKey key;
    u32 worker;
    u32 taken;

    [[nodiscard]] bool before(const Front& other) const {
        return key != other.key ? key < other.key : worker < other.worker;
    }
};

struct Workers {
    std::array<OurOrder, 2> orders;
    std::array<std::span<const OrderedKey>, 2> fronts;
    std::array<u32, 2> selected{};
    BarrierState<> barrier{};
    std::array<std::array<u16, ORDERED_SELECTED_MAX>, 2> ranks{};
    u64 submitted = 0;
    u64 executed = 0;
    u64 now = 0; ///< a time that both may order for
};

/// What the barrier does: which entries run, in one order over both workers.
void select(Workers& all) {
    MergeHeap<Front, 2> merge;
    for (u32 worker = 0; worker < 2; ++worker) {
        all.selected[worker] = 0;
        if (!all.fronts[worker].empty()) {
            merge.add({all.fronts[worker][0], worker, 0});
        }
    }
    merge.order();
    u16 rank = 0;
    while (!merge.empty() && rank < ORDERED_SELECTED_MAX) {
        Front front = merge.first();
        all.ranks[front.worker][front.taken++] = rank++;
        all.selected[front.worker] = front.taken;
        all.now = front.key.key;
        if (front.taken == all.fronts[front.worker].size()) {
            merge.drop_first();
        } else {
            front.key = all.fronts[front.worker][front.taken];
            merge.replace_first(front);
        }
    }
    all.executed += rank;
}

/// A beat: run what was selected, submit as many anew, show the front, meet.
void work(Workers& all, u32 worker) {
    OurOrder& own = all.orders[worker];
    EntrySource source(worker + 1);
    Barrier<SpinningWaiter> barrier(all.barrier, worker, 2, {}, ~u32{0});
    u64 seen = 0;
    for (u32 i = 0; i < FILL_EACH; ++i) {
        (void)own.push(source.next(0));
    }
    do {
        all.fronts[worker] = own.queue().front(ORDERED_SELECTED_MAX);
        barrier.arrive([&] { select(all); });
        for (u32 i = 0; i < all.selected[worker]; ++i) {
            seen += own.pop().payload[0] + all.ranks[worker][i];
        }
        for (u32 i = 0; i < all.selected[worker]; ++i) {
            (void)own.push(source.next(all.now));
        }
    } while (all.executed < 2 * SHARED_ENTRIES_EACH);
    keep(seen);
}

double measure_our_workers() {
    const auto all = std::make_unique<Workers>();
    const u64 cycles = cycles_together(2, [&](u32 worker) { work(*all, worker); });
    return static_cast<double>(cycles) / static_cast<double>(all->executed);
}

template<class Queue>
double measure_shared() {
    const auto queue = std::make_unique<Queue>();
    EntrySource filling(7);
    for (u32 i = 0; i < 2 * FILL_EACH; ++i) {
        (void)queue->push(filling.next(0));
    }
    const u64 cycles = cycles_together(2, [&](u32 worker) {
        EntrySource source(worker + 1);
        u64 now = 0;
        for (u64 i = 0; i < SHARED_ENTRIES_EACH; ++i) {
            now = queue->pop().payload[0];
            (void)queue->push(source.next(now));
        }
        keep(now);
    });
    return static_cast<double>(cycles) / static_cast<double>(2 * SHARED_ENTRIES_EACH);
}

Row two_workers_row(const Options& options, const std::string& name) {
    Row row{.name = name,
            .ours = {},
            .bar = faster_than_peers(5),
            .aim = "10 times",
            .method =
                "for an entry, from submitting it to running it, wall clock. Ours: each worker "
                "pushes into its own queue, the barrier merges both, 256 at most; 1024 "
                "entries wait. Peers: a pop and a push on one shared queue"};
    std::vector<Candidate> all{{"OrderedQueue, Barrier and merge", measure_our_workers},
                               {LockedOrder::NAME, measure_shared<LockedOrder>}};
#ifdef KNHK_BENCH_TBB
    all.push_back({TbbOrder::NAME, measure_shared<TbbOrder>});
#endif
    tell_progress(name);
    const std::vector<Sample> samples = measure_in_turns(all, options.runs());
    row.ours = value_of(all[0].name, samples[0]);
    for (std::size_t i = 1; i < all.size(); ++i) {
        row.peers.push_back(value_of(all[i].name, samples[i]));
    }
#ifndef KNHK_BENCH_TBB
    row.peers.push_back(not_built("oneTBB concurrent_priority_queue", "libtbb-dev"));
#endif
    return row;
}

} // namespace

std::vector<Row> ordered_rows(const Options& options) {
    pin_to(0);
    std::vector<Row> rows;
    for (const u32 fill : {1'000u, 10'000u}) {
        for (const u32 turn : {ORDERED_SELECTED_MAX, 1u}) {
            Row row{.name = fmt::format("ordered queue, {} entries, {} at a time", fill, turn),
                    .ours = {}};
            if (!options.wants(row.name)) {
                continue;
            }
            row.bar = turn == 1 ? Bar{} : faster_than_peers(2);
            row.aim = turn == 1 ? "" : (fill == 1'000 ? "60 cycles" : "100 cycles");
            row.method = turn == 1 ? "as other programs use such a queue; no bar: a run never does"
                                   : "for a pop and a push, one core; as a run's beat does: 256 "
                                     "pops, then 256 pushes of later keys";
            measure_into(row, candidates_of(fill, turn), options.runs());
            rows.push_back(std::move(row));
        }
    }
    const std::string together = "ordered work from two workers, submit to execution";
    if (options.wants(together)) {
        rows.push_back(two_workers_row(options, together));
    }
    return rows;
}

} // namespace knhk::bench
