// SPDX-License-Identifier: MIT
// Queues that give the smallest key first, ours and other people's, behind one interface. The rows
// of the ordered queue use it.
#pragma once

#include <mutex>
#include <queue>
#include <vector>

#include "sched/ordered_queue.hpp"

#if __has_include(<boost/heap/d_ary_heap.hpp>)
#define KNHK_BENCH_BOOST_HEAP
#include <boost/heap/d_ary_heap.hpp>
#endif
#ifdef KNHK_BENCH_TBB
#include <tbb/concurrent_priority_queue.h>
#endif

namespace knhk::bench {

struct OrderedEntry {
    OrderedKey key;
    Task task;
};
/// The largest is first where "less" means behind.
struct Behind {
    bool operator()(const OrderedEntry& a, const OrderedEntry& b) const { return b.key < a.key; }
};

/// Ours, in memory of its own.
class OurOrder {
  public:
    static constexpr const char* NAME = "OrderedQueue";
    static constexpr u32 CAPACITY = 16384;
    bool push(const OrderedEntry& entry) { return queue_.push(entry.task, entry.key); }
    /// The key is in what was pushed.
    Task pop() { return queue_.pop(); }
    void end_beat(u32 most) { (void)queue_.front(most); }
    [[nodiscard]] OrderedQueue& queue() { return queue_; }

  private:
    struct alignas(64) Line {
        std::byte bytes[64];
    };
    std::vector<Line> memory_{OrderedQueue::bytes_for(CAPACITY) / sizeof(Line) + 1};
    OrderedQueue queue_{reinterpret_cast<std::byte*>(memory_.data()), CAPACITY};
};

class StdOrder {
  public:
    static constexpr const char* NAME = "std::priority_queue";
    bool push(const OrderedEntry& entry) {
        queue_.push(entry);
        return true;
    }
    Task pop() {
        const Task task = queue_.top().task;
        queue_.pop();
        return task;
    }
    void end_beat(u32 /*most*/) {}

  private:
    std::priority_queue<OrderedEntry, std::vector<OrderedEntry>, Behind> queue_;
};

/// For several threads.
class LockedOrder {
  public:
    static constexpr const char* NAME = "std::priority_queue and a mutex";
    bool push(const OrderedEntry& entry) {
        const std::lock_guard lock(mutex_);
        return queue_.push(entry);
    }
    Task pop() {
        const std::lock_guard lock(mutex_);
        return queue_.pop();
    }

  private:
    std::mutex mutex_;
    StdOrder queue_;
};

#ifdef KNHK_BENCH_BOOST_HEAP
class BoostOrder {
  public:
    static constexpr const char* NAME = "boost::heap::d_ary_heap, 4 ways";
    bool push(const OrderedEntry& entry) {
        heap_.push(entry);
        return true;
    }
    Task pop() {
        const Task task = heap_.top().task;
        heap_.pop();
        return task;
    }
    void end_beat(u32 /*most*/) {}

  private:
    boost::heap::d_ary_heap<OrderedEntry, boost::heap::arity<4>, boost::heap::compare<Behind>>
        heap_;
};
#endif

#ifdef KNHK_BENCH_TBB
class TbbOrder {
  public:
    static constexpr const char* NAME = "oneTBB concurrent_priority_queue";
    bool push(const OrderedEntry& entry) {
        queue_.push(entry);
        return true;
    }
    Task pop() {
        OrderedEntry entry{};
        (void)queue_.try_pop(entry);
        return entry.task;
    }
    void end_beat(u32 /*most*/) {}

  private:
    tbb::concurrent_priority_queue<OrderedEntry, Behind> queue_;
};
#endif

} // namespace knhk::bench
