// SPDX-License-Identifier: MIT
// The rings of beat/: rows of deltas, executions with their receipts, parked runs. Each row and
// each receipt is a plain word that Relacy watches; a ring holds eight rows, and most scenes wrap.
#include "beat/assertion_ring.hpp"
#include "beat/delta_ring.hpp"
#include "beat/park_ring.hpp"
#include "tests/relacy/explore.hpp"

namespace knhk::test {

namespace {

constexpr u32 SLOT = 1; // the only one that is made: the others are the same code elsewhere
using Deltas = BasicDeltaRing<RelacyAtomics>;
using Assertions = BasicAssertionRing<Plain<u64>, RelacyAtomics>;
using Parked = ParkRing<Plain<u64>, RelacyAtomics>;

/// Rows of ascending numbers, so that each tells its place.
struct PlainRows {
    explicit PlainRows(u64 first = 0) {
        for (u32 i = 0; i < RUN_ROWS; ++i) {
            subjects[i].set(first + i);
            predicates[i].set(first / 2);
            objects[i].set(~first - i);
            cycles[i].set(0);
        }
    }
    Plain<u64> subjects[RUN_ROWS];
    Plain<u64> predicates[RUN_ROWS];
    Plain<u64> objects[RUN_ROWS];
    Plain<u64> cycles[RUN_ROWS];
};

/// `Held` rows are in the ring when the threads start, and `Before` have been: it wraps behind
/// them.
template<u32 Before, u32 Held, u32 Batch, u32 Total>
struct DeltaRows {
    static constexpr u32 THREADS = 2;

    void begin() {
        ring.begin_slot(SLOT);
        put(0, Before);
        take(0, Before);
        put(Before, Held);
    }
    void thread(u32 number) {
        if (number == 0) {
            for (u32 next = Before + Held; next < Total; next += Batch) {
                put(next, Batch);
            }
        } else {
            take(Before, Total);
        }
    }
    void end() {
        require(ring.is_empty(SLOT), "nothing is left");
        ring.end_slot(SLOT);
    }

    void put(u32 first, u32 count) {
        const PlainRows rows(first);
        while (count > 0 &&
               !ring.enqueue(SLOT, rows.subjects, rows.predicates, rows.objects, count, first)) {
            let_others_run();
        }
    }
    void take(u32 next, u32 end) {
        while (next < end) {
            PlainRows rows;
            const u32 count = ring.dequeue(SLOT, rows.subjects, rows.predicates, rows.objects,
                                           rows.cycles, RUN_ROWS);
            for (u32 i = 0; i < count; ++i, ++next) {
                require(rows.subjects[i].get() == next, "rows come in the order they went");
                require(rows.cycles[i].get() <= next, "in a batch that began before them");
            }
            if (count == 0) {
                let_others_run();
            }
        }
    }

    alignas(LINE_BYTES) std::byte memory[Deltas::bytes(8)];
    Deltas ring{memory, 8};
};

/// Whole runs; somebody else asks how many rows there are.
struct DeltaRuns {
    static constexpr u32 THREADS = 3;

    void begin() { ring.begin_slot(SLOT); }
    void thread(u32 number) {
        if (number == 0) {
            for (u32 i = 0; i < 3; ++i) {
                put(i);
            }
        } else if (number == 1) {
            for (u32 i = 0; i < 3; ++i) {
                take(i);
            }
        } else {
            require(ring.rows(SLOT) <= 9, "a hint, and never less than nothing");
        }
    }
    void end() {
        require(ring.is_empty(SLOT), "nothing is left");
        ring.end_slot(SLOT);
    }

    void put(u32 number) {
        TripleRun run{};
        run.length = 3;
        run.predicate = number;
        run.subjects[2] = number * 7;
        while (!ring.enqueue_run(SLOT, run, number)) {
            let_others_run();
        }
    }
    void take(u32 number) {
        TripleRun run{};
        u64 cycle = 0;
        while (ring.dequeue_run(SLOT, run, cycle) == 0) {
            let_others_run();
        }
        require(run.length == 3 && run.predicate == number, "each run as it was");
        require(run.subjects[2] == number * 7 && cycle == number, "with its rows");
    }

    alignas(LINE_BYTES) std::byte memory[Deltas::bytes(8)];
    Deltas ring{memory, 8};
};

/// Executions of 0 to 4 rows, one behind the other; taken one by one, or drained as a pulse does.
template<bool Drains>
struct Executions {
    static constexpr u32 THREADS = 2;
    static constexpr u32 COUNT = 5;

    void begin() { ring.begin_slot(SLOT); }
    void thread(u32 number) {
        for (u32 i = 0; i < COUNT && number == 0; ++i) {
            const PlainRows rows(i);
            while (!ring.enqueue(SLOT, rows.subjects, rows.predicates, rows.objects, i,
                                 Plain<u64>(i * 3))) {
                let_others_run();
            }
        }
        for (u32 next = 0; next < COUNT && number == 1;) {
            const u32 count = Drains ? drain(next) : take(next);
            if (count == 0) {
                let_others_run();
            }
            next += count;
        }
    }
    void end() {
        require(ring.is_empty(SLOT), "nothing is left");
        ring.end_slot(SLOT);
    }

    u32 take(u32 next) {
        PlainRows rows;
        Plain<u32> receipt_of[RUN_ROWS];
        Plain<u64> receipts[2];
        const auto count = ring.dequeue(SLOT, {rows.subjects, rows.predicates, rows.objects,
                                               receipt_of, RUN_ROWS, receipts, 2});
        require(count.has_value(), "eight rows are room for any execution");
        u32 expected = 0;
        for (u32 i = 0; i < count->receipts; ++i) {
            require(receipts[i].get() == (next + i) * 3, "receipts come in their order");
            expected += next + i;
        }
        for (u32 i = 0; i < count->rows; ++i) {
            require(rows.predicates[i].get() == (next + receipt_of[i].get()) / 2, "with its rows");
        }
        require(count->rows == expected, "all of them");
        return count->receipts;
    }
    u32 drain(u32 next) {
        u32 seen = 0;
        const AssertionCount count = ring.drain(
            SLOT,
            [&](const Plain<u64>& receipt) {
                require(receipt.get() == (next + seen++) * 3, "receipts come in their order");
            },
            [&](u64 /*subject*/, u64 predicate, u64 /*object*/, u32 receipt) {
                require(predicate == (next + receipt) / 2, "with its rows");
            });
        return count.receipts;
    }

    alignas(LINE_BYTES) std::byte memory[Assertions::bytes(8, 2)];
    Assertions ring{memory, 8, 2};
};

struct ParkedInTurn {
    static constexpr u32 THREADS = 2;

    void begin() { Parked::make(memory, 2); }
    void thread(u32 number) {
        for (u64 i = 0; i < 4; ++i) {
            Plain<u64> entry(i);
            while (number == 0 ? !ring.push(entry).has_value() : !ring.pop(entry)) {
                let_others_run();
            }
            require(entry.get() == i, "entries come in the order they went");
        }
    }
    void end() {
        require(ring.size() == 0, "nothing is left");
        ring.end();
    }

    alignas(LINE_BYTES) std::byte memory[Parked::bytes(2)];
    Parked ring{memory, 2};
};

/// Planted: a slot has one producer and one consumer, and no more.
template<bool Producers>
struct CrowdedSlot : DeltaRows<0, 0, 1, 1> {
    void begin() {
        DeltaRows::begin();
        put(0, Producers ? 0 : 2);
    }
    void thread(u32 number) {
        if (Producers) {
            put(number, 1);
            return;
        }
        PlainRows rows;
        static_cast<void>(
            ring.dequeue(SLOT, rows.subjects, rows.predicates, rows.objects, rows.cycles, 1));
    }
    void end() {
        require(ring.rows(SLOT) == (Producers ? 2 : 0), "nothing is lost or doubled");
        ring.end_slot(SLOT);
    }
};

} // namespace

void add_rings(Proofs& proofs, Proofs& faults) {
    const auto add = [&](const char* name, auto* scene, Limits usual, Limits thorough) {
        proofs.push_back({name, scene, usual, thorough});
    };
    add("delta ring: from empty", explore<DeltaRows<0, 0, 2, 4>>, bounded(3, USUAL), all(LONG));
    add("delta ring: from full, across the wrap", explore<DeltaRows<3, 8, 4, 19>>,
        bounded(2, USUAL), bounded(3, LONG));
    add("delta ring: batches of which the last wraps", explore<DeltaRows<2, 5, 3, 16>>,
        bounded(2, USUAL), bounded(3, LONG));
    add("delta ring: runs, and a third who looks", explore<DeltaRuns>, bounded(2, USUAL),
        bounded(3, LONG));
    add("assertion ring: one by one", explore<Executions<false>>, bounded(2, USUAL),
        bounded(3, LONG));
    add("assertion ring: drained", explore<Executions<true>>, bounded(2, USUAL), bounded(3, LONG));
    add("park ring: twice round", explore<ParkedInTurn>, bounded(3, USUAL), all(LONG));
    faults.push_back({"delta ring: two producers of a slot", explore<CrowdedSlot<true>>, all(USUAL),
                      all(USUAL)});
    faults.push_back({"delta ring: two consumers of a slot", explore<CrowdedSlot<false>>,
                      all(USUAL), all(USUAL)});
}

} // namespace knhk::test
