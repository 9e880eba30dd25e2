// SPDX-License-Identifier: MIT
// Patterns by hand (docs/determinism.md, 2.14): which task runs where, what waits, and what a full
// table, a full ring or too few ticks do to it. docs/patterns.md has a whole run of each.
#include <gtest/gtest.h>

#include <algorithm>
#include <ostream>

#include "isa/kernels.hpp"
#include "sched/flow_table.hpp"
#include "tests/sched/by_hand.hpp"
#include "tests/support/snapshot_builder.hpp"

namespace knhk {

/// What ran: a task of the snapshot, where, for which id, and how it ended.
struct Ran {
    u64 beat;
    u32 core;
    u32 node;
    u64 id;
    TaskStatus status = TaskStatus::Ok;
    friend bool operator==(const Ran&, const Ran&) = default;
};
void PrintTo(const Ran& ran, std::ostream* out) {
    *out << "{" << ran.beat << ", " << ran.core << ", " << ran.node << ", " << ran.id << ", "
         << u32{static_cast<u8>(ran.status)} << "}";
}

namespace {

using enum TaskStatus;
using test::ByHand;
using test::of_kind;
using test::SnapshotDraft;
using test::task_of;
using test::task_with;

constexpr u64 PREDICATE = 20;
constexpr u16 IS_7 = 0; ///< true for tokens whose word 2 is 7
constexpr u16 IS_TRUE = 1;
constexpr u64 LIFE = 20;

constexpr u64 home_id(u64 case_id) {
    return token_id(case_id, 0);
}

class Patterns : public testing::Test {
  protected:
    Patterns() {
        handler_ = hand_.handler([this](TaskContext& context) {
            nodes_.push_back(static_cast<u32>(context.payload(0) & 0xFFFF));
            context.step();
        });
        hand_.setup.kernels = &SCALAR_KERNELS;
        hand_.setup.runs = runs_;
        draft_.guards.clear();
        draft_.patterns.clear();
        draft_.tasks.clear();
        draft_.hooks = {{OpCode::AskSp, HOOK_SUBJECT_FROM_TASK, 0, 0, 0, PREDICATE, 0},
                        {OpCode::CompareOGe, 0, 0, 0, 0, PREDICATE, 0}};
    }

    /// The next task of the snapshot. Tasks come in the order of their patterns' ids.
    SigmaTask& add(PatternId id, std::initializer_list<u16> hooks = {},
                   std::initializer_list<u16> branches = {}) {
        if (draft_.patterns.empty() || draft_.patterns.back().id != static_cast<u16>(id)) {
            draft_.patterns.push_back(
                {static_cast<u16>(id), pattern_cost(static_cast<u16>(id)), 0});
        }
        SigmaTask task = task_with(hooks);
        task.pattern = static_cast<u16>(draft_.patterns.size() - 1);
        task.branch_count = static_cast<u8>(branches.size());
        std::copy(branches.begin(), branches.end(), task.branches);
        draft_.tasks.push_back(task);
        return draft_.tasks.back();
    }

    [[nodiscard]] Task token(u64 id, u64 node, u64 word2 = 7) const {
        Task task = task_of(id, handler_);
        task.payload[0] = LIFE << 32 | node;
        task.payload[2] = word2;
        return task;
    }

    /// A snapshot has no hook that is part of no task.
    void leave_out(u16 hook) {
        const auto uses = [hook](const SigmaTask& task) {
            const auto hooks = std::span(task.hooks).first(task.hook_count);
            return std::ranges::find(hooks, hook) != hooks.end();
        };
        if (std::ranges::any_of(draft_.tasks, uses)) {
            return;
        }
        draft_.hooks.erase(draft_.hooks.begin() + hook);
        for (SigmaTask& task : draft_.tasks) {
            for (u16& number : std::span(task.hooks).first(task.hook_count)) {
                number = static_cast<u16>(number - (number > hook ? 1 : 0));
            }
        }
    }
    void set_up(u32 cores, std::vector<test::Input> inputs) {
        if (draft_.hooks.size() == 2) {
            leave_out(IS_TRUE);
            leave_out(IS_7);
        }
        bytes_ = draft_.sealed();
        sealed_ = {SealedSnapshot::open(bytes_).value()};
        hand_.setup.snapshots = sealed_;
        hand_.set_up(cores, std::move(inputs));
    }
    /// One beat's, core by core; none when the run is over.
    std::vector<Ran> step() {
        nodes_.clear();
        std::vector<Ran> ran;
        if (!hand_.step()) {
            return ran;
        }
        for (u32 core = 0; core < hand_.setup.cores; ++core) {
            for (const Event& event : of_kind(hand_.events(core), EventKind::TaskExecuted)) {
                ran.push_back({hand_.plan().beat.raw, core, nodes_.at(ran.size()), event.task_id,
                               static_cast<TaskStatus>(event.status)});
            }
        }
        return ran;
    }
    std::vector<Ran> run(u32 cores, std::vector<test::Input> inputs) {
        set_up(cores, std::move(inputs));
        std::vector<Ran> all;
        while (true) {
            const std::vector<Ran> beat = step();
            if (beat.empty()) {
                return all;
            }
            all.insert(all.end(), beat.begin(), beat.end());
        }
    }
    [[nodiscard]] const FlowTable& table(u32 core = 0) const {
        return *reinterpret_cast<const FlowTable*>(
            hand_.setup.memory.share(region::flows, core, hand_.setup.cores));
    }

    ByHand hand_;
    SnapshotDraft draft_;

  private:
    HandlerId handler_ = 0;
    std::vector<u32> nodes_;
    std::vector<std::byte> bytes_;
    std::vector<SealedSnapshot> sealed_;
    std::vector<TripleRun> runs_ = {
        {.subjects = {7}, .objects = {1}, .predicate = PREDICATE, .length = 1, .reserved = {}}};
};

using Trace = std::vector<Ran>;

TEST_F(Patterns, branches_of_a_split_run_in_their_lanes) {
    add(PatternId::Sequence, {IS_TRUE});
    add(PatternId::ParallelSplit, {}, {0, 0, 0});
    EXPECT_EQ(run(2, {{token(home_id(5), 1)}}), (Trace{{0, 1, 1, home_id(5)},
                                                       {0, 1, 0, home_id(5)},
                                                       {0, 1, 0, token_id(5, 2)},
                                                       {1, 0, 0, token_id(5, 1)}}))
        << "of two cores lane 2 is at home again";
}

TEST_F(Patterns, lanes_stay_within_their_case) {
    EXPECT_EQ(token_id(255, 1), 255u << 8) << "behind the last comes the first";
    EXPECT_EQ(case_of(token_id(255, 6)), 255u);
    EXPECT_EQ(token_id(256, 0), 256u << 8);
}

TEST_F(Patterns, join_lets_the_last_go_on_and_is_free_again) {
    add(PatternId::Sequence, {IS_TRUE});
    SigmaTask& join = add(PatternId::Synchronization);
    join.need = 2;
    join.when_true = 0;
    const Task one = token(home_id(1), 1);
    EXPECT_EQ(run(1, {{one}, {one}, {one}}), (Trace{{0, 0, 1, one.id, Waits},
                                                    {0, 0, 1, one.id},
                                                    {0, 0, 1, one.id, Waits},
                                                    {0, 0, 0, one.id}}));
    EXPECT_EQ(table().used, 1u) << "the third waits";
    EXPECT_EQ(table().entries[0].case_id, 1u);
    EXPECT_EQ(table().entries[0].arrived, 1u);
}

TEST_F(Patterns, join_of_a_false_token_evaluates_nothing) {
    add(PatternId::Sequence, {IS_7});
    draft_.tasks[0].when_true = 1;
    draft_.tasks[0].when_false = 1;
    SigmaTask& join = add(PatternId::Synchronization, {IS_TRUE});
    join.need = 2;
    join.when_false = 2;
    add(PatternId::SimpleMerge);
    EXPECT_EQ(run(1, {{token(home_id(0), 0, 8)}, {token(home_id(0), 0)}}),
              (Trace{{0, 0, 0, 0}, {0, 0, 0, 0}, {0, 0, 1, 0, Waits}, {0, 0, 1, 0}, {0, 0, 2, 0}}));
}

TEST_F(Patterns, token_that_finds_a_full_table_is_refused) {
    add(PatternId::Synchronization).need = 2;
    std::vector<test::Input> inputs;
    for (u64 case_id = 0; case_id <= FLOW_ENTRIES; ++case_id) {
        inputs.push_back({token(home_id(case_id), 0)});
    }
    inputs.push_back({token(home_id(3), 0)});
    const Trace ran = run(1, inputs);
    ASSERT_EQ(ran.size(), FLOW_ENTRIES + 2u);
    EXPECT_EQ(ran[FLOW_ENTRIES - 1].status, Waits);
    EXPECT_EQ(ran[FLOW_ENTRIES].status, QueueFull);
    EXPECT_EQ(ran[FLOW_ENTRIES + 1].status, Ok) << "one that has an entry needs none";
    EXPECT_EQ(table().used, FLOW_ENTRIES - 1);
    EXPECT_EQ(table().entries[3].pattern, 0u);
}

TEST_F(Patterns, step_with_too_few_ticks_has_left_nothing_and_runs_again) {
    add(PatternId::Sequence, {IS_TRUE});
    SigmaTask& join = add(PatternId::Synchronization);
    join.need = 2;
    join.when_true = 0;
    Task tight = token(home_id(0), 1);
    tight.budget_ticks = 5; // without what follows
    const Trace ran = run(1, {{tight}, {tight}});
    ASSERT_EQ(ran.size(), 5u);
    EXPECT_EQ(ran[0].status, Waits) << "nothing follows: five are enough";
    EXPECT_EQ(ran[1].status, Parked);
    EXPECT_EQ(ran[2].node, 1u);
    EXPECT_EQ(ran[2].status, Ok) << "it was not counted twice, nor was the first forgotten";
    EXPECT_EQ(table().used, 0u);
}

TEST_F(Patterns, stateless_token_may_keep_nothing) {
    add(PatternId::Synchronization).need = 2;
    EXPECT_EQ(run(1, {{test::stateless(token(0, 0))}}), (Trace{{0, 0, 0, 0, StateDenied}}));
    EXPECT_EQ(table().used, 0u);
}

TEST_F(Patterns, choice_without_a_branch_is_an_error) {
    add(PatternId::Sequence, {IS_TRUE});
    add(PatternId::ExclusiveChoice, {IS_7}, {0});
    EXPECT_EQ(run(1, {{token(0, 1, 8)}}), (Trace{{0, 0, 1, 0, NoBranch}}));
}

TEST_F(Patterns, structured_merge_waits_for_those_that_were_chosen) {
    add(PatternId::Sequence, {IS_TRUE}).when_true = 2;
    add(PatternId::MultiChoice, {IS_7, IS_TRUE}, {0, 0});
    add(PatternId::StructuredMerge);
    const Trace both = run(1, {{token(0, 1)}});
    ASSERT_EQ(both.size(), 6u);
    EXPECT_EQ(both[4], (Ran{0, 0, 2, 0, Waits}));
    EXPECT_EQ(both[5], (Ran{0, 0, 2, 0}));
    const Trace one = run(1, {{token(0, 1, 8)}});
    ASSERT_EQ(one.size(), 4u);
    EXPECT_EQ(one[3], (Ran{0, 0, 2, 0})) << "of one that was chosen none waits";
}

TEST_F(Patterns, discriminator_swallows_all_but_the_first_and_opens_again) {
    add(PatternId::Discriminator).need = 3;
    const Task one = token(0, 0);
    EXPECT_EQ(
        run(1, {{one}, {one}, {one}, {one}}),
        (Trace{{0, 0, 0, 0}, {0, 0, 0, 0, Swallowed}, {0, 0, 0, 0, Swallowed}, {0, 0, 0, 0}}));
}

TEST_F(Patterns, cycle_has_as_many_rounds_as_it_says) {
    add(PatternId::SimpleMerge);
    SigmaTask& cycle = add(PatternId::ArbitraryCycles, {IS_7}, {1});
    cycle.rounds = 2;
    cycle.when_false = 0;
    Trace ran = run(1, {{token(0, 1)}});
    std::erase_if(ran, [](const Ran& one) { return one.status == Parked; });
    EXPECT_EQ(ran, (Trace{{0, 0, 1, 0}, {0, 0, 1, 0}, {0, 0, 1, 0}, {0, 0, 0, 0}}));
}

TEST_F(Patterns, retry_tries_in_later_beats_and_then_gives_up) {
    add(PatternId::SimpleMerge);
    SigmaTask& retry = add(PatternId::Retry, {IS_7});
    retry.rounds = 3;
    retry.when_false = 0;
    EXPECT_EQ(run(1, {{token(0, 1, 8)}}),
              (Trace{{0, 0, 1, 0}, {1, 0, 1, 0}, {2, 0, 1, 0}, {2, 0, 0, 0}}));
}

TEST_F(Patterns, cancelled_case_loses_what_waits_for_it_and_its_timers) {
    add(PatternId::Synchronization).need = 3;
    add(PatternId::SimpleMerge);
    SigmaTask& choice = add(PatternId::DeferredChoice, {IS_7}, {1});
    choice.beats = 9;
    choice.when_false = 1;
    add(PatternId::Cancellation).beats = 4;
    set_up(1, {{token(0, 0)},
               {token(0, 2, 8)},
               {token(home_id(1), 0)},
               {token(0, 3), 1},
               {token(0, 0), 2},
               {token(0, 0), 5}});
    EXPECT_EQ(step().size(), 3u);
    EXPECT_EQ(table().used, 3u);
    EXPECT_EQ(table().timers, 1u);
    EXPECT_EQ(step(), (Trace{{1, 0, 3, 0}}));
    EXPECT_EQ(table().used, 2u) << "another case's, and that this one is cancelled";
    EXPECT_EQ(table().timers, 0u);
    EXPECT_EQ(step(), (Trace{{2, 0, 0, 0, Swallowed}}));
    EXPECT_EQ(step(), (Trace{{5, 0, 0, 0, Waits}})) << "four beats later it is forgotten";
    EXPECT_TRUE(step().empty()) << "no timer holds the run";
}

// --- timers --------------------------------------------------------------------------------------

TEST_F(Patterns, run_skips_to_the_smallest_deadline) {
    add(PatternId::SimpleMerge);
    SigmaTask& choice = add(PatternId::DeferredChoice, {IS_7}, {0});
    choice.beats = 90;
    choice.when_false = 0;
    EXPECT_EQ(run(1, {{token(0, 1, 8)}, {token(home_id(1), 1, 8), 40}, {token(0, 0), 95}}),
              (Trace{{0, 0, 1, 0, Waits},
                     {40, 0, 1, home_id(1), Waits},
                     {90, 0, 0, 0},
                     {95, 0, 0, 0},
                     {130, 0, 0, home_id(1)}}));
}

TEST_F(Patterns, choice_that_was_made_sets_no_timer) {
    add(PatternId::SimpleMerge);
    SigmaTask& choice = add(PatternId::DeferredChoice, {IS_7}, {0});
    choice.beats = 90;
    choice.when_false = 0;
    Trace ran = run(1, {{token(0, 1)}, {token(0, 1)}});
    std::erase_if(ran, [](const Ran& one) { return one.status == Parked; });
    EXPECT_EQ(ran, (Trace{{0, 0, 1, 0}, {0, 0, 0, 0}, {0, 0, 1, 0, Swallowed}}));
    EXPECT_EQ(table().used, 1u) << "until the deadline it is known";
}

TEST_F(Patterns, timer_waits_for_room_in_its_ring) {
    add(PatternId::SimpleMerge);
    SigmaTask& choice = add(PatternId::DeferredChoice, {IS_7}, {0});
    choice.beats = 1;
    choice.when_false = 0;
    set_up(1, {{token(0, 1, 8)}});
    ASSERT_EQ(step().size(), 1u);
    hand_.plan_by_hand(1, 1);
    ReadyTasks ready = hand_.ready(0);
    Task filler = token(home_id(9), 0);
    while (ready.push(filler)) {
    }
    hand_.run();
    EXPECT_TRUE(of_kind(hand_.events(), EventKind::TaskEnqueued).empty());
    EXPECT_EQ(table().timers, 1u) << "it is due, and stays";
    hand_.plan_by_hand(2, 1);
    hand_.run();
    EXPECT_EQ(test::ids_of(hand_.events(), EventKind::TaskEnqueued), (std::vector<u64>{0}));
    EXPECT_EQ(table().used, 0u);
}

TEST_F(Patterns, timers_stop_at_admits_half_of_the_share) {
    add(PatternId::SimpleMerge);
    constexpr u64 BEATS[] = {5, 4, 3};
    std::vector<test::Input> inputs;
    for (u64 beat = 0; beat < 3; ++beat) {
        SigmaTask& choice = add(PatternId::DeferredChoice, {IS_7}, {0});
        choice.beats = static_cast<u32>(BEATS[beat]);
        choice.when_false = 0;
        for (u64 i = 0; i < FLOW_ENTRIES / 3; ++i) {
            inputs.push_back({token(home_id(256 * (beat * 20 + i)), beat + 1, 8), beat});
        }
    }
    set_up(256, inputs);
    for (u32 beat = 0; beat < 3; ++beat) {
        EXPECT_EQ(step().size(), FLOW_ENTRIES / 3);
    }
    EXPECT_EQ(table().timers, FLOW_ENTRIES);
    constexpr u32 HALF_SHARE = 32;
    static_cast<void>(step());
    EXPECT_EQ(hand_.plan().beat.raw, 5u);
    EXPECT_EQ(of_kind(hand_.events(), EventKind::TaskEnqueued).size(), HALF_SHARE);
    EXPECT_EQ(hand_.events()[0].task_id, home_id(0)) << "in the order of the entries";
    static_cast<void>(step());
    EXPECT_EQ(of_kind(hand_.events(), EventKind::TaskEnqueued).size(), FLOW_ENTRIES - HALF_SHARE);
    EXPECT_EQ(table().used, 0u);
}

TEST_F(Patterns, token_back_in_time_stops_its_timer_and_one_back_later_is_swallowed) {
    SigmaTask& back = add(PatternId::SimpleMerge);
    back.when_true = 3;
    back.when_false = 3;
    add(PatternId::SimpleMerge);
    add(PatternId::SimpleMerge);
    SigmaTask& timeout = add(PatternId::Timeout, {}, {4});
    timeout.beats = 2;
    timeout.when_true = 1;
    timeout.when_false = 2;
    SigmaTask& retry = add(PatternId::Retry, {IS_7});
    retry.rounds = 4;
    retry.when_true = 0;
    retry.when_false = 0;
    EXPECT_EQ(run(1, {{token(0, 3)}}),
              (Trace{{0, 0, 3, 0}, {0, 0, 4, 0}, {0, 0, 0, 0}, {0, 0, 3, 0}, {0, 0, 1, 0}}));
    EXPECT_EQ(table().used, 0u);
    EXPECT_EQ(run(1, {{token(0, 3, 8)}}), (Trace{{0, 0, 3, 0},
                                                 {0, 0, 4, 0},
                                                 {1, 0, 4, 0},
                                                 {2, 0, 2, 0},
                                                 {2, 0, 4, 0},
                                                 {3, 0, 4, 0},
                                                 {3, 0, 0, 0},
                                                 {3, 0, 3, 0, Swallowed}}));
    EXPECT_EQ(table().used, 0u);
}

TEST_F(Patterns, breaker_is_of_its_core_and_lets_nothing_through_while_open) {
    add(PatternId::SimpleMerge);
    SigmaTask& breaker = add(PatternId::CircuitBreaker, {IS_7});
    breaker.failures = 1;
    breaker.successes = 1;
    breaker.beats = 2;
    breaker.when_false = 0;
    set_up(2, {{token(0, 1, 8)}, {token(2, 1)}, {token(1, 1)}, {token(4, 1), 2}, {token(6, 1), 3}});
    const Trace first = step();
    ASSERT_EQ(first.size(), 5u);
    EXPECT_EQ(first[1], (Ran{0, 0, 1, 2})) << "true, and rejected all the same";
    EXPECT_EQ(first[3], (Ran{0, 0, 0, 2}));
    EXPECT_EQ(first[4], (Ran{0, 1, 1, 1})) << "the other core's is closed";
    EXPECT_EQ(step(), (Trace{{2, 0, 1, 4}, {2, 0, 0, 4}})) << "exactly as many beats";
    EXPECT_EQ(step(), (Trace{{3, 0, 1, 6}}));
    EXPECT_EQ(table().used, 0u) << "closed again";
}

} // namespace
} // namespace knhk
