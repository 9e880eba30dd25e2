// SPDX-License-Identifier: MIT
// One passage of the barrier with its crew and its roster (sched/barrier.hpp), and the platform's
// wait and wake, for the models that include it. They define W, `alone(w)`: what the last one to
// arrive does, which may call set_crew and dismiss; and has_released(), part of the release.

#ifndef SPINS
#define SPINS 0
#endif
// The count wraps at MOD. Nobody waits for a place that is more than two passages away.
#ifndef MOD
#define MOD (4 * (W + 1) + 2)
#endif
#define ahead(c, b) ((c + MOD - b) % MOD)
#define is_behind(c, place) (ahead(c, place) < MOD / 2)

// Begins so that the count wraps soon, and not at the end of a passage.
#define COUNT_AT_FIRST (MOD - W - 2)

#if defined(FAULT_PASSAGE_ONE_MORE)
#define ARRIVED_LAST crew
#define ADVANCE (crew + 2)
#define RELEASED ADVANCE
#elif defined(FAULT_PASSAGE_ONE_LESS)
#define ARRIVED_LAST (crew - 2)
#define ADVANCE crew
#define RELEASED ADVANCE
#elif defined(FAULT_BASE_NOT_ADVANCED)
#define ARRIVED_LAST (crew - 1)
#define ADVANCE 0
#define RELEASED (crew + 1)
#elif defined(FAULT_RELEASED_ONE_EARLY)
#define ARRIVED_LAST (crew - 1)
#define ADVANCE (crew + 1)
#define RELEASED crew
#else
#define ARRIVED_LAST (crew - 1)
#define ADVANCE (crew + 1)
#define RELEASED ADVANCE
#endif

// Two words, each with how many are off duty: read and written as one.
byte count = COUNT_AT_FIRST;
byte off_duty;
byte roster;
byte roster_off_duty;
byte sleepers;
byte off_duty_sleepers;
#ifdef BARE
byte marks;      // of the harts that sleep or are about to
#endif
bool on_roster[W]; // which of the two words this one sleeps on
bool asleep[W];  // a futex: in its queue. A bare hart: halted
bool pending[W]; // a bare hart's interrupt

#ifdef FAULT_COUNT_NOT_ATOMIC
#define arrive_on_count before = count; count = (before + 1) % MOD
#else
#define arrive_on_count d_step { before = count; count = (count + 1) % MOD }
#endif

// --- the platform ------------------------------------------------------------------------------

#ifdef BARE
// A hart that halts (arch/bare/sleep.cpp). Its interrupts are off from the mark to the halt, and
// an interrupt that is pending then ends the halt at once.
inline mark(w) { marks = marks | (1 << w) }
inline look_and_halt(w, unchanged) {
    if
    :: unchanged ->
#ifdef FAULT_INTERRUPT_TAKEN_BEFORE_HALT
        pending[w] = false;
#endif
        asleep[w] = true;
        d_step { pending[w] -> pending[w] = false; asleep[w] = false }
    :: else
    fi
}
inline wait_on(w, which, unchanged) {
    on_roster[w] = which;
#ifdef FAULT_MARK_AFTER_LOOK
    released = unchanged;
    mark(w);
    if
    :: released ->
        asleep[w] = true;
        d_step { pending[w] -> pending[w] = false; asleep[w] = false }
    :: else
    fi;
#else
    mark(w);
    look_and_halt(w, unchanged);
#endif
    released = false;
    marks = marks & ~(1 << w);
    if
    :: pending[w] = false // taken as soon as interrupts are on
    :: skip               // or it comes later, and ends the next wait early
    fi
}
inline wake_all(which) {
    look = marks;
    d_step {
        for (i : 0 .. W - 1) {
            if
            :: look & (1 << i) && on_roster[i] == which -> pending[i] = true
            :: else
            fi
        }
        i = 0
    }
}
#else
// A futex: it compares and sleeps in one step. It may return for no reason.
inline wait_on(w, which, unchanged) {
    if
#ifdef FAULT_WAIT_WITHOUT_COMPARE
    :: d_step { on_roster[w] = which; asleep[w] = true }; !asleep[w]
#else
    :: d_step { unchanged -> on_roster[w] = which; asleep[w] = true }; !asleep[w]
    :: !(unchanged)
#endif
    :: skip
    fi
}
inline wake_all(which) {
#ifdef FAULT_WAKES_ONE
    d_step {
        do
        :: i < W && !(asleep[i] && on_roster[i] == which) -> i++
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
            asleep[i] = asleep[i] && on_roster[i] != which
        }
        i = 0
    }
#endif
}
#endif

// --- the barrier -------------------------------------------------------------------------------

inline look_for_sleepers() {
    if
    :: sleepers != 0 -> wake_all(false)
    :: else
    fi
}

#define count_release                                                                             \
    d_step {                                                                                      \
        count = (count + 1) % MOD;                                                                \
        off_duty = planned;                                                                       \
        seen_off_duty = planned;                                                                  \
        has_released()                                                                            \
    }

inline release() {
#if defined(FAULT_RELEASE_WITHOUT_LOOK)
    count_release
#elif defined(FAULT_LOOK_BEFORE_RELEASE)
    look = sleepers;
    count_release;
    if
    :: look != 0 -> wake_all(false)
    :: else
    fi
#else
    count_release;
    look_for_sleepers()
#endif
}

// --- the roster

inline look_for_off_duty() {
    if
    :: off_duty_sleepers != 0 ->
#ifdef FAULT_ROSTER_WAKES_THE_COUNT
        wake_all(false)
#else
        wake_all(true)
#endif
    :: else
    fi
}

inline write_roster(place, off) {
#if defined(FAULT_ROSTER_WITHOUT_LOOK)
    d_step { roster = place; roster_off_duty = off }
#elif defined(FAULT_ROSTER_WOKEN_BEFORE_IT_IS_WRITTEN)
    look_for_off_duty();
    d_step { roster = place; roster_off_duty = off }
#else
    d_step { roster = place; roster_off_duty = off };
    look_for_off_duty()
#endif
}

#ifdef FAULT_ROSTER_OF_THE_WRONG_PASSAGE
#define BEHIND_THE_NEXT ((base + crew + 1) % MOD)
#else
#define BEHIND_THE_NEXT ((base + crew + 1 + next_crew + 1) % MOD)
#endif
#ifdef FAULT_ROSTER_CHANGED_BEFORE_IT_WAS_FOLLOWED
#define nobody_comes_back true
#else
#define nobody_comes_back (next_crew <= crew)
#endif

// `planned` is how many are off duty in the passage after the next.
inline set_crew(n) {
    if
    :: n != next_crew && nobody_comes_back ->
        planned = W - n;
        write_roster(BEHIND_THE_NEXT, planned)
    :: else
    fi
}

inline dismiss() { write_roster((base + crew + 1) % MOD, 0) }

// --- waiting

#define see_count                                                                                 \
    d_step {                                                                                      \
        seen = count;                                                                             \
        seen_off_duty = off_duty;                                                                 \
        released = is_behind(seen, place)                                                         \
    }
#define count_unchanged (count == seen && off_duty == seen_off_duty)

inline poll() {
    spin = 0;
    do
    :: spin < SPINS && !is_behind(count, place) -> spin++
    :: else -> break // out of polls; a count that is released is seen below as well
    od;
    spin = 0
}

inline await_count(w) {
    poll();
#ifndef FAULT_SLEEP_ANNOUNCED_AFTER_LOOK
    atomic { sleepers++; assert(sleepers <= W) };
#endif
    do
    :: see_count;
        if
        :: released -> break
        :: else
        fi;
#ifdef FAULT_SLEEP_ANNOUNCED_AFTER_LOOK
        if
        :: d_step { count_unchanged -> on_roster[w] = false; asleep[w] = true };
            sleepers++;
            !asleep[w];
            sleepers--
        :: !count_unchanged
        fi
#else
        wait_on(w, false, count_unchanged)
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

#define roster_unchanged (roster == base && roster_off_duty == W - crew)

inline await_roster(w) {
#ifndef FAULT_OFF_DUTY_ANNOUNCED_AFTER_LOOK
    off_duty_sleepers++;
#endif
    do
    :: d_step { base = roster; crew = W - roster_off_duty };
        if
        :: w < crew -> break
        :: else
        fi;
#ifdef FAULT_OFF_DUTY_ANNOUNCED_AFTER_LOOK
        if
        :: d_step { roster_unchanged -> on_roster[w] = true; asleep[w] = true };
            off_duty_sleepers++;
            !asleep[w];
            off_duty_sleepers--
        :: !roster_unchanged
        fi
#else
        wait_on(w, true, roster_unchanged)
#endif
    od;
#ifndef FAULT_OFF_DUTY_ANNOUNCED_AFTER_LOOK
    atomic { assert(off_duty_sleepers > 0); off_duty_sleepers--; on_roster[w] = false }
#else
    skip
#endif
}

inline sit_out(w) {
    await_roster(w);
    d_step { place = base; next_crew = 0 };
    await_count(w)
}

// A worker's own; `i` is scratch.
#define BARRIER_LOCALS                                                                            \
    byte base = COUNT_AT_FIRST;                                                                   \
    byte crew = W;                                                                                \
    byte next_crew = W;                                                                           \
    byte before, seen, seen_off_duty, planned, place, look, spin, i;                              \
    bool released

#ifdef FAULT_OFF_DUTY_AWAITS_THE_RELEASE
#define stays(w) true
#else
#define stays(w) (w < next_crew)
#endif

inline arrive(w) {
    arrive_on_count;
    if
    :: ahead(before, base) == ARRIVED_LAST ->
        planned = W - next_crew;
        alone(w);
        release()
    :: ahead(before, base) != ARRIVED_LAST && stays(w) ->
        place = (base + RELEASED) % MOD;
        await_count(w)
    :: else
    fi;
    if
    :: w < next_crew -> d_step { base = (base + ADVANCE) % MOD; crew = next_crew }
    :: else -> sit_out(w)
    fi;
    d_step {
        next_crew = W - seen_off_duty;
        seen_off_duty = 0;
        planned = 0;
        place = 0;
        before = 0;
        look = 0
    }
}
