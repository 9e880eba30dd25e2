// SPDX-License-Identifier: MIT
// The log's way out (replay/log_writer.cpp, replay/byte_ring.hpp): blocks are begun at the barrier,
// filled by all workers in the next beat, published at the barrier after; the host reads, slowly or
// not, and may ask for a stop. The barrier is one step here: barrier.pml has it. The run goes on
// for ever unless it chooses to end or is stopped, and positions wrap, so nothing is bounded but
// the sizes.
#ifndef W
#define W 2 // workers; each has one part of every block
#endif
#ifndef RING
#define RING 4 // cells
#endif
#ifndef PART_MAX
#ifdef FAULT_BLOCK_LARGER_THAN_THE_RING
#define PART_MAX ((RING / W) + 1)
#else
#define PART_MAX 1 // cells of a part, besides one for the block's header
#endif
#endif
#define POSITIONS (2 * RING)
#define span(a, b) ((a + POSITIONS - b) % POSITIONS)

bool filled[RING]; // written, and not read yet
byte head;
byte tail;
bool stop;
bool run_ended; // DrainPhase::Ended

// The log writer's.
byte end;      // of what is reserved
byte part[W];  // where it begins
byte size[W];  // 0: nothing to write
// The barrier, and what it decides.
byte arrived;
bool turn;
bool finished;
byte left;
bool trailer_written;
// What the properties speak of.
bool host_done;

inline put(position) {
    d_step {
        // Where the host has given back, and before it is published.
        assert(!filled[position % RING]);
        assert(span(position, tail) < RING && span(position, head) < RING);
        filled[position % RING] = true
    }
}

#ifdef FAULT_FITS_IS_ONE_OFF
#define CAPACITY (RING + 1)
#else
#define CAPACITY RING
#endif

// Waits until `wanted` more fit; the acquire of `tail` is the guard.
inline reserve(wanted) {
    d_step {
        span(end, tail) + (wanted) <= CAPACITY;
        position = end;
        end = (end + wanted) % POSITIONS
    }
}

inline publish() { head = end }

inline begin_block() {
    atomic {
        wanted = 1;
        for (i : 0 .. W - 1) {
            select(some : 0 .. PART_MAX);
            size[i] = some;
            wanted = wanted + some
        }
        i = 0;
        some = 0
    };
    reserve(wanted);
    put(position);
    position = (position + 1) % POSITIONS;
    d_step {
        for (i : 0 .. W - 1) {
            part[i] = position;
            position = (position + size[i]) % POSITIONS
        }
        i = 0;
        wanted = 0;
        position = 0
    }
#ifdef FAULT_PUBLISHED_BEFORE_THE_PARTS
    publish()
#endif
}

inline end_beat() {
#ifdef FAULT_BLOCK_BEGUN_BEFORE_THE_LAST_IS_FINISHED
    begin_block();
    publish();
#else
    publish();
    begin_block();
#endif
    if
#ifndef FAULT_STOP_IGNORED
    :: stop -> finished = true
#endif
    :: !stop
    :: !stop -> finished = true // nothing is left
#ifdef FAULT_STOP_IGNORED
    :: stop
#endif
    fi
}

inline end_run() {
#ifndef FAULT_LAST_BLOCK_NOT_FINISHED
    publish();
#endif
    reserve(1);
    put(position);
    trailer_written = true;
#ifndef FAULT_TRAILER_NOT_PUBLISHED
    publish();
#endif
    position = 0
}

inline write_part() {
    i = 0;
    do
    :: i < size[_pid] -> put((part[_pid] + i) % POSITIONS); i++
    :: else -> break
    od;
    atomic { i = 0; size[_pid] = 0; part[_pid] = 0 }
}

inline meet() {
    atomic {
        arrived++;
        mine = !mine;
        last = arrived == W
    };
    if
    :: last ->
        if
        :: stage == 1 -> end_beat()
        :: else -> end_run()
        fi;
        atomic { arrived = 0; turn = mine; last = false }
    :: !last && turn == mine
    fi
}

active[W] proctype worker() {
    byte stage = 1, i, wanted, position, some;
    bool mine, last;
    do
    :: if
#ifdef FAULT_LAST_PARTS_NOT_WRITTEN
        :: stage == 2 -> skip
#endif
        :: else -> write_part()
        fi;
#ifdef FAULT_ENDED_BEFORE_THE_LAST_BYTE
        if
        :: stage == 2 && _pid == 0 -> run_ended = true
        :: else
        fi;
#endif
        meet();
        if
        :: stage == 2 -> break
        :: stage == 1 && finished -> stage = 2
        :: else
        fi
    od;
    if
    :: _pid == 0 -> run_ended = true
    :: else
    fi;
    left++
}

inline take(amount) {
#ifdef FAULT_RELEASED_BEFORE_READ
    seen_tail = tail;
    tail = (tail + amount) % POSITIONS;
#else
    seen_tail = tail;
#endif
    do
    :: amount > 0 ->
        d_step {
            assert(filled[seen_tail % RING]); // published bytes are written
            filled[seen_tail % RING] = false;
            seen_tail = (seen_tail + 1) % POSITIONS;
            amount--
        }
    :: else -> break
    od;
#ifndef FAULT_RELEASED_BEFORE_READ
#ifndef FAULT_NEVER_RELEASED
    tail = seen_tail;
#endif
#endif
    seen_tail = 0
}

// Looks at the phase first, then at the head: behind an Ended that was seen, all bytes are there.
active proctype host() {
    byte waiting, amount, seen_tail;
    bool last_look;
    do
    ::
#ifdef FAULT_PHASE_LOOKED_AT_LAST
        waiting = span(head, tail);
        last_look = run_ended;
#else
        last_look = run_ended;
        waiting = span(head, tail);
#endif
        assert(waiting <= RING);
        if
        :: waiting > 0 ->
            atomic {
                if
                :: amount = 1
                :: amount = waiting
                fi;
                waiting = 0
            };
            take(amount)
        :: waiting == 0 && last_look -> break
        :: else
        fi
    od;
    waiting = 0;
    host_done = true;
    assert(trailer_written && tail == end) // the whole log, trailer included
}

// Somebody at the host's side, at any time or never.
active proctype operator() {
    if
    :: stop = true
    :: skip
    fi
}

ltl stops { [] (stop -> <> (host_done && left == W)) }
ltl published { [] (finished -> <> host_done) }
// Each beat that begins ends, however slow the host is.
ltl beats_end { [] (turn -> <> (!turn || finished)) && [] (!turn -> <> (turn || finished)) }

// These must be violated: the proofs are of runs in which such things happen.
ltl never_full { [] !(span(end, tail) == RING) }
ltl never_stopped { [] !(stop && host_done) }
ltl never_ends_by_itself { [] !(!stop && host_done) }
