// SPDX-License-Identifier: MIT
// How messages travel: posting into the sender's outbox, and collecting at the destination when
// they are due, in the contract's order.
#pragma once

#include <cstring>

#include "sched/mailbox.hpp"
#include "sched/marks.hpp"
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

/// One core's view of the post. What it has for other cores is complete with `hand_over`, which is
/// called before the beat is over.
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
        has_sent_ = true;
        Node& node = box.nodes[index];
        copy(node.task, task);
        node.due = message.due;
        node.order = message.timestamp;
        node.time = message.time;
        node.source = static_cast<u16>(core_);
        node.kind = NodeKind::Message;
        node.line = static_cast<u8>(message.line);
        node.emission = static_cast<u8>(message.emission);
        add_to_bundle(message.to, message.due % DUE_SLOTS, static_cast<u8>(index));
        boxes_.expect_to_write(box.nodes[box.outbox.free_behind(ASKED_TO_WRITE)]);
        return true;
    }

    void hand_over() { marks_.set_all(); }

    /// This core's turn comes soon.
    void expect(Beat beat, u64 beat_index) const {
        const auto& box = boxes_.of(core_);
        const u8* senders = box.senders[beat.raw % DUE_SLOTS];
        for (u32 source = 0; source < cores_; source += 64) {
            __builtin_prefetch(senders + source);
        }
        if (has_sent_) {
            const u8* freed = box.freed[(beat_index + 1) & 1];
            for (u32 node = 0; node < NodePool::NODES; node += 64) {
                __builtin_prefetch(freed + node);
            }
            __builtin_prefetch(&box.outbox);
        }
    }

    /// Credits that destinations freed in the beat before count from this beat on. Beats are told
    /// apart by how many were executed before them.
    void take_back_credits(Beat beat, u64 beat_index) {
        if (!has_sent_) {
            return;
        }
        auto& box = boxes_.of(core_);
        u8* freed = box.freed[(beat_index + 1) & 1]; // in this beat only the other one is written
        has_sent_ = false;
        for (u64& used : box.outbox.used) {
            if (used != 0) {
                used &= ~take_bits(freed);
                has_sent_ = true;
            }
            freed += 64;
        }
        if (has_sent_) {
            expect_to_send(beat); // it likely goes on
        }
    }

    /// A message entered this core's ring in this beat: its sender has the credit from the next
    /// beat on.
    void free_credit(NodeRef message, u64 beat_index) {
        marks_.add(boxes_.of(message.core()).freed[beat_index & 1][message.index()]);
    }

    /// Hands every message due at `beat` to `append`, in the order (timestamp, source, emission).
    template<class Append>
    void collect(Beat beat, Append append);

  private:
    /// So many nodes are asked for ahead: of each bundle to be read, and to be sent with.
    static constexpr u32 ASKED_TO_READ = 4;
    static constexpr u32 ASKED_TO_WRITE = 6;

    /// Where the collecting of a bundle is.
    struct Cursor {
        u64 order;
        u16 source;
        u16 left;    ///< behind this one
        u16 unasked; ///< of those, of whose nodes nobody has asked for the lines
        u8 at;
        u8 asked; ///< the last one that was asked for
        [[nodiscard]] bool before(const Cursor& other) const {
            return order != other.order ? order < other.order : source < other.source;
        }
    };

    void add_to_bundle(u32 to, u32 slot, u8 index) {
        auto& box = boxes_.of(core_);
        Bundle& bundle = box.outgoing[slot][to];
        if (bundle.count == 0) {
            marks_.add(boxes_.of(to).senders[slot][core_]);
            bundle.first = index;
        } else {
            box.links[slot][bundle.last] = index;
        }
        bundle.last = index;
        ++bundle.count;
    }

    void expect_to_send(Beat beat) const {
        const auto& box = boxes_.of(core_);
        const u32 slot = (beat.raw + 1) % DUE_SLOTS; // most messages travel for one beat
        __builtin_prefetch(&box.outgoing[slot], 1);
        __builtin_prefetch(&box.links[slot], 1);
#pragma GCC unroll 8
        for (u32 next = 0; next < ASKED_TO_WRITE; ++next) {
            boxes_.expect_to_write(box.nodes[box.outbox.free_behind(next)]);
        }
    }
    /// 64 bytes, each 0 or 1, as bits; the bytes are 0 then.
    [[nodiscard]] static u64 take_bits(u8* bytes);

    using Cursors = MergeHeap<Cursor, CORES_MAX>;
    void open_bundles(u32 slot, Cursors& cursors);
    void ask_for_next(const u8* links, Cursor& cursor) const;

    Mailboxes boxes_;
    u32 core_ = 0;
    u32 cores_ = 0;
    Marks marks_;
    bool has_sent_ = true; ///< credits may be with others: else there is nothing to look at
};

inline u64 Post::take_bits(u8* bytes) {
    constexpr u64 GATHER = 0x0102'0408'1020'4080; // brings byte i's bit to bit 56 + i
    const auto eight = [bytes](u32 at) {
        return load_le<u64>(reinterpret_cast<const std::byte*>(bytes + at));
    };
    u64 any = 0;
    for (u32 at = 0; at < 64; at += 8) {
        any |= eight(at);
    }
    if (any == 0) { // most often; and the line stays clean
        return 0;
    }
    u64 bits = 0;
    for (u32 at = 0; at < 64; at += 8) {
        bits |= (eight(at) * GATHER >> 56) << at;
    }
    std::memset(bytes, 0, 64);
    return bits;
}

/// Takes the bundles of this slot that are addressed to this core.
inline void Post::open_bundles(u32 slot, Cursors& cursors) {
    u8* senders = boxes_.of(core_).senders[slot];
    for (u32 base = 0; base < cores_; base += 64) {
        for (u64 bits = take_bits(senders + base); bits != 0; bits &= bits - 1) {
            const u32 source = base + static_cast<u32>(std::countr_zero(bits));
            Mailbox& box = boxes_.of(source);
            Bundle& bundle = box.outgoing[slot][core_];
            const u16 left = static_cast<u16>(bundle.count - 1);
            Cursor cursor{box.nodes[bundle.first].order,
                          static_cast<u16>(source),
                          left,
                          left,
                          bundle.first,
                          bundle.first};
            for (u32 i = 0; i < ASKED_TO_READ; ++i) {
                ask_for_next(box.links[slot], cursor);
            }
            cursors.add(cursor);
            bundle = Bundle{};
        }
    }
}

inline void Post::ask_for_next(const u8* links, Cursor& cursor) const {
    if (cursor.unasked != 0) {
        --cursor.unasked;
        cursor.asked = links[cursor.asked];
        boxes_.expect(NodeRef::of(cursor.source, cursor.asked));
    }
}

template<class Append>
void Post::collect(Beat beat, Append append) {
    const u32 slot = beat.raw % DUE_SLOTS;
    Cursors cursors;
    open_bundles(slot, cursors);
    cursors.order();
    while (!cursors.empty()) {
        Cursor cursor = cursors.first();
        const NodeRef ref = NodeRef::of(cursor.source, cursor.at);
        if (cursor.left == 0) {
            cursors.drop_first();
        } else {
            const Mailbox& box = boxes_.of(cursor.source);
            --cursor.left;
            cursor.at = box.links[slot][cursor.at];
            cursor.order = box.nodes[cursor.at].order;
            ask_for_next(box.links[slot], cursor);
            cursors.replace_first(cursor);
        }
        append(ref);
    }
}

} // namespace knhk
