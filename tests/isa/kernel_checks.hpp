// SPDX-License-Identifier: MIT
// All that is demanded of a table of kernels: each check names the first case that is wrong, or
// nobody. In headers alone and without a library, so that a handler inside an image runs the same
// (tests/programs/kernels).
#pragma once

#include <cstring>

#include "isa/kernel_table.hpp"
#include "tests/isa/naive.hpp"

namespace knhk::checks {

/// What a kernel was asked, and that it answered something else than the naive loop.
struct Wrong {
    const char* what; ///< null: nothing is wrong
    OpCode op;
    TripleRun run;
    Query query;
    explicit operator bool() const { return what != nullptr; }
};

struct Coverage {
    u64 cases = 0; ///< so many were looked at
};

inline constexpr u64 LARGEST = ~u64{0};
inline constexpr u64 MIDDLE = u64{1} << 63;
inline constexpr u64 DOMAIN[] = {0, 7, LARGEST};
inline constexpr u32 DOMAIN_SIZE = 3;
inline constexpr u64 PREDICATE = 0x8000'0000'0000'0001;
inline constexpr u64 THRESHOLDS_END = 10;

/// SplitMix64.
class Dice {
  public:
    explicit Dice(u64 seed) : state_(seed) {}
    u64 bits() {
        state_ += 0x9E37'79B9'7F4A'7C15;
        u64 x = state_;
        x = (x ^ x >> 30) * 0xBF58'476D'1CE4'E5B9;
        x = (x ^ x >> 27) * 0x94D0'49BB'1331'11EB;
        return x ^ x >> 31;
    }
    u64 below(u64 n) { return bits() % n; }

  private:
    u64 state_;
};

/// Neighbours of the words at which signed and unsigned part.
inline u64 edge_word(Dice& dice) {
    constexpr u64 EDGES[] = {0, MIDDLE, LARGEST};
    return EDGES[dice.below(DOMAIN_SIZE)] + dice.below(5) - 2;
}

inline bool same(const RowResult& a, const RowResult& b) {
    return std::memcmp(&a, &b, sizeof a) == 0;
}

inline const char* wrong_in(const KernelTable& kernels, OpCode op, const TripleRun& run,
                            const Query& query) {
    if (is_boolean(op)) {
        const bool found = kernels.booleans[static_cast<u32>(op)](run, query);
        if (found != naive::answer(op, run, query)) {
            return "another answer";
        }
        constexpr u64 ENDING = 0x89AB'CDEF'0000'0F01;
        SealedReceipt receipt{};
        const bool bound = kernels.bindings[static_cast<u32>(op)](run, query, ENDING, receipt);
        const ReceiptHashes hashes =
            kernels.hash_rows(run, query, found ? ENDING + ENDING_YES : ENDING);
        const bool is_same = bound == found && receipt.receipt.a_hash == hashes.a_hash &&
                             receipt.content == hashes.content;
        return is_same ? nullptr : "something else that is bound";
    }
    RowResult wanted;
    RowResult found;
    std::memset(&found, 0xA5, sizeof found); // all of it is to be written
    naive::emit(op, run, query, wanted);
    (op == OpCode::Construct8 ? kernels.construct8 : kernels.select_sp)(run, query, found);
    return same(wanted, found) ? nullptr : "other rows";
}

/// All operations, on this one case.
inline Wrong check_case(const KernelTable& kernels, const TripleRun& run, const Query& query,
                        Coverage& coverage) {
    for (u32 raw = 0; raw < OP_CODES_END; ++raw) {
        const auto op = static_cast<OpCode>(raw);
        if (!is_defined(op)) {
            continue;
        }
        ++coverage.cases;
        if (const char* what = wrong_in(kernels, op, run, query)) {
            return {what, op, run, query};
        }
    }
    return {};
}

/// With each query of the domain; thresholds in turn, because only counts look at them.
inline Wrong check_queries(const KernelTable& kernels, const TripleRun& run, Coverage& coverage) {
    for (const u64 subject : DOMAIN) {
        for (const u64 object : DOMAIN) {
            for (u64 threshold = 0; threshold < THRESHOLDS_END; ++threshold) {
                Query query{subject, PREDICATE, object, threshold};
                if (const Wrong wrong = check_case(kernels, run, query, coverage)) {
                    return wrong;
                }
                query.predicate = PREDICATE ^ u64 { 1 } << (threshold * 7);
                if (const Wrong wrong = check_case(kernels, run, query, coverage)) {
                    return wrong;
                }
            }
        }
    }
    return {};
}

/// Rows by the digits of `number`; what is stale behind them is of the domain too, so that it
/// would match, and count.
inline TripleRun run_of(u32 length, u64 number, Dice& dice) {
    TripleRun run{};
    run.length = length;
    run.predicate = PREDICATE;
    for (u32 row = 0; row < RUN_ROWS; ++row) {
        const bool is_live = row < length;
        run.subjects[row] = DOMAIN[(is_live ? number : dice.bits()) % DOMAIN_SIZE];
        number /= is_live ? DOMAIN_SIZE : 1;
        run.objects[row] = DOMAIN[(is_live ? number : dice.bits()) % DOMAIN_SIZE];
        number /= is_live ? DOMAIN_SIZE : 1;
    }
    return run;
}

constexpr u64 power_of_domain(u32 digits) {
    u64 power = 1;
    for (u32 i = 0; i < digits; ++i) {
        power *= DOMAIN_SIZE;
    }
    return power;
}

/// Each boolean operation and the two that emit rows, with every query of a domain of three words
/// (zero and the largest among them), each threshold of 0 to 9, and the run's predicate and another
/// one: on every run of up to `all_rows` rows of that domain, and on `samples` runs of each other
/// length. What lies behind the rows would match.
[[nodiscard]] inline Wrong check_small_domain(const KernelTable& kernels, u32 all_rows, u64 samples,
                                              Coverage& coverage) {
    Dice dice(1);
    for (u32 length = 0; length <= RUN_ROWS; ++length) {
        const u64 all = power_of_domain(2 * length);
        const u64 runs = length <= all_rows ? all : samples;
        for (u64 i = 0; i < runs; ++i) {
            const u64 number = length <= all_rows ? i : dice.below(all);
            const TripleRun run = run_of(length, number, dice);
            if (const Wrong wrong = check_queries(kernels, run, coverage)) {
                return wrong;
            }
        }
    }
    return {};
}

/// So many random runs of each length, of words near 0, 2^63 and 2^64, with random queries.
[[nodiscard]] inline Wrong check_large_words(const KernelTable& kernels, u64 samples,
                                             Coverage& coverage) {
    Dice dice(2);
    for (u64 i = 0; i < samples * (RUN_ROWS + 1); ++i) {
        TripleRun run{};
        run.length = static_cast<u32>(i % (RUN_ROWS + 1));
        run.predicate = edge_word(dice);
        for (u32 row = 0; row < RUN_ROWS; ++row) {
            run.subjects[row] = edge_word(dice);
            run.objects[row] = edge_word(dice);
        }
        const bool is_other = dice.below(4) == 0;
        const Query query{edge_word(dice), is_other ? edge_word(dice) : run.predicate,
                          edge_word(dice), dice.below(8) == 0 ? edge_word(dice) : dice.below(4)};
        if (const Wrong wrong = check_case(kernels, run, query, coverage)) {
            return wrong;
        }
    }
    return {};
}

/// Batches of all lengths, of guards of every kind, defined or not, around the same words; what
/// would not pass lies behind them. Returns how many are wrong.
[[nodiscard]] inline u64 wrong_guards(const KernelTable& kernels, u64 samples, Coverage& coverage) {
    Dice dice(3);
    u64 wrong = 0;
    for (u64 i = 0; i < samples; ++i) {
        GuardBatch batch{};
        batch.count = static_cast<u32>(i % (CHATMAN + 1));
        for (u32 place = 0; place < CHATMAN; ++place) {
            // Mostly the five kinds that there are, and all 256 in turn.
            const u64 kind = dice.below(2) == 0 ? dice.below(5) : i + place;
            batch.kinds[place] = static_cast<SigmaGuardKind>(kind == 4 ? 255 : kind);
            batch.wanted[place] = edge_word(dice);
            batch.found[place] = dice.below(3) == 0 ? batch.wanted[place] : edge_word(dice);
        }
        ++coverage.cases;
        wrong += kernels.guards8(batch) == naive::guards8(batch) ? 0 : 1;
    }
    return wrong;
}

/// The hashes of runs of all lengths, of words of all kinds, with rows behind them. Returns how
/// many are wrong.
[[nodiscard]] inline u64 wrong_hashes(const KernelTable& kernels, u64 samples, Coverage& coverage) {
    Dice dice(4);
    const auto word = [&dice] { return dice.below(2) == 0 ? edge_word(dice) : dice.bits(); };
    u64 wrong = 0;
    for (u64 i = 0; i < samples; ++i) {
        TripleRun run{};
        run.length = static_cast<u32>(i % (RUN_ROWS + 1));
        run.predicate = word();
        for (u32 row = 0; row < RUN_ROWS; ++row) {
            run.subjects[row] = word();
            run.objects[row] = word();
        }
        const Query query{word(), word(), word(), word()};
        const u64 ending = word();
        const ReceiptHashes found = kernels.hash_rows(run, query, ending);
        const ReceiptHashes wanted = naive::hashes(run, query, ending);
        ++coverage.cases;
        wrong += found.a_hash == wanted.a_hash && found.content == wanted.content ? 0 : 1;
    }
    return wrong;
}

} // namespace knhk::checks
