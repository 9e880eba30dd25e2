// SPDX-License-Identifier: MIT
// Measures the ordered queue beside other structures that could be in its place: cycles for a push
// and a pop, with one look at the front a beat. Prints tables; nothing is asserted.
#include KNHK_LINUX_MACHINE

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <vector>

#include "bench/ordered_queue_peers.hpp"

namespace knhk::bench {
namespace {

constexpr u32 REPEATS = 15;
constexpr u32 PAIRS = 6'000;

/// What ships, in memory of its own.
class Shipped {
  public:
    explicit Shipped(u32 capacity)
        : memory_(OrderedQueue::bytes_for(capacity) / sizeof(Line)),
          queue_(reinterpret_cast<std::byte*>(memory_.data()), capacity) {}
    bool push(const Task& task, OrderedKey key) { return queue_.push(task, key); }
    std::span<const OrderedKey> front(u32 most) { return queue_.front(most); }
    Task pop() { return queue_.pop(); }

  private:
    struct alignas(64) Line {
        std::byte bytes[64];
    };
    std::vector<Line> memory_;
    OrderedQueue queue_;
};

/// What was computed is used, so that the compiler leaves nothing out.
void keep(u64 value) {
    static std::atomic<u64> last;
    last.store(value, std::memory_order_relaxed); // nobody reads it
}

enum class Keys { Spread, Ascending, Due };
constexpr const char* KEYS_NAMES[] = {"spread", "ascending", "due at once"};

struct Load {
    u32 capacity;
    u32 fill;
    u32 a_beat; ///< pushes and pops
    Keys keys;
};

/// Makes the keys of a load: functions of what was pushed and popped before.
class KeySource {
  public:
    explicit KeySource(Keys keys) : keys_(keys) {}

    OrderedKey filling() { return {RANGE + random() % RANGE, ++clock_}; }
    OrderedKey next(u64 now) {
        ++clock_;
        switch (keys_) {
        case Keys::Spread:
            return {now + random() % RANGE, clock_};
        case Keys::Ascending:
            return {now + RANGE + random() % (RANGE / 64), clock_};
        case Keys::Due:
            break;
        }
        return {clock_, clock_};
    }

  private:
    static constexpr u64 RANGE = u64{1} << 32;
    u64 random() {
        random_ ^= random_ << 13;
        random_ ^= random_ >> 7;
        random_ ^= random_ << 17;
        return random_;
    }
    Keys keys_;
    u64 clock_ = 0;
    u64 random_ = 0x9E3779B97F4A7C15;
};

template<class Queue>
u64 run_beats(Queue& queue, KeySource& keys, const Load& load, u32 most, u32 beats) {
    u64 seen = 0;
    u64 now = 0;
    Task task;
    for (u32 beat = 0; beat < beats; ++beat) {
        for (u32 i = 0; i < load.a_beat; ++i) {
            now = queue.pop().payload[0];
        }
        for (u32 i = 0; i < load.a_beat; ++i) {
            const OrderedKey key = keys.next(now);
            task.payload[0] = key.key;
            seen += queue.push(task, key);
        }
        seen += queue.front(most)[0].key;
    }
    return seen;
}

/// Cycles for a push and a pop. Pops come before pushes of the same beat, as in a run.
template<class Queue>
double measure(const Load& load) {
    Queue queue(load.capacity);
    KeySource keys(load.keys);
    Task task;
    for (u32 i = 0; i < load.fill; ++i) {
        const OrderedKey key = keys.filling();
        task.payload[0] = key.key;
        (void)queue.push(task, key);
    }
    const u32 most = std::min(load.capacity / 2, 256u) + 1;
    (void)queue.front(most);
    const u32 beats = PAIRS / load.a_beat;
    u64 seen = run_beats(queue, keys, load, most, beats / 2);
    const u64 begin = hosted::cycles_now();
    seen += run_beats(queue, keys, load, most, beats);
    const u64 end = hosted::cycles_now();
    keep(seen);
    return static_cast<double>(end - begin) / (beats * load.a_beat);
}

double median(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    return values[values.size() / 2];
}

/// The candidates take turns, so that a slow spell of the machine meets them all.
template<class... Queues>
void print_row(const Load& load) {
    std::vector<std::vector<double>> results(sizeof...(Queues));
    for (u32 repeat = 0; repeat < REPEATS; ++repeat) {
        u32 at = 0;
        (results[at++].push_back(measure<Queues>(load)), ...);
    }
    std::printf("%8u %5u %6u  %-12s", load.capacity, load.fill, load.a_beat,
                KEYS_NAMES[static_cast<u32>(load.keys)]);
    const double shipped = median(results.back());
    for (const auto& result : results) {
        std::printf(" %7.0f (%5.2f)", median(result), median(result) / shipped);
    }
    std::printf("\n");
}

/// A beat without a push or a pop.
void print_idle(u32 capacity) {
    constexpr u32 BEATS = 100'000;
    Shipped queue(capacity);
    KeySource keys(Keys::Spread);
    for (u32 i = 0; i < capacity; ++i) {
        (void)queue.push(Task{}, keys.filling());
    }
    const u32 most = std::min(capacity / 2, 256u) + 1;
    u64 seen = queue.front(most).size();
    const u64 begin = hosted::cycles_now();
    for (u32 i = 0; i < BEATS; ++i) {
        seen += queue.front(most - (seen & 1)).size();
    }
    const u64 end = hosted::cycles_now();
    keep(seen);
    std::printf("%8u full, nothing changed: %.1f cycles a look\n", capacity,
                static_cast<double>(end - begin) / BEATS);
}

void print_all() {
    std::printf("Cycles for a push and a pop, medians of %u; in brackets, relative to what ships.\n"
                "capacity  fill a beat  keys           (a) heap, whole (b) heap, slots "
                "(c) front+heap (d) sorted      ships\n",
                REPEATS);
    for (const u32 capacity : {32u, 512u, 8192u}) {
        for (const u32 percent : {10u, 90u}) {
            const u32 fill = capacity * percent / 100;
            u32 before = 0;
            for (const u32 wanted : {1u, 8u, 256u}) {
                const u32 a_beat = std::min({wanted, fill, capacity / 2});
                for (const Keys keys : {Keys::Spread, Keys::Ascending, Keys::Due}) {
                    if (a_beat != before) {
                        print_row<WholeHeap, SlotHeap, FrontedHeap, SortedArray, Shipped>(
                            {capacity, fill, a_beat, keys});
                    }
                }
                before = a_beat;
            }
        }
    }
    for (const u32 capacity : {32u, 512u, 8192u}) {
        print_idle(capacity);
    }
}

} // namespace
} // namespace knhk::bench

int main() {
    knhk::bench::print_all();
    return 0;
}
