// SPDX-License-Identifier: MIT
// The barrier alone, passed for ever: its count wraps, so the states are finite and the proof has
// no bound on the number of passages. -DW: workers; -DSPINS: polls before a sleep; -DBARE: harts
// that halt instead of a futex.
#ifndef W
#define W 2
#endif

bool arrived[W];
bool turn;       // changes in each passage
bool alone_now;

inline alone(w) {
    d_step {
        assert(!alone_now);
        alone_now = true;
        for (i : 0 .. W - 1) {
            assert(arrived[i]); // nobody is still at work
            arrived[i] = false
        }
        i = 0
    };
    d_step { turn = !turn; alone_now = false }
}

#include "passage.inc.pml"

active[W] proctype worker() {
    BARRIER_LOCALS;
    bool mine;
    do
    :: d_step {
            assert(mine == turn && !alone_now); // whoever works, works in this passage
            mine = !mine;
            arrived[_pid] = true
        };
        arrive(_pid);
        assert(mine == turn && !alone_now)
    od
}

// All under weak fairness: whoever can go on for ever does at some time.
ltl passes { ([]<> turn) && ([]<> !turn) }
ltl woken { [] (asleep[0] -> <> !asleep[0]) }

// These must be violated: the proofs are of barriers on which such things happen.
ltl others_never_asleep { [] !(sleepers == W - 1 && asleep[0]) }
// Still on its way out of the passage before, while another one sleeps in the next.
ltl late_sleeper_never { [] !(sleepers > 1 && asleep[0] && arrived[0] && !arrived[1]) }
