// SPDX-License-Identifier: MIT
// How many workers take part, by a clock of the test's own: what a beat costs is a function.
#include "sched/crew.hpp"

#include <gtest/gtest.h>

#include <functional>

namespace knhk {
namespace {

/// What a beat of so many workers and tasks costs, in cycles.
using Cost = std::function<u64(u32 workers, u64 tasks)>;

/// Beats as a scheduler runs them: a decision holds from the beat after the next.
class Beats {
  public:
    Beats(u32 workers, Cost cost)
        : crew_(workers, 0), cost_(std::move(cost)), size_(workers), next_(workers) {}

    void run(u64 beats, u64 tasks) {
        for (u64 i = 0; i < beats; ++i) {
            now_ += cost_(size_, tasks) + delay_;
            delay_ = 0;
            beats_of_[size_] += 1;
            size_ = next_;
            next_ = crew_.next(now_, tasks);
        }
    }
    void interrupt(u64 cycles) { delay_ = cycles; }
    void change(Cost cost) { cost_ = std::move(cost); }
    [[nodiscard]] u32 size() const { return size_; }
    [[nodiscard]] u64 now() const { return now_; }
    /// How many beats there were of this size since the last call.
    u64 take_beats_of(u32 size) { return std::exchange(beats_of_[size], 0); }

  private:
    Crew crew_;
    Cost cost_;
    u32 size_;
    u32 next_;
    u64 now_ = 0;
    u64 delay_ = 0;
    u64 beats_of_[CORES_MAX + 1] = {};
};

/// The work is shared evenly; who meets somebody pays for it.
Cost shared(u64 task_cycles, u64 meeting_cycles) {
    return [=](u32 workers, u64 tasks) {
        return 500 + tasks * task_cycles / workers + (workers - 1) * meeting_cycles;
    };
}

TEST(Crew, heavy_beats_are_never_tried_with_fewer) {
    Beats beats(4, shared(200, 3000));
    beats.run(5000, 8000);
    EXPECT_EQ(beats.take_beats_of(4), 5000u);
}

TEST(Crew, few_tasks_of_milliseconds_are_never_tried_with_fewer) {
    Beats beats(4, shared(5'000'000, 3000));
    beats.run(2000, 8);
    EXPECT_EQ(beats.take_beats_of(4), 2000u);
}

TEST(Crew, many_tasks_are_tried_late) {
    Beats beats(2, shared(80, 3000));
    beats.run(300, 3000);
    EXPECT_EQ(beats.take_beats_of(2), 300u) << "of 123,000 cycles";
    beats.run(20'000, 3000);
    EXPECT_EQ(beats.size(), 2u);
    EXPECT_LT(beats.take_beats_of(1), 60u);
}

TEST(Crew, light_beats_fall_to_one_worker_at_once) {
    for (const u32 workers : {2u, 3u, 4u, 16u, 256u}) {
        Beats beats(workers, shared(100, 3000));
        beats.run(21, 8);
        EXPECT_EQ(beats.take_beats_of(workers), 21u) << "the first four, a window, the notice";
        for (u32 size = workers / 2; size > 1; size /= 2) {
            beats.run(17, 8);
        }
        beats.run(1, 8);
        EXPECT_EQ(beats.size(), 1u) << workers;
        EXPECT_EQ(beats.take_beats_of(workers), 0u) << workers;
    }
}

TEST(Crew, fewer_are_kept_when_they_are_only_as_fast) {
    Beats beats(4, [](u32, u64) { return 10'000; });
    beats.run(200, 8);
    EXPECT_EQ(beats.size(), 1u);
}

TEST(Crew, workers_above_the_number_of_cpus_go_off_duty) {
    const Cost two_cpus = [](u32 workers, u64 tasks) {
        return 500 + tasks * 1000 / std::min(workers, 2u) + (workers > 2 ? 60'000 * workers : 3000);
    };
    Beats beats(8, two_cpus);
    beats.run(400, 40);
    EXPECT_EQ(beats.size(), 2u);
    beats.take_beats_of(2);
    beats.run(10'000, 40);
    EXPECT_GT(beats.take_beats_of(2), 9700u);
}

TEST(Crew, one_worker_is_found_behind_two_that_are_worse_than_four) {
    const Cost pairs = [](u32 workers, u64) {
        return workers == 1 ? 4000 : workers == 2 ? 20'000 : 9000;
    };
    Beats beats(4, pairs);
    beats.run(100, 8);
    EXPECT_EQ(beats.size(), 1u);
}

TEST(Crew, all_come_back_at_once_when_there_is_much_more_to_do) {
    Beats beats(4, shared(100, 3000));
    beats.run(1000, 8);
    ASSERT_EQ(beats.size(), 1u);
    beats.take_beats_of(4);
    beats.run(2, 8000);
    EXPECT_EQ(beats.size(), 4u);
    beats.run(100, 8000);
    EXPECT_EQ(beats.take_beats_of(4), 100u);
}

TEST(Crew, all_come_back_when_the_same_tasks_take_much_longer) {
    Beats beats(4, shared(100, 3000));
    beats.run(1000, 8);
    ASSERT_EQ(beats.size(), 1u);
    beats.change(shared(1'000'000, 3000));
    beats.run(4, 8);
    EXPECT_EQ(beats.size(), 4u);
}

TEST(Crew, work_that_grows_slowly_is_noticed_too) {
    Beats beats(4, shared(100, 3000));
    beats.run(3000, 8);
    ASSERT_EQ(beats.size(), 1u);
    for (u64 tasks = 8; tasks < 3000; tasks += 8) {
        beats.run(16, tasks);
    }
    beats.run(100, 3000);
    EXPECT_EQ(beats.size(), 4u);
}

TEST(Crew, interrupted_beat_decides_nothing) {
    Beats beats(4, shared(100, 3000));
    for (u64 i = 0; i < 50; ++i) {
        beats.run(40, 8);
        beats.interrupt(10'000'000);
    }
    EXPECT_EQ(beats.size(), 1u);
    EXPECT_LT(beats.take_beats_of(4), 30u);
}

TEST(Crew, what_does_not_pay_is_tried_ever_less_often) {
    Beats beats(2, shared(100, 30'000));
    beats.run(200, 8);
    ASSERT_EQ(beats.size(), 1u);
    beats.take_beats_of(2);
    beats.run(10'000, 8);
    const u64 at_first = beats.take_beats_of(2);
    EXPECT_GT(at_first, 0u);
    EXPECT_LT(at_first, 60u);
    beats.run(10'000, 8);
    EXPECT_LT(beats.take_beats_of(2), 15u);
}

TEST(Crew, worse_machine_is_left_for_the_better_one_when_it_changes) {
    Beats beats(2, shared(2000, 30'000));
    beats.run(300, 16);
    ASSERT_EQ(beats.size(), 1u) << "meeting is dear";
    beats.change(shared(2000, 300));
    beats.run(5000, 16);
    EXPECT_EQ(beats.size(), 2u) << "and now it is not";
}

} // namespace
} // namespace knhk
