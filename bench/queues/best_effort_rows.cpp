// SPDX-License-Identifier: MIT
#include <atomic>
#include <memory>
#include <thread>

#include "bench/queues/mpmc_peers.hpp"
#include "bench/queues/rows.hpp"

namespace knhk::bench {
namespace {

constexpr u32 PRODUCERS = 2;
constexpr u32 CONSUMERS = 2;
constexpr u64 ITEMS = 50'000; ///< of each producer

struct alignas(SEPARATION_BYTES) Item {
    Task task;
};

/// The threads share CPUs: who cannot go on lets another one.
template<class End>
void produce(End& end, const Item& item) {
    for (u64 i = 0; i < ITEMS;) {
        if (end.push(item.task)) {
            ++i;
        } else {
            std::this_thread::yield();
        }
    }
}

template<class End>
void consume(End& end, Item& item) {
    for (u64 i = 0; i < PRODUCERS * ITEMS / CONSUMERS;) {
        if (end.pop(item.task)) {
            ++i;
        } else {
            std::this_thread::yield();
        }
        std::atomic_signal_fence(std::memory_order_seq_cst); // the copy is made
    }
}

/// One producer and one consumer on each of two CPUs; wall clock for an item.
template<class Queue>
double measure() {
    Queue queue;
    const auto items = std::make_unique<Item[]>(PRODUCERS + CONSUMERS);
    static std::atomic<Item*> shown; // so that copies into it count
    shown.store(items.get());
    // They outlive all threads: what an end that is gone has left can be out of others' reach.
    std::vector<std::unique_ptr<typename Queue::End>> ends;
    for (u32 thread = 0; thread < PRODUCERS + CONSUMERS; ++thread) {
        ends.push_back(std::make_unique<typename Queue::End>(queue));
    }
    const u64 cycles = cycles_together(PRODUCERS + CONSUMERS, [&](u32 thread) {
        pin_to(thread % 2);
        if (thread < PRODUCERS) {
            produce(*ends[thread], items[thread]);
        } else {
            consume(*ends[thread], items[thread]);
        }
    });
    return static_cast<double>(cycles) / static_cast<double>(PRODUCERS * ITEMS);
}

void add_missing([[maybe_unused]] Row& row) {
#ifndef KNHK_BENCH_CONCURRENTQUEUE
    row.peers.push_back(not_built("moodycamel::ConcurrentQueue", "libconcurrentqueue-dev"));
#endif
#ifndef KNHK_BENCH_CK
    row.peers.push_back(not_built("ck_ring mpmc", "libck-dev"));
#endif
#ifndef KNHK_BENCH_DPDK
    row.peers.push_back(not_built("DPDK rte_ring MP/MC", "libdpdk-dev"));
#endif
#ifndef KNHK_BENCH_BOOST_QUEUE
    row.peers.push_back(not_built("boost::lockfree::queue", "libboost-dev"));
#endif
}

std::vector<Candidate> candidates() {
    std::vector<Candidate> all{{OurShared::NAME, measure<OurShared>}};
#ifdef KNHK_BENCH_CONCURRENTQUEUE
    all.push_back({MoodycamelShared<false>::NAME, measure<MoodycamelShared<false>>});
    all.push_back({MoodycamelShared<true>::NAME, measure<MoodycamelShared<true>>});
#endif
#ifdef KNHK_BENCH_CK
    all.push_back({CkShared::NAME, measure<CkShared>});
#endif
#ifdef KNHK_BENCH_DPDK
    all.push_back({DpdkShared::NAME, measure<DpdkShared>});
#endif
#ifdef KNHK_BENCH_BOOST_QUEUE
    all.push_back({BoostShared::NAME, measure<BoostShared>});
#endif
    return all;
}

} // namespace

std::vector<Row> best_effort_rows(const Options& options) {
    const std::string name = "BestEffortQueue, 2 producers and 2 consumers";
    if (!options.wants(name)) {
        return {};
    }
    tell_progress(name);
    Row row{.name = name,
            .ours = {},
            .bar = faster_than_peers(1.5),
            .aim = "moodycamel with tokens",
            .method =
                "for an item of 64 bytes, wall clock: a producer and a consumer on each of two "
                "CPUs, room for 1024"};
    const std::vector<Candidate> all = candidates();
    const std::vector<Sample> samples = measure_in_turns(all, options.runs());
    row.ours = value_of(all[0].name, samples[0]);
    for (std::size_t i = 1; i < all.size(); ++i) {
        row.peers.push_back(value_of(all[i].name, samples[i]));
        row.peers.back().judges = !all[i].name.ends_with(", tokens");
    }
    add_missing(row);
    return {row};
}

} // namespace knhk::bench
