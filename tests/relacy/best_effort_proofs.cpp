// SPDX-License-Identifier: MIT
// The queue of any number of threads: nothing is lost, nothing comes twice, each producer's items
// keep their order, and what an item stands for is known to whoever got it. There is so little room
// that every push takes what has been used before.
#include "sched/best_effort.hpp"

#include "tests/relacy/explore.hpp"

namespace knhk::test {

namespace {

/// Who popped which item, and what each item stands for.
template<u32 Producers, u32 Each>
struct Books {
    static constexpr u32 ITEMS = Producers * Each;

    /// The producer's word about an item: whoever pops it reads it.
    Plain<u32> payloads[ITEMS];
    Plain<u32> popped_by[ITEMS]; ///< written once: a second time is a race, or is seen
    bool popped[ITEMS];
    u32 pushed;
    u32 taken;

    void prepare(u32 item) { payloads[item].set(item + 100); }
    void take(u32 item, u32 thread) {
        require(item < ITEMS, "an item that somebody pushed");
        require(!popped[item], "each item once");
        popped[item] = true;
        popped_by[item].set(thread);
        require(payloads[item].get() == item + 100, "what came before the push is known");
        ++taken;
    }
};

/// Some threads push, some pop. A pop that finds nothing tries again while something must come.
template<u32 Producers, u32 Each, u32 Consumers, u32 Capacity>
struct Handing {
    static constexpr u32 THREADS = Producers + Consumers;

    void begin() { queue.reset(); }
    void thread(u32 number) {
        if (number < Producers) {
            produce(number);
        } else {
            consume(number);
        }
    }
    void end() {
        u64 item = 0;
        require(books.taken == Producers * Each && !queue.pop(item), "all came, and nothing else");
    }

    void produce(u32 producer) {
        for (u32 at = 0; at < Each; ++at) {
            const u32 item = producer * Each + at;
            books.prepare(item);
            while (!queue.push(u64{item})) {
                let_others_run();
            }
        }
    }
    /// The items are shared out, so that no consumer must guess when the others have them all.
    void consume(u32 thread) {
        u32 next[Producers] = {};
        for (u32 at = 0; at < Producers * Each / Consumers; ++at) {
            u64 item = 0;
            while (!queue.pop(item)) {
                let_others_run();
            }
            books.take(static_cast<u32>(item), thread);
            const u32 producer = static_cast<u32>(item) / Each;
            require(static_cast<u32>(item) % Each >= next[producer], "in its producer's order");
            next[producer] = static_cast<u32>(item) % Each + 1;
        }
    }

    BestEffortQueue<u64, Capacity, RelacyAtomics> queue;
    Books<Producers, Each> books;
};

/// Every thread pushes and pops in turn, as workers do that tell and collect.
template<u32 Threads, u32 Each, u32 Capacity>
struct Mixed {
    static constexpr u32 THREADS = Threads;

    void begin() { queue.reset(); }
    void thread(u32 number) {
        for (u32 at = 0; at < Each; ++at) {
            const u32 mine = number * Each + at;
            books.prepare(mine);
            while (!queue.push(u64{mine})) {
                let_others_run();
            }
            u64 item = 0;
            while (!queue.pop(item)) {
                let_others_run();
            }
            books.take(static_cast<u32>(item), number);
        }
    }
    void end() {
        u64 item = 0;
        require(books.taken == Threads * Each && !queue.pop(item), "all came, and nothing else");
    }

    BestEffortQueue<u64, Capacity, RelacyAtomics> queue;
    Books<Threads, Each> books;
};

/// Planted: the payload is written when somebody may have it already.
struct Late : Handing<1, 1, 1, 1> {
    void thread(u32 number) {
        if (number == 1) {
            return Handing::thread(1);
        }
        require(queue.push(0), "there is room");
        books.prepare(0);
    }
};

} // namespace

void add_best_effort(Proofs& proofs, Proofs& faults) {
    const auto add = [&](const char* name, auto* scene, Limits usual, Limits thorough) {
        proofs.push_back({name, scene, usual, thorough});
    };
    add("best effort: one hands to one", explore<Handing<1, 2, 1, 1>>, bounded(2, USUAL),
        bounded(4, LONG));
    add("best effort: two mix, one slot", explore<Mixed<2, 2, 1>>, bounded(2, USUAL),
        bounded(3, LONG));
    add("best effort: two hand to two", explore<Handing<2, 2, 2, 2>>, random(150'000),
        random(LONG / 2));
    add("best effort: three mix", explore<Mixed<3, 2, 2>>, random(100'000), random(LONG / 2));
    faults.push_back(
        {"best effort: payload after its item", explore<Late>, all(USUAL), all(USUAL)});
}

} // namespace knhk::test
