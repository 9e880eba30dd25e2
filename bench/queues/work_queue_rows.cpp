// SPDX-License-Identifier: MIT
#include <atomic>
#include <memory>
#include <type_traits>

#include "bench/queues/rows.hpp"
#include "bench/queues/spsc_peers.hpp"

namespace knhk::bench {
namespace {

constexpr u32 BATCH = 32;
constexpr u64 NEAR_PAIRS = 2'000'000; ///< of a run on one core
constexpr u64 FAR_PAIRS = 1'000'000;  ///< on two
/// Entries that lie in the ring all the time, on one core.
constexpr u32 FILL = 64;

/// Where items come from and go to. On the heap and shown to the compiler's fence, so that every
/// copy is made.
struct Ends {
    alignas(SEPARATION_BYTES) Task from[BATCH] = {};
    alignas(SEPARATION_BYTES) Task to[BATCH] = {};
};
std::atomic<Ends*> shown_;

void copies_are_made() {
    std::atomic_signal_fence(std::memory_order_seq_cst);
}

std::unique_ptr<Ends> make_ends() {
    auto ends = std::make_unique<Ends>();
    shown_.store(ends.get());
    return ends;
}

/// `turn` pushes and pops `items` of them and says how many pushes and pops went well.
template<class Queue, class Turn>
double on_one_core(u64 pairs, u64 items, Turn turn) {
    Queue queue;
    const auto ends = make_ends();
    for (u32 i = 0; i < FILL; ++i) {
        (void)queue.push(ends->from[0]);
    }
    u64 done = 0;
    const double cycles = cycles_of(pairs, [&] {
        for (u64 i = 0; i < pairs; i += items) {
            done += turn(queue, *ends);
        }
    });
    keep(done);
    return cycles;
}

template<class Queue>
double single_on_one_core(u64 pairs) {
    return on_one_core<Queue>(pairs, 1, [](Queue& queue, Ends& ends) {
        u64 done = queue.push(ends.from[0]) ? 1 : 0;
        copies_are_made();
        done += queue.pop(ends.to[0]) ? 1 : 0;
        copies_are_made();
        return done;
    });
}

template<class Queue>
double batches_on_one_core(u64 pairs) {
    return on_one_core<Queue>(pairs, BATCH, [](Queue& queue, Ends& ends) {
        u64 done = queue.push_many(ends.from);
        copies_are_made();
        done += queue.pop_many(ends.to);
        copies_are_made();
        return done;
    });
}

template<class Queue>
void produce(Queue& queue, const Ends& ends, u64 items, u32 batch) {
    for (u64 i = 0; i < items;) {
        const u32 done = batch == 1 ? queue.push(ends.from[0])
                                    : queue.push_many(std::span(ends.from).first(batch));
        copies_are_made();
        i += done;
        if (done == 0) {
            _mm_pause();
        }
    }
}

template<class Queue>
void consume(Queue& queue, Ends& ends, u64 items, u32 batch) {
    for (u64 i = 0; i < items;) {
        const u32 done =
            batch == 1 ? queue.pop(ends.to[0]) : queue.pop_many(std::span(ends.to).first(batch));
        copies_are_made();
        i += done;
        if (done == 0) {
            _mm_pause();
        }
    }
}

/// Wall clock of both for an item.
template<class Queue, u32 Batch>
double on_two_cores(u64 items) {
    Queue queue;
    const auto from = make_ends();
    const auto to = make_ends();
    items -= items % Batch;
    const u64 cycles = cycles_together(2, [&](u32 thread) {
        if (thread == 0) {
            produce(queue, *from, items, Batch);
        } else {
            // The last batch may come in parts.
            consume(queue, *to, items, Batch);
        }
    });
    return static_cast<double>(cycles) / static_cast<double>(items);
}

template<class... Queues>
struct List {};

using All = List<OurRing
#ifdef KNHK_BENCH_BOOST_LOCKFREE
                 ,
                 BoostRing
#endif
#ifdef KNHK_BENCH_CK
                 ,
                 CkRing
#endif
#ifdef KNHK_BENCH_READERWRITERQUEUE
                 ,
                 MoodycamelRing
#endif
#ifdef KNHK_BENCH_DPDK
                 ,
                 DpdkRing
#endif
                 >;

void add_missing([[maybe_unused]] Row& row) {
#ifndef KNHK_BENCH_BOOST_LOCKFREE
    row.peers.push_back(not_built("boost::lockfree::spsc_queue", "libboost-dev"));
#endif
#ifndef KNHK_BENCH_CK
    row.peers.push_back(not_built("ck_ring spsc", "libck-dev"));
#endif
#ifndef KNHK_BENCH_READERWRITERQUEUE
    row.peers.push_back(not_built("moodycamel::ReaderWriterQueue", "libreaderwriterqueue-dev"));
#endif
#ifndef KNHK_BENCH_DPDK
    row.peers.push_back(not_built("DPDK rte_ring SP/SC", "libdpdk-dev"));
#endif
}

/// `measure` is called with each kind of ring, as a type.
template<class... Queues, class Measure>
void measure_all(Row& row, u32 runs, List<Queues...> /*all*/, Measure measure) {
    tell_progress(row.name);
    const std::vector<Candidate> candidates{
        {Queues::NAME, [&measure] { return measure(std::type_identity<Queues>{}); }}...};
    const std::vector<Sample> samples = measure_in_turns(candidates, runs);
    row.ours = value_of(candidates[0].name, samples[0]);
    for (std::size_t i = 1; i < samples.size(); ++i) {
        row.peers.push_back(value_of(candidates[i].name, samples[i]));
    }
    add_missing(row);
}

template<class Measure>
void add_row(std::vector<Row>& rows, const Options& options, const char* name, const char* aim,
             const char* method, Measure measure) {
    if (!options.wants(name)) {
        return;
    }
    Row row{.name = name, .ours = {}, .bar = faster_than_peers(1), .aim = aim, .method = method};
    measure_all(row, options.runs(), All{}, measure);
    rows.push_back(std::move(row));
}

} // namespace

std::vector<Row> work_queue_rows(const Options& options) {
    pin_to(0);
    std::vector<Row> rows;
    add_row(rows, options, "WorkQueue, one core", "4 cycles",
            "a push and a pop of 64 bytes, in turns, 64 entries in a ring of 512", [](auto type) {
                return single_on_one_core<typename decltype(type)::type>(NEAR_PAIRS);
            });
    add_row(rows, options, "WorkQueue, one core, batches of 32", "3 cycles",
            "for an item: 32 pushed at once, 32 popped at once", [](auto type) {
                return batches_on_one_core<typename decltype(type)::type>(NEAR_PAIRS);
            });
    add_row(rows, options, "WorkQueue, two cores", "40 cycles",
            "for an item, wall clock: one thread pushes, the other pops, both pinned",
            [](auto type) { return on_two_cores<typename decltype(type)::type, 1>(FAR_PAIRS); });
    add_row(rows, options, "WorkQueue, two cores, batches of 32", "30 cycles",
            "the same with up to 32 at once on both ends", [](auto type) {
                return on_two_cores<typename decltype(type)::type, BATCH>(FAR_PAIRS);
            });
    return rows;
}

} // namespace knhk::bench
