// SPDX-License-Identifier: MIT
// Atomics whose accesses can be interrupted, and histories of interrupted queue operations. The
// tests of the queue for telemetry use it.
#pragma once

#include <algorithm>
#include <atomic>
#include <deque>
#include <functional>
#include <memory>
#include <random>
#include <vector>

#include "sched/best_effort.hpp"

namespace knhk {

// Interrupted operations. Before every access to shared memory, other operations may run to their
// end, and be interrupted themselves: what a thread that stands still can live to see.

/// Called before each access.
inline std::function<void()> before_access_;

template<class T>
class InterruptedAtomic {
  public:
    T load(std::memory_order order) const { return access().load(order); }
    void store(T value, std::memory_order order) { access().store(value, order); }
    bool compare_exchange_strong(T& expected, T desired, std::memory_order success,
                                 std::memory_order failure) {
        return access().compare_exchange_strong(expected, desired, success, failure);
    }
    bool compare_exchange_weak(T& expected, T desired, std::memory_order success,
                               std::memory_order failure) {
        return compare_exchange_strong(expected, desired, success, failure);
    }

  private:
    std::atomic<T>& access() const {
        if (before_access_) {
            before_access_();
        }
        return value_;
    }
    mutable std::atomic<T> value_;
};
struct InterruptedAtomics {
    static constexpr bool HASTY = true;
    template<class T>
    using Atomic = InterruptedAtomic<T>;
};

struct Done {
    bool is_push;
    bool ok;
    u64 item;
    u32 begin, end;
    u32 others; ///< operations that were on their way when it began, each with one slot at most
};

/// A slot that was gone round stays out of use until the ring has come round: among two, at once.
inline bool may_be_out_of_use(u32 capacity) {
    return capacity > 2;
}

/// Whether the operations could have happened one after the other, each between its begin and end.
inline bool has_explanation(const std::vector<Done>& done, u32 capacity, u32 left,
                            std::deque<u64> items) {
    if (left == 0) {
        return true;
    }
    u32 first_end = ~u32{0};
    for (u32 i = 0; i < done.size(); ++i) {
        first_end = (left >> i & 1) != 0 ? std::min(first_end, done[i].end) : first_end;
    }
    for (u32 i = 0; i < done.size(); ++i) {
        const Done& next = done[i];
        if ((left >> i & 1) == 0 || next.begin > first_end) {
            continue;
        }
        std::deque<u64> after = items;
        if (next.is_push && next.ok) {
            after.push_back(next.item);
        } else if (!next.is_push && next.ok && !after.empty() && after.front() == next.item) {
            after.pop_front();
        } else if (next.ok || (next.is_push ? items.size() + next.others < capacity &&
                                                  !may_be_out_of_use(capacity)
                                            : !items.empty())) {
            continue;
        }
        if (after.size() <= capacity &&
            has_explanation(done, capacity, left & ~(u32{1} << i), std::move(after))) {
            return true;
        }
    }
    return false;
}

/// One history: random operations, of which some are interrupted by others.
template<u32 CAPACITY>
class History {
  public:
    static constexpr u32 OPERATIONS_MAX = 12;

    explicit History(u32 seed) : random_(seed) { queue_->reset(); }

    bool is_explained() {
        before_access_ = [this] { interrupt(); };
        while (operations_ < OPERATIONS_MAX) {
            operate();
        }
        before_access_ = nullptr;
        u64 item = 0;
        while (queue_->pop(item)) {
            done_.push_back({false, true, item, time_, time_ + 1, 0});
            time_ += 2;
            if (done_.size() > OPERATIONS_MAX + CAPACITY) {
                return false; // items that come back
            }
        }
        done_.push_back({false, false, 0, time_, time_ + 1, 0});
        return has_explanation(done_, CAPACITY, (u32{1} << done_.size()) - 1, {});
    }
    [[nodiscard]] u32 interrupted() const { return interrupted_; }

  private:
    void operate() {
        ++operations_;
        Done done{random_() % 2 == 0, false, operations_, time_++, 0, depth_++};
        done.ok = done.is_push ? queue_->push(done.item) : queue_->pop(done.item);
        --depth_;
        done.end = time_++;
        done_.push_back(done);
    }
    void interrupt() {
        if (depth_ >= 3 || random_() % 6 != 0) {
            return;
        }
        for (u64 count = random_() % 6; count > 0 && operations_ < OPERATIONS_MAX; --count) {
            ++interrupted_;
            operate();
        }
    }

    std::mt19937 random_;
    std::unique_ptr<BestEffortQueue<u64, CAPACITY, InterruptedAtomics>> queue_ =
        std::make_unique<BestEffortQueue<u64, CAPACITY, InterruptedAtomics>>();
    std::vector<Done> done_;
    u32 operations_ = 0;
    u32 time_ = 0;
    u32 depth_ = 0;
    u32 interrupted_ = 0;
};

} // namespace knhk
