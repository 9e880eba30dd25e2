// SPDX-License-Identifier: MIT
// Kinds of tasks and guard sets, compiled and made of data. What must not even compile stands in
// tests/compile_fail.
#include "sched/schedulable_task.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <vector>

#include "sched/run_setup.hpp"

namespace knhk {
namespace {

using Eight = MultiGuard<1, 2, 3, 4, 5, 6, 7, 1023>;
using HotTask = SchedulableTask<8, PriorityHigh, Eight>;
using PlainTask = SchedulableTask<3>;

static_assert(PriorityHigh::LEVEL == Level::High && static_cast<u32>(PriorityHigh::LEVEL) == 0);
static_assert(PriorityNormal::LEVEL == Level::Normal &&
              static_cast<u32>(PriorityNormal::LEVEL) == 1);
static_assert(PriorityLow::LEVEL == Level::Low && static_cast<u32>(PriorityLow::LEVEL) == 2);
static_assert(Priority<PriorityHigh> && Priority<PriorityLow> && !Priority<int>);
static_assert(GuardList<NoGuards> && GuardList<SingleGuard<42>> && GuardList<Eight>);
static_assert(!GuardList<GuardSet> && !GuardList<int>);

static_assert(NoGuards::COUNT == 0 && SingleGuard<42>::COUNT == 1 && Eight::COUNT == 8);
static_assert(SingleGuard<42>::IDS[0] == 42 && SingleGuard<1023>::IDS[0] == 1023);

static_assert(HotTask::priority() == Level::High && PlainTask::priority() == Level::Normal);
static_assert(HotTask::guard_count() == 8 && PlainTask::guard_count() == 0);
static_assert(HotTask::budget() == Tick{8} && PlainTask::budget() == Tick{3});
static_assert(SchedulableTask<0>::budget() == Tick{0}, "a task may have no budget at all");
static_assert(HotTask::make(TaskId{1}, 2).guards[7] == 1023);
static_assert(PlainTask::make(TaskId{1}, 2).budget_ticks == 3);

static_assert(!std::is_constructible_v<ValidatedTask, Task>);
static_assert(!std::is_constructible_v<ValidatedTask, const Task&>);
static_assert(!std::is_convertible_v<Task, ValidatedTask>);
static_assert(!std::is_default_constructible_v<ValidatedTask> &&
              !std::is_aggregate_v<ValidatedTask>);
static_assert(!std::is_assignable_v<ValidatedTask&, const Task&>);
static_assert(!std::is_constructible_v<Task, ValidatedTask>, "it is seen, not taken apart");
static_assert(std::is_same_v<decltype(std::declval<ValidatedTask&>().task()), const Task&>);
static_assert(std::is_copy_constructible_v<ValidatedTask>);

bool same(const Task& a, const Task& b) {
    return std::memcmp(&a, &b, sizeof(Task)) == 0;
}

GuardSet guard_set(const std::vector<u16>& ids) {
    return make_guard_set(ids).value();
}

TEST(SchedulableTask, made_task_has_what_its_type_says_and_zeros_elsewhere) {
    const Task task = HotTask::make(TaskId{77}, 300, {1, 2, 3, 4});
    Task expected;
    expected.id = 77;
    expected.handler = 300;
    expected.level = Level::High;
    expected.budget_ticks = 8;
    expected.guard_count = 8;
    std::ranges::copy(std::array<u16, 8>{1, 2, 3, 4, 5, 6, 7, 1023}, expected.guards);
    std::ranges::copy(std::array<u64, 4>{1, 2, 3, 4}, expected.payload);
    EXPECT_TRUE(same(task, expected));
}

TEST(SchedulableTask, made_tasks_are_well_formed) {
    EXPECT_TRUE(HotTask::make(TaskId{1}, 0).well_formed());
    EXPECT_TRUE(PlainTask::make(TaskId{2}, 0).well_formed());
    EXPECT_TRUE(
        (SchedulableTask<0, PriorityLow, SingleGuard<1023>>::make(TaskId{3}, 0)).well_formed());
    EXPECT_TRUE((SchedulableTask<8, PriorityLow, MultiGuard<>>::make(TaskId{3}, 0)).well_formed());
}

TEST(SchedulableTask, guards_of_the_type_are_the_ids_in_their_order) {
    using Two = SchedulableTask<8, PriorityNormal, MultiGuard<9, 3>>;
    EXPECT_TRUE(std::ranges::equal(Two::guards(), std::array<u16, 2>{9, 3}));
    EXPECT_TRUE(PlainTask::guards().empty());
}

TEST(GuardSet, ids_that_are_data_keep_their_order) {
    const GuardSet set = guard_set({1023, 0, 5});
    EXPECT_EQ(set.count(), 3u);
    EXPECT_TRUE(std::ranges::equal(set.ids(), std::array<u16, 3>{1023, 0, 5}));
    EXPECT_EQ(guard_set({}).count(), 0u);
    EXPECT_EQ(guard_set({1, 2, 3, 4, 5, 6, 7, 8}).count(), 8u);
}

TEST(GuardSet, id_that_is_no_guards_is_refused) {
    for (const u16 id : {u16{1024}, u16{2000}, u16{65535}}) {
        EXPECT_EQ(make_guard_set(std::array{id}).error(), Error::InvalidGuard) << id;
        EXPECT_EQ(make_guard_set(std::array{u16{1}, id}).error(), Error::InvalidGuard) << id;
    }
}

TEST(GuardSet, nine_guards_are_refused) {
    EXPECT_EQ(make_guard_set(std::array<u16, 9>{}).error(), Error::TooManyGuards);
    EXPECT_EQ(make_guard_set(std::vector<u16>(300)).error(), Error::TooManyGuards)
        << "a count that wraps in eight bits";
}

TEST(MakeTask, task_of_data_equals_the_one_of_its_type) {
    const TaskPayload payload{9, 8, 7, 6};
    const auto task = make_task(TaskId{77}, 300, Level::High, Tick{8},
                                guard_set({1, 2, 3, 4, 5, 6, 7, 1023}), payload);
    ASSERT_TRUE(task.has_value());
    EXPECT_TRUE(same(*task, HotTask::make(TaskId{77}, 300, payload)));
    const auto plain = make_task(TaskId{1}, 0, Level::Normal, Tick{3}, GuardSet{});
    ASSERT_TRUE(plain.has_value());
    EXPECT_TRUE(same(*plain, PlainTask::make(TaskId{1}, 0)));
}

TEST(MakeTask, budget_above_eight_is_refused) {
    const auto error_of = [](u32 budget) {
        return make_task(TaskId{1}, 0, Level::Low, Tick{budget}, GuardSet{}).error();
    };
    EXPECT_EQ(error_of(9), Error::BudgetTooLarge);
    EXPECT_EQ(error_of(256), Error::BudgetTooLarge) << "zero in eight bits";
    EXPECT_TRUE(make_task(TaskId{1}, 0, Level::Low, Tick{8}, GuardSet{}).has_value());
}

TEST(MakeTask, level_or_handler_that_cannot_be_is_refused) {
    const auto no_level = make_task(TaskId{1}, 0, static_cast<Level>(3), Tick{8}, GuardSet{});
    EXPECT_EQ(no_level.error(), Error::InvalidTask);
    const auto no_handler = make_task(TaskId{1}, HANDLERS_MAX, Level::Low, Tick{8}, GuardSet{});
    EXPECT_EQ(no_handler.error(), Error::InvalidTask);
    EXPECT_TRUE(make_task(TaskId{1}, HANDLERS_MAX - 1, Level::Low, Tick{8}, GuardSet{}));
}

TEST(ValidatedTask, task_that_the_run_knows_the_handler_of_is_validated_as_it_is) {
    const auto run = std::make_unique<RunSetup>();
    run->handlers[300] = [](TaskContext&) {};
    const Task task = HotTask::make(TaskId{7}, 300, {1, 2, 3, 4});
    const auto validated = run->validate(task);
    ASSERT_TRUE(validated.has_value());
    EXPECT_TRUE(same(validated->task(), task));
}

TEST(ValidatedTask, task_that_is_not_valid_is_not_validated) {
    const auto run = std::make_unique<RunSetup>();
    run->handlers[300] = [](TaskContext&) {};
    EXPECT_EQ(run->validate(HotTask::make(TaskId{7}, 301)).error(), Error::InvalidTask);
    Task changed = HotTask::make(TaskId{7}, 300);
    changed.guards[0] = 2000;
    EXPECT_EQ(run->validate(changed).error(), Error::InvalidTask) << "changed after it was made";
}

} // namespace
} // namespace knhk
