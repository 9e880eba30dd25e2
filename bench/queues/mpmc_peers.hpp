// SPDX-License-Identifier: MIT
// Queues for many producers and consumers, ours and other people's, behind one interface. The rows
// of BestEffortQueue use it.
#pragma once

#include <memory>
#include <optional>

#include "bench/queues/c_peers.hpp"
#include "sched/best_effort.hpp"
#include "sched/task.hpp"

#if __has_include(<boost/lockfree/queue.hpp>)
#define KNHK_BENCH_BOOST_QUEUE
#include <boost/lockfree/queue.hpp>
#endif
#if __has_include(<concurrentqueue/concurrentqueue.h>)
#define KNHK_BENCH_CONCURRENTQUEUE
#include <concurrentqueue/concurrentqueue.h>
#endif

namespace knhk::bench {

inline constexpr u32 SHARED_ENTRIES = 1024;

/// Each thread has an End of its own: what a queue wants to keep for a thread.
class OurShared {
  public:
    static constexpr const char* NAME = "BestEffortQueue";
    OurShared() { queue_->reset(); }
    class End {
      public:
        explicit End(OurShared& of) : queue_(*of.queue_) {}
        bool push(const Task& item) { return queue_.push(item); }
        bool pop(Task& item) { return queue_.pop(item); }

      private:
        BestEffortQueue<Task, SHARED_ENTRIES>& queue_;
    };

  private:
    using Queue = BestEffortQueue<Task, SHARED_ENTRIES>;
    std::unique_ptr<Queue> queue_ = std::make_unique<Queue>();
};

#ifdef KNHK_BENCH_CONCURRENTQUEUE
template<bool Tokens>
class MoodycamelShared {
  public:
    static constexpr const char* NAME =
        Tokens ? "moodycamel::ConcurrentQueue, tokens" : "moodycamel::ConcurrentQueue, no tokens";
    class End {
      public:
        explicit End(MoodycamelShared& of) : queue_(of.queue_) {
            if constexpr (Tokens) {
                producer_.emplace(queue_);
                consumer_.emplace(queue_);
            }
        }
        bool push(const Task& item) {
            if constexpr (Tokens) {
                // A producer keeps the blocks that it once had: another one may have to get new
                // ones.
                return queue_.try_enqueue(*producer_, item) ||
                       (queue_.size_approx() < SHARED_ENTRIES && queue_.enqueue(*producer_, item));
            } else {
                return queue_.try_enqueue(item);
            }
        }
        bool pop(Task& item) {
            if constexpr (Tokens) {
                return queue_.try_dequeue(*consumer_, item);
            } else {
                return queue_.try_dequeue(item);
            }
        }

      private:
        moodycamel::ConcurrentQueue<Task>& queue_;
        std::optional<moodycamel::ProducerToken> producer_;
        std::optional<moodycamel::ConsumerToken> consumer_;
    };

  private:
    // Memory for all from the begin: it asks for none while it is measured.
    moodycamel::ConcurrentQueue<Task> queue_{SHARED_ENTRIES, 4, 4};
};
#endif

#ifdef KNHK_BENCH_BOOST_QUEUE
class BoostShared {
  public:
    static constexpr const char* NAME = "boost::lockfree::queue";
    class End {
      public:
        explicit End(BoostShared& of) : queue_(*of.queue_) {}
        bool push(const Task& item) { return queue_.bounded_push(item); }
        bool pop(Task& item) { return queue_.pop(item); }

      private:
        boost::lockfree::queue<Task, boost::lockfree::capacity<SHARED_ENTRIES>>& queue_;
    };

  private:
    using Queue = boost::lockfree::queue<Task, boost::lockfree::capacity<SHARED_ENTRIES>>;
    std::unique_ptr<Queue> queue_ = std::make_unique<Queue>();
};
#endif

#ifdef KNHK_BENCH_CK
class CkShared {
  public:
    static constexpr const char* NAME = "ck_ring mpmc";
    CkShared() { ck_ring_init(&shared_->ring, SHARED_ENTRIES); }
    struct Shared {
        alignas(SEPARATION_BYTES) ck_ring_t ring;
        alignas(SEPARATION_BYTES) Task items[SHARED_ENTRIES];
    };
    class End {
      public:
        explicit End(CkShared& of) : shared_(*of.shared_) {}
        bool push(const Task& item) {
            return _ck_ring_enqueue_mp(&shared_.ring, shared_.items, &item, sizeof item, nullptr);
        }
        bool pop(Task& item) {
            return _ck_ring_dequeue_mc(&shared_.ring, shared_.items, &item, sizeof item);
        }

      private:
        Shared& shared_;
    };

  private:
    std::unique_ptr<Shared> shared_ = std::make_unique<Shared>();
};
#endif

#ifdef KNHK_BENCH_DPDK
class DpdkShared {
  public:
    static constexpr const char* NAME = "DPDK rte_ring MP/MC";
    DpdkShared() {
        ring().size = SHARED_ENTRIES;
        ring().mask = SHARED_ENTRIES - 1;
        ring().capacity = SHARED_ENTRIES - 1;
        ring().prod.sync_type = RTE_RING_SYNC_MT;
        ring().cons.sync_type = RTE_RING_SYNC_MT;
    }
    class End {
      public:
        explicit End(DpdkShared& of) : ring_(of.ring()) {}
        bool push(const Task& item) {
            return rte_ring_mp_enqueue_elem(&ring_, const_cast<Task*>(&item), sizeof item) == 0;
        }
        bool pop(Task& item) { return rte_ring_mc_dequeue_elem(&ring_, &item, sizeof item) == 0; }

      private:
        rte_ring& ring_;
    };

  private:
    struct Shared {
        alignas(SEPARATION_BYTES) std::byte bytes[sizeof(rte_ring) + SHARED_ENTRIES * sizeof(Task)];
    };
    [[nodiscard]] rte_ring& ring() { return *reinterpret_cast<rte_ring*>(shared_->bytes); }
    std::unique_ptr<Shared> shared_ = std::make_unique<Shared>();
};
#endif

} // namespace knhk::bench
