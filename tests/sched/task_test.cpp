// SPDX-License-Identifier: MIT
// A task as bytes and as words, and which tasks are plain.
#include "sched/task.hpp"

#include <gtest/gtest.h>

#include <cstring>

namespace knhk {
namespace {

/// Each byte another one, the reserved ones too.
Task task_of_bytes(u8 first) {
    u8 bytes[sizeof(Task)];
    for (u32 i = 0; i < sizeof bytes; ++i) {
        bytes[i] = static_cast<u8>(first + i * 3);
    }
    Task task;
    std::memcpy(&task, bytes, sizeof task);
    return task;
}

TEST(Task, copy_has_every_byte_and_tells_them_as_words) {
    for (u32 first = 0; first < 256; ++first) {
        const Task task = task_of_bytes(static_cast<u8>(first));
        Task copied;
        const TaskWords words = copy(copied, task);
        EXPECT_EQ(std::memcmp(&copied, &task, sizeof task), 0);
        EXPECT_EQ(std::memcmp(&words, &task, sizeof task), 0);
    }
}

TEST(Task, plain_is_well_formed_without_guards) {
    EXPECT_TRUE(Task{}.plain());
    Task guarded;
    guarded.guards[7] = 1;
    EXPECT_FALSE(guarded.plain()) << "an unused place must be zero";
    EXPECT_FALSE(guarded.well_formed());
    guarded = {.guards = {5}, .guard_count = 1};
    EXPECT_FALSE(guarded.plain());
    EXPECT_TRUE(guarded.well_formed());
    guarded = {.guards = {0}, .guard_count = 1};
    EXPECT_FALSE(guarded.plain()) << "guard 0 is one too";
    EXPECT_TRUE(guarded.well_formed());
    for (const Task& wrong : {Task{.level = static_cast<Level>(LEVEL_COUNT)},
                              Task{.budget_ticks = BUDGET_TICKS_MAX + 1}, Task{.flags = TASK_ROWS},
                              Task{.flags = TASK_DELTA | TASK_STATELESS}, Task{.flags = 8},
                              Task{.reserved = {0, 1}}, Task{.reserved = {1, 0}}}) {
        EXPECT_FALSE(wrong.plain());
        EXPECT_FALSE(wrong.well_formed());
    }
    for (const u8 flags : {TASK_DELTA, static_cast<u8>(TASK_DELTA | TASK_ROWS)}) {
        EXPECT_FALSE(Task{.flags = flags}.plain()) << "a delta goes another way";
        EXPECT_TRUE(Task{.flags = flags}.well_formed());
    }
}

} // namespace
} // namespace knhk
