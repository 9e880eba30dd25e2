// SPDX-License-Identifier: MIT
// A core's mailbox: its outbox of messages in flight, the lists by which destinations find them,
// the lines in which arrivals wait, and the external inputs that are staged for it: the workload's
// by the core itself, those from outside by the barrier. Nodes never move: an arrival waits in its
// sender's outbox, and so keeps its sender's credit, until it enters a ring.
#pragma once

#include <bit>
#include <cstddef>

#include "base/check.hpp"
#include "base/memory_map.hpp"
#include "sched/limits.hpp"
#include "sched/task.hpp"

namespace knhk {

/// The lines in which arrivals wait: one a level, one for ordered requests, one for deltas.
inline constexpr u32 ORDERED_LINE = LEVEL_COUNT;
inline constexpr u32 DELTA_LINE = LEVEL_COUNT + 1;
inline constexpr u32 LINE_COUNT = LEVEL_COUNT + 2;

/// Where an arrival waits.
[[nodiscard]] inline u32 line_of(const Task& task, bool ordered) {
    return ordered ? ORDERED_LINE : (task.is_delta() ? DELTA_LINE : static_cast<u32>(task.level));
}
/// In which count of inputs: deltas count with their level's.
[[nodiscard]] inline u32 quota_line_of(const Task& task, bool ordered) {
    return ordered ? ORDERED_LINE : static_cast<u32>(task.level);
}

/// Names a node anywhere: 0 is none, else 1 + (core << 16 | index).
struct NodeRef {
    u32 raw;

    [[nodiscard]] bool none() const { return raw == 0; }
    [[nodiscard]] u32 core() const { return (raw - 1) >> 16; }
    [[nodiscard]] u32 index() const { return (raw - 1) & 0xFFFF; }
    static NodeRef of(u32 core, u32 index) { return {1 + (core << 16 | index)}; }
};

/// Where an arrival comes from. Of one beat, they line up in this order.
enum class NodeKind : u8 { Message = 0, Input = 1, Outside = 2 };

/// A task on its way: a message, or an external input.
struct Node {
    Task task;
    u64 due;   ///< the beat of its arrival
    u64 order; ///< a message's timestamp, an input's position, its place in the cut from outside
    u64 time;  ///< in ORDERED_LINE: what it was ordered for
    NodeRef next;
    u16 source;
    NodeKind kind;
    u8 line;     ///< in which it waits
    u8 emission; ///< which of its task's emissions: tasks of the ordered part have one timestamp
    u8 reserved[31];

    [[nodiscard]] bool is_input() const { return kind != NodeKind::Message; }
    [[nodiscard]] u32 quota_line() const { return quota_line_of(task, line == ORDERED_LINE); }
};
static_assert(sizeof(Node) == 128);

/// Arrivals come in the order (due, kind, order, source, emission).
inline bool arrives_before(const Node& a, const Node& b) {
    if (a.due != b.due) {
        return a.due < b.due;
    }
    if (a.kind != b.kind) {
        return a.kind < b.kind;
    }
    if (a.order != b.order) {
        return a.order < b.order;
    }
    return a.source != b.source ? a.source < b.source : a.emission < b.emission;
}

/// A bitmap over the nodes of one pool: bit set = used. The lowest free one is taken, so that what
/// lies where does not depend on who gave it back first.
template<u32 Nodes>
struct NodePoolOf {
    static constexpr u32 NODES = Nodes;
    static constexpr u32 WORDS = NODES / 64;
    u64 used[WORDS];

    /// NODES when none is free.
    [[nodiscard]] u32 take() {
        const u32 index = lowest_free();
        if (index != NODES) {
            used[index / 64] |= u64{1} << (index % 64);
        }
        return index;
    }
    [[nodiscard]] u32 lowest_free() const {
        for (u32 word = 0; word < WORDS; ++word) {
            if (~used[word] != 0) {
                return word * 64 + static_cast<u32>(std::countr_one(used[word]));
            }
        }
        return NODES;
    }
    /// Where the free one is that so many others come before, or one near it. A hint.
    [[nodiscard]] u32 free_behind(u32 others) const {
        for (u32 word = 0; word < WORDS; ++word) {
            if (~used[word] != 0) {
                u64 free = ~used[word];
#pragma GCC unroll 8
                for (u32 i = 0; i < others; ++i) {
                    free &= free - 1;
                }
                return (word * 64 + static_cast<u32>(std::countr_zero(free))) % NODES;
            }
        }
        return 0;
    }
    void give_back(u32 index) { used[index / 64] &= ~(u64{1} << (index % 64)); }
};
using NodePool = NodePoolOf<OUTBOX_CAPACITY>;
static_assert(NodePool::NODES == INPUT_CAPACITY && OUTSIDE_CAPACITY % 64 == 0);

/// Where the nodes of each kind begin.
inline constexpr u32 INPUT_NODES_BEGIN = OUTBOX_CAPACITY;
inline constexpr u32 OUTSIDE_NODES_BEGIN = INPUT_NODES_BEGIN + INPUT_CAPACITY;

struct NodeList {
    NodeRef head;
    NodeRef tail;
};

/// Messages of one sender for one destination, due in one beat: nodes of its outbox. Which one
/// comes next stands apart from them, in `Mailbox::links`: who collects them finds there what to
/// ask for, long before it comes to them.
struct Bundle {
    u16 count;
    u8 first; ///< valid if there are any, as is last
    u8 last;
};
static_assert(OUTBOX_CAPACITY <= 256, "a byte names a node of the outbox");

/// Plain data in region::mailboxes; zero is the initial state. Most of it belongs to the owner;
/// what others write says so, and the barrier separates those writes from the owner's reads.
struct Mailbox {
    /// Messages, inputs, inputs from outside. `next` is relinked by the destination while a message
    /// waits there.
    Node nodes[OUTSIDE_NODES_BEGIN + OUTSIDE_CAPACITY];

    /// Messages by due slot and destination, in timestamp order. The owner appends to slots of
    /// later beats while destinations empty the slot of this one.
    Bundle outgoing[DUE_SLOTS][CORES_MAX];
    /// Of each message in a bundle, the next one; by due slot, so that no line is written in the
    /// beat in which it is read.
    alignas(SEPARATION_BYTES) u8 links[DUE_SLOTS][OUTBOX_CAPACITY];

    // Flags of others, 1 or 0. A byte each: many write here in one beat, but no two the same one,
    // so nobody needs an atomic change, which would wait for the line and for all stores before.
    /// Written by senders: whether they have messages for this core due in the slot.
    alignas(SEPARATION_BYTES) u8 senders[DUE_SLOTS][CORES_MAX];
    /// Written by destinations: messages that entered their ring, by parity of the beats executed.
    alignas(SEPARATION_BYTES) u8 freed[2][NodePool::NODES];

    alignas(SEPARATION_BYTES) NodePool outbox;
    NodePool inputs;
    NodeList lines[LINE_COUNT];
    NodeList staged;
    u32 inputs_held[LINE_COUNT]; ///< staged or waiting, by quota_line()
    u64 next_input;              ///< the owner's first input that is not staged

    // Of inputs from outside. The barrier fills the list, the owner empties it in the next beat.
    NodePoolOf<OUTSIDE_CAPACITY> outside;
    NodeList outside_cut;
    u32 outside_held[LINE_COUNT]; ///< cut or waiting, by quota_line()
};
static_assert(sizeof(Mailbox) <= region::mailboxes.stride_bytes(CORES_MAX));

/// All mailboxes, seen from one of their owners.
class Mailboxes {
  public:
    Mailboxes() = default;
    explicit Mailboxes(const Memory& memory) : base_(memory.at(region::mailboxes)) {}

    [[nodiscard]] Mailbox& of(u32 core) const {
        return *reinterpret_cast<Mailbox*>(base_ +
                                           core * region::mailboxes.stride_bytes(CORES_MAX));
    }
    [[nodiscard]] Node& node(NodeRef ref) const { return of(ref.core()).nodes[ref.index()]; }

    // Hints alone, about both lines of a node.

    /// The node, if it is one, will be read soon.
    void expect(NodeRef ref) const {
        if (!ref.none()) {
            const Node& expected = node(ref);
            __builtin_prefetch(&expected.task);
            __builtin_prefetch(&expected.due);
        }
    }
    void expect_to_write(const Node& node) const {
        __builtin_prefetch(&node.task, 1);
        __builtin_prefetch(&node.due, 1);
    }

    void append(NodeList& list, NodeRef ref) const {
        node(ref).next = NodeRef{0};
        if (list.head.none()) {
            list.head = ref;
        } else {
            node(list.tail).next = ref;
        }
        list.tail = ref;
    }
    [[nodiscard]] NodeRef take_head(NodeList& list) const {
        const NodeRef ref = list.head;
        list.head = node(ref).next;
        return ref;
    }

  private:
    std::byte* base_ = nullptr;
};

} // namespace knhk
