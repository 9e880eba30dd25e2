// SPDX-License-Identifier: MIT
// What a core does in a beat: credits, messages, admission, tasks (sched/core.cpp, sched/post.hpp).
// Included by beat.pml, which has the memory that it works on.

inline write_part(core) {
    d_step {
        if
        :: block_open ->
            assert(!part_written[core]);
            part_written[core] = true
        :: else
        fi
    }
}

#if defined(FAULT_CREDIT_OF_THIS_BEAT)
#define READ_PARITY parity
#elif defined(FAULT_PARITY_OF_BEAT_NUMBER)
#define READ_PARITY ((slot + 1) & 1)
#else
#define READ_PARITY (!parity)
#endif
#ifdef FAULT_PARITY_OF_BEAT_NUMBER
#define WRITTEN_PARITY (slot & 1)
#else
#define WRITTEN_PARITY parity
#endif

inline take_back_credits(core) {
    bits = freed[core * 2 + READ_PARITY];
    if
    :: bits != 0 ->
        used[core] = used[core] & ~bits;
        freed[core * 2 + READ_PARITY] = 0
    :: else
    fi;
    d_step { // what may be sent is decided by the barrier, not by who is fast
        credits = 0;
        for (i : 0 .. K - 1) {
            credits = credits + (1 - ((used[core] >> i) & 1))
        }
        assert(credits == expected_credits[core]);
        i = 0;
        bits = 0;
        credits = 0
    }
}

inline give_credit(node) {
#if defined(FAULT_CREDIT_NEVER_RETURNED)
    skip
#elif defined(FAULT_CREDIT_RETURNED_AT_ONCE)
    used[core_of(node)] = used[core_of(node)] & ~bit_of(node)
#else
    freed[core_of(node) * 2 + WRITTEN_PARITY] =
        freed[core_of(node) * 2 + WRITTEN_PARITY] | bit_of(node)
#endif
}

// A message that is admitted as soon as it is collected goes through its line, too: what others see
// of both is the same, its credit in the next beat.
inline line_up(core, node) {
    d_step {
        assert(state[node] == flying && due[node] == slot); // neither doubled nor early
        following = next_node[node];
        state[node] = waiting;
        next_node[node] = 0;
        if
        :: line_head[core] == 0 -> line_head[core] = node
        :: else -> next_node[line_tail[core]] = node
        fi;
        line_tail[core] = node;
#ifndef FAULT_LINED_UP_NOT_COUNTED
        lined_up[_pid] = lined_up[_pid] + 1;
#endif
#ifdef FAULT_CREDIT_AT_LINE_UP
        give_credit(node);
#endif
        node = following;
        following = 0
    }
}

inline collect(core) {
    bits = senders[core * DUE_SLOTS + slot];
    if
    :: bits != 0 ->
#ifndef FAULT_SENDERS_NOT_CLEARED
        senders[core * DUE_SLOTS + slot] = 0;
#endif
        source = 0;
        do
        :: source < C && (bits & (1 << source)) ->
            ref = head[list_of(source, slot, core)];
            assert(ref != 0);
#ifndef FAULT_LIST_NOT_EMPTIED
            d_step {
                head[list_of(source, slot, core)] = 0;
                tail[list_of(source, slot, core)] = 0
            };
#endif
            do
            :: ref != 0 -> line_up(core, ref)
            :: else -> break
            od;
            source++
        :: source < C && !(bits & (1 << source)) -> source++
        :: source == C -> break
        od;
        atomic { source = 0; bits = 0 }
    :: else
    fi
}

inline admit(core) {
    do
    :: ring[core] < RING && line_head[core] != 0 ->
        d_step {
            ref = line_head[core];
            line_head[core] = next_node[ref];
            ring[core] = ring[core] + 1
        };
        d_step {
            assert(state[ref] == waiting);
            state[ref] = entered;
#ifndef FAULT_CREDIT_AT_LINE_UP
            give_credit(ref);
#endif
            ref = 0
        }
    :: else -> break
    od
}

inline take_node(core) {
    d_step {
        i = 0;
        do
        :: i < K && (used[core] & (1 << i)) -> i++
        :: else -> break
        od;
        assert(i < K);
        used[core] = used[core] | (1 << i);
        ref = node_of(core, i);
        i = 0;
        assert(state[ref] == free); // not in flight, nor freed in this very beat
        state[ref] = flying;
        next_node[ref] = 0;
#ifdef FAULT_DUE_AT_ONCE
        at = slot;
#else
        at = (slot + latency) % DUE_SLOTS;
#endif
        due[ref] = at;
        budget[core] = budget[core] - 1;
#ifndef FAULT_SENT_NOT_COUNTED
        sent[_pid] = sent[_pid] + 1
#endif
    }
}

inline send(core) {
    take_node(core);
    if
    :: head[list_of(core, at, to)] == 0 ->
#if defined(FAULT_SENDER_NOT_MARKED)
        skip
#elif defined(FAULT_MARK_NOT_ATOMIC)
        bits = senders[to * DUE_SLOTS + at];
        senders[to * DUE_SLOTS + at] = bits | (1 << core)
#else
        senders[to * DUE_SLOTS + at] = senders[to * DUE_SLOTS + at] | (1 << core)
#endif
    :: else
    fi;
    d_step {
        if
        :: head[list_of(core, at, to)] == 0 -> head[list_of(core, at, to)] = ref
        :: else -> next_node[tail[list_of(core, at, to)]] = ref
        fi;
        tail[list_of(core, at, to)] = ref;
        ref = 0;
        to = 0;
        at = 0;
        bits = 0;
        latency = 0
    }
}

#define has_credit(core) (used[core] != (1 << K) - 1)

// One task a beat, if there is one: it sends as often as it likes.
inline run_tasks(core) {
    if
    :: ring[core] > 0 ->
        ring[core] = ring[core] - 1;
        do
        :: budget[core] > 0 && has_credit(core) ->
            select(to : 0 .. C - 1);
            select(latency : 1 .. LATENCY);
            send(core)
        :: break
        od
    :: else
    fi
}

inline run_core(core) {
    d_step {
        assert(!alone_now && !executed[core] && mine == beats); // once a beat, and in this one
        executed[core] = true
    };
    take_back_credits(core);
    collect(core);
    admit(core);
    run_tasks(core);
#ifdef FAULT_QUIESCENCE_IGNORES_LINES
    busy[_pid] = busy[_pid] || ring[core] != 0
#else
    busy[_pid] = busy[_pid] || ring[core] != 0 || line_head[core] != 0
#endif
}
