// SPDX-License-Identifier: MIT
// Tasks that must not compile, and ways past the check that must not. check_compile_fail.py sees
// to it.
#include "sched/deterministic_scheduler.hpp"
#include "sched/schedulable_task.hpp"

namespace knhk {

struct Urgent {};
struct Fourth {
    static constexpr Level LEVEL = static_cast<Level>(3);
};
struct Numbered {
    static constexpr u32 LEVEL = 0;
};
struct Heavy : PriorityHigh {
    u32 weight;
};
struct OwnGuards {
    static constexpr u32 COUNT = 1;
    static constexpr std::array<u16, 1> IDS{2000};
};

Task make() {
#ifdef CASE_unknown_priority_is_refused // Priority
    return SchedulableTask<8, Urgent>::make(TaskId{1}, 0);
#endif
#ifdef CASE_type_that_is_no_priority_is_refused // Priority
    return SchedulableTask<8, int>::make(TaskId{1}, 0);
#endif
#ifdef CASE_level_out_of_a_priority_is_refused // Priority
    return SchedulableTask<8, Fourth>::make(TaskId{1}, 0);
#endif
#ifdef CASE_level_that_is_a_number_is_refused // Priority
    return SchedulableTask<8, Numbered>::make(TaskId{1}, 0);
#endif
#ifdef CASE_priority_with_data_is_refused // Priority
    return SchedulableTask<8, Heavy>::make(TaskId{1}, 0);
#endif
#ifdef CASE_guard_2000_is_refused // guard ids are below 1024
    return SchedulableTask<8, PriorityNormal, SingleGuard<2000>>::make(TaskId{1}, 0);
#endif
#ifdef CASE_guard_1024_is_refused // guard ids are below 1024
    return SchedulableTask<8, PriorityNormal, SingleGuard<1024>>::make(TaskId{1}, 0);
#endif
#ifdef CASE_guard_that_fits_u16_after_wrapping_is_refused // guard ids are below 1024
    return SchedulableTask<8, PriorityNormal, MultiGuard<1, 65536>>::make(TaskId{1}, 0);
#endif
#ifdef CASE_nine_guards_are_refused // a task has 8 guards at most
    using Nine = MultiGuard<1, 2, 3, 4, 5, 6, 7, 8, 9>;
    return SchedulableTask<8, PriorityNormal, Nine>::make(TaskId{1}, 0);
#endif
#ifdef CASE_guards_of_ones_own_make_are_refused // GuardList
    return SchedulableTask<8, PriorityNormal, OwnGuards>::make(TaskId{1}, 0);
#endif
#ifdef CASE_budget_9_is_refused // a budget is 8 ticks at most
    return SchedulableTask<9>::make(TaskId{1}, 0);
#endif
#ifdef CASE_budget_that_fits_u8_after_wrapping_is_refused // a budget is 8 ticks at most
    return SchedulableTask<256>::make(TaskId{1}, 0);
#endif
    using Eight = MultiGuard<1, 2, 3, 4, 5, 6, 7, 1023>;
    return SchedulableTask<8, PriorityHigh, Eight>::make(TaskId{1}, 0);
}

bool pass(SteppedScheduler& scheduler, const ValidatedTask& task) {
#ifdef CASE_unchecked_task_is_not_enqueued // ValidatedTask
    return scheduler.enqueue(make()).has_value();
#endif
#ifdef CASE_unchecked_task_is_not_enqueued_as_ordered // ValidatedTask
    return scheduler.enqueue_ordered(make(), Timestamp{1}).has_value();
#endif
#ifdef CASE_nobody_makes_a_checked_task // private
    return scheduler.enqueue(ValidatedTask(make())).has_value();
#endif
#ifdef CASE_checked_task_is_not_made_of_nothing // no matching (function|constructor)
    ValidatedTask empty;
#endif
#ifdef CASE_checked_task_is_not_changed // (read-only|const-qualified)
    task.task().budget_ticks = 9;
#endif
#ifdef CASE_copy_of_a_checked_task_is_not_changed // (read-only|const-qualified)
    ValidatedTask copy = task;
    copy.task().handler = 300;
#endif
#ifdef CASE_member_of_a_checked_task_is_not_reached // private
    ValidatedTask copy = task;
    copy.task_.handler = 300;
#endif
    return scheduler.enqueue(task).has_value();
}

u32 cores() {
#ifdef CASE_three_cores_are_refused // constraint
    return DeterministicScheduler<3>::CORES;
#endif
#ifdef CASE_512_cores_are_refused // constraint
    return DeterministicScheduler<512>::CORES;
#endif
#ifdef CASE_zero_cores_are_refused // constraint
    return DeterministicScheduler<0>::CORES;
#endif
    return DeterministicScheduler<256>::CORES;
}

u64 guard() {
    GuardSet set;
#ifdef CASE_guard_set_is_not_made_by_hand // private
    set.ids_[0] = 2000;
#endif
    return set.count();
}

} // namespace knhk
