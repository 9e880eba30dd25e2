// SPDX-License-Identifier: MIT
// Rings for one producer and one consumer, ours and other people's, behind one interface. Each is
// used as its documents recommend for speed. The rows of WorkQueue use it.
#pragma once

#include <memory>
#include <span>

#include "bench/queues/c_peers.hpp"
#include "sched/task.hpp"
#include "sched/work_queue.hpp"

#if __has_include(<boost/lockfree/spsc_queue.hpp>)
#define KNHK_BENCH_BOOST_LOCKFREE
#include <boost/lockfree/spsc_queue.hpp>
#endif
#if __has_include(<readerwriterqueue/readerwriterqueue.h>)
#define KNHK_BENCH_READERWRITERQUEUE
#include <readerwriterqueue/readerwriterqueue.h>
#endif

namespace knhk::bench {

/// Entries of every ring: those of the scheduler's largest one.
inline constexpr u32 RING_ENTRIES = 512;

/// What a batch is for those that have none.
template<class Queue>
class OneByOne {
  public:
    u32 push_many(std::span<const Task> items) {
        u32 done = 0;
        while (done < items.size() && self().push(items[done])) {
            ++done;
        }
        return done;
    }
    u32 pop_many(std::span<Task> items) {
        u32 done = 0;
        while (done < items.size() && self().pop(items[done])) {
            ++done;
        }
        return done;
    }

  private:
    Queue& self() { return static_cast<Queue&>(*this); }
};

class OurRing {
  public:
    static constexpr const char* NAME = "WorkQueue";
    bool push(const Task& item) { return queue_->push(item); }
    bool pop(Task& item) { return queue_->pop(item); }
    u32 push_many(std::span<const Task> items) { return queue_->push_many(items); }
    u32 pop_many(std::span<Task> items) { return queue_->pop_many(items); }

  private:
    using Queue = WorkQueue<Task, RING_ENTRIES>;
    std::unique_ptr<Queue> queue_ = std::make_unique<Queue>();
};

#ifdef KNHK_BENCH_BOOST_LOCKFREE
class BoostRing {
  public:
    static constexpr const char* NAME = "boost::lockfree::spsc_queue";
    bool push(const Task& item) { return queue_->push(item); }
    bool pop(Task& item) { return queue_->pop(item); }
    u32 push_many(std::span<const Task> items) {
        return static_cast<u32>(queue_->push(items.data(), items.size()));
    }
    u32 pop_many(std::span<Task> items) {
        return static_cast<u32>(queue_->pop(items.data(), items.size()));
    }

  private:
    using Queue = boost::lockfree::spsc_queue<Task, boost::lockfree::capacity<RING_ENTRIES>>;
    std::unique_ptr<Queue> queue_ = std::make_unique<Queue>();
};
#endif

#ifdef KNHK_BENCH_READERWRITERQUEUE
class MoodycamelRing : public OneByOne<MoodycamelRing> {
  public:
    static constexpr const char* NAME = "moodycamel::ReaderWriterQueue";
    bool push(const Task& item) { return queue_.try_enqueue(item); }
    bool pop(Task& item) { return queue_.try_dequeue(item); }

  private:
    moodycamel::ReaderWriterQueue<Task, RING_ENTRIES> queue_{RING_ENTRIES - 1};
};
#endif

#ifdef KNHK_BENCH_CK
class CkRing : public OneByOne<CkRing> {
  public:
    static constexpr const char* NAME = "ck_ring spsc";
    CkRing() { ck_ring_init(&shared_->ring, RING_ENTRIES); }
    bool push(const Task& item) {
        return _ck_ring_enqueue_sp(&shared_->ring, shared_->items, &item, sizeof item, nullptr);
    }
    bool pop(Task& item) {
        return _ck_ring_dequeue_sc(&shared_->ring, shared_->items, &item, sizeof item);
    }

  private:
    struct Shared {
        alignas(SEPARATION_BYTES) ck_ring_t ring;
        alignas(SEPARATION_BYTES) Task items[RING_ENTRIES];
    };
    std::unique_ptr<Shared> shared_ = std::make_unique<Shared>();
};
#endif

#ifdef KNHK_BENCH_DPDK
class DpdkRing {
  public:
    static constexpr const char* NAME = "DPDK rte_ring SP/SC";
    DpdkRing() {
        ring().size = RING_ENTRIES;
        ring().mask = RING_ENTRIES - 1;
        ring().capacity = RING_ENTRIES - 1;
        ring().prod.sync_type = RTE_RING_SYNC_ST;
        ring().cons.sync_type = RTE_RING_SYNC_ST;
    }
    bool push(const Task& item) {
        return rte_ring_sp_enqueue_elem(&ring(), const_cast<Task*>(&item), sizeof item) == 0;
    }
    bool pop(Task& item) { return rte_ring_sc_dequeue_elem(&ring(), &item, sizeof item) == 0; }
    u32 push_many(std::span<const Task> items) {
        return rte_ring_sp_enqueue_burst_elem(&ring(), items.data(), sizeof(Task),
                                              static_cast<unsigned>(items.size()), nullptr);
    }
    u32 pop_many(std::span<Task> items) {
        return rte_ring_sc_dequeue_burst_elem(&ring(), items.data(), sizeof(Task),
                                              static_cast<unsigned>(items.size()), nullptr);
    }

  private:
    /// The ring is a header with its elements behind it.
    struct Shared {
        alignas(SEPARATION_BYTES) std::byte bytes[sizeof(rte_ring) + RING_ENTRIES * sizeof(Task)];
    };
    [[nodiscard]] rte_ring& ring() { return *reinterpret_cast<rte_ring*>(shared_->bytes); }
    std::unique_ptr<Shared> shared_ = std::make_unique<Shared>();
};
#endif

} // namespace knhk::bench
