// SPDX-License-Identifier: MIT
// The query operations as docs/isa.md has them, row by row: what every kernel is held against, and
// what the bench calls the naive loop.
#pragma once

#include "isa/guard_batch.hpp"
#include "isa/op_code.hpp"
#include "isa/query.hpp"

namespace knhk::naive {

inline bool row_meets(OpCode op, u64 subject, u64 object, const Query& query) {
    switch (op) {
    case OpCode::AskSp:
    case OpCode::SelectSp:
    case OpCode::UniqueSp:
    case OpCode::CountSpGe:
    case OpCode::CountSpLe:
    case OpCode::CountSpEq:
        return subject == query.subject;
    case OpCode::AskOp:
    case OpCode::CompareOEq:
    case OpCode::CountOpGe:
    case OpCode::CountOpLe:
    case OpCode::CountOpEq:
        return object == query.object;
    case OpCode::AskSpo:
    case OpCode::ValidateDatatypeSp:
    case OpCode::ValidateDatatypeSpo:
        return subject == query.subject && object == query.object;
    case OpCode::CompareOGt:
        return object > query.object;
    case OpCode::CompareOLt:
        return object < query.object;
    case OpCode::CompareOGe:
        return object >= query.object;
    case OpCode::CompareOLe:
        return object <= query.object;
    case OpCode::Construct8:
        return subject != 0;
    }
    return false;
}

inline u64 count(OpCode op, const TripleRun& run, const Query& query) {
    u64 rows = 0;
    for (u32 row = 0; row < run.length; ++row) {
        if (row_meets(op, run.subjects[row], run.objects[row], query)) {
            ++rows;
        }
    }
    return rows;
}

inline bool answer(OpCode op, const TripleRun& run, const Query& query) {
    if (run.predicate != query.predicate) {
        return false;
    }
    const u64 rows = count(op, run, query);
    switch (op) {
    case OpCode::CountSpGe:
    case OpCode::CountOpGe:
        return rows >= query.threshold;
    case OpCode::CountSpLe:
    case OpCode::CountOpLe:
        return rows <= query.threshold;
    case OpCode::CountSpEq:
    case OpCode::CountOpEq:
        return rows == query.threshold;
    case OpCode::UniqueSp:
        return rows == 1;
    default:
        return rows >= 1;
    }
}

/// Of SELECT_SP and CONSTRUCT8.
inline void emit(OpCode op, const TripleRun& run, const Query& query, RowResult& result) {
    result = RowResult{};
    if (run.predicate != query.predicate) {
        return;
    }
    for (u32 row = 0; row < run.length; ++row) {
        if (row_meets(op, run.subjects[row], run.objects[row], query)) {
            result.subjects[row] = run.subjects[row];
            result.objects[row] = op == OpCode::Construct8 ? query.object : run.objects[row];
            result.predicate = query.predicate;
            result.mask |= u32{1} << row;
            ++result.count;
        }
    }
}

inline bool passes(SigmaGuardKind kind, u64 wanted, u64 found) {
    switch (kind) {
    case SigmaGuardKind::TickBudget:
        return found <= wanted;
    case SigmaGuardKind::Carry:
        return (wanted & ~found) == 0;
    case SigmaGuardKind::Authorization:
        return (wanted & found) != 0;
    case SigmaGuardKind::Schema:
        return wanted == found;
    case SigmaGuardKind::Custom:
        return found != 0;
    }
    return false;
}

inline u32 guards8(const GuardBatch& batch) {
    u32 passed = 0;
    for (u32 i = 0; i < CHATMAN; ++i) {
        if (i >= batch.count || passes(batch.kinds[i], batch.wanted[i], batch.found[i])) {
            passed |= u32{1} << i;
        }
    }
    return passed;
}

} // namespace knhk::naive
