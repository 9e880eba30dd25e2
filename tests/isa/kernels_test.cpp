// SPDX-License-Identifier: MIT
// The one entry that checks what it is given; how a table is chosen; and that the checks of kernels
// (check_kernels_main.cpp runs them) find what they are for.
#include "isa/kernels.hpp"

#include <gtest/gtest.h>

#include <cstring>

#include "tests/isa/kernel_checks.hpp"
#include "tests/isa/naive.hpp"

namespace knhk {
namespace {

using checks::Coverage;

TripleRun three_rows() {
    return {.subjects = {7, 7, 9, 7},
            .objects = {1, 2, 3, 7},
            .predicate = 5,
            .length = 3,
            .reserved = {}};
}

/// Of the scalar kernels, on those rows.
MuStatus query(OpCode op, const Query& asked, RowResult& rows, bool& answer) {
    return run_query(SCALAR_KERNELS, op, three_rows(), asked, rows, answer);
}

TEST(RunQuery, codes_that_are_no_operation_are_refused) {
    u32 defined = 0;
    for (u32 raw = 0; raw < 256; ++raw) {
        RowResult rows{};
        bool answer = false;
        const auto op = static_cast<OpCode>(raw);
        const MuStatus status = query(op, {7, 5, 1, 1}, rows, answer);
        EXPECT_EQ(status, is_defined(op) ? MuStatus::Ok : MuStatus::UnknownOperation) << raw;
        defined += status == MuStatus::Ok ? 1 : 0;
    }
    EXPECT_EQ(defined, 19U);
}

TEST(RunQuery, runs_of_more_than_eight_rows_are_refused) {
    for (const u32 length : {9U, 64U, ~u32{0}}) {
        TripleRun run = three_rows();
        run.length = length;
        RowResult rows{};
        bool answer = false;
        for (const OpCode op : {OpCode::AskSp, OpCode::Construct8}) {
            EXPECT_EQ(run_query(SCALAR_KERNELS, op, run, {7, 5, 1, 1}, rows, answer),
                      MuStatus::RunTooLong);
        }
    }
}

TEST(RunQuery, operations_that_emit_answer_whether_they_did) {
    RowResult rows{};
    bool answer = false;
    EXPECT_EQ(query(OpCode::SelectSp, {7, 5, 0, 0}, rows, answer), MuStatus::Ok);
    EXPECT_TRUE(answer);
    EXPECT_EQ(rows.mask, 0b011U) << "the fourth row is stale";
    EXPECT_EQ(rows.objects[1], 2U);
    EXPECT_EQ(query(OpCode::SelectSp, {8, 5, 0, 0}, rows, answer), MuStatus::Ok);
    EXPECT_FALSE(answer);
    EXPECT_EQ(query(OpCode::Construct8, {0, 5, 42, 0}, rows, answer), MuStatus::Ok);
    EXPECT_TRUE(answer);
    EXPECT_EQ(rows.count, 3U);
    EXPECT_EQ(rows.subjects[2], 9U);
    EXPECT_EQ(rows.objects[2], 42U);
    EXPECT_EQ(rows.subjects[3], 0U);
}

TEST(RunQuery, boolean_operations_leave_the_rows_alone) {
    RowResult rows{};
    rows.mask = 77;
    bool answer = false;
    EXPECT_EQ(query(OpCode::AskSp, {9, 5, 0, 0}, rows, answer), MuStatus::Ok);
    EXPECT_TRUE(answer);
    EXPECT_EQ(rows.mask, 77U);
}

TEST(KernelChoice, the_scalar_table_is_last_and_runs_anywhere) {
    EXPECT_EQ(kernel_tables().back(), &SCALAR_KERNELS);
    EXPECT_EQ(&best_kernels(0), &SCALAR_KERNELS);
    EXPECT_EQ(find_kernels(InstructionSet::Scalar, 0), &SCALAR_KERNELS);
}

TEST(KernelChoice, each_table_is_the_best_when_no_better_one_can_be_run) {
    u64 usable = 0;
    for (u32 set = 0; set < INSTRUCTION_SETS; ++set) {
        usable |= bit_of(static_cast<InstructionSet>(set));
    }
    for (const KernelTable* kernels : kernel_tables()) {
        EXPECT_EQ(&best_kernels(usable), kernels);
        EXPECT_STREQ(kernels->name, name_of(kernels->set));
        EXPECT_EQ(find_kernels(kernels->set, usable), kernels);
        usable &= ~bit_of(kernels->set);
        if (kernels->set != InstructionSet::Scalar) {
            EXPECT_EQ(find_kernels(kernels->set, usable), nullptr) << kernels->name;
        }
    }
}

TEST(KernelChoice, names_are_read_back) {
    for (u32 i = 0; i < INSTRUCTION_SETS; ++i) {
        const auto set = static_cast<InstructionSet>(i);
        EXPECT_EQ(instruction_set_named(name_of(set)).value(), set);
    }
    for (const char* name : {"", "auto", "AVX2", "avx", "avx2 ", "sse"}) {
        EXPECT_FALSE(instruction_set_named(name).has_value()) << name;
    }
}

/// The scalar kernels but for one, which is wrong in the way that is meant to be found.
KernelTable faulty(OpCode op, BooleanKernel kernel) {
    KernelTable table = SCALAR_KERNELS;
    table.booleans[static_cast<u32>(op)] = kernel;
    return table;
}

TEST(KernelChecks, find_a_kernel_that_sees_stale_rows) {
    const KernelTable table = faulty(OpCode::AskSp, [](const TripleRun& run, const Query& query) {
        TripleRun all = run;
        all.length = RUN_ROWS;
        return naive::answer(OpCode::AskSp, all, query);
    });
    Coverage coverage;
    EXPECT_TRUE(checks::check_small_domain(table, 2, 1, coverage));
}

TEST(KernelChecks, find_a_kernel_that_compares_as_signed) {
    const KernelTable table =
        faulty(OpCode::CompareOGt, [](const TripleRun& run, const Query& query) {
            bool is_greater = false;
            for (u32 row = 0; row < run.length; ++row) {
                is_greater |= static_cast<std::int64_t>(run.objects[row]) >
                              static_cast<std::int64_t>(query.object);
            }
            return is_greater && run.predicate == query.predicate;
        });
    Coverage coverage;
    EXPECT_TRUE(checks::check_large_words(table, 100, coverage));
}

TEST(KernelChecks, find_a_kernel_that_takes_any_predicate) {
    const KernelTable table =
        faulty(OpCode::CountSpEq, [](const TripleRun& run, const Query& query) {
            return naive::count(OpCode::CountSpEq, run, query) == query.threshold;
        });
    Coverage coverage;
    EXPECT_TRUE(checks::check_small_domain(table, 2, 1, coverage));
}

TEST(KernelChecks, find_rows_that_were_not_cleared) {
    KernelTable table = SCALAR_KERNELS;
    table.construct8 = [](const TripleRun& run, const Query& query, RowResult& result) {
        const u64 before = result.subjects[7];
        SCALAR_KERNELS.construct8(run, query, result);
        result.subjects[7] = run.length == RUN_ROWS ? result.subjects[7] : before;
    };
    Coverage coverage;
    EXPECT_TRUE(checks::check_small_domain(table, 2, 1, coverage));
}

TEST(KernelChecks, find_guards_of_which_one_is_dropped) {
    KernelTable table = SCALAR_KERNELS;
    table.guards8 = [](const GuardBatch& batch) { return SCALAR_KERNELS.guards8(batch) | 0x80; };
    Coverage coverage;
    EXPECT_GT(checks::wrong_guards(table, 1000, coverage), 0U);
}

TEST(KernelChecks, find_hashes_that_see_what_lies_behind_the_rows) {
    KernelTable table = SCALAR_KERNELS;
    table.hash_rows = [](const TripleRun& run, const Query& query, u64 ending) {
        TripleRun longer = run;
        longer.length = run.length == RUN_ROWS - 1 ? RUN_ROWS : run.length;
        return SCALAR_KERNELS.hash_rows(longer, query, ending);
    };
    Coverage coverage;
    EXPECT_GT(checks::wrong_hashes(table, 1000, coverage), 0U);
}

TEST(KernelChecks, find_hashes_without_what_is_bound_beside_the_rows) {
    KernelTable table = SCALAR_KERNELS;
    table.hash_rows = [](const TripleRun& run, const Query& query, u64 ending) {
        return SCALAR_KERNELS.hash_rows(run, query, ending & 0xFFFF'FFFF'FFFF);
    };
    Coverage coverage;
    EXPECT_GT(checks::wrong_hashes(table, 1000, coverage), 0U);
}

} // namespace
} // namespace knhk
