// SPDX-License-Identifier: MIT
// One passage of the barrier (sched/barrier.hpp) and the platform's wait and wake, for the models
// that include it. They define W, and `alone(w)`: what the last one to arrive does.

#define PASSAGE (W + 1)
// The count wraps at MOD. It is at most 2 * PASSAGE - 2 ahead of anybody's base.
#ifndef MOD
#define MOD 16
#endif
#ifndef SPINS
#define SPINS 0
#endif
#define ahead(c, b) ((c + MOD - b) % MOD)

// Begins so that the count wraps soon, and not at the end of a passage.
#define COUNT_AT_FIRST (MOD - PASSAGE - 1)

#if defined(FAULT_PASSAGE_ONE_MORE)
#define ARRIVED_LAST PASSAGE
#define RELEASED (PASSAGE + 1)
#define ADVANCE (PASSAGE + 1)
#elif defined(FAULT_PASSAGE_ONE_LESS)
#define ARRIVED_LAST (PASSAGE - 3)
#define RELEASED (PASSAGE - 1)
#define ADVANCE (PASSAGE - 1)
#elif defined(FAULT_BASE_NOT_ADVANCED)
#define ARRIVED_LAST (PASSAGE - 2)
#define RELEASED PASSAGE
#define ADVANCE 0
#elif defined(FAULT_RELEASED_ONE_EARLY)
#define ARRIVED_LAST (PASSAGE - 2)
#define RELEASED (PASSAGE - 1)
#define ADVANCE PASSAGE
#else
#define ARRIVED_LAST (PASSAGE - 2)
#define RELEASED PASSAGE
#define ADVANCE PASSAGE
#endif

byte count = COUNT_AT_FIRST;
byte sleepers;
#ifdef BARE
byte marks;      // of the harts that sleep or are about to
#endif
bool asleep[W];  // a futex: in its queue. A bare hart: halted
bool pending[W]; // a bare hart's interrupt

#ifdef FAULT_COUNT_NOT_ATOMIC
#define arrive_on_count before = count; count = (before + 1) % MOD
#else
#define arrive_on_count d_step { before = count; count = (count + 1) % MOD }
#endif

// --- the platform ------------------------------------------------------------------------------

#ifdef BARE
// A hart that halts (arch/x86_64/sleep.cpp). Its interrupts are off from the mark to the halt, and
// an interrupt that is pending then ends the halt at once.
inline mark(w) { marks = marks | (1 << w) }
inline look_and_halt(w) {
    if
    :: count == seen ->
#ifdef FAULT_INTERRUPT_TAKEN_BEFORE_HALT
        pending[w] = false;
#endif
        asleep[w] = true;
        d_step { pending[w] -> pending[w] = false; asleep[w] = false }
    :: else
    fi
}
inline wait_on_count(w) {
#ifdef FAULT_MARK_AFTER_LOOK
    look = count;
    mark(w);
    if
    :: look == seen ->
        asleep[w] = true;
        d_step { pending[w] -> pending[w] = false; asleep[w] = false }
    :: else
    fi;
#else
    mark(w);
    look_and_halt(w);
#endif
    marks = marks & ~(1 << w);
    if
    :: pending[w] = false // taken as soon as interrupts are on
    :: skip               // or it comes later, and ends the next wait early
    fi
}
inline wake_all() {
    look = marks;
    d_step {
        for (i : 0 .. W - 1) {
            if
            :: look & (1 << i) -> pending[i] = true
            :: else
            fi
        }
        i = 0
    }
}
#else
// A futex: it compares and sleeps in one step. It may return for no reason.
inline wait_on_count(w) {
    if
#ifdef FAULT_WAIT_WITHOUT_COMPARE
    :: asleep[w] = true; !asleep[w]
#else
    :: d_step { count == seen -> asleep[w] = true }; !asleep[w]
    :: count != seen
#endif
    :: skip
    fi
}
inline wake_all() {
#ifdef FAULT_WAKES_ONE
    d_step {
        do
        :: i < W && !asleep[i] -> i++
        :: else -> break
        od;
        if
        :: i < W -> asleep[i] = false
        :: else
        fi;
        i = 0
    }
#else
    d_step {
        for (i : 0 .. W - 1) {
            asleep[i] = false
        }
        i = 0
    }
#endif
}
#endif

// --- the barrier -------------------------------------------------------------------------------

inline look_for_sleepers() {
    if
    :: sleepers != 0 -> wake_all()
    :: else
    fi
}

inline release() {
#if defined(FAULT_RELEASE_WITHOUT_LOOK)
    count = (count + 1) % MOD
#elif defined(FAULT_LOOK_BEFORE_RELEASE)
    look = sleepers;
    count = (count + 1) % MOD;
    if
    :: look != 0 -> wake_all()
    :: else
    fi
#else
    count = (count + 1) % MOD;
    look_for_sleepers()
#endif
}

inline poll() {
    spin = 0;
    do
    :: spin < SPINS && ahead(count, base) < RELEASED -> spin++
    :: else -> break // out of polls; a count that is released is seen below as well
    od;
    spin = 0
}

inline await_release(w) {
    poll();
#ifndef FAULT_SLEEP_ANNOUNCED_AFTER_LOOK
    atomic { sleepers++; assert(sleepers <= W) };
#endif
    do
    :: d_step { seen = count; released = ahead(seen, base) >= RELEASED };
        if
        :: released -> break
        :: else
        fi;
#ifdef FAULT_SLEEP_ANNOUNCED_AFTER_LOOK
        if
        :: d_step { count == seen -> asleep[w] = true };
            sleepers++;
            !asleep[w];
            sleepers--
        :: count != seen
        fi
#else
        wait_on_count(w)
#endif
    od;
#ifndef FAULT_SLEEP_ANNOUNCED_AFTER_LOOK
#ifndef FAULT_SLEEPERS_NOT_COUNTED_DOWN
    atomic { assert(sleepers > 0); sleepers-- };
#endif
#endif
    seen = 0;
    released = false
}

// A worker's own; `i` is scratch.
#define BARRIER_LOCALS                                                                            \
    byte base = COUNT_AT_FIRST;                                                                   \
    byte before, seen, look, spin, i;                                                             \
    bool released

inline arrive(w) {
    arrive_on_count;
    if
    :: ahead(before, base) == ARRIVED_LAST -> alone(w); release()
    :: else -> await_release(w)
    fi;
    d_step { base = (base + ADVANCE) % MOD; before = 0; look = 0 }
}
