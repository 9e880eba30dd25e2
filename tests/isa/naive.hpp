// SPDX-License-Identifier: MIT
// The query operations as docs/isa.md has them, row by row: what every kernel is held against, and
// what the bench calls the naive loop.
#pragma once

#include "isa/guard_batch.hpp"
#include "isa/op_code.hpp"
#include "isa/query.hpp"
#include "isa/receipt.hpp"

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

/// The product of two words under two keys, its high half ^ its low half; digit by digit.
inline u64 mixed(u64 a, u64 b) {
    constexpr u64 DIGIT = 0xFFFF'FFFF;
    u64 product[4] = {};
    for (u32 i = 0; i < 2; ++i) {
        u64 carry = 0;
        for (u32 j = 0; j < 2; ++j) {
            const u64 sum =
                product[i + j] + (a >> (32 * i) & DIGIT) * (b >> (32 * j) & DIGIT) + carry;
            product[i + j] = sum & DIGIT;
            carry = sum >> 32;
        }
        product[i + 2] = carry;
    }
    return (product[0] | product[1] << 32) ^ (product[2] | product[3] << 32);
}

/// SplitMix64's output of this number, from 0 on.
inline u64 key(u64 number) {
    u64 z = (number + 1) * 0x9E37'79B9'7F4A'7C15;
    z = (z ^ z >> 30) * 0xBF58'476D'1CE4'E5B9;
    z = (z ^ z >> 27) * 0x94D0'49BB'1331'11EB;
    return z ^ z >> 31;
}

inline u64 mixed_at(u64 a, u64 b, u64 number) {
    return mixed(a ^ key(number), b ^ key(number + 1));
}

/// The two hashes of a receipt.
inline ReceiptHashes hashes(const TripleRun& run, const Query& query, u64 ending) {
    ReceiptHashes hashes{};
    u64 sum = ending + mixed_at(query.subject, query.object, 16) +
              mixed_at(run.predicate, query.predicate, 18);
    for (u32 row = 0; row < run.length; ++row) {
        sum += mixed_at(run.subjects[row], run.objects[row], 2 * row);
        hashes.a_hash ^= run.subjects[row] ^ run.predicate ^ run.objects[row];
    }
    sum = (sum ^ sum >> 37) * 0x1656'6791'9E37'79F9;
    hashes.content = sum ^ sum >> 32;
    return hashes;
}

} // namespace knhk::naive
