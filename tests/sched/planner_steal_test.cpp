// SPDX-License-Identifier: MIT
// Who takes how much from whom at the barrier.
#include "sched/planner.hpp"

#include <gtest/gtest.h>

#include "tests/sched/by_hand.hpp"

namespace knhk {
namespace {

using test::ByHand;
using test::of_kind;
using test::stateless;
using test::task_of;

struct Theft {
    u32 thief;
    u32 victim;
    u32 tasks;
    friend bool operator==(const Theft&, const Theft&) = default;
};
void PrintTo(const Theft& theft, std::ostream* out) {
    *out << theft.thief << " takes " << theft.tasks << " of " << theft.victim;
}
using Thefts_ = std::vector<Theft>;

class Stealing : public testing::Test {
  protected:
    /// Core c has so many stateless tasks in its Normal ring; the other cores have none.
    void have(u32 cores, const std::vector<u32>& stateless_tasks) {
        hand_.setup.stealing = true;
        hand_.set_up(cores, {});
        for (u32 core = 0; core < stateless_tasks.size(); ++core) {
            for (u32 i = 0; i < stateless_tasks[core]; ++i) {
                give(core, stateless(task_of(core + u64{1000} * i)));
            }
        }
    }
    void give(u32 core, const Task& task) { ASSERT_TRUE(hand_.ready(core).push(task)); }

    [[nodiscard]] Thefts_ steal() {
        hand_.show_loads();
        hand_.outcome = Outcome::none();
        hand_.outcome.busy = true;
        EXPECT_TRUE(hand_.plan_next());
        return thefts();
    }
    [[nodiscard]] Thefts_ thefts() const {
        const Thefts& plan = hand_.plan().thefts;
        Thefts_ found;
        for (u32 core = 0; plan.thieves != 0 && core < hand_.setup.cores; ++core) {
            if (plan.tasks[core] != 0) {
                found.push_back({core, plan.victim[core], plan.tasks[core]});
            }
        }
        EXPECT_EQ(found.size(), plan.thieves);
        return found;
    }
    [[nodiscard]] u32 normal(u32 core) { return hand_.ready(core).size(1); }

    ByHand hand_;
};

TEST_F(Stealing, idle_core_takes_half_of_what_the_victim_can_spare) {
    for (u32 spare = 0; spare <= 16; ++spare) {
        have(2, {0, spare});
        const auto stolen = steal();
        if (spare < 2) {
            EXPECT_EQ(stolen, Thefts_{}) << "half of one is none";
            continue;
        }
        EXPECT_EQ(stolen, (Thefts_{{0, 1, spare / 2}}));
        EXPECT_EQ(normal(0), spare / 2);
        EXPECT_EQ(normal(1), spare - spare / 2);
    }
}

TEST_F(Stealing, thief_takes_8_at_most) {
    have(2, {100, 0});
    EXPECT_EQ(steal(), (Thefts_{{1, 0, 8}}));
    EXPECT_EQ(normal(0), 92u);
}

TEST_F(Stealing, first_tasks_of_the_ring_move_and_keep_their_order) {
    have(2, {6, 0});
    ASSERT_EQ(steal().size(), 1u);
    for (u32 i = 0; i < 3; ++i) {
        EXPECT_EQ(hand_.ready(1).peek_normal(i).id, 1000u * i);
        EXPECT_EQ(hand_.ready(0).peek_normal(i).id, 1000u * (i + 3));
    }
}

TEST_F(Stealing, victim_is_who_can_spare_most_and_the_lowest_of_equals) {
    have(8, {0, 4, 9, 3, 9, 9});
    EXPECT_EQ(steal(), (Thefts_{{0, 2, 4}, {6, 4, 4}, {7, 5, 4}}));
}

TEST_F(Stealing, what_was_taken_is_no_longer_spare) {
    // 16 are counted: 8, then 4 of the other 8, then 2 of 4, then 1 of 2, and half of one is none.
    have(8, {0, 0, 40});
    EXPECT_EQ(steal(), (Thefts_{{0, 2, 8}, {1, 2, 4}, {3, 2, 2}, {4, 2, 1}}));
    EXPECT_EQ(normal(2), 25u);
}

TEST_F(Stealing, thieves_come_in_ascending_order_and_no_more_than_32) {
    std::vector<u32> stateless_tasks(128);
    for (u32 core = 40; core < 128; ++core) {
        stateless_tasks[core] = 16;
    }
    have(128, stateless_tasks);
    const auto stolen = steal();
    ASSERT_EQ(stolen.size(), 32u);
    for (u32 i = 0; i < 32; ++i) {
        EXPECT_EQ(stolen[i], (Theft{i, 40 + i, 8}));
    }
}

TEST_F(Stealing, core_with_something_to_do_is_no_thief) {
    for (u32 what = 0; what < 8; ++what) {
        have(2, {0, 8});
        if (what < 3) {
            give(0, task_of(0, ByHand::IDLE, static_cast<Level>(what)));
        } else if (what == 3) {
            ASSERT_TRUE(hand_.ready(0).park(task_of(0)));
        } else {
            hand_.box(0).lines[what - 4].head = NodeRef::of(0, 0);
        }
        EXPECT_EQ(steal(), Thefts_{}) << "case " << what;
    }
}

TEST_F(Stealing, core_with_an_entry_of_x_is_no_thief_and_one_whose_heap_waits_is) {
    have(4, {0, 8, 0, 0});
    ASSERT_TRUE(hand_.heap(0).push(task_of(0), {10, 1}));
    ASSERT_TRUE(hand_.heap(2).push(task_of(2), {200, 1}));
    for (u32 core = 0; core < 4; ++core) {
        while (hand_.ready(core).take() != nullptr) {
        }
    }
    hand_.beat(0); // shows the heaps
    for (u32 i = 0; i < 8; ++i) {
        give(1, stateless(task_of(1)));
    }
    hand_.show_loads();
    hand_.outcome.busy = true;
    hand_.outcome.clock_max = 100;
    ASSERT_TRUE(hand_.plan_next());
    EXPECT_EQ(hand_.plan().ordered.count, 1u);
    EXPECT_EQ(thefts(), (Thefts_{{2, 1, 4}, {3, 1, 2}}));
}

TEST_F(Stealing, part_of_an_earlier_x_does_not_keep_a_core_from_stealing) {
    have(2, {0, 8});
    hand_.plan().ordered.begin[0] = 0;
    hand_.plan().ordered.end[0] = 1;
    EXPECT_EQ(steal(), (Thefts_{{0, 1, 4}}));
}

TEST_F(Stealing, tasks_that_use_state_are_not_stolen_nor_what_lies_behind_them) {
    have(2, {0, 4});
    give(1, task_of(1));
    for (u32 i = 0; i < 8; ++i) {
        give(1, stateless(task_of(1)));
    }
    EXPECT_EQ(steal(), (Thefts_{{0, 1, 2}}));
}

TEST_F(Stealing, run_that_does_not_steal_has_no_thieves) {
    have(2, {0, 8});
    hand_.show_loads();
    hand_.setup.stealing = false;
    hand_.plan().thefts.thieves = 1; // of an earlier plan
    hand_.outcome.busy = true;
    ASSERT_TRUE(hand_.plan_next());
    EXPECT_EQ(hand_.plan().thefts.thieves, 0u);
    EXPECT_EQ(normal(1), 8u);
}

TEST_F(Stealing, stolen_tasks_run_on_the_thief_with_their_records) {
    // At C = 256 a core starts 57 tasks in a beat; of 80, 8 are left for the next one.
    hand_.setup.stealing = true;
    hand_.set_up(256, {{.task = task_of(0), .beat = 90}});
    for (u64 i = 0; i < 65; ++i) {
        give(5, stateless(task_of(256 * i + 5)));
    }
    hand_.beat(0, 0);
    ASSERT_EQ(normal(5), 8u);
    ASSERT_TRUE(hand_.plan_next());
    EXPECT_EQ(thefts(), (Thefts_{{0, 5, 4}, {1, 5, 2}, {2, 5, 1}}));
    hand_.run();
    for (const Theft& theft : Thefts_{{0, 5, 4}, {1, 5, 2}, {2, 5, 1}}) {
        const auto events = hand_.events(theft.thief);
        const auto stolen = of_kind(events, EventKind::TaskStolen);
        ASSERT_EQ(stolen.size(), theft.tasks);
        ASSERT_EQ(of_kind(events, EventKind::TaskExecuted).size(), theft.tasks);
        for (const Event& event : stolen) {
            EXPECT_EQ(event.ticks, 5u);
            EXPECT_EQ(event.core, theft.thief);
            EXPECT_EQ(event.task_id % 256, 5u);
        }
    }
    EXPECT_EQ(hand_.events(5).size(), 1u);
}

TEST_F(Stealing, later_plan_does_not_repeat_thefts) {
    have(4, {8, 0, 0, 0});
    ASSERT_EQ(steal().size(), 3u);
    have(4, {0, 2, 1, 1});
    EXPECT_EQ(steal(), (Thefts_{{0, 1, 1}}));
}

} // namespace
} // namespace knhk
