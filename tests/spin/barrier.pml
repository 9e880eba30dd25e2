// SPDX-License-Identifier: MIT
// The barrier alone, passed for ever: its count wraps, so the states are finite and the proof has
// no bound on the number of passages. Each sets one of two crews. -DW: workers; -DLEAST, -DMOST:
// the crews; -DSPINS: polls before a sleep; -DBARE: harts that halt instead of a futex.
#ifndef W
#define W 2
#endif
#ifndef LEAST
#define LEAST 1
#endif
#ifndef MOST
#define MOST W
#endif

bool arrived[W];
bool turn; // changes in each passage, when one is alone
bool gone; // and when it is released
bool alone_now;
byte crew_now = W;
byte crew_next = W;
byte crew_after;

inline has_released() {
    gone = !gone;
    crew_now = crew_next;
    crew_next = crew_after;
    crew_after = 0;
    if // a place that nobody reads any more: fewer states
    :: next_crew <= crew && planned == W - next_crew -> roster = 0
    :: else
    fi
}

inline alone(w) {
    d_step {
        assert(!alone_now);
        alone_now = true;
        for (i : 0 .. W - 1) {
            assert(arrived[i] == (i < crew_now)); // nobody is at work, and nobody came uncalled
            arrived[i] = false
        }
        i = 0
    };
    if
    :: look = LEAST
    :: look = MOST
    fi;
    set_crew(look);
    d_step { turn = !turn; alone_now = false; crew_after = W - planned; look = 0 }
}

#include "passage.inc.pml"

active[W] proctype worker() {
    BARRIER_LOCALS;
    do
    :: d_step {
            // Whoever works, works in this passage, once, and is in its crew.
            assert(turn == gone && !alone_now && !arrived[_pid]);
            assert(_pid < crew_now && crew == crew_now && next_crew == crew_next);
            arrived[_pid] = true
        };
        arrive(_pid);
        assert(turn == gone && !alone_now)
    od
}

// All under weak fairness: whoever can go on for ever does at some time.
ltl passes { ([]<> turn) && ([]<> !turn) }
ltl woken { [] (asleep[0] -> <> !asleep[0]) }
// Who is called back comes, whoever else comes and goes meanwhile.
#define LAST (W - 1)
#define is_called (crew_now == W && turn == gone && !arrived[LAST])
ltl comes_back { [] (is_called -> <> !is_called) }

// These must be violated: the proofs are of barriers on which such things happen.
ltl others_never_asleep { [] !(sleepers == W - 1 && asleep[0]) }
// Still on its way out of the passage before, while another one sleeps in the next.
ltl late_sleeper_never { [] !(sleepers > 1 && asleep[0] && arrived[0] && !arrived[1]) }
ltl off_duty_never_asleep { [] !(on_roster[LAST] && asleep[LAST] && arrived[0]) }
// The others have gone on, and it has not even looked at the roster.
#define is_late (!asleep[LAST] && off_duty_sleepers == 0)
ltl never_left_behind { [] !(arrived[0] && crew_now < W && is_late) }
