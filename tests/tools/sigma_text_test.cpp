// SPDX-License-Identifier: MIT
// Texts of snapshots: what they become, what is shown of it, and that whatever is wrong in one is
// refused with its place.
#include <gtest/gtest.h>

#include <random>

#include "sigma/task_cost.hpp"
#include "tests/support/command.hpp"
#include "tests/tools/text_mutation.hpp"
#include "tests/tools/workload_text.hpp"
#include "tools/host/failure.hpp"
#include "tools/sigma/sigma_file.hpp"
#include "tools/sigma/sigma_text.hpp"

namespace knhk::tools {
namespace {

using test::with;

constexpr const char* RICH = R"({
  "knhk_sigma": 1,
  "name": "rich",
  "guards": [
    {"name": "a", "kind": "tick_budget", "value": 5},
    {"name": "b", "kind": "carry", "word": 3, "value": "0xff"},
    {"name": "c", "kind": "custom", "id": 1023}
  ],
  "hooks": [
    {"name": "p", "op": "count_sp_ge", "subject": {"from": "task"}, "predicate": 1, "threshold": 3},
    {"name": "q", "op": "ask_spo", "subject": 18446744073709551615, "predicate": 2,
     "object": {"from": "task"}},
    {"name": "r", "op": "construct8", "predicate": 3, "object": 4}
  ],
  "tasks": [
    {"name": "one", "pattern": "sequence", "guards": ["a", "b", "c"], "hooks": ["q", "p"],
     "when_true": "two", "when_false": "one", "ticks": 13},
    {"name": "two", "pattern": "sequence", "hooks": ["r", "r"]}
  ]
}
)";

std::vector<std::byte> built(const std::string& text) {
    return build_sigma(text, "f.json");
}

TEST(SigmaText, becomes_the_records_that_it_says) {
    const auto bytes = built(RICH);
    const SealedSnapshot sealed = open_sealed(bytes, "f");
    const SigmaTables& tables = sealed.snapshot.tables();
    EXPECT_EQ(sealed.snapshot.name(), "rich");
    EXPECT_EQ(sealed.receipt.invariants, INVARIANTS_ALL);
    ASSERT_EQ(tables.tasks.size(), 2u);
    const SigmaTask& one = tables.tasks[0];
    EXPECT_EQ(one.guard_count, 3u);
    EXPECT_EQ(one.guards[2], 2u);
    EXPECT_EQ(one.hook_count, 2u);
    EXPECT_EQ(one.hooks[0], 1u);
    EXPECT_EQ(one.when_true, 1u);
    EXPECT_EQ(one.when_false, 0u);
    EXPECT_EQ(tables.tasks[1].when_true, SIGMA_NONE);
    EXPECT_EQ(ticks_of(tables.tasks[1], tables), 21u);
    ASSERT_EQ(tables.hooks.size(), 3u);
    EXPECT_EQ(tables.hooks[0].op, OpCode::CountSpGe);
    EXPECT_EQ(tables.hooks[0].from_task, HOOK_SUBJECT_FROM_TASK);
    EXPECT_EQ(tables.hooks[0].threshold, 3u);
    EXPECT_EQ(tables.hooks[1].subject, ~u64{0});
    EXPECT_EQ(tables.hooks[1].from_task, HOOK_OBJECT_FROM_TASK);
    ASSERT_EQ(tables.guards.size(), 3u);
    EXPECT_EQ(tables.guards[1].kind, SigmaGuardKind::Carry);
    EXPECT_EQ(tables.guards[1].word, 3u);
    EXPECT_EQ(tables.guards[1].value, 255u);
    EXPECT_EQ(tables.guards[2].custom, 1023u);
    ASSERT_EQ(tables.patterns.size(), 1u);
}

TEST(SigmaText, shown_and_built_again_gives_the_same_bytes) {
    const auto bytes = built(RICH);
    const std::string shown = sigma_json(open_sealed(bytes, "f")).text();
    EXPECT_EQ(built(shown), bytes);
    EXPECT_EQ(sealed_bytes(shown, "f.json"), bytes) << "a text is known by its begin";
    const std::string_view raw(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    EXPECT_EQ(sealed_bytes(raw, "f.sigma"), bytes) << "so is a snapshot";
}

TEST(SigmaText, names_are_not_part_of_the_snapshot) {
    EXPECT_EQ(built(with(with(RICH, "\"p\"", "\"z\""), "\"p\"", "\"z\"")), built(RICH));
}

TEST(SigmaText, listing_states_what_each_task_costs) {
    const auto bytes = built(RICH);
    const std::string listing = sigma_listing(open_sealed(bytes, "f"));
    EXPECT_NE(listing.find("task0: sequence, 13 ticks (warm)"), std::string::npos) << listing;
    EXPECT_NE(listing.find("receipt: all of completeness"), std::string::npos) << listing;
    EXPECT_NE(listing.find("hook0: count_sp_ge, subject of the task, predicate 1, threshold 3\n"),
              std::string::npos)
        << listing;
}

TEST(SigmaText, listing_says_what_a_receipt_lacks) {
    auto bytes = built(RICH);
    ValidationReceipt receipt;
    std::byte* const at = bytes.data() + bytes.size() - sizeof receipt;
    std::memcpy(&receipt, at, sizeof receipt);
    receipt.invariants &= ~INVARIANT_PERFORMANCE;
    receipt.hash = receipt_hash(receipt);
    std::memcpy(at, &receipt, sizeof receipt);
    const std::string listing = sigma_listing(open_sealed(bytes, "f"));
    EXPECT_NE(listing.find("receipt: not performance: it cannot be promoted"), std::string::npos);
}

// --- refused -------------------------------------------------------------------------------------

std::string complaint_of(const std::string& text) {
    try {
        static_cast<void>(built(text));
    } catch (const Failure& failure) {
        EXPECT_EQ(failure.status(), ExitStatus::BadInput);
        return failure.what();
    }
    return "none";
}

struct Wrong {
    const char* from;
    const char* to;
    const char* complaint;
};

constexpr Wrong WRONGS[] = {
    {"\"knhk_sigma\": 1", "\"knhk_sigma\": 2", "f.json:2: knhk_sigma: 2 is above 1"},
    {"\"rich\"", "\"a b\"", "f.json:3: name: 'a b' is not 1 to 63 letters"},
    {"\"carry\"", "\"carri\"",
     "f.json:6: guards[1].kind: 'carri' is not known here: did you mean "
     "'carry'?"},
    {"\"word\": 3", "\"word\": 4", "f.json:6: guards[1].word: 4 is above 3"},
    {"\"word\": 3, ", "", "f.json:6: guards[1]: 'word' is missing"},
    {"\"id\": 1023", "\"id\": 1024", "f.json:7: guards[2].id: 1024 is above 1023"},
    {"\"id\": 1023", "\"id\": 1, \"value\": 1", "guards[2].value: there is no such field"},
    {"\"name\": \"b\"", "\"name\": \"a\"", "guards[1].name: another guard is called 'a'"},
    {"\"count_sp_ge\"", "\"count\"", "f.json:10: hooks[0].op: 'count' is not known here"},
    {", \"threshold\": 3", "", "f.json:10: hooks[0]: 'threshold' is missing"},
    {"\"threshold\": 3", "\"threshold\": 4294967296", "hooks[0].threshold: 4294967296 is above"},
    {"{\"from\": \"task\"}", "{\"from\": \"own\"}", "hooks[0].subject.from: 'own' is not known"},
    {"{\"from\": \"task\"}", "true", "f.json:10: hooks[0].subject: is true, not a number"},
    {"\"construct8\", \"predicate\": 3", "\"construct8\", \"predicate\": 3, \"subject\": 1",
     "hooks[2].subject: there is no such field"},
    {"\"name\": \"r\", \"op\": \"construct8\", \"predicate\": 3, \"object\": 4",
     "\"name\": \"r\", \"op\": \"count_sp_ge\", \"subject\": {\"from\": \"task\"}, "
     "\"predicate\": 1, \"threshold\": 3",
     "f.json:13: hooks[2]: is the same as hook 'p': leave one out"},
    {"[\"q\", \"p\"]", "[\"q\", \"x\"]", "f.json:16: tasks[0].hooks[1]: there is no hook 'x'"},
    {"[\"q\", \"p\"]", "[\"q\"]", "f.json:10: hooks[0]: is part of no task: leave it out"},
    {"[\"q\", \"p\"]", "[]", "f.json:16: tasks[0].hooks: has 0 elements: it needs at least 1"},
    {"[\"a\", \"b\", \"c\"]", "[\"a\", \"b\"]", "f.json:7: guards[2]: is part of no task"},
    {"\"when_true\": \"two\"", "\"when_true\": \"tow\"", "there is no task 'tow'"},
    {"\"ticks\": 13", "\"ticks\": 10", "f.json:17: tasks[0].ticks: the task costs 13"},
    {"[\"r\", \"r\"]", "[\"r\", \"r\", \"r\", \"r\", \"r\", \"r\", \"r\", \"r\"]",
     "tasks[1].hooks: has 8 elements: it has room for 7"},
    {"\"hooks\": [\"r\", \"r\"]",
     "\"hooks\": [\"r\", \"r\", \"r\", \"r\", \"r\", \"r\", \"r\"], "
     "\"guards\": [\"a\", \"a\", \"a\", \"a\", \"a\"]",
     "f.json:18: tasks[1]: costs 71 ticks, and no task runs for more than 64"},
    {"\"pattern\": \"sequence\"", "\"pattern\": \"parallel\"", "tasks[0].pattern: 'parallel'"},
    {"\"pattern\": \"sequence\"", "\"pattern\": \"milestone\"",
     "tasks[0].pattern: 'milestone' is a reserved pattern (id 17): it has no rule here"},
    {"\"when_false\": \"one\"", "\"branches\": [\"one\"]",
     "tasks[0].branches: there is no such field"},
    {"\"name\": \"rich\"", "\"name\": \"rich\", \"id\": \"00\"", "f.json:3: id: the snapshot's id"},
    {"\"name\": \"rich\"", "\"name\": \"rich\", \"invariants\": 15",
     "invariants: the snapshot "
     "keeps 31"},
    {"\"name\": \"rich\"", "\"name\": \"rich\", \"cores\": 4", "cores: there is no such field"},
};

void expect_refused(const std::string& text, const Wrong& wrong) {
    const std::string complaint = complaint_of(with(text, wrong.from, wrong.to));
    EXPECT_NE(complaint.find(wrong.complaint), std::string::npos)
        << complaint << ", not " << wrong.complaint;
}

TEST(SigmaText, whatever_is_wrong_is_refused_with_its_place) {
    for (const Wrong& wrong : WRONGS) {
        expect_refused(RICH, wrong);
    }
}

// --- patterns ------------------------------------------------------------------------------------

constexpr const char* FLOW = R"({
  "knhk_sigma": 1,
  "name": "flow",
  "hooks": [
    {"name": "p", "op": "ask_sp", "subject": {"from": "task"}, "predicate": 1},
    {"name": "q", "op": "ask_op", "predicate": 1, "object": 4}
  ],
  "tasks": [
    {"name": "split", "pattern": "parallel_split", "branches": ["try", "loop", "ask"], "ticks": 7},
    {"name": "try", "pattern": "retry", "hooks": ["p"], "attempts": 3, "when_true": "join"},
    {"name": "loop", "pattern": "arbitrary_cycles", "hooks": ["p"], "rounds": 4,
     "branches": ["loop"], "when_true": "join"},
    {"name": "ask", "pattern": "deferred_choice", "hooks": ["p", "q"], "branches": ["try", "end"],
     "beats": 16, "when_false": "join", "ticks": 12},
    {"name": "join", "pattern": "synchronization", "need": 3, "when_true": "break", "ticks": 6},
    {"name": "break", "pattern": "circuit_breaker", "hooks": ["q"], "failures": 5,
     "successes": 1, "beats": 60, "when_true": "end"},
    {"name": "end", "pattern": "implicit_termination", "branches": ["end"], "hooks": []}
  ]
}
)";

TEST(SigmaText, patterns_have_their_branches_and_limits) {
    const auto bytes = built(FLOW);
    const SealedSnapshot sealed = open_sealed(bytes, "f");
    EXPECT_EQ(sealed.receipt.invariants, INVARIANTS_ALL) << "a join needs no hook";
    const auto tasks = sealed.snapshot.tables().tasks;
    ASSERT_EQ(tasks.size(), 7u);
    EXPECT_EQ(tasks[0].branch_count, 3u);
    EXPECT_EQ(tasks[0].branches[2], 3u);
    EXPECT_EQ(tasks[0].ticks, 7u) << "each branch is spawned";
    EXPECT_EQ(tasks[1].rounds, 3u);
    EXPECT_EQ(tasks[2].rounds, 4u);
    EXPECT_EQ(tasks[3].beats, 16u);
    EXPECT_EQ(tasks[3].ticks, 12u) << "one branch is taken";
    EXPECT_EQ(tasks[4].need, 3u);
    EXPECT_EQ(tasks[5].failures, 5u);
    EXPECT_EQ(tasks[5].successes, 1u);
    EXPECT_EQ(built(sigma_json(sealed).text()), bytes);
    const std::string listing = sigma_listing(sealed);
    EXPECT_NE(listing.find("task1: retry, 8 ticks (hot); guards none; hooks hook0; attempts 3; "),
              std::string::npos)
        << listing;
    EXPECT_NE(listing.find("; branches task1, task6; beats 16; "), std::string::npos) << listing;
}

constexpr Wrong WRONG_FLOWS[] = {
    {"\"need\": 3, ", "", "f.json:15: tasks[4]: 'need' is missing"},
    {"\"need\": 3", "\"need\": 0", "tasks[4].need: 0 is below 1"},
    {"\"need\": 3", "\"need\": 256", "tasks[4].need: 256 is above 255"},
    {"\"failures\": 5", "\"failures\": 0", "tasks[5].failures: 0 is below 1"},
    {"\"beats\": 60, ", "", "tasks[5]: 'beats' is missing"},
    {"\"attempts\": 3", "\"rounds\": 3", "tasks[1].rounds: there is no such field"},
    {"\"need\": 3", "\"need\": 3, \"beats\": 3", "tasks[4].beats: there is no such field"},
    {"[\"loop\"], ", "[\"loop\", \"end\"], ",
     "tasks[2].branches: has 2 branches, and a step of this pattern has 1 at most"},
    {"[\"try\", \"loop\", \"ask\"]",
     "[\"try\", \"try\", \"try\", \"try\", \"try\", \"try\", \"try\", \"try\"]",
     "f.json:9: tasks[0].branches: has 8 branches, and a step of this pattern has 7 at most: stage "
     "them, by a branch that splits again"},
    {"[\"try\", \"end\"]", "[\"try\"]",
     "tasks[3]: has 1 branches and 2 hooks: each branch has its condition"},
    {"[\"try\", \"loop\", \"ask\"]", "[]", "tasks[0].branches: has 0 elements"},
    {"[\"try\", \"loop\", \"ask\"]", "[\"fly\"]", "tasks[0].branches[0]: there is no task 'fly'"},
    {"\"hooks\": [\"p\"], \"attempts\"", "\"attempts\"", "tasks[1]: 'hooks' is missing"},
    {"\"branches\": [\"end\"]", "\"branches\": [\"end\"], \"when_true\": \"end\"",
     "tasks[6].when_true: there is no such field"},
};

TEST(SigmaText, whatever_is_wrong_with_a_pattern_is_refused_with_its_place) {
    for (const Wrong& wrong : WRONG_FLOWS) {
        expect_refused(FLOW, wrong);
    }
}

TEST(SigmaText, without_a_task_is_refused) {
    EXPECT_EQ(complaint_of("{\"knhk_sigma\": 1, \"name\": \"a\", \"tasks\": []}"),
              "f.json:1: tasks: is empty: a snapshot has a task at least");
    EXPECT_EQ(complaint_of("{\"knhk_sigma\": 1, \"name\": \"a\"}"), "f.json:1: 'tasks' is missing");
}

TEST(SigmaText, damaged_snapshot_is_refused_with_its_place) {
    auto bytes = built(RICH);
    bytes[200] ^= std::byte{1};
    const auto open = [&] { static_cast<void>(open_sealed(bytes, "f.sigma")); };
    try {
        open();
        FAIL() << "it was opened";
    } catch (const Failure& failure) {
        EXPECT_STREQ(failure.what(), "f.sigma: header: damaged: its id is not the SHA-256 of its "
                                     "bytes: build it again with 'knhk sigma build'");
    }
}

TEST(SigmaText, changed_text_is_built_or_refused_with_its_place) {
    std::mt19937_64 random(2026);
    u32 good = 0;
    u32 refused = 0;
    for (u32 i = 0; i < 20'000; ++i) {
        std::string text = i % 2 == 0 ? RICH : FLOW;
        test::mutate(text, random);
        const std::string complaint = complaint_of(text);
        (complaint == "none" ? good : refused) += 1;
        ASSERT_TRUE(complaint == "none" || test::names_its_place(complaint)) << complaint;
    }
    EXPECT_GT(good, 500u) << "the changes are all too crude to test anything";
    EXPECT_GT(refused, 10'000u);
}

} // namespace
} // namespace knhk::tools
