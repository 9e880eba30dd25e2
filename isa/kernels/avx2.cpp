// SPDX-License-Identifier: MIT
// The query kernels in AVX2: two registers for eight lanes. Built with options of its own; nothing
// in it is shared with another file (isa/kernels/kernel_set.hpp).
#include "isa/kernels/kernel_set.hpp"

#include <immintrin.h>

namespace knhk {
namespace {

/// Eight lanes of 64 bits: rows 0 to 3, and rows 4 to 7.
struct Wide {
    __m256i low;
    __m256i high;
};

constexpr u32 HALF = RUN_ROWS / 2;

__m256i load(const u64* words) {
    return _mm256_load_si256(reinterpret_cast<const __m256i*>(words));
}

Wide load_rows(const u64* rows) {
    return {load(rows), load(rows + HALF)};
}

void store_rows(u64* to, Wide rows) {
    _mm256_store_si256(reinterpret_cast<__m256i*>(to), rows.low);
    _mm256_store_si256(reinterpret_cast<__m256i*>(to + HALF), rows.high);
}

__m256i broadcast(u64 value) {
    return _mm256_set1_epi64x(static_cast<long long>(value));
}

/// Compares as signed, as the instruction does: both sides are moved by half the range.
__m256i biased(__m256i words) {
    return _mm256_xor_si256(words, broadcast(u64{1} << 63));
}

__m256i above(__m256i a, __m256i b) {
    return _mm256_cmpgt_epi64(biased(a), biased(b));
}

/// By length: the rows before it, in the order in which `bits_of` has them.
constexpr u8 LIVE[RUN_ROWS + 1] = {0x00, 0x01, 0x03, 0x13, 0x33, 0x37, 0x3F, 0x7F, 0xFF};

/// A bit a lane, where packing puts it: rows 0, 1, 4, 5, 2, 3, 6, 7. One instruction less than in
/// their order, and nobody who counts them minds.
u32 bits_of(Wide match) {
    const __m256i packed = _mm256_packs_epi32(match.low, match.high);
    return static_cast<u32>(_mm256_movemask_ps(_mm256_castsi256_ps(packed)));
}

/// A bit a lane, row 0 lowest.
u32 ordered_bits_of(Wide match) {
    const int low = _mm256_movemask_pd(_mm256_castsi256_pd(match.low));
    const int high = _mm256_movemask_pd(_mm256_castsi256_pd(match.high));
    return static_cast<u32>(low | high << HALF);
}

/// Lanes of ones for the rows that are there; each half of a lane says the same.
Wide live_lanes(u32 length) {
    const __m256i all = _mm256_set1_epi32(static_cast<int>(length));
    return {_mm256_cmpgt_epi32(all, _mm256_setr_epi32(0, 0, 1, 1, 2, 2, 3, 3)),
            _mm256_cmpgt_epi32(all, _mm256_setr_epi32(4, 4, 5, 5, 6, 6, 7, 7))};
}

void clear(RowResult& result) {
    const Wide zeros = {_mm256_setzero_si256(), _mm256_setzero_si256()};
    store_rows(result.subjects, zeros);
    store_rows(result.objects, zeros);
    store_rows(&result.predicate, zeros);
}

void finish(RowResult& result, u32 mask, u64 predicate) {
    const u64 count = static_cast<u64>(_mm_popcnt_u32(mask));
    const u64 kept = mask == 0 ? 0 : predicate;
    const __m128i head =
        _mm_set_epi64x(static_cast<long long>(count << 32 | mask), static_cast<long long>(kept));
    store_rows(&result.predicate, {_mm256_zextsi128_si256(head), _mm256_setzero_si256()});
}

/// Of four guards: lanes of ones where one passes.
__m256i passes(const GuardBatch& batch, u32 from) {
    int packed_kinds = 0;
    __builtin_memcpy(&packed_kinds, batch.kinds + from, sizeof packed_kinds);
    const __m256i kinds = _mm256_cvtepu8_epi64(_mm_cvtsi32_si128(packed_kinds));
    const __m256i wanted = load(batch.wanted + from);
    const __m256i found = load(batch.found + from);
    const auto of_kind = [kinds](SigmaGuardKind kind) {
        return _mm256_cmpeq_epi64(kinds, broadcast(static_cast<u64>(kind)));
    };
    const __m256i budget = of_kind(SigmaGuardKind::TickBudget);
    const __m256i carry = of_kind(SigmaGuardKind::Carry);
    const __m256i schema = of_kind(SigmaGuardKind::Schema);
    // What must be zero, and what must not.
    const __m256i excess = _mm256_or_si256(
        _mm256_or_si256(_mm256_and_si256(budget, above(found, wanted)),
                        _mm256_and_si256(carry, _mm256_andnot_si256(found, wanted))),
        _mm256_and_si256(schema, _mm256_xor_si256(found, wanted)));
    const __m256i held = _mm256_and_si256(
        found, _mm256_or_si256(of_kind(SigmaGuardKind::Custom),
                               _mm256_and_si256(of_kind(SigmaGuardKind::Authorization), wanted)));
    const __m256i zero = _mm256_setzero_si256();
    const __m256i by_zero = _mm256_and_si256(
        _mm256_cmpeq_epi64(excess, zero), _mm256_or_si256(_mm256_or_si256(budget, carry), schema));
    const __m256i is_held = _mm256_cmpeq_epi64(_mm256_cmpeq_epi64(held, zero), zero);
    return _mm256_or_si256(by_zero, is_held);
}

struct Lanes {
    using Match = Wide;

    static Match equal(const u64* rows, u64 value) {
        const __m256i wanted = broadcast(value);
        return {_mm256_cmpeq_epi64(load(rows), wanted),
                _mm256_cmpeq_epi64(load(rows + HALF), wanted)};
    }
    static Match greater(const u64* rows, u64 value) {
        const __m256i limit = broadcast(value);
        return {above(load(rows), limit), above(load(rows + HALF), limit)};
    }
    static Match less(const u64* rows, u64 value) {
        const __m256i limit = broadcast(value);
        return {above(limit, load(rows)), above(limit, load(rows + HALF))};
    }
    static Match both(Match a, Match b) {
        return {_mm256_and_si256(a.low, b.low), _mm256_and_si256(a.high, b.high)};
    }
    static u32 bits(Match match, u32 length) { return bits_of(match) & LIVE[length]; }
    static u32 other_bits(Match match, u32 length) { return ~bits_of(match) & LIVE[length]; }
    static u64 count(u32 bits) { return static_cast<u64>(_mm_popcnt_u32(bits)); }

    static void construct8(const TripleRun& run, const Query& query, RowResult& result) {
        if (run.predicate != query.predicate) [[unlikely]] {
            return clear(result);
        }
        const Wide subjects = both(load_rows(run.subjects), live_lanes(run.length));
        const __m256i zero = _mm256_setzero_si256();
        const Wide empty = {_mm256_cmpeq_epi64(subjects.low, zero),
                            _mm256_cmpeq_epi64(subjects.high, zero)};
        const __m256i object = broadcast(query.object);
        store_rows(result.subjects, subjects);
        store_rows(result.objects, {_mm256_andnot_si256(empty.low, object),
                                    _mm256_andnot_si256(empty.high, object)});
        finish(result, ordered_bits_of(empty) ^ 0xFF, query.predicate);
    }

    static void select_sp(const TripleRun& run, const Query& query, RowResult& result) {
        if (run.predicate != query.predicate) [[unlikely]] {
            return clear(result);
        }
        const Wide match = both(equal(run.subjects, query.subject), live_lanes(run.length));
        store_rows(result.subjects, both(load_rows(run.subjects), match));
        store_rows(result.objects, both(load_rows(run.objects), match));
        finish(result, ordered_bits_of(match), query.predicate);
    }

    static u32 guards8(const GuardBatch& batch) {
        const u32 unused = 0xFF & 0xFFFF'FFFF << batch.count;
        return ordered_bits_of({passes(batch, 0), passes(batch, HALF)}) | unused;
    }

    static ReceiptHashes hash_rows(const TripleRun& run, const Query& query, u64 ending) {
        return binding::hash_rows(run, query, ending);
    }
};

} // namespace

constinit const KernelTable AVX2_KERNELS = KernelSet<Lanes>::table("avx2", InstructionSet::Avx2);

} // namespace knhk
