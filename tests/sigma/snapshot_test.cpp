// SPDX-License-Identifier: MIT
// What a snapshot's bytes may be: each field that is wrong is refused for its own reason, however
// right the id is, and no bit can change without the id.
#include "sigma/snapshot.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <set>
#include <string>

#include "sigma/names.hpp"
#include "tests/support/snapshot_builder.hpp"

namespace knhk {
namespace {

using test::opened;
using test::SnapshotDraft;

using Bytes = std::vector<std::byte>;
constexpr SnapshotFault SOUND{SnapshotPart::Header, SnapshotFlaw::None, 0};

SnapshotFault fault_of(std::span<const std::byte> bytes) {
    const auto snapshot = Snapshot::open(bytes);
    return snapshot ? SOUND : snapshot.error();
}

/// Of the draft with its id made right.
SnapshotFault fault_of(const SnapshotDraft& draft) {
    return fault_of(draft.bytes());
}

std::string spelled(const SnapshotFault& fault) {
    return std::string(text_of(fault.part)) + " " + std::to_string(fault.number) + ": " +
           text_of(fault.flaw);
}

#define EXPECT_REFUSED(bytes, part, flaw, number)                                                  \
    do {                                                                                           \
        const SnapshotFault found = fault_of(bytes);                                               \
        const SnapshotFault wanted{SnapshotPart::part, SnapshotFlaw::flaw, number};                \
        EXPECT_EQ(found, wanted) << spelled(found) << ", not " << spelled(wanted);                 \
    } while (false)

TEST(Snapshot, opens_and_gives_its_tables) {
    const SnapshotDraft draft;
    const Bytes bytes = draft.bytes();
    const Snapshot snapshot = opened(bytes);
    EXPECT_EQ(snapshot.name(), "small");
    EXPECT_EQ(snapshot.header().size_bytes, 128u + 2 * 64 + 3 * 32 + 2 * 16 + 1 * 8);
    EXPECT_EQ(snapshot.id(), snapshot_id(bytes));
    const SigmaTables& tables = snapshot.tables();
    ASSERT_EQ(tables.tasks.size(), 2u);
    ASSERT_EQ(tables.hooks.size(), 3u);
    ASSERT_EQ(tables.guards.size(), 2u);
    ASSERT_EQ(tables.patterns.size(), 1u);
    EXPECT_EQ(tables.tasks[0].ticks, 12u) << "what they cost was filled in";
    EXPECT_EQ(tables.tasks[1].ticks, 13u);
    std::vector<SigmaTask> tasks(tables.tasks.begin(), tables.tasks.end());
    for (SigmaTask& task : tasks) {
        task.ticks = 0;
    }
    EXPECT_EQ(std::memcmp(tasks.data(), draft.tasks.data(), 2 * 64), 0);
    EXPECT_EQ(std::memcmp(tables.hooks.data(), draft.hooks.data(), 3 * 32), 0);
    EXPECT_EQ(std::memcmp(tables.guards.data(), draft.guards.data(), 2 * 16), 0);
    EXPECT_EQ(tables.patterns[0].cost, 1u);
}

TEST(Snapshot, one_without_records_is_sound) {
    SnapshotDraft draft;
    draft.tasks.clear();
    draft.hooks.clear();
    draft.guards.clear();
    draft.patterns.clear();
    EXPECT_EQ(fault_of(draft), SOUND);
}

TEST(Snapshot, full_tables_are_sound_and_one_more_record_is_refused) {
    SnapshotDraft draft;
    draft.tasks.resize(SNAPSHOT_TASKS_MAX, draft.tasks[1]);
    draft.hooks.resize(SNAPSHOT_HOOKS_MAX, draft.hooks[0]);
    draft.guards.resize(SNAPSHOT_GUARDS_MAX, draft.guards[0]);
    draft.tasks[0].hooks[0] = SNAPSHOT_HOOKS_MAX - 1;
    draft.tasks[0].guards[0] = SNAPSHOT_GUARDS_MAX - 1;
    draft.tasks[0].when_true = SNAPSHOT_TASKS_MAX - 1;
    EXPECT_EQ(fault_of(draft), SOUND);
    draft.tasks.push_back(draft.tasks[1]);
    EXPECT_REFUSED(draft, Header, TooMany, 0);
    draft.tasks.pop_back();
    draft.hooks.push_back(draft.hooks[0]);
    EXPECT_REFUSED(draft, Header, TooMany, 0);
    draft.hooks.pop_back();
    draft.guards.push_back(draft.guards[0]);
    EXPECT_REFUSED(draft, Header, TooMany, 0);
    draft.guards.pop_back();
    draft.patterns.resize(SNAPSHOT_PATTERNS_MAX + 1);
    EXPECT_REFUSED(draft, Header, TooMany, 0);
}

TEST(Snapshot, every_bit_that_changes_is_noticed) {
    Bytes bytes = SnapshotDraft().bytes();
    for (std::size_t at = 0; at < bytes.size(); ++at) {
        for (u32 bit = 0; bit < 8; ++bit) {
            bytes[at] ^= std::byte{1} << bit;
            EXPECT_NE(fault_of(bytes), SOUND) << "byte " << at << ", bit " << bit;
            bytes[at] ^= std::byte{1} << bit;
        }
    }
    EXPECT_EQ(fault_of(bytes), SOUND);
}

TEST(Snapshot, every_size_but_its_own_is_refused) {
    Bytes bytes = SnapshotDraft().bytes();
    for (std::size_t size = 0; size < bytes.size(); ++size) {
        const Bytes part(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size));
        if (size < sizeof(SnapshotHeader)) {
            EXPECT_REFUSED(part, Header, TooShort, 0);
        } else {
            EXPECT_REFUSED(part, Header, OtherSize, 0);
        }
    }
    bytes.resize(bytes.size() + 8);
    EXPECT_REFUSED(bytes, Header, OtherSize, 0);
}

// --- header --------------------------------------------------------------------------------------

/// The draft's bytes with one word of the header changed, and a right id.
template<class T>
Bytes with_header(std::size_t at, T value) {
    Bytes bytes = SnapshotDraft().bytes();
    std::memcpy(bytes.data() + at, &value, sizeof value);
    test::seal(bytes);
    return bytes;
}

TEST(Snapshot, header_that_is_none_is_refused) {
    EXPECT_REFUSED(with_header(0, SNAPSHOT_MAGIC + 1), Header, NoSnapshot, 0);
    EXPECT_REFUSED(with_header(8, u32{1}), Header, OtherVersion, 0);
    EXPECT_REFUSED(with_header(12, u32{400}), Header, OtherSize, 0);
    EXPECT_REFUSED(with_header(16, u32{3}), Header, OtherSize, 0);
    EXPECT_REFUSED(with_header(16, ~u32{0}), Header, TooMany, 0);
    EXPECT_REFUSED(with_header(20, ~u32{0}), Header, TooMany, 0);
    EXPECT_REFUSED(with_header(24, ~u32{0}), Header, TooMany, 0);
    EXPECT_REFUSED(with_header(28, ~u32{0}), Header, TooMany, 0);
}

TEST(Snapshot, name_that_is_none_is_refused) {
    SnapshotDraft draft;
    for (const std::string name : {"", "a b", "a/b", "\xC3\xA4"}) {
        draft.name = name;
        EXPECT_REFUSED(draft, Header, BadName, 0);
    }
    draft.name = std::string(63, 'a');
    EXPECT_EQ(fault_of(draft), SOUND);
    draft.name = std::string(64, 'a');
    EXPECT_REFUSED(draft, Header, BadName, 0);
    EXPECT_REFUSED(with_header(64 + 7, 'a'), Header, BadName, 0); // behind a zero
}

TEST(Snapshot, other_id_is_refused) {
    Bytes bytes = SnapshotDraft().bytes();
    bytes[32] ^= std::byte{1};
    EXPECT_REFUSED(bytes, Header, OtherId, 0);
}

// --- records -------------------------------------------------------------------------------------

TEST(Snapshot, pattern_that_is_none_is_refused) {
    SnapshotDraft draft;
    draft.patterns[0].id = 42;
    EXPECT_REFUSED(draft, Pattern, UnknownPattern, 0);
    draft.patterns[0].id = PATTERNS_END;
    EXPECT_REFUSED(draft, Pattern, UnknownPattern, 0);
    draft.patterns[0] = {0, 2, 0};
    EXPECT_REFUSED(draft, Pattern, OtherCost, 0);
    draft.patterns[0] = {0, 1, 1};
    EXPECT_REFUSED(draft, Pattern, UnusedNotZero, 0);
    draft.patterns = {{0, 1, 0}, {0, 1, 0}};
    EXPECT_REFUSED(draft, Pattern, PatternsUnordered, 1);
}

TEST(Snapshot, guard_that_is_none_is_refused) {
    const auto with = [](SigmaGuard guard) {
        SnapshotDraft draft;
        draft.guards[1] = guard;
        return draft;
    };
    using enum SigmaGuardKind;
    EXPECT_REFUSED(with({static_cast<SigmaGuardKind>(4), 0, 0, 0, 1}), Guard, UnknownKind, 1);
    EXPECT_REFUSED(with({static_cast<SigmaGuardKind>(254), 0, 0, 0, 1}), Guard, UnknownKind, 1);
    EXPECT_REFUSED(with({Carry, 4, 0, 0, 1}), Guard, NoSuchWord, 1);
    EXPECT_REFUSED(with({Custom, 0, 1024, 0, 0}), Guard, NoSuchCustomGuard, 1);
    EXPECT_REFUSED(with({Custom, 1, 5, 0, 0}), Guard, UnusedNotZero, 1);
    EXPECT_REFUSED(with({Custom, 0, 5, 0, 1}), Guard, UnusedNotZero, 1);
    EXPECT_REFUSED(with({Carry, 3, 1, 0, 1}), Guard, UnusedNotZero, 1);
    EXPECT_REFUSED(with({Authorization, 3, 0, 1, 1}), Guard, UnusedNotZero, 1);
    EXPECT_REFUSED(with({TickBudget, 1, 0, 0, 1}), Guard, UnusedNotZero, 1);
    EXPECT_REFUSED(with({Schema, 0, 1, 0, 1}), Guard, UnusedNotZero, 1);
    EXPECT_EQ(fault_of(with({TickBudget, 0, 0, 0, ~u64{0}})), SOUND);
    EXPECT_EQ(fault_of(with({Schema, 0, 0, 0, 7})), SOUND);
}

SnapshotDraft with_hook(const Hook& hook) {
    SnapshotDraft draft;
    draft.hooks[2] = hook;
    return draft;
}

TEST(Snapshot, hook_that_is_none_is_refused) {
    for (u32 raw = 0; raw < 256; ++raw) {
        const auto op = static_cast<OpCode>(raw);
        const SnapshotFault found = fault_of(with_hook({op, 0, 0, 0, 0, 20, 0}));
        EXPECT_EQ(found == SOUND, is_defined(op)) << raw;
    }
    using enum OpCode;
    EXPECT_REFUSED(with_hook({static_cast<OpCode>(19), 0, 0, 0, 0, 0, 0}), Hook, UnknownOperation,
                   2);
    EXPECT_REFUSED(with_hook({AskSpo, 4, 0, 0, 0, 0, 0}), Hook, UnknownFlag, 2);
    EXPECT_REFUSED(with_hook({AskSp, 0, 1, 0, 1, 0, 0}), Hook, UnusedNotZero, 2);
    EXPECT_REFUSED(with_hook({AskSp, 0, 0, 1, 1, 0, 0}), Hook, UnusedNotZero, 2);
    EXPECT_REFUSED(with_hook({AskSp, 0, 0, 0, 1, 0, 1}), Hook, UnusedNotZero, 2);
    EXPECT_REFUSED(with_hook({AskSp, HOOK_OBJECT_FROM_TASK, 0, 0, 1, 0, 0}), Hook, UnusedNotZero,
                   2);
    EXPECT_REFUSED(with_hook({AskSp, HOOK_SUBJECT_FROM_TASK, 0, 0, 1, 0, 0}), Hook, UnusedNotZero,
                   2);
    EXPECT_REFUSED(with_hook({AskOp, HOOK_SUBJECT_FROM_TASK, 0, 0, 0, 0, 1}), Hook, UnusedNotZero,
                   2);
    EXPECT_REFUSED(with_hook({AskOp, HOOK_OBJECT_FROM_TASK, 0, 0, 0, 0, 1}), Hook, UnusedNotZero,
                   2);
    EXPECT_REFUSED(with_hook({CompareOLt, 0, 0, 0, 1, 0, 1}), Hook, UnusedNotZero, 2);
    EXPECT_REFUSED(with_hook({Construct8, 0, 0, 0, 1, 0, 1}), Hook, UnusedNotZero, 2);
    EXPECT_EQ(fault_of(with_hook({CountSpEq, HOOK_SUBJECT_FROM_TASK, 0, 8, 0, 1, 0})), SOUND);
    EXPECT_EQ(fault_of(with_hook({ValidateDatatypeSpo, 3, 0, 0, 0, 1, 0})), SOUND);
}

TEST(Snapshot, task_that_names_nothing_is_refused) {
    const auto with = [](auto change) {
        SnapshotDraft draft;
        change(draft.tasks[1]);
        return draft;
    };
    EXPECT_REFUSED(with([](SigmaTask& t) { t.pattern = 1; }), Task, NoSuchPattern, 1);
    EXPECT_REFUSED(with([](SigmaTask& t) { t.guard_count = 9; }), Task, TooManyParts, 1);
    EXPECT_REFUSED(with([](SigmaTask& t) { t.hook_count = 8; }), Task, TooManyParts, 1);
    EXPECT_REFUSED(with([](SigmaTask& t) { t.hooks[0] = 3; }), Task, NoSuchHook, 1);
    EXPECT_REFUSED(with([](SigmaTask& t) {
                       t.guard_count = 8;
                       t.guards[7] = 2;
                   }),
                   Task, NoSuchGuard, 1);
    EXPECT_REFUSED(with([](SigmaTask& t) { t.when_true = 2; }), Task, NoSuchTask, 1);
    EXPECT_REFUSED(with([](SigmaTask& t) { t.when_false = 0xFFFE; }), Task, NoSuchTask, 1);
    EXPECT_REFUSED(with([](SigmaTask& t) { t.guards[0] = 1; }), Task, UnusedNotZero, 1);
    EXPECT_REFUSED(with([](SigmaTask& t) { t.hooks[6] = 1; }), Task, UnusedNotZero, 1);
    EXPECT_REFUSED(with([](SigmaTask& t) { t.reserved[1] = 1; }), Task, UnusedNotZero, 1);
    EXPECT_REFUSED(with([](SigmaTask& t) { t.branches[6] = 1; }), Task, UnusedNotZero, 1);
    EXPECT_REFUSED(with([](SigmaTask& t) { t.branch_count = 8; }), Task, TooManyParts, 1);
    EXPECT_REFUSED(with([](SigmaTask& t) {
                       t.branch_count = 7;
                       t.branches[6] = 2;
                   }),
                   Task, NoSuchTask, 1);
    EXPECT_REFUSED(with([](SigmaTask& t) { t.ticks = 12; }), Task, OtherTicks, 1);
    EXPECT_REFUSED(with([](SigmaTask& t) { t.ticks = 14; }), Task, OtherTicks, 1);
}

// --- patterns ------------------------------------------------------------------------------------

/// The draft's second task as one of this pattern, with all that it needs.
SnapshotDraft of_pattern(PatternId id) {
    SnapshotDraft draft;
    const PatternShape shape = shape_of(id);
    draft.patterns = {{0, 1, 0}, {static_cast<u16>(id), shape.cost, 0}};
    SigmaTask& task = draft.tasks[1];
    task.pattern = 1;
    task.when_true = shape.when_true ? 0 : SIGMA_NONE;
    task.when_false = shape.when_false ? 0 : SIGMA_NONE;
    task.branch_count = shape.branches_max == 0 ? 0 : 1;
    task.need = shape.need ? 2 : 0;
    task.rounds = shape.rounds ? 3 : 0;
    task.beats = shape.beats ? 16 : 0;
    task.failures = shape.thresholds ? 5 : 0;
    task.successes = shape.thresholds ? 1 : 0;
    return draft;
}

TEST(Snapshot, each_pattern_has_the_parts_that_it_takes_and_no_others) {
    u32 patterns = 0;
    for (u16 id = 1; id < PATTERNS_END; ++id) {
        if (pattern_cost(id) == 0) {
            continue;
        }
        ++patterns;
        const PatternShape shape = shape_of(static_cast<PatternId>(id));
        const auto changed = [id](auto change) {
            SnapshotDraft draft = of_pattern(static_cast<PatternId>(id));
            change(draft.tasks[1]);
            return draft;
        };
        EXPECT_EQ(fault_of(changed([](SigmaTask&) {})), SOUND) << id;
        EXPECT_REFUSED(changed([](SigmaTask& t) { t.need = t.need == 0 ? 1 : 0; }), Task,
                       OtherShape, 1);
        EXPECT_REFUSED(changed([](SigmaTask& t) { t.rounds = t.rounds == 0 ? 1 : 0; }), Task,
                       OtherShape, 1);
        EXPECT_REFUSED(changed([](SigmaTask& t) { t.beats = t.beats == 0 ? 1 : 0; }), Task,
                       OtherShape, 1);
        EXPECT_REFUSED(changed([](SigmaTask& t) { t.failures = t.failures == 0 ? 1 : 0; }), Task,
                       OtherShape, 1);
        EXPECT_REFUSED(changed([](SigmaTask& t) { t.successes = t.successes == 0 ? 1 : 0; }), Task,
                       OtherShape, 1);
        EXPECT_REFUSED(changed([](SigmaTask& t) { t.branch_count = t.branch_count == 0 ? 1 : 0; }),
                       Task, OtherShape, 1);
        if (!shape.when_true) {
            EXPECT_REFUSED(changed([](SigmaTask& t) { t.when_true = 0; }), Task, OtherShape, 1);
        }
        if (!shape.when_false) {
            EXPECT_REFUSED(changed([](SigmaTask& t) { t.when_false = 0; }), Task, OtherShape, 1);
        }
    }
    EXPECT_EQ(patterns, 15u);
}

TEST(Snapshot, branches_are_as_many_as_the_pattern_takes) {
    const auto with_branches = [](PatternId id, u8 branches, u8 hooks) {
        SnapshotDraft draft = of_pattern(id);
        draft.tasks[1].branch_count = branches;
        draft.tasks[1].hook_count = hooks;
        std::fill_n(draft.tasks[1].hooks, hooks, u16{0});
        std::fill_n(draft.tasks[1].hooks + hooks, SIGMA_HOOKS_MAX - hooks, u16{0});
        return draft;
    };
    EXPECT_EQ(fault_of(with_branches(PatternId::ParallelSplit, 7, 1)), SOUND);
    EXPECT_EQ(fault_of(with_branches(PatternId::MultiChoice, 7, 7)), SOUND);
    EXPECT_REFUSED(with_branches(PatternId::MultiChoice, 3, 2), Task, OtherShape, 1);
    EXPECT_REFUSED(with_branches(PatternId::ExclusiveChoice, 2, 3), Task, OtherShape, 1);
    EXPECT_REFUSED(with_branches(PatternId::DeferredChoice, 1, 2), Task, OtherShape, 1);
    EXPECT_REFUSED(with_branches(PatternId::ArbitraryCycles, 2, 1), Task, OtherShape, 1);
    EXPECT_REFUSED(with_branches(PatternId::Timeout, 2, 1), Task, OtherShape, 1);
}

TEST(Snapshot, each_flaw_and_each_part_has_a_text_of_its_own) {
    std::set<std::string> texts;
    for (u32 flaw = 0; flaw <= static_cast<u32>(SnapshotFlaw::OtherReceipt); ++flaw) {
        EXPECT_TRUE(texts.insert(text_of(static_cast<SnapshotFlaw>(flaw))).second) << flaw;
    }
    for (u32 part = 0; part <= static_cast<u32>(SnapshotPart::Receipt); ++part) {
        EXPECT_TRUE(texts.insert(text_of(static_cast<SnapshotPart>(part))).second) << part;
    }
}

TEST(SnapshotDeathTest, bytes_at_an_odd_place_are_a_bug_of_who_has_them) {
    Bytes bytes = SnapshotDraft().bytes();
    bytes.resize(bytes.size() + 1);
    EXPECT_DEATH(static_cast<void>(Snapshot::open(std::span(bytes).subspan(1))), "panic: ");
}

} // namespace
} // namespace knhk
