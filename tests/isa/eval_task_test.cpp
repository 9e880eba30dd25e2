// SPDX-License-Identifier: MIT
// A task of a snapshot: what it charges and when, what stops it, and that no number in the tables
// does more than come back as an error.
#include "isa/eval_task.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <random>
#include <utility>

#include "tests/isa/small_world.hpp"

namespace knhk {
namespace {

using Kind = SigmaGuardKind;

TEST(EvalTask, two_guards_and_a_boolean_hook_use_eight_ticks_exactly) {
    const SmallWorld small;
    TickBudget budget = TickBudget::chatman();
    const MuOutcome outcome = small.run(budget);
    EXPECT_EQ(outcome.status, MuStatus::Ok);
    EXPECT_TRUE(outcome.answer);
    EXPECT_EQ(outcome.next_task, 1);
    EXPECT_EQ(outcome.hooks_run, 1);
    EXPECT_EQ(budget.used(), Tick{8});
    EXPECT_FALSE(budget.exceeded());
}

TEST(EvalTask, each_step_is_charged_before_it_is_done) {
    const SmallWorld small;
    for (u32 limit = 0; limit < 8; ++limit) {
        TickBudget budget(Tick{limit});
        const MuOutcome outcome = small.run(budget);
        EXPECT_EQ(outcome.status, MuStatus::OverBudget) << limit;
        EXPECT_TRUE(budget.exceeded()) << limit;
        EXPECT_EQ(outcome.hooks_run, 0) << "no receipt within " << limit;
        EXPECT_EQ(outcome.guards, limit < 5 ? 0 : 0xFF) << limit;
        EXPECT_FALSE(outcome.answer);
        EXPECT_EQ(outcome.next_task, SIGMA_NONE);
    }
}

TEST(EvalTask, emitting_rows_costs_eight_with_the_observation) {
    SmallWorld small;
    u32 used[2] = {};
    u32 i = 0;
    for (const OpCode op : {OpCode::AskSp, OpCode::Construct8}) {
        small.hooks[0].op = op;
        TickBudget budget(Tick{100});
        EXPECT_TRUE(small.run(budget).answer);
        used[i++] = budget.used().raw;
    }
    EXPECT_EQ(used[1] - used[0], 6U) << "1 + 7 instead of 1 + 1";
}

TEST(EvalTask, what_was_emitted_comes_out_with_its_receipt) {
    SmallWorld small;
    small.hooks[0].op = OpCode::Construct8;
    const MuOutcome outcome = small.run();
    EXPECT_EQ(outcome.rows[0].mask, 0b111U);
    EXPECT_EQ(outcome.rows[0].subjects[1], 9U);
    EXPECT_EQ(outcome.rows[0].objects[2], 2U);
    EXPECT_EQ(outcome.emitting, 1);
    EXPECT_EQ(outcome.receipts[0].receipt.lanes, 3U);
}

TEST(EvalTask, hooks_run_in_order_up_to_the_first_that_is_false) {
    SmallWorld small;
    small.hooks.push_back(SmallWorld::hook(OpCode::UniqueSp)); // two rows have this subject
    small.tasks[0] = SmallWorld::task({}, {0, 1, 0});
    small.tasks[0].when_false = 1;
    const MuOutcome outcome = small.run();
    EXPECT_EQ(outcome.status, MuStatus::Ok);
    EXPECT_FALSE(outcome.answer);
    EXPECT_EQ(outcome.hooks_run, 2);
    EXPECT_EQ(outcome.receipts[0].receipt.hook, hook_number(3, 0, 0));
    EXPECT_EQ(outcome.receipts[1].receipt.hook, hook_number(3, 0, 1));
    EXPECT_EQ(outcome.next_task, 1);
}

TEST(EvalTask, task_without_hooks_is_true) {
    SmallWorld small;
    small.tasks[0] = SmallWorld::task({}, {});
    EXPECT_TRUE(small.run().answer);
}

TEST(EvalTask, words_of_the_task_replace_what_a_hook_asks_for) {
    SmallWorld small;
    small.tasks[0] = SmallWorld::task({}, {0});
    small.hooks[0] = SmallWorld::hook(OpCode::AskSpo);
    small.hooks[0].subject = 1000;
    small.hooks[0].object = 1000;
    EXPECT_FALSE(small.run().answer);
    small.hooks[0].from_task = HOOK_SUBJECT_FROM_TASK | HOOK_OBJECT_FROM_TASK;
    small.request = {{0, 0, 9, 2}, 0, 0, 0};
    const MuOutcome outcome = small.run();
    EXPECT_TRUE(outcome.answer);
    EXPECT_EQ(outcome.receipts[0].content, small.content_of({9, 5, 2, 2}, true));
}

TEST(EvalTask, each_flag_replaces_its_own_word) {
    SmallWorld small;
    small.tasks[0] = SmallWorld::task({}, {0});
    small.hooks[0] = SmallWorld::hook(OpCode::AskSpo); // (7, 2)
    small.request = {{0, 0, 9, 3}, 0, 0, 0};
    const auto content_with = [&small](u8 flags) {
        small.hooks[0].from_task = flags;
        return small.run().receipts[0].content;
    };
    EXPECT_EQ(content_with(0), small.content_of({7, 5, 2, 2}, false));
    EXPECT_EQ(content_with(HOOK_SUBJECT_FROM_TASK), small.content_of({9, 5, 2, 2}, true));
    EXPECT_EQ(content_with(HOOK_OBJECT_FROM_TASK), small.content_of({7, 5, 3, 2}, true));
}

TEST(EvalTask, delta_is_read_instead_of_the_run_with_a_number) {
    SmallWorld small;
    small.tasks[0] = SmallWorld::task({1}, {0}); // the schema guard sees its predicate
    TripleRun delta{};
    delta.subjects[0] = 7;
    delta.predicate = SmallWorld::PREDICATE;
    delta.length = 1;
    small.delta = &delta;
    small.runs.clear();
    small.request.words[1] = 1000; // a number that names nothing
    MuOutcome outcome = small.run();
    EXPECT_TRUE(outcome.answer);
    EXPECT_EQ(outcome.receipts[0].receipt.lanes, 1U);
    delta.predicate = 0;
    outcome = small.run();
    EXPECT_EQ(outcome.status, MuStatus::GuardFailed);
}

TEST(EvalTask, guard_that_fails_leaves_hooks_alone_and_all_guards_charged) {
    SmallWorld small;
    small.request.words[2] = 0b0001; // the carry wants two bits
    TickBudget budget(Tick{100});
    const MuOutcome outcome = small.run(budget);
    EXPECT_EQ(outcome.status, MuStatus::GuardFailed);
    EXPECT_EQ(outcome.guards, 0xFE);
    EXPECT_EQ(outcome.hooks_run, 0);
    EXPECT_EQ(budget.used(), Tick{5});
}

TEST(EvalTask, guard_of_ticks_sees_those_of_the_guards) {
    SmallWorld small;
    small.guards[0] = SmallWorld::guard(Kind::TickBudget, 5);
    EXPECT_EQ(small.run().status, MuStatus::Ok);
    small.guards[0].value = 4; // execute, load, dispatch and two guards
    EXPECT_EQ(small.run().status, MuStatus::GuardFailed);
}

TEST(EvalTask, guards_of_the_run_are_asked_by_their_id) {
    SmallWorld small;
    small.guards[1] = SmallWorld::guard(Kind::Custom, 0);
    for (const bool is_good : {false, true}) {
        TickBudget budget(Tick{100});
        MuOutcome outcome{};
        u16 asked = 0;
        auto custom = [&](u16 id) {
            asked = id;
            return is_good;
        };
        const MuStatus status =
            eval_task(budget, small.world(), small.request, custom, NoFlows(), outcome);
        EXPECT_EQ(status, is_good ? MuStatus::Ok : MuStatus::GuardFailed);
        EXPECT_EQ(asked, 77);
    }
}

/// Tasks of so many random guards: what they come to together is what each comes to by itself.
void expect_guards_as_each_by_itself(u32 count, u32 rounds) {
    std::mt19937_64 random(count);
    const Kind kinds[] = {Kind::TickBudget, Kind::Carry, Kind::Authorization, Kind::Schema,
                          Kind::Custom};
    const auto even_ids = [](u16 id) { return id % 2 == 0; };
    for (u32 round = 0; round < rounds; ++round) {
        SmallWorld small;
        small.guards.clear();
        std::vector<u16> numbers;
        for (u16 i = 0; i < count; ++i) {
            const Kind kind = kinds[random() % 5];
            // Around what is found: ticks, a word of the payload, or the run's predicate.
            const u64 value = kind == Kind::TickBudget ? random() % 3 + 2 + count : random() % 8;
            small.guards.push_back(SmallWorld::guard(kind, value, random() % 4));
            small.guards[i].custom = random() % 4;
            numbers.push_back(i);
        }
        small.request = {{0, 0, random() % 8, random() % 8}};
        small.tasks[0] = SmallWorld::task(numbers, {});
        TickBudget together(Tick{100});
        MuOutcome outcome{};
        static_cast<void>(together.charge(cost_of(Operation::Execute)));
        static_cast<void>(
            eval_task(together, small.world(), small.request, even_ids, NoFlows(), outcome));
        const GuardSight sight{small.request, SmallWorld::PREDICATE, Tick{3 + count}};
        for (u32 i = 0; i < count; ++i) {
            const SigmaGuard& guard = small.guards[i];
            const bool alone =
                guard_passes(guard.kind, guard.value, found_by(guard, sight, even_ids));
            EXPECT_EQ(outcome.guards >> i & 1, u32{alone}) << count << " " << round << " " << i;
        }
    }
}

TEST(EvalTask, guards_in_a_batch_are_as_each_by_itself) {
    for (u32 count = GUARDS_ALONE_MAX + 1; count <= SIGMA_GUARDS_MAX; ++count) {
        expect_guards_as_each_by_itself(count, 1000);
    }
}

TEST(EvalTask, few_guards_are_as_each_by_itself) {
    for (u32 count = 1; count <= GUARDS_ALONE_MAX; ++count) {
        expect_guards_as_each_by_itself(count, 1000);
    }
}

/// What a change of the small world comes to.
template<class Change>
MuStatus status_after(Change change) {
    SmallWorld small;
    change(small);
    return small.run().status;
}

TEST(EvalTask, numbers_that_name_nothing_are_errors) {
    EXPECT_EQ(status_after([](SmallWorld& w) { w.request.words[0] = 2; }), MuStatus::NoTask);
    EXPECT_EQ(status_after([](SmallWorld& w) { w.request.words[0] = ~u64{0}; }), MuStatus::NoTask);
    EXPECT_EQ(status_after([](SmallWorld& w) { w.tasks[0].when_true = 2; }), MuStatus::NoTask);
    EXPECT_EQ(status_after([](SmallWorld& w) { w.tasks[0].when_false = 2; }), MuStatus::NoTask);
    EXPECT_EQ(status_after([](SmallWorld& w) { w.tasks[0].pattern = 1; }), MuStatus::NoPattern);
    EXPECT_EQ(status_after([](SmallWorld& w) { w.tasks[0].guards[1] = 2; }), MuStatus::NoGuard);
    EXPECT_EQ(status_after([](SmallWorld& w) { w.tasks[0].hooks[0] = 1; }), MuStatus::NoHook);
    EXPECT_EQ(status_after([](SmallWorld& w) { w.request.words[1] = 1; }), MuStatus::NoRun);
}

TEST(EvalTask, what_the_numbers_name_may_be_wrong_too) {
    EXPECT_EQ(status_after([](SmallWorld& w) { w.patterns[0].id = PATTERNS_END; }),
              MuStatus::NoPattern);
    EXPECT_EQ(status_after([](SmallWorld& w) { w.patterns[0].id = 7; }), MuStatus::NoPattern);
    EXPECT_EQ(status_after([](SmallWorld& w) { w.patterns[0].cost = 0; }), MuStatus::NoPattern);
    EXPECT_EQ(status_after([](SmallWorld& w) { w.guards[0].word = MU_WORDS; }), MuStatus::NoGuard);
    EXPECT_EQ(status_after([](SmallWorld& w) { w.guards[0].kind = Kind{4}; }), MuStatus::NoGuard);
    EXPECT_EQ(status_after([](SmallWorld& w) { w.hooks[0].op = OpCode{19}; }),
              MuStatus::UnknownOperation);
    EXPECT_EQ(status_after([](SmallWorld& w) { w.hooks[0].op = OpCode{0}; }),
              MuStatus::UnknownOperation);
    EXPECT_EQ(status_after([](SmallWorld& w) { w.runs[0].length = 9; }), MuStatus::RunTooLong);
}

TEST(EvalTask, guard_that_is_none_is_an_error_among_many_too) {
    const auto with_many = [](SmallWorld& w) { w.tasks[0] = SmallWorld::task({0, 1, 0, 1}, {0}); };
    EXPECT_EQ(status_after(with_many), MuStatus::Ok);
    EXPECT_EQ(status_after([&](SmallWorld& w) {
                  with_many(w);
                  w.tasks[0].guards[3] = 2;
              }),
              MuStatus::NoGuard);
    EXPECT_EQ(status_after([&](SmallWorld& w) {
                  with_many(w);
                  w.guards[1].kind = Kind{4};
              }),
              MuStatus::NoGuard);
}

TEST(EvalTask, counts_beyond_their_arrays_are_errors) {
    EXPECT_EQ(status_after([](SmallWorld& w) { w.tasks[0].guard_count = 9; }), MuStatus::NoGuard);
    EXPECT_EQ(status_after([](SmallWorld& w) { w.tasks[0].hook_count = 8; }), MuStatus::NoHook);
}

/// What a task comes to within `limit`, with its tables looked at on the way or not.
template<class Tables>
MuOutcome outcome_of(const SmallWorld& small, u32 limit, Tick& used) {
    const SigmaTables tables{small.tasks, small.patterns, small.guards, small.hooks};
    const WorldOf<Tables> world{Tables(tables), small.runs, small.kernels, small.delta};
    TickBudget budget(Tick{limit});
    MuOutcome outcome{};
    const auto none = [](u16) { return false; };
    static_cast<void>(budget.charge(cost_of(Operation::Execute)));
    static_cast<void>(eval_task(budget, world, small.request, none, NoFlows(), outcome));
    used = budget.used();
    return outcome;
}

TEST(EvalTask, tables_that_were_checked_come_to_the_same) {
    SmallWorld small;
    small.hooks.push_back(SmallWorld::hook(OpCode::Construct8));
    small.hooks.push_back(SmallWorld::hook(OpCode::UniqueSp));
    small.tasks[0] = SmallWorld::task({0, 1, 0, 1}, {0, 1, 2});
    small.tasks[1] = SmallWorld::task({0, 1}, {1, 0});
    for (u32 limit = 0; limit < 32; ++limit) {
        for (u64 number = 0; number < 3; ++number) { // there are two
            small.request.words[0] = number;
            Tick used[2]{};
            const MuOutcome checked = outcome_of<CheckedTables>(small, limit, used[0]);
            const MuOutcome looked_at = outcome_of<SigmaTables>(small, limit, used[1]);
            EXPECT_EQ(std::memcmp(&checked, &looked_at, sizeof checked), 0) << limit;
            EXPECT_EQ(used[0], used[1]) << limit;
        }
    }
}

/// Guards look at the run's predicate before any hook reads it, so a whole task never comes here
/// with a number that names no run.
TEST(MuOps, observation_that_names_no_run_is_charged_and_an_error) {
    const SmallWorld small;
    TickBudget budget(Tick{2});
    const TripleRun* const first = small.world().run(0);
    EXPECT_EQ(first, small.runs.data());
    EXPECT_EQ(read_observation(budget, first), MuStatus::Ok);
    const TripleRun* const none = small.world().run(small.runs.size());
    EXPECT_EQ(none, nullptr);
    EXPECT_EQ(read_observation(budget, none), MuStatus::NoRun);
    EXPECT_EQ(budget.used(), Tick{2});
    EXPECT_EQ(read_observation(budget, first), MuStatus::OverBudget);
}

/// Bytes are mostly 0, often 1, seldom anything: so that many steps are reached.
unsigned char random_byte(std::mt19937_64& random) {
    const u64 dice = random();
    if (dice % 64 == 0) {
        return static_cast<unsigned char>(dice >> 32);
    }
    return dice % 4 == 0 ? 1 : 0;
}

template<class Record>
std::vector<Record> random_records(std::mt19937_64& random, u32 count) {
    std::vector<Record> records(count);
    for (Record& record : records) {
        auto* const bytes = reinterpret_cast<unsigned char*>(&record);
        std::generate_n(bytes, sizeof record, [&] { return random_byte(random); });
    }
    return records;
}

TEST(EvalTask, tables_of_anything_end_in_a_status_within_their_bounds) {
    std::mt19937_64 random(2);
    u32 ended[16] = {};
    for (u32 round = 0; round < 200'000; ++round) {
        SmallWorld small;
        small.tasks = random_records<SigmaTask>(random, 2);
        small.guards = random_records<SigmaGuard>(random, 2);
        small.hooks = random_records<Hook>(random, 2);
        small.runs = random_records<TripleRun>(random, 2);
        small.request = random_records<MuRequest>(random, 1)[0];
        const MuOutcome outcome = small.run(static_cast<u32>(random() % 60));
        ASSERT_LE(outcome.hooks_run, SIGMA_HOOKS_MAX);
        ASSERT_TRUE(outcome.next_task < 2 || outcome.next_task == SIGMA_NONE);
        ++ended[static_cast<u32>(outcome.status)];
    }
    for (u32 status = 0; status <= static_cast<u32>(MuStatus::NoRun); ++status) {
        EXPECT_GT(ended[status], 0U) << text_of(MuStatus{static_cast<u8>(status)});
    }
}

} // namespace
} // namespace knhk
