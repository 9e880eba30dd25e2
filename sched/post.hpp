// SPDX-License-Identifier: MIT
// How messages travel: posting into the sender's outbox, and collecting at the destination when
// they are due, in the contract's order.
#pragma once

#include <cstring>

#include "sched/mailbox.hpp"
#include "sched/merge_heap.hpp"

namespace knhk {

/// What is sent: a task, and where and when it goes.
struct Message {
    u32 to;
    u32 line;
    u64 due;       ///< the beat of its arrival
    u64 timestamp; ///< of its sending
    u64 time = 0;  ///< in ORDERED_LINE: what it is ordered for
    u32 emission = 0;
};

/// One core's view of the post.
class Post {
  public:
    Post() = default;
    Post(const Memory& memory, u32 core, u32 cores) : boxes_(memory), core_(core), cores_(cores) {}

    /// False when no credit is left.
    [[nodiscard]] bool send(const Task& task, const Message& message) {
        auto& box = boxes_.of(core_);
        const u32 index = box.outbox.take();
        if (index == NodePool::NODES) {
            return false;
        }
        Node& node = box.nodes[index];
        copy(node.task, task);
        node.due = message.due;
        node.order = message.timestamp;
        node.time = message.time;
        node.source = static_cast<u16>(core_);
        node.kind = NodeKind::Message;
        node.line = static_cast<u8>(message.line);
        node.emission = static_cast<u8>(message.emission);
        const u32 slot = message.due % DUE_SLOTS;
        NodeList& list = box.outgoing[slot][message.to];
        if (list.head.none()) {
            boxes_.of(message.to).senders[slot][core_] = 1;
        }
        boxes_.append(list, NodeRef::of(core_, index));
        boxes_.expect_to_write(box.nodes[box.outbox.lowest_free()]);
        return true;
    }

    /// This core's turn comes soon.
    void expect(Beat beat, u64 beat_index) const {
        const auto& box = boxes_.of(core_);
        __builtin_prefetch(&box.senders[beat.raw % DUE_SLOTS]);
        const u8* freed = box.freed[(beat_index + 1) & 1];
        for (u32 node = 0; node < NodePool::NODES; node += 64) {
            __builtin_prefetch(freed + node);
        }
        __builtin_prefetch(&box.outbox);
    }

    /// Credits that destinations freed in the beat before count from this beat on. Beats are told
    /// apart by how many were executed before them.
    void take_back_credits(u64 beat_index) {
        auto& box = boxes_.of(core_);
        u8* freed = box.freed[(beat_index + 1) & 1]; // in this beat only the other one is written
        for (u64& used : box.outbox.used) {
            if (used != 0) {
                used &= ~take_bits(freed);
            }
            freed += 64;
        }
    }

    /// A message entered this core's ring in this beat: its sender has the credit from the next
    /// beat on.
    void free_credit(NodeRef message, u64 beat_index) {
        boxes_.of(message.core()).freed[beat_index & 1][message.index()] = 1;
    }

    /// Hands every message due at `beat` to `line_of`, in the order (timestamp, source, emission).
    template<class Append>
    void collect(Beat beat, Append append);

  private:
    struct Cursor {
        u64 order;
        NodeRef head;
        [[nodiscard]] bool before(const Cursor& other) const {
            return order != other.order ? order < other.order : head.raw < other.head.raw;
        }
    };

    /// 64 bytes, each 0 or 1, as bits; the bytes are 0 then.
    [[nodiscard]] static u64 take_bits(u8* bytes);

    using Lists = MergeHeap<Cursor, CORES_MAX>;
    void open_lists(u32 slot, Lists& lists);

    Mailboxes boxes_;
    u32 core_ = 0;
    u32 cores_ = 0;
};

inline u64 Post::take_bits(u8* bytes) {
    constexpr u64 GATHER = 0x0102'0408'1020'4080; // brings byte i's bit to bit 56 + i
    u64 bits = 0;
    for (u32 at = 0; at < 64; at += 8) {
        u64 eight = 0;
        std::memcpy(&eight, bytes + at, sizeof eight);
        bits |= (eight * GATHER >> 56) << at;
    }
    if (bits != 0) { // else the line stays clean
        std::memset(bytes, 0, 64);
    }
    return bits;
}

/// Takes the lists of this slot that are addressed to this core.
inline void Post::open_lists(u32 slot, Lists& lists) {
    u8* senders = boxes_.of(core_).senders[slot];
    for (u32 base = 0; base < cores_; base += 64) {
        for (u64 bits = take_bits(senders + base); bits != 0; bits &= bits - 1) {
            const u32 source = base + static_cast<u32>(std::countr_zero(bits));
            NodeList& list = boxes_.of(source).outgoing[slot][core_];
            boxes_.expect(list.head);
            const Node& node = boxes_.node(list.head);
            boxes_.expect(node.next); // others come before it
            lists.add({node.order, list.head});
            list = NodeList{};
        }
    }
}

template<class Append>
void Post::collect(Beat beat, Append append) {
    Lists lists;
    open_lists(beat.raw % DUE_SLOTS, lists);
    lists.order();
    while (!lists.empty()) {
        const NodeRef ref = lists.first().head;
        const NodeRef next = boxes_.node(ref).next;
        if (next.none()) {
            lists.drop_first();
        } else {
            const Node& node = boxes_.node(next);
            boxes_.expect(node.next); // others come before it
            lists.replace_first({node.order, next});
        }
        append(ref); // last, because it relinks the node
    }
}

} // namespace knhk
