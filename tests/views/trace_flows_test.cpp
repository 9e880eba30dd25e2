// SPDX-License-Identifier: MIT
// Who waits where: first in, first out for equal ids, whatever else is in the table.
#include "tools/views/trace_flows.hpp"

#include <gtest/gtest.h>

#include <deque>
#include <map>
#include <random>

namespace knhk::tools {
namespace {

TEST(TraceFlows, oldest_of_equal_tasks_comes_first) {
    TraceFlows flows(4);
    EXPECT_EQ(flows.start(1, 7), 1);
    EXPECT_EQ(flows.start(1, 7), 2);
    EXPECT_EQ(flows.start(2, 7), 3);
    EXPECT_EQ(flows.take(1, 7), 1);
    EXPECT_EQ(flows.take(1, 7), 2);
    EXPECT_EQ(flows.take(1, 7), 0);
    EXPECT_EQ(flows.waiting().size(), 1);
}

TEST(TraceFlows, moved_task_keeps_its_flow) {
    TraceFlows flows(4);
    const u64 flow = flows.start(1, 7);
    flows.put(3, 7, flows.take(1, 7));
    EXPECT_EQ(flows.take(1, 7), 0);
    EXPECT_EQ(flows.take(3, 7), flow);
}

TEST(TraceFlows, any_history_agrees_with_a_queue_for_each_task) {
    std::mt19937_64 random(3);
    TraceFlows flows(64);
    std::map<std::pair<u32, u64>, std::deque<u64>> model;
    u64 waiting = 0;
    for (u32 i = 0; i < 200'000; ++i) {
        const u32 core = static_cast<u32>(random() % 4);
        const u64 id = random() % 2000;
        auto& queue = model[{core, id}];
        if (random() % 2 == 0) {
            queue.push_back(flows.start(core, id));
            ++waiting;
        } else {
            const u64 expected = queue.empty() ? 0 : queue.front();
            ASSERT_EQ(flows.take(core, id), expected) << "step " << i;
            waiting -= queue.empty() ? 0 : 1;
            queue.erase(queue.begin(), queue.begin() + (queue.empty() ? 0 : 1));
        }
    }
    EXPECT_EQ(flows.waiting().size(), waiting);
}

TEST(TraceFlows, table_of_a_log_of_no_run_fills_up_and_starts_nothing_more) {
    TraceFlows flows(1);
    u64 started = 0;
    for (u64 id = 0; id < 100'000; ++id) {
        started += flows.start(0, id) != 0 ? 1 : 0;
    }
    EXPECT_GE(started, 9120); // what a core can hold
    EXPECT_LT(started, 100'000);
    EXPECT_EQ(flows.waiting().size(), started);
}

} // namespace
} // namespace knhk::tools
