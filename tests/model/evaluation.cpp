// SPDX-License-Identifier: MIT
#include "tests/model/evaluation.hpp"

#include <algorithm>
#include <bit>

#include "tests/model/identity.hpp"

namespace knhk::model {
namespace {

constexpr u64 MAGIC = 0x4D474953'4B484E4B;
constexpr u64 RECEIPT_MAGIC = 0x54504352'4B484E4B;
constexpr u64 HEADER_BYTES = 128;
constexpr u64 ID_AT = 32;
constexpr u64 ID_BYTES = 32;
constexpr u64 RECEIPT_BYTES = 80;
constexpr u64 ALL_INVARIANTS = 31;
constexpr u64 ROWS = 8;

enum Op : u8 {
    ASK_SP = 1,
    COUNT_SP_GE,
    ASK_SPO,
    SELECT_SP,
    COUNT_SP_LE,
    COUNT_SP_EQ,
    ASK_OP,
    UNIQUE_SP,
    COUNT_OP_GE,
    COUNT_OP_LE,
    COUNT_OP_EQ,
    COMPARE_O_EQ,
    COMPARE_O_GT,
    COMPARE_O_LT,
    COMPARE_O_GE,
    COMPARE_O_LE,
    VALIDATE_DATATYPE_SP,
    VALIDATE_DATATYPE_SPO,
    CONSTRUCT8 = 32
};

// The tables' sizes, from the header's counts: tasks, hooks, guards, patterns.
u64 size_of_snapshot(std::span<const std::byte> bytes) {
    return HEADER_BYTES + 64 * number_at(bytes, 16, 4) + 32 * number_at(bytes, 20, 4) +
           16 * number_at(bytes, 24, 4) + 8 * number_at(bytes, 28, 4);
}

bool is_sealed(std::span<const std::byte> bytes) {
    if (bytes.size() < HEADER_BYTES || number_at(bytes, 0, 8) != MAGIC ||
        number_at(bytes, 8, 4) != 2) {
        return false;
    }
    const u64 size = number_at(bytes, 12, 4);
    if (size != size_of_snapshot(bytes) || bytes.size() < size + RECEIPT_BYTES) {
        return false;
    }
    Bytes without_id(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size));
    std::fill_n(without_id.begin() + ID_AT, ID_BYTES, std::byte{0});
    const auto id = bytes.subspan(ID_AT, ID_BYTES);
    const auto receipt = bytes.subspan(size, RECEIPT_BYTES);
    return std::ranges::equal(sha256(without_id), id) &&
           number_at(receipt, 0, 8) == RECEIPT_MAGIC && number_at(receipt, 8, 4) == 1 &&
           number_at(receipt, 12, 4) == ALL_INVARIANTS &&
           std::ranges::equal(receipt.subspan(16, ID_BYTES), id) &&
           std::ranges::equal(receipt.subspan(48, 32), sha256(receipt.first(48)));
}

SigmaTask read_task(std::span<const std::byte> bytes) {
    SigmaTask task{.pattern =
                       static_cast<u16>(number_at(bytes, 0, 2)), // a place, until it is known
                   .when_true = static_cast<u16>(number_at(bytes, 4, 2)),
                   .when_false = static_cast<u16>(number_at(bytes, 6, 2)),
                   .need = number_at(bytes, 54, 1),
                   .rounds = number_at(bytes, 55, 1),
                   .failures = number_at(bytes, 56, 1),
                   .successes = number_at(bytes, 57, 1),
                   .beats = number_at(bytes, 60, 4),
                   .ticks = number_at(bytes, 38, 1)};
    for (u64 i = 0; i < number_at(bytes, 2, 1); ++i) {
        task.guards.push_back(static_cast<u16>(number_at(bytes, 8 + 2 * i, 2)));
    }
    for (u64 i = 0; i < number_at(bytes, 3, 1); ++i) {
        task.hooks.push_back(static_cast<u16>(number_at(bytes, 24 + 2 * i, 2)));
    }
    for (u64 i = 0; i < number_at(bytes, 39, 1); ++i) {
        task.branches.push_back(static_cast<u16>(number_at(bytes, 40 + 2 * i, 2)));
    }
    return task;
}

SigmaHook read_hook(std::span<const std::byte> bytes) {
    return {.op = static_cast<u8>(number_at(bytes, 0, 1)),
            .flags = static_cast<u8>(number_at(bytes, 1, 1)),
            .threshold = static_cast<u32>(number_at(bytes, 4, 4)),
            .subject = number_at(bytes, 8, 8),
            .predicate = number_at(bytes, 16, 8),
            .object = number_at(bytes, 24, 8)};
}

SigmaGuard read_guard(std::span<const std::byte> bytes) {
    return {.kind = static_cast<u8>(number_at(bytes, 0, 1)),
            .word = static_cast<u8>(number_at(bytes, 1, 1)),
            .custom = static_cast<u16>(number_at(bytes, 2, 2)),
            .value = number_at(bytes, 8, 8)};
}

// Whether a row counts, by the operation's rule.
bool meets(const std::pair<u64, u64>& row, const Asked& asked, const ModelFaults& faults) {
    const auto& [subject, object] = row;
    const u64 sign = faults.compares_signed ? u64{1} << 63 : 0;
    const u64 found = object ^ sign;
    const u64 wanted = asked.object ^ sign;
    switch (asked.op) {
    case ASK_SP:
    case COUNT_SP_GE:
    case COUNT_SP_LE:
    case COUNT_SP_EQ:
    case UNIQUE_SP:
    case SELECT_SP:
        return subject == asked.subject;
    case ASK_SPO:
    case VALIDATE_DATATYPE_SP:
    case VALIDATE_DATATYPE_SPO:
        return subject == asked.subject && object == asked.object;
    case COMPARE_O_GT:
        return found > wanted;
    case COMPARE_O_LT:
        return found < wanted;
    case COMPARE_O_GE:
        return found >= wanted;
    case COMPARE_O_LE:
        return found <= wanted;
    case CONSTRUCT8:
        return subject != 0;
    default:
        return object == asked.object;
    }
}

bool is_true(const Asked& asked, u64 count) {
    switch (asked.op) {
    case COUNT_SP_GE:
    case COUNT_OP_GE:
        return count >= asked.threshold;
    case COUNT_SP_LE:
    case COUNT_OP_LE:
        return count <= asked.threshold;
    case COUNT_SP_EQ:
    case COUNT_OP_EQ:
        return count == asked.threshold;
    case UNIQUE_SP:
        return count == 1;
    default:
        return count >= 1;
    }
}

// Laid out like a run, with mask and count in place of the length.
Bytes result_of(const ModelTriples& run, const Asked& asked, u32 rows) {
    Bytes result;
    for (const bool objects : {false, true}) {
        for (u64 row = 0; row < ROWS; ++row) {
            u64 word = 0;
            if ((rows >> row & 1) != 0) {
                const u64 object = asked.op == CONSTRUCT8 ? asked.object : run.rows[row].second;
                word = objects ? object : run.rows[row].first;
            }
            append(result, word, 8);
        }
    }
    append(result, rows != 0 ? asked.predicate : 0, 8);
    append(result, rows, 4);
    append(result, static_cast<u64>(std::popcount(rows)), 4);
    result.resize(192);
    return result;
}

// SplitMix64 from state 0: the n-th output.
u64 key(u64 n) {
    u64 z = (n + 1) * 0x9E3779B97F4A7C15;
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9;
    z = (z ^ z >> 27) * 0x94D049BB133111EB;
    return z ^ z >> 31;
}

u64 mix128(u64 a, u64 b, u64 i) {
    __extension__ typedef unsigned __int128 Wide; // which -Wpedantic does not know
    const Wide product = Wide{a ^ key(i)} * (b ^ key(i + 1));
    return static_cast<u64>(product) ^ static_cast<u64>(product >> 64);
}

u64 span_id(const ModelReceipt& receipt) {
    u64 x = (receipt.cycle * (1 << 24) ^ receipt.sequence) * 0x9E3779B185EBCA87 + receipt.hook;
    x = (x ^ x >> 33) * 0xFF51AFD7ED558CCD;
    x ^= x >> 33;
    return x == 0 ? 1 : x;
}

} // namespace

std::optional<SigmaSnapshot> read_snapshot(std::span<const std::byte> bytes) {
    if (!is_sealed(bytes)) {
        return std::nullopt;
    }
    SigmaSnapshot snapshot;
    u64 at = HEADER_BYTES;
    for (u64 left = number_at(bytes, 16, 4); left > 0; --left, at += 64) {
        snapshot.tasks.push_back(read_task(bytes.subspan(at, 64)));
    }
    for (u64 left = number_at(bytes, 20, 4); left > 0; --left, at += 32) {
        snapshot.hooks.push_back(read_hook(bytes.subspan(at, 32)));
    }
    for (u64 left = number_at(bytes, 24, 4); left > 0; --left, at += 16) {
        snapshot.guards.push_back(read_guard(bytes.subspan(at, 16)));
    }
    for (SigmaTask& task : snapshot.tasks) {
        const auto pattern = bytes.subspan(at + 8 * task.pattern, 8);
        task.pattern = static_cast<u16>(number_at(pattern, 0, 2));
        task.cost = static_cast<u16>(number_at(pattern, 2, 2));
    }
    return snapshot;
}

Answered ask(const ModelTriples& run, const Asked& asked, const ModelFaults& faults) {
    const bool emits = asked.op == SELECT_SP || asked.op == CONSTRUCT8;
    Answered answered;
    const bool same_predicate = run.predicate == asked.predicate || faults.predicate_ignored;
    u64 count = 0;
    const u64 looked_at = faults.rows_behind_length_seen ? ROWS : run.rows.size();
    for (u64 row = 0; same_predicate && row < looked_at; ++row) {
        const bool is_there = row < run.rows.size();
        if (meets(is_there ? run.rows[row] : std::pair<u64, u64>(), asked, faults)) {
            ++count;
            answered.rows |= is_there ? 1u << row : 0;
        }
    }
    answered.yes = same_predicate && is_true(asked, count);
    if (emits) {
        answered.result = result_of(run, asked, answered.rows);
    } else {
        answered.rows = 0;
    }
    return answered;
}

ModelTriples emitted_by(const Answered& answered) {
    ModelTriples emitted;
    if (answered.result.empty()) {
        return emitted;
    }
    emitted.predicate = number_at(answered.result, 128, 8);
    for (u64 row = 0; row < ROWS; ++row) {
        if ((answered.rows >> row & 1) != 0) {
            emitted.rows.emplace_back(number_at(answered.result, 8 * row, 8),
                                      number_at(answered.result, 64 + 8 * row, 8));
        }
    }
    return emitted;
}

u64 binding_hash(const ModelTriples& run, const Asked& asked, const Answered& answered) {
    const u64 ending = u64{asked.op} + (u64{run.rows.size()} << 8) + (u64{answered.yes} << 16) +
                       (u64{answered.rows} << 24) + (asked.threshold << 32);
    u64 sum = ending * 0x9E3779B185EBCA87 + mix128(asked.subject, asked.object, 16) +
              mix128(run.predicate, asked.predicate, 18);
    for (u64 row = 0; row < run.rows.size(); ++row) {
        sum += mix128(run.rows[row].first, run.rows[row].second, 2 * row);
    }
    sum = (sum ^ sum >> 37) * 0x165667919E3779F9;
    return sum ^ sum >> 32;
}

u64 exclusive_or(const ModelTriples& run) {
    u64 sum = 0;
    for (const auto& [subject, object] : run.rows) {
        sum ^= subject ^ run.predicate ^ object;
    }
    return sum;
}

void append_receipt(Bytes& receipts, const ModelReceipt& receipt) {
    append(receipts, receipt.cycle, 8);
    append(receipts, receipt.shard, 8);
    append(receipts, receipt.hook, 8);
    append(receipts, receipt.ticks, 4);
    append(receipts, 0, 4); // cycles are no part of a run
    append(receipts, receipt.lanes, 4);
    append(receipts, 0, 4);
    append(receipts, span_id(receipt), 8);
    append(receipts, receipt.a_hash, 8);
    append(receipts, receipt.content, 8);
}

} // namespace knhk::model
