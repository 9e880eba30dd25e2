// SPDX-License-Identifier: MIT
// Messages: the order in which they are collected, and the credits that they cost.
#include "sched/post.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <vector>

#include "tests/support/native_run.hpp"

namespace knhk {
namespace {

Task task_with_id(u64 id) {
    Task task;
    task.id = id;
    return task;
}

Message message(u32 to, u64 due, u64 timestamp, u32 emission = 0) {
    return {.to = to, .line = 1, .due = due, .timestamp = timestamp, .emission = emission};
}

std::vector<u64> collected_ids(Post& post, const Memory& memory, u64 beat) {
    const Mailboxes boxes(memory);
    std::vector<u64> ids;
    std::vector<NodeRef> refs;
    post.collect(Beat{beat}, [&](NodeRef ref) {
        ids.push_back(boxes.node(ref).task.id);
        refs.push_back(ref);
    });
    for (const NodeRef ref : refs) {
        post.free_credit(ref, beat);
    }
    post.hand_over();
    return ids;
}

TEST(Post, messages_arrive_in_the_beat_they_are_due_and_not_before) {
    const test::RegionSpan span;
    Post sender(span.memory(), 1, 4);
    Post receiver(span.memory(), 2, 4);
    ASSERT_TRUE(sender.send(task_with_id(10), message(2, 5, 1)));
    sender.hand_over();
    EXPECT_TRUE(collected_ids(receiver, span.memory(), 4).empty());
    EXPECT_EQ(collected_ids(receiver, span.memory(), 5), std::vector<u64>{10});
    EXPECT_TRUE(collected_ids(receiver, span.memory(), 13).empty()) << "taken once";
}

TEST(Post, equal_timestamps_are_ordered_by_source) {
    const test::RegionSpan span;
    for (const u32 source : {3u, 0u, 2u}) {
        Post sender(span.memory(), source, 4);
        ASSERT_TRUE(sender.send(task_with_id(100 + source), message(1, 1, 7)));
        sender.hand_over();
    }
    Post receiver(span.memory(), 1, 4);
    EXPECT_EQ(collected_ids(receiver, span.memory(), 1), (std::vector<u64>{100, 102, 103}));
}

TEST(Post, equal_timestamps_of_one_source_keep_the_order_of_emission) {
    const test::RegionSpan span;
    Post one(span.memory(), 1, 4);
    Post two(span.memory(), 2, 4);
    for (u32 emission = 0; emission < 3; ++emission) {
        ASSERT_TRUE(two.send(task_with_id(200 + emission), message(0, 1, 7, emission)));
        ASSERT_TRUE(one.send(task_with_id(100 + emission), message(0, 1, 7, emission)));
    }
    one.hand_over();
    two.hand_over();
    Post receiver(span.memory(), 0, 4);
    EXPECT_EQ(collected_ids(receiver, span.memory(), 1),
              (std::vector<u64>{100, 101, 102, 200, 201, 202}));
}

TEST(Post, node_says_where_and_for_when_it_waits) {
    const test::RegionSpan span;
    Post sender(span.memory(), 3, 4);
    ASSERT_TRUE(sender.send(
        task_with_id(10),
        {.to = 2, .line = ORDERED_LINE, .due = 5, .timestamp = 8, .time = 1000, .emission = 6}));
    const Node& node = Mailboxes(span.memory()).of(3).nodes[0];
    EXPECT_EQ(node.task.id, 10u);
    EXPECT_EQ(node.due, 5u);
    EXPECT_EQ(node.order, 8u);
    EXPECT_EQ(node.time, 1000u);
    EXPECT_EQ(node.source, 3u);
    EXPECT_EQ(node.kind, NodeKind::Message);
    EXPECT_EQ(node.line, ORDERED_LINE);
    EXPECT_EQ(node.emission, 6u);
}

TEST(Post, arrivals_are_ordered_by_due_beat_kind_order_source_and_emission_in_this_order) {
    // Each differs from the one before in one field upwards, and downwards in those behind it.
    const Node ascending[] = {
        {.due = 1, .order = 9, .source = 9, .kind = NodeKind::Input, .emission = 9},
        {.due = 2, .order = 9, .source = 9, .kind = NodeKind::Message, .emission = 9},
        {.due = 2, .order = 3, .source = 9, .kind = NodeKind::Input, .emission = 9},
        {.due = 2, .order = 4, .source = 5, .kind = NodeKind::Input, .emission = 9},
        {.due = 2, .order = 4, .source = 6, .kind = NodeKind::Input, .emission = 1},
        {.due = 2, .order = 4, .source = 6, .kind = NodeKind::Input, .emission = 2},
    };
    for (u32 a = 0; a < std::size(ascending); ++a) {
        for (u32 b = 0; b < std::size(ascending); ++b) {
            EXPECT_EQ(arrives_before(ascending[a], ascending[b]), a < b) << a << ", " << b;
        }
    }
}

TEST(Mailbox, list_gives_back_its_nodes_in_order_and_names_them_apart_by_core) {
    const test::RegionSpan span;
    const Mailboxes boxes(span.memory());
    NodeList list{};
    const NodeRef refs[] = {NodeRef::of(0, 0), NodeRef::of(255, 511), NodeRef::of(1, 0)};
    for (const NodeRef ref : refs) {
        EXPECT_FALSE(ref.none());
        boxes.append(list, ref);
    }
    for (const NodeRef ref : refs) {
        ASSERT_FALSE(list.head.none());
        const NodeRef taken = boxes.take_head(list);
        EXPECT_EQ(taken.core(), ref.core());
        EXPECT_EQ(taken.index(), ref.index());
    }
    EXPECT_TRUE(list.head.none());
    boxes.append(list, refs[1]);
    EXPECT_EQ(boxes.take_head(list).raw, refs[1].raw);
    EXPECT_TRUE(list.head.none());
}

struct Sent {
    u64 due;
    u64 timestamp;
    u32 source;
    u64 id;
    auto operator<=>(const Sent&) const = default;
};

/// Random traffic of all cores to core 5, each source with a latency of its own.
TEST(Post, random_traffic_of_256_cores_comes_sorted_by_time_and_source) {
    constexpr u32 CORES = 256;
    const test::RegionSpan span;
    std::mt19937_64 random(42);
    std::vector<u64> latency(CORES);
    for (u64& beats : latency) {
        beats = 1 + random() % LATENCY_MAX;
    }
    std::vector<Sent> sent;
    std::vector<u64> received;
    Post receiver(span.memory(), 5, CORES);
    u64 id = 0;
    for (u64 beat = 0; beat < 40; ++beat) {
        for (const u64 got : collected_ids(receiver, span.memory(), beat)) {
            received.push_back(got);
        }
        for (u32 source = 0; source < CORES && beat < 32; ++source) {
            Post sender(span.memory(), source, CORES);
            sender.take_back_credits(Beat{beat}, beat);
            u64 timestamp = beat * 100;
            for (u64 count = random() % 4; count > 0; --count) {
                timestamp += 1 + random() % 5;
                const u64 due = beat + latency[source];
                ASSERT_TRUE(sender.send(task_with_id(id), message(5, due, timestamp)));
                sent.push_back({due, timestamp, source, id++});
            }
            sender.hand_over();
        }
    }
    std::sort(sent.begin(), sent.end());
    ASSERT_GT(sent.size(), 5000u);
    ASSERT_EQ(received.size(), sent.size()) << "none lost, none doubled";
    for (std::size_t i = 0; i < sent.size(); ++i) {
        ASSERT_EQ(received[i], sent[i].id) << "at position " << i;
    }
}

TEST(Post, message_above_the_outbox_capacity_is_refused) {
    const test::RegionSpan span;
    Post sender(span.memory(), 0, 2);
    for (u32 i = 0; i < OUTBOX_CAPACITY; ++i) {
        ASSERT_TRUE(sender.send(task_with_id(i), message(1, 1, i + 1)));
    }
    EXPECT_FALSE(sender.send(task_with_id(999), message(1, 1, 999)));
    sender.hand_over();
    Post receiver(span.memory(), 1, 2);
    EXPECT_EQ(collected_ids(receiver, span.memory(), 1).size(), OUTBOX_CAPACITY);
}

TEST(Post, credit_freed_in_a_beat_counts_from_the_next_beat_on) {
    const test::RegionSpan span;
    Post sender(span.memory(), 0, 2);
    Post receiver(span.memory(), 1, 2);
    for (u32 i = 0; i < OUTBOX_CAPACITY; ++i) {
        ASSERT_TRUE(sender.send(task_with_id(i), message(1, 1, i + 1)));
    }
    sender.hand_over();
    sender.take_back_credits(Beat{1}, 1);
    ASSERT_EQ(collected_ids(receiver, span.memory(), 1).size(), OUTBOX_CAPACITY);
    EXPECT_FALSE(sender.send(task_with_id(0), message(1, 2, 300))) << "freed in this very beat";
    sender.take_back_credits(Beat{2}, 2);
    EXPECT_TRUE(sender.send(task_with_id(0), message(1, 3, 301)));
}

TEST(Post, more_marks_than_are_kept_are_set_all_the_same) {
    constexpr u32 CORES = 256;
    const test::RegionSpan span;
    Post sender(span.memory(), 0, CORES);
    for (u32 to = 0; to < CORES; ++to) {
        ASSERT_TRUE(sender.send(task_with_id(to), message(to, 1, to + 1)));
    }
    sender.hand_over();
    for (u32 to = 0; to < CORES; ++to) {
        Post receiver(span.memory(), to, CORES);
        EXPECT_EQ(collected_ids(receiver, span.memory(), 1), std::vector<u64>{to});
    }
    sender.take_back_credits(Beat{2}, 2);
    EXPECT_EQ(Mailboxes(span.memory()).of(0).outbox.lowest_free(), 0u) << "all came back";
}

TEST(Post, free_node_behind_others_is_found_in_its_word) {
    NodePool pool{};
    EXPECT_EQ(pool.free_behind(0), 0u);
    EXPECT_EQ(pool.free_behind(6), 6u);
    for (u32 i = 0; i < 62; ++i) {
        ASSERT_EQ(pool.take(), i);
    }
    pool.give_back(3);
    EXPECT_EQ(pool.free_behind(0), 3u);
    EXPECT_EQ(pool.free_behind(2), 63u);
    EXPECT_EQ(pool.free_behind(3), 64u) << "near it: where the next word begins";
    while (pool.take() != NodePool::NODES) {
    }
    EXPECT_LT(pool.free_behind(3), NodePool::NODES) << "a node, whichever";
}

TEST(Post, nodes_are_taken_lowest_first_whoever_gave_them_back) {
    NodePool pool{};
    for (u32 i = 0; i < NodePool::NODES; ++i) {
        ASSERT_EQ(pool.take(), i);
    }
    EXPECT_EQ(pool.take(), NodePool::NODES);
    pool.give_back(200);
    pool.give_back(64);
    pool.give_back(63);
    EXPECT_EQ(pool.take(), 63u);
    EXPECT_EQ(pool.take(), 64u);
    EXPECT_EQ(pool.take(), 200u);
}

} // namespace
} // namespace knhk
