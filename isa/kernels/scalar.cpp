// SPDX-License-Identifier: MIT
// The query kernels for any processor: all eight lanes, without a branch on what they hold.
#include "isa/kernels/kernel_set.hpp"
#include "isa/kernels/words.hpp"

namespace knhk {
namespace {

/// What `row` emits: these, or zeros.
void emit(RowResult& result, u32 row, bool is_emitted, u64 subject, u64 object) {
    const u64 kept = whole_word(is_emitted);
    result.subjects[row] = subject & kept;
    result.objects[row] = object & kept;
}

bool passes(SigmaGuardKind kind, u64 wanted, u64 found) {
    const bool budget = (kind == SigmaGuardKind::TickBudget) & (found <= wanted);
    const bool carry = (kind == SigmaGuardKind::Carry) & ((wanted & ~found) == 0);
    const bool authorization = (kind == SigmaGuardKind::Authorization) & ((wanted & found) != 0);
    const bool schema = (kind == SigmaGuardKind::Schema) & (wanted == found);
    const bool custom = (kind == SigmaGuardKind::Custom) & (found != 0);
    return budget | carry | authorization | schema | custom;
}

struct Lanes {
    using Match = u32;

    static Match equal(const u64* rows, u64 value) {
        u32 match = 0;
        for (u32 row = 0; row < RUN_ROWS; ++row) {
            match |= u32{rows[row] == value} << row;
        }
        return match;
    }
    static Match greater(const u64* rows, u64 value) {
        u32 match = 0;
        for (u32 row = 0; row < RUN_ROWS; ++row) {
            match |= u32{rows[row] > value} << row;
        }
        return match;
    }
    static Match less(const u64* rows, u64 value) {
        u32 match = 0;
        for (u32 row = 0; row < RUN_ROWS; ++row) {
            match |= u32{rows[row] < value} << row;
        }
        return match;
    }
    static Match both(Match a, Match b) { return a & b; }
    static u32 bits(Match match, u32 length) { return match & live_rows(length); }
    static u32 other_bits(Match match, u32 length) { return ~match & live_rows(length); }
    static u64 count(u32 bits) { return bits_set(bits); }

    static void construct8(const TripleRun& run, const Query& query, RowResult& result) {
        const u32 mask = ~equal(run.subjects, 0) & rows_of(run, query);
        for (u32 row = 0; row < RUN_ROWS; ++row) {
            emit(result, row, (mask >> row & 1) != 0, run.subjects[row], query.object);
        }
        finish(result, mask, query.predicate);
    }

    static void select_sp(const TripleRun& run, const Query& query, RowResult& result) {
        const u32 mask = equal(run.subjects, query.subject) & rows_of(run, query);
        for (u32 row = 0; row < RUN_ROWS; ++row) {
            emit(result, row, (mask >> row & 1) != 0, query.subject, run.objects[row]);
        }
        finish(result, mask, query.predicate);
    }

    static u32 guards8(const GuardBatch& batch) {
        u32 passed = ~live_rows(batch.count) & ALL_ROWS;
        for (u32 i = 0; i < CHATMAN; ++i) {
            passed |= u32{passes(batch.kinds[i], batch.wanted[i], batch.found[i])} << i;
        }
        return passed;
    }

    static ReceiptHashes hash_rows(const TripleRun& run, const Query& query, u64 ending) {
        return binding::hash_rows(run, query, ending);
    }
};

} // namespace

constinit const KernelTable SCALAR_KERNELS =
    KernelSet<Lanes>::table("scalar", InstructionSet::Scalar);

} // namespace knhk
