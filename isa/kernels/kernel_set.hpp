// SPDX-License-Identifier: MIT
// The boolean operations, written once over what an instruction set does with eight lanes. Only
// files of isa/kernels/ include this, each with a type `Lanes` in its unnamed namespace: what is
// made of it then belongs to that file alone. A linker keeps one copy of a function that several
// files share, and that might be one that this machine cannot run.
//
// Lanes has
//   Match                    which of eight lanes meet a condition
//   equal, greater, less     (rows, value) -> Match; unsigned
//   both                     (Match, Match) -> Match
//   bits                     (Match, length) -> a number with a bit or a byte for each lane before
//                            `length` that meets it
//   other_bits               the same for those that do not
//   count                    how many lanes such a number has
//   construct8, select_sp, guards8, hash_rows
#pragma once

#include "isa/kernel_table.hpp"

namespace knhk {

template<class Lanes>
struct KernelSet {
    using Match = typename Lanes::Match;

    static bool answer(const TripleRun& run, const Query& query, bool is_met) {
        return is_met & (run.predicate == query.predicate);
    }
    static bool exists(const TripleRun& run, const Query& query, Match match) {
        return answer(run, query, Lanes::bits(match, run.length) != 0);
    }
    static bool exists_other(const TripleRun& run, const Query& query, Match match) {
        return answer(run, query, Lanes::other_bits(match, run.length) != 0);
    }
    static u64 count(const TripleRun& run, Match match) {
        return Lanes::count(Lanes::bits(match, run.length));
    }
    static Match subjects(const TripleRun& run, const Query& query) {
        return Lanes::equal(run.subjects, query.subject);
    }
    static Match objects(const TripleRun& run, const Query& query) {
        return Lanes::equal(run.objects, query.object);
    }

    static bool ask_sp(const TripleRun& run, const Query& query) {
        return exists(run, query, subjects(run, query));
    }
    static bool ask_op(const TripleRun& run, const Query& query) {
        return exists(run, query, objects(run, query));
    }
    static bool ask_spo(const TripleRun& run, const Query& query) {
        return exists(run, query, Lanes::both(subjects(run, query), objects(run, query)));
    }
    static bool count_sp_ge(const TripleRun& run, const Query& query) {
        return answer(run, query, count(run, subjects(run, query)) >= query.threshold);
    }
    static bool count_sp_le(const TripleRun& run, const Query& query) {
        return answer(run, query, count(run, subjects(run, query)) <= query.threshold);
    }
    static bool count_sp_eq(const TripleRun& run, const Query& query) {
        return answer(run, query, count(run, subjects(run, query)) == query.threshold);
    }
    static bool unique_sp(const TripleRun& run, const Query& query) {
        return answer(run, query, count(run, subjects(run, query)) == 1);
    }
    static bool count_op_ge(const TripleRun& run, const Query& query) {
        return answer(run, query, count(run, objects(run, query)) >= query.threshold);
    }
    static bool count_op_le(const TripleRun& run, const Query& query) {
        return answer(run, query, count(run, objects(run, query)) <= query.threshold);
    }
    static bool count_op_eq(const TripleRun& run, const Query& query) {
        return answer(run, query, count(run, objects(run, query)) == query.threshold);
    }
    static bool compare_o_gt(const TripleRun& run, const Query& query) {
        return exists(run, query, Lanes::greater(run.objects, query.object));
    }
    static bool compare_o_lt(const TripleRun& run, const Query& query) {
        return exists(run, query, Lanes::less(run.objects, query.object));
    }
    static bool compare_o_ge(const TripleRun& run, const Query& query) {
        return exists_other(run, query, Lanes::less(run.objects, query.object));
    }
    static bool compare_o_le(const TripleRun& run, const Query& query) {
        return exists_other(run, query, Lanes::greater(run.objects, query.object));
    }

    /// The one beside the other: what both look at is loaded once, and the caller calls once.
    template<BooleanKernel ask>
    static bool bind(const TripleRun& run, const Query& query, u64 ending, SealedReceipt& receipt) {
        const bool answer = ask(run, query);
        receipt.bind(Lanes::hash_rows(run, query, answer ? ending + ENDING_YES : ending));
        return answer;
    }

    /// In the order of OpCode. The datatype of a VALIDATE stands in the object: the same tests.
    static constexpr KernelTable table(const char* name, InstructionSet set) {
        return {.name = name,
                .set = set,
                .booleans = {nullptr, ask_sp, count_sp_ge, ask_spo, nullptr, count_sp_le,
                             count_sp_eq, ask_op, unique_sp, count_op_ge, count_op_le, count_op_eq,
                             ask_op, compare_o_gt, compare_o_lt, compare_o_ge, compare_o_le,
                             ask_spo, ask_spo},
                .construct8 = Lanes::construct8,
                .select_sp = Lanes::select_sp,
                .guards8 = Lanes::guards8,
                .hash_rows = Lanes::hash_rows,
                .bindings = {nullptr, bind<ask_sp>, bind<count_sp_ge>, bind<ask_spo>, nullptr,
                             bind<count_sp_le>, bind<count_sp_eq>, bind<ask_op>, bind<unique_sp>,
                             bind<count_op_ge>, bind<count_op_le>, bind<count_op_eq>, bind<ask_op>,
                             bind<compare_o_gt>, bind<compare_o_lt>, bind<compare_o_ge>,
                             bind<compare_o_le>, bind<ask_spo>, bind<ask_spo>}};
    }
};

} // namespace knhk
