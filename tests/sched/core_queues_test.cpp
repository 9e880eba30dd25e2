// SPDX-License-Identifier: MIT
// A core's tasks that are ready to run: who is served when, and what thieves may take.
#include "sched/core_queues.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "tests/sched/by_hand.hpp"

namespace knhk {
namespace {

using test::stateless;
using test::task_of;

class ReadyTasksTest : public testing::Test {
  protected:
    test::RegionSpan span_;
    ReadyTasks ready_{span_.memory(), 3};
};

/// Names the task by where it was put: 0 to 2 by level, 3 warm.
std::vector<u64> served_in_beat_with_one_of_each(ReadyTasks& ready, u64 k) {
    for (const Level level : {Level::Low, Level::Normal, Level::High}) {
        EXPECT_TRUE(ready.push(task_of(static_cast<u64>(level), 0, level)));
    }
    EXPECT_TRUE(ready.park(task_of(3)));
    std::vector<u64> order;
    const auto served = [&](const ReadyTask& taken) {
        if (taken.task != nullptr) {
            order.push_back(taken.task->id);
            EXPECT_EQ(taken.mode == RunMode::Warm, taken.task->id == 3);
        }
        return taken.task != nullptr;
    };
    served(ready.take_turn(Beat{k}));
    while (served({ready.take(), RunMode::Hot}) || served(ready.take_warm())) {
    }
    EXPECT_TRUE(ready.empty());
    return order;
}

TEST_F(ReadyTasksTest, first_of_slots_0_2_and_4_is_low_warm_and_normal) {
    for (u64 k = 0; k < 16; ++k) {
        const std::vector<u64> expected = k % 8 == 0   ? std::vector<u64>{2, 0, 1, 3}
                                          : k % 8 == 2 ? std::vector<u64>{3, 0, 1, 2}
                                          : k % 8 == 4 ? std::vector<u64>{1, 0, 2, 3}
                                                       : std::vector<u64>{0, 1, 2, 3};
        EXPECT_EQ(served_in_beat_with_one_of_each(ready_, k), expected) << "beat " << k;
    }
}

TEST_F(ReadyTasksTest, slot_whose_turn_has_no_task_gives_none) {
    for (u64 k = 0; k < 8; ++k) {
        ASSERT_TRUE(ready_.push(task_of(7, 0, Level::High)));
        EXPECT_EQ(ready_.take_turn(Beat{k}).task, nullptr);
        const Task* taken = ready_.take();
        ASSERT_NE(taken, nullptr);
        EXPECT_EQ(taken->id, 7u);
    }
}

TEST_F(ReadyTasksTest, each_level_is_first_in_first_out) {
    for (u64 id = 0; id < 12; ++id) {
        ASSERT_TRUE(ready_.push(task_of(id, 0, static_cast<Level>(id % 3))));
    }
    std::vector<u64> order;
    while (const Task* task = ready_.take()) {
        order.push_back(task->id);
    }
    EXPECT_EQ(order, (std::vector<u64>{0, 3, 6, 9, 1, 4, 7, 10, 2, 5, 8, 11}));
}

TEST_F(ReadyTasksTest, every_ring_is_used_in_full_and_emissions_leave_a_quarter) {
    for (u32 level = 0; level < LEVEL_COUNT; ++level) {
        const Task task = task_of(0, 0, static_cast<Level>(level));
        u32 emitted = 0;
        while (ready_.slot_leaving_reserve(task.level) != nullptr) {
            ++emitted;
        }
        EXPECT_EQ(emitted, RING_CAPACITY[level] / 4 * 3);
        u32 arrived = 0;
        for (; ready_.push(task); ++arrived) {
            EXPECT_TRUE(ready_.has_room(level) || emitted + arrived + 1 == RING_CAPACITY[level]);
        }
        EXPECT_EQ(emitted + arrived, RING_CAPACITY[level]);
        EXPECT_EQ(ready_.size(level), RING_CAPACITY[level]);
        EXPECT_FALSE(ready_.has_room(level));
    }
}

TEST_F(ReadyTasksTest, task_above_the_warm_capacity_is_not_parked) {
    for (u32 i = 0; i < 32; ++i) {
        ASSERT_TRUE(ready_.park(task_of(i)));
        EXPECT_FALSE(ready_.empty());
    }
    EXPECT_FALSE(ready_.park(task_of(99)));
}

TEST_F(ReadyTasksTest, cores_have_rings_of_their_own) {
    ReadyTasks other(span_.memory(), 4);
    ASSERT_TRUE(ready_.push(task_of(1)));
    ASSERT_TRUE(ready_.park(task_of(2)));
    EXPECT_TRUE(other.empty());
    EXPECT_FALSE(ready_.empty());
}

TEST_F(ReadyTasksTest, spare_are_the_stateless_tasks_at_the_head_of_normal_up_to_16) {
    EXPECT_EQ(ready_.spare(), 0u);
    ASSERT_TRUE(ready_.push(stateless(task_of(0, 0, Level::High))));
    ASSERT_TRUE(ready_.push(stateless(task_of(0, 0, Level::Low))));
    ASSERT_TRUE(ready_.park(stateless(task_of(0))));
    EXPECT_EQ(ready_.spare(), 0u) << "Normal alone";
    for (u32 i = 1; i <= 15; ++i) {
        ASSERT_TRUE(ready_.push(stateless(task_of(i))));
        EXPECT_EQ(ready_.spare(), i);
    }
    ASSERT_TRUE(ready_.push(stateless(task_of(16))));
    ASSERT_TRUE(ready_.push(stateless(task_of(17))));
    EXPECT_EQ(ready_.spare(), 16u);
}

TEST_F(ReadyTasksTest, spare_ends_at_the_first_task_that_uses_state) {
    for (u32 i = 0; i < 6; ++i) {
        ASSERT_TRUE(ready_.push(i == 2 ? task_of(i) : stateless(task_of(i))));
    }
    EXPECT_EQ(ready_.spare(), 2u);
    for (u32 i = 0; i < 2; ++i) {
        ASSERT_NE(ready_.take(), nullptr);
    }
    EXPECT_EQ(ready_.spare(), 0u);
    ASSERT_NE(ready_.take(), nullptr);
    EXPECT_EQ(ready_.spare(), 3u);
}

TEST_F(ReadyTasksTest, spare_does_not_count_what_lay_in_the_ring_before) {
    for (u32 i = 0; i < RING_CAPACITY[1] + 5; ++i) {
        ASSERT_TRUE(ready_.push(stateless(task_of(i))));
        EXPECT_EQ(ready_.spare(), 1u);
        ASSERT_NE(ready_.take(), nullptr);
    }
    EXPECT_EQ(ready_.spare(), 0u);
}

TEST_F(ReadyTasksTest, given_tasks_are_the_first_and_keep_their_order) {
    ReadyTasks thief(span_.memory(), 9);
    for (u32 i = 0; i < 5; ++i) {
        ASSERT_TRUE(ready_.push(stateless(task_of(i))));
    }
    ready_.give(thief, 3);
    EXPECT_EQ(ready_.size(1), 2u);
    EXPECT_EQ(ready_.peek_normal(0).id, 3u);
    ASSERT_EQ(thief.size(1), 3u);
    for (u32 i = 0; i < 3; ++i) {
        EXPECT_EQ(thief.peek_normal(i).id, i);
    }
}

TEST_F(ReadyTasksTest, giving_what_is_not_there_is_a_bug) {
    ReadyTasks thief(span_.memory(), 9);
    ASSERT_TRUE(ready_.push(task_of(0)));
    EXPECT_DEATH(ready_.give(thief, 2), "found 1");
}

} // namespace
} // namespace knhk
