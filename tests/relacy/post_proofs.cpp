// SPDX-License-Identifier: MIT
// Messages and their credits over beats: a node belongs to its sender, from the beat after to its
// destination, and to its sender again a beat after it was freed. Nodes and lists are plain memory,
// so that each has a word beside it that Relacy watches.
#include "sched/post.hpp"

#include "sched/barrier.hpp"
#include "sched/claim.hpp"
#include "tests/relacy/explore.hpp"
#include "tests/relacy/sleep_room.hpp"

namespace knhk::test {

namespace {

enum class Fault : u8 {
    None,
    WrongParity,
    FreedForThisBeat,
    FreedBeforeRead,
    HandedOverLate,
    NoBarrier
};

constexpr u32 CORES_HERE_MAX = 3;
constexpr u64 STRIDE_BYTES = region::mailboxes.stride_bytes(CORES_MAX);
constexpr u64 MAILBOXES_AT = region::mailboxes.base - REGIONS_BASE;
static_assert(sizeof(Mailbox) <= STRIDE_BYTES);

/// Where the regions lie; none but the first mailboxes is ever touched.
alignas(SEPARATION_BYTES) std::byte span[MAILBOXES_AT + CORES_HERE_MAX * STRIDE_BYTES];

struct Shape {
    u32 workers;
    u32 cores;
    u32 beats;
    bool dynamic = false; ///< cores are claimed; else each worker has its own
    u32 wait = 0;         ///< beats that an arrival waits in its line
    Fault fault = Fault::None;
};

/// In each beat each core sends one message to its neighbour, due in the beat after.
template<Shape S>
struct Mail {
    static constexpr u32 THREADS = S.workers;
    /// A node is sent, read so many beats later, and free for its sender in the beat after.
    static constexpr u32 NODES_IN_USE = 2 + S.wait;

    void begin() {
        for (u32 core = 0; core < S.cores; ++core) {
            new (&boxes.of(core)) Mailbox();
            for (u32 node = 0; node < NODES_IN_USE; ++node) {
                nodes[core][node].set(0);
            }
            for (u32 slot = 0; slot < DUE_SLOTS; ++slot) {
                lists[core][slot].set(0);
            }
            arrived[core].set(0);
        }
    }
    void thread(u32 worker) {
        Barrier<RoomWaiter<>, RelacyAtomics> barrier(state, worker, S.workers, RoomWaiter<>{&room},
                                                     0);
        for (u64 beat = 0; beat < S.beats; ++beat) {
            if (S.dynamic) {
                claims.each(S.cores, [this, beat](u32 core) { run(core, beat); });
            } else {
                run(worker, beat);
            }
            if (S.fault != Fault::NoBarrier) {
                barrier.arrive([this] { claims.reset(); });
            }
        }
    }
    void end() {
        for (u32 core = 0; core < S.cores; ++core) {
            require(arrived[core].get() == S.beats - 1 - S.wait, "each message arrived, once");
        }
    }

    void run(u32 core, u64 beat) {
        Post post(memory, core, S.cores);
        post.take_back_credits(Beat{beat}, S.fault == Fault::WrongParity ? beat + 1 : beat);
        NodeList& line = boxes.of(core).lines[0];
        post.collect(Beat{beat}, [&](NodeRef ref) {
            lists[ref.core()][beat % DUE_SLOTS].set(1); // `collect` has emptied it
            touch(ref, beat);
            boxes.append(line, ref);
            if (S.fault == Fault::FreedBeforeRead) {
                post.free_credit(ref, beat);
            }
        });
        if (!line.head.none() && boxes.node(line.head).due + S.wait == beat) {
            receive(core, beat, post, boxes.take_head(line));
        }
        send(core, beat, post);
        if (S.fault != Fault::HandedOverLate) {
            post.hand_over();
        }
    }
    void receive(u32 core, u64 beat, Post& post, NodeRef ref) {
        const u32 number = arrived[core].get();
        const Node& node = boxes.node(ref);
        touch(ref, beat);
        require(ref.core() == (core + S.cores - 1) % S.cores, "from its neighbour");
        require(node.task.id == ref.core() * 100 + number, "the message that is due");
        arrived[core].set(number + 1);
        if (S.fault == Fault::FreedForThisBeat) {
            post.free_credit(ref, beat + 1);
        } else if (S.fault != Fault::FreedBeforeRead) {
            post.free_credit(ref, beat);
        }
    }
    void send(u32 core, u64 beat, Post& post) {
        const u32 to = (core + 1) % S.cores;
        const u64 due = beat + 1;
        Task task{};
        task.id = core * 100 + beat;
        lists[core][due % DUE_SLOTS].set(1);
        require(post.send(task, {.to = to, .line = 0, .due = due, .timestamp = beat}), "a credit");
        const NodeRef ref = NodeRef::of(core, boxes.of(core).outgoing[due % DUE_SLOTS][to].last);
        require(ref.index() == beat % NODES_IN_USE, "the same node in every run");
        touch(ref, beat);
    }
    /// Reads and relinks a node that is this core's for now.
    void touch(NodeRef ref, u64 beat) {
        require(ref.index() < NODES_IN_USE, "no credit stays away longer than it must");
        nodes[ref.core()][ref.index()].set(beat);
    }

    Memory memory{span};
    Mailboxes boxes{memory};
    BarrierState<RelacyAtomics> state;
    Claims<RelacyAtomics> claims;
    SleepRoom room;
    Plain<u64> nodes[S.cores][NODES_IN_USE];
    Plain<u32> lists[S.cores][DUE_SLOTS]; ///< a core's lists of a slot have one destination here
    Plain<u32> arrived[S.cores];
};

} // namespace

void add_post(Proofs& proofs, Proofs& faults) {
    const auto add = [&](const char* name, auto* scene, u32 switches) {
        proofs.push_back({name, scene, bounded(switches, USUAL), bounded(switches + 1, LONG)});
    };
    add("post: nodes come back", explore<Mail<Shape{2, 2, 4}>>, 2);
    add("post: arrivals wait in a line", explore<Mail<Shape{2, 2, 5, false, 1}>>, 2);
    add("post: cores are claimed", explore<Mail<Shape{2, 3, 4, true}>>, 2);
    add("post: three workers", explore<Mail<Shape{3, 3, 3}>>, 1);
    const auto plant = [&](const char* name, auto* scene) {
        faults.push_back({name, scene, bounded(2, USUAL), bounded(2, USUAL)});
    };
    plant("post: credits are taken back by the wrong parity",
          explore<Mail<Shape{2, 2, 4, false, 0, Fault::WrongParity}>>);
    plant("post: a credit is freed for the beat it is freed in",
          explore<Mail<Shape{2, 2, 4, false, 0, Fault::FreedForThisBeat}>>);
    plant("post: a credit is freed before its message is read",
          explore<Mail<Shape{2, 2, 5, false, 1, Fault::FreedBeforeRead}>>);
    plant("post: what is sent is not handed over in its beat",
          explore<Mail<Shape{2, 2, 4, false, 0, Fault::HandedOverLate}>>);
    plant("post: no barrier between two beats",
          explore<Mail<Shape{2, 2, 4, false, 0, Fault::NoBarrier}>>);
}

} // namespace knhk::test
