// SPDX-License-Identifier: MIT
// Whole runs of the beat loop: workers, cores, messages, credits, quiescence, the log's parts, the
// orderly end. What a task does (send or not, whither, with which latency) is any choice, until the
// core's budget of messages is used up; so a run is finite, and all of them are looked at.
// What core-local code does with its own memory is one step; every access to memory that another
// worker touches is a step of its own.
#ifndef W
#define W 2 // workers
#endif
#ifndef LEAST
#define LEAST 1 // workers that take part in a beat
#endif
#ifndef C
#define C 2 // cores
#endif
#ifndef K
#define K 2 // nodes of an outbox
#endif
#ifndef LATENCY
#define LATENCY 1 // largest, in beats
#endif
#ifndef BUDGET
#define BUDGET 1 // messages that a core may send in a run
#endif
#ifndef RING
#define RING 1 // tasks that a core's ring holds
#endif
#ifndef LATE
#define LATE 0 // inputs that are for a beat after a gap
#endif
#ifndef DUE_SLOTS
#ifdef FAULT_SLOT_SHARED_BY_TWO_BEATS
#define DUE_SLOTS LATENCY
#else
#define DUE_SLOTS (LATENCY + 1)
#endif
#endif

#define NODES (C * K + 1) // node 0 is none
#define node_of(core, place) (1 + (core) * K + (place))
#define core_of(node) (((node) - 1) / K)
#define bit_of(node) (1 << (((node) - 1) % K))
#define list_of(source, at, to) (((source) * DUE_SLOTS + (at)) * C + (to))

// --- what the run's memory holds -----------------------------------------------------------------

// Outboxes: nodes in use, lists by due slot and destination, credits to give back by parity.
byte used[C];
byte next_node[NODES];
byte head[C * DUE_SLOTS * C];
byte tail[C * DUE_SLOTS * C];
byte senders[C * DUE_SLOTS];
byte freed[C * 2];
// A core's own: one line, one ring.
byte line_head[C];
byte line_tail[C];
byte ring[C];
byte budget[C];
// A worker's outcome of a beat.
byte sent[W];
byte lined_up[W];
bool busy[W];
// The scheduler's.
byte slot;   // of the beat that is executed: its number modulo DUE_SLOTS
bool parity; // of how many beats were executed before it
short on_the_way;
byte late = LATE;
byte next_core;
bool finished;
bool stop; // asked for by an operator
// The log: of the block that is open, the parts that are written.
bool block_open;
bool part_written[C];
bool trailer_written;
byte left; // workers that have left

// --- what the properties speak of ----------------------------------------------------------------

mtype = { free, flying, waiting, entered };
mtype state[NODES] = free;
byte due[NODES]; // slot
byte expected_credits[C];
bool executed[C];
bool alone_now;
bool quiescent;
byte beats; // executed, modulo 4
#define node_is_out(n) (state[n] == flying || state[n] == waiting)

// --- the barrier's work --------------------------------------------------------------------------

inline reset_claims() {
#if defined(FAULT_CLAIM_NOT_RESET) || defined(FAULT_CLAIM_RESET_EARLY)
    skip
#else
    next_core = 0
#endif
}

inline finish_block() {
    if
    :: block_open ->
        for (i : 0 .. C - 1) {
            assert(part_written[i]); // published bytes were written
            part_written[i] = false
        }
        block_open = false
    :: else
    fi
}

// From the nodes, what the contract says of credits in the next beat; and that nothing is late.
inline check_messages() {
    for (i : 0 .. C - 1) {
        assert(executed[i]);
        executed[i] = false;
        expected_credits[i] = K
    }
    for (i : 1 .. C * K) {
        assert(!(state[i] == flying && due[i] == slot)); // due, and not lined up: lost
        if
        :: state[i] == entered -> state[i] = free
        :: node_is_out(i) -> expected_credits[core_of(i)] = expected_credits[core_of(i)] - 1
        :: else
        fi
    }
    i = 0
}

inline check_nothing_left() {
    for (i : 0 .. C - 1) {
        assert(ring[i] == 0 && line_head[i] == 0)
    }
    for (i : 1 .. C * K) {
        assert(!node_is_out(i))
    }
    i = 0
}

#if defined(FAULT_REDUCTION_MISSES_ONE)
#define REDUCED (crew - 2)
#elif defined(FAULT_REDUCTION_OF_WHO_IS_OFF_DUTY)
#define REDUCED (W - 1)
#else
#define REDUCED (crew - 1)
#endif

inline close_beat() {
    any_busy = false;
    for (i : 0 .. REDUCED) {
        on_the_way = on_the_way + sent[i] - lined_up[i];
        any_busy = any_busy || busy[i]
    }
    i = 0;
    assert(on_the_way >= 0 && on_the_way <= C * K);
    parity = !parity;
    beats = (beats + 1) % 4;
    finish_block();
    block_open = true
}

#ifdef FAULT_QUIESCENCE_IGNORES_ON_THE_WAY
#define something_left any_busy
#else
#define something_left (any_busy || on_the_way != 0)
#endif

// Another beat; or after a gap, if only later inputs are left; or the end. `gap` is any number.
inline plan_next() {
    if
    :: something_left -> slot = (slot + 1) % DUE_SLOTS
    :: !something_left && late > 0 ->
        late--;
        slot = (slot + 1 + gap) % DUE_SLOTS;
        ring[0] = ring[0] + 1
    :: else ->
        check_nothing_left();
        quiescent = true;
        finished = true
    fi;
    finished = finished || stop
}

// One of two crews for the beat after the next.
inline choose_crew() {
    if
    :: look = LEAST
    :: look = W
    fi;
    set_crew(look);
    look = 0
}

inline has_released() { skip }

inline alone(w) {
    if
    :: stage == 0 -> skip
    :: stage == 1 ->
        d_step {
            assert(!alone_now);
            alone_now = true;
            check_messages();
            close_beat()
        };
        if
        :: late > 0 ->
            if
            :: gap = 0
            :: gap = 1
            fi
        :: else
        fi;
        d_step {
            plan_next();
            gap = 0;
            any_busy = false;
            reset_claims();
            alone_now = false
        };
        choose_crew()
    :: stage == 2 ->
        d_step {
            assert(!alone_now && left == 0);
            finish_block();
            assert(finished && !block_open);
            trailer_written = true
        };
#ifndef FAULT_NOT_DISMISSED
        dismiss()
#else
        skip
#endif
    fi
}

#include "passage.inc.pml"
#include "core.inc.pml"

// --- a worker ------------------------------------------------------------------------------------

#ifdef DYNAMIC
#ifdef FAULT_CLAIM_NOT_ATOMIC
#define claim_first core = next_core; next_core = core + 1
#else
#define claim_first d_step { core = next_core; next_core = next_core + 1 }
#endif
#define claim_next claim_first
#define claim_end C
#else
#ifdef FAULT_CORES_OF_WHO_IS_OFF_DUTY
#define SHARES W
#else
#define SHARES crew
#endif
#define claim_first core = _pid * C / SHARES
#define claim_next core++
#define claim_end ((_pid + 1) * C / SHARES)
#endif

inline work_on_cores() {
    claim_first;
    do
    :: core < claim_end ->
        write_part(core);
        if
        :: stage == 1 -> run_core(core)
        :: else
        fi;
        claim_next
    :: else -> break
    od;
    core = 0
}

inline do_stage() {
    if
    :: stage == 0 -> // every worker prepares its cores: here their first task
        d_step {
            for (i : _pid * C / W .. (_pid + 1) * C / W - 1) {
                ring[i] = 1;
                budget[i] = BUDGET;
                expected_credits[i] = K
            }
            i = 0
        }
    :: stage == 1 ->
        d_step {
            mine = beats;
#ifndef FAULT_OUTCOME_NOT_RESET
            sent[_pid] = 0;
            lined_up[_pid] = 0;
            busy[_pid] = false
#endif
        };
        work_on_cores()
    :: stage == 2 ->
#ifndef FAULT_LAST_PARTS_NOT_WRITTEN
        work_on_cores()
#else
        skip
#endif
    fi;
#ifdef FAULT_CLAIM_RESET_EARLY
    next_core = 0
#endif
}

active[W] proctype worker() {
    BARRIER_LOCALS;
    byte stage, core, mine, bits, credits, source, ref, following, to, at, latency, gap;
    bool any_busy;
    do
    :: do_stage();
#ifdef FAULT_TRAILER_BEFORE_THE_BARRIER
        if
        :: stage == 2 && _pid == 0 -> alone(_pid)
        :: else
        fi;
#endif
        arrive(_pid);
        if
        :: stage == 2 || trailer_written -> break
        :: stage != 2 && !trailer_written && finished -> stage = 2
        :: else -> stage = 1
        fi
    od;
    atomic {
        assert(trailer_written);
        left++;
        core = 0;
        mine = 0
    }
}

#ifdef STOP
active proctype operator() {
    stop = true
}
#endif

#define ended (left == W)
ltl ends { <> ended }
ltl woken { [] (asleep[0] -> <> !asleep[0]) }
// Node 1 is the first of core 0's outbox.
ltl delivered { [] (state[1] == flying -> <> (state[1] != flying || stop)) }
ltl admitted { [] (state[1] == waiting -> <> (state[1] != waiting || stop)) }
// The second beat is the first that both begins and ends behind a beat.
ltl beats_end { [] (beats == 1 -> <> (beats == 2 || finished)) }

// These must be violated: the proofs are of runs in which such things happen.
ltl never_quiescent { [] !(quiescent && LATE > 0) }
ltl never_waits_alone { [] !(line_head[0] != 0 && ring[0] == 0 && alone_now) }
ltl never_two_in_line { [] !(line_head[0] != line_tail[0] && line_head[0] != 0) }
ltl never_stopped_early { [] !(ended && on_the_way > 0) }
ltl never_off_duty_at_the_end { [] !(trailer_written && asleep[W - 1] && on_roster[W - 1]) }
