// SPDX-License-Identifier: MIT
// The core-local ring: what one thread pushes another one pops, in order, each slot used by one of
// them at a time. A slot is a plain word that Relacy watches.
#include "sched/work_queue.hpp"

#include "sched/barrier.hpp"
#include "tests/relacy/explore.hpp"
#include "tests/relacy/sleep_room.hpp"

namespace knhk::test {

namespace {

constexpr u32 CAPACITY = 4;
using Queue = WorkQueue<Plain<u32>, CAPACITY, RelacyAtomics>;

/// `Held` items are in the ring when the threads start, as they are when it has wrapped before.
template<u32 Held, u32 Items>
struct Singles {
    static constexpr u32 THREADS = 2;

    void begin() {
        for (u32 item = 0; item < Held; ++item) {
            require(queue.push(Plain<u32>(item)), "an empty ring takes all of them");
        }
    }
    void thread(u32 number) {
        if (number == 0) {
            for (u32 item = Held; item < Items; ++item) {
                push(item);
            }
        } else {
            for (u32 item = 0; item < Items; ++item) {
                require(pop() == item, "items come in the order in which they went");
            }
        }
    }
    void end() { require(queue.size() == 0, "nothing is left"); }

    void push(u32 item) {
        while (!queue.push(Plain<u32>(item))) {
            let_others_run();
        }
    }
    u32 pop() {
        Plain<u32> item;
        while (!queue.pop(item)) {
            let_others_run();
        }
        return item.get();
    }

    Queue queue;
};

/// The producer leaves a part of the ring to others: so much is free whenever it has pushed.
struct Reserved : Singles<1, 4> {
    void thread(u32 number) {
        if (number == 1) {
            return Singles::thread(1);
        }
        for (u32 item = 1; item < 4; ++item) {
            while (!queue.push(Plain<u32>(item), 2)) {
                let_others_run();
            }
            require(queue.size() <= 2, "the reserve stays free");
        }
    }
};

/// The consumer looks at what `size` promises before it pops it.
struct Peeking : Singles<0, 3> {
    void thread(u32 number) {
        if (number == 0) {
            return Singles::thread(0);
        }
        for (u32 popped = 0; popped < 3; ++popped) {
            const u32 waiting = queue.size();
            for (u32 index = 0; index < waiting; ++index) {
                require(queue.peek(index).get() == popped + index, "each item in its place");
            }
            require(pop() == popped, "items come in the order in which they went");
        }
    }
};

/// Somebody else asks for the size: a hint, and never less than nothing.
struct Watched : Singles<0, 2> {
    static constexpr u32 THREADS = 3;

    void thread(u32 number) {
        if (number < 2) {
            return Singles::thread(number);
        }
        require(queue.size() <= 2, "a size between none and all");
    }
};

/// Both ends move several items at a time, or one end does.
template<bool PushesMany, bool PopsMany, u32 Held, u32 Items>
struct Batches : Singles<Held, Items> {
    void thread(u32 number) {
        if (number == 0 && PushesMany) {
            push_all();
        } else if (number == 1 && PopsMany) {
            pop_all();
        } else {
            Singles<Held, Items>::thread(number);
        }
    }

    void push_all() {
        Plain<u32> items[Items - Held];
        for (u32 i = 0; i < Items - Held; ++i) {
            items[i].set(Held + i);
        }
        for (std::span<const Plain<u32>> left(items); !left.empty();) {
            const u32 count = this->queue.push_many(left.first(left.size() < 3 ? left.size() : 3));
            left = left.subspan(count);
            if (count == 0) {
                let_others_run();
            }
        }
    }
    void pop_all() {
        for (u32 next = 0; next < Items;) {
            Plain<u32> items[3];
            const u32 count = this->queue.pop_many(items);
            for (u32 i = 0; i < count; ++i) {
                require(items[i].get() == next++, "items come in the order in which they went");
            }
            if (count == 0) {
                let_others_run();
            }
        }
    }
};

/// Both ends belong to one worker for a beat, and to the other one in the next.
template<bool Meets>
struct InTurn {
    static constexpr u32 THREADS = 2;

    void begin() {}
    void thread(u32 worker) {
        Barrier<RoomWaiter<>, RelacyAtomics> barrier(state, worker, 2, RoomWaiter<>{&room}, 0);
        for (u32 beat = 0; beat < 4; ++beat) {
            if (beat % 2 == worker) {
                run(beat);
            }
            if (Meets) {
                barrier.arrive([] {});
            }
        }
    }
    void run(u32 beat) {
        for (u32 item = 2 * beat; item < 2 * beat + 2; ++item) {
            Plain<u32>* slot = queue.push_alone();
            require(slot != nullptr, "there is room");
            slot->set(item);
        }
        for (u32 item = beat == 0 ? 0 : 2 * beat - 1; item < 2 * beat + 1; ++item) {
            const Plain<u32>* popped = queue.pop_alone();
            require(popped != nullptr && popped->get() == item, "in their order");
        }
    }
    void end() { require(queue.size() == 1, "one is left"); }

    Queue queue;
    BarrierState<RelacyAtomics> state;
    SleepRoom room;
};

/// Planted: the ring has one producer and one consumer, and no more.
template<u32 Producers>
struct Crowded {
    static constexpr u32 THREADS = 2;

    void begin() {
        if (Producers == 1) {
            require(queue.push(Plain<u32>(1)) && queue.push(Plain<u32>(2)), "two fit");
        }
    }
    void thread(u32 /*number*/) {
        Plain<u32> item(7);
        static_cast<void>(Producers == 2 ? queue.push(item) : queue.pop(item));
    }
    void end() { require(queue.size() == (Producers == 2 ? 2 : 0), "nothing is lost or doubled"); }

    Queue queue;
};

} // namespace

void add_work_queue(Proofs& proofs, Proofs& faults) {
    const auto add = [&](const char* name, auto* scene, Limits usual, Limits thorough) {
        proofs.push_back({name, scene, usual, thorough});
    };
    const Limits usual = bounded(3, USUAL);
    const Limits deeper = bounded(5, LONG);
    add("work queue: from empty", explore<Singles<0, 3>>, all(USUAL), all(LONG));
    add("work queue: from full, once round", explore<Singles<4, 6>>, usual, deeper);
    add("work queue: twice round", explore<Singles<2, 9>>, bounded(2, USUAL), bounded(3, LONG));
    add("work queue: a reserve", explore<Reserved>, usual, bounded(4, LONG));
    add("work queue: peeks within its size", explore<Peeking>, usual, all(LONG));
    add("work queue: a third looks at its size", explore<Watched>, usual, all(LONG));
    add("work queue: several in, several out", explore<Batches<true, true, 2, 8>>, usual, deeper);
    add("work queue: several in, one by one out", explore<Batches<true, false, 3, 6>>, usual,
        deeper);
    add("work queue: one by one in, several out", explore<Batches<false, true, 3, 6>>, usual,
        deeper);
    add("work queue: both ends pass from worker to worker", explore<InTurn<true>>,
        bounded(2, USUAL), bounded(4, LONG));
    faults.push_back({"work queue: both ends pass without a barrier", explore<InTurn<false>>,
                      all(USUAL), all(USUAL)});
    faults.push_back({"work queue: two producers", explore<Crowded<2>>, all(USUAL), all(USUAL)});
    faults.push_back({"work queue: two consumers", explore<Crowded<1>>, all(USUAL), all(USUAL)});
}

} // namespace knhk::test
