// SPDX-License-Identifier: MIT
// The query kernels in AVX-512: one register for eight lanes, and masks. Built with options of its
// own; nothing in it is shared with another file (isa/kernels/kernel_set.hpp).
#include "isa/kernels/kernel_set.hpp"

#include <immintrin.h>

namespace knhk {
namespace {

constexpr u32 ALL = (u32{1} << RUN_ROWS) - 1;

__m512i load(const u64* words) {
    return _mm512_load_si512(words);
}

__m512i broadcast(u64 value) {
    return _mm512_set1_epi64(static_cast<long long>(value));
}

u32 live_rows(u32 length) {
    return _bzhi_u32(ALL, length);
}

/// None of a run with another predicate.
__mmask8 live_lanes(const TripleRun& run, const Query& query) {
    return static_cast<__mmask8>(live_rows(run.predicate == query.predicate ? run.length : 0));
}

void finish(RowResult& result, u32 mask, u64 predicate) {
    const u64 count = static_cast<u64>(_mm_popcnt_u32(mask));
    const u64 kept = mask == 0 ? 0 : predicate;
    const __m128i head =
        _mm_set_epi64x(static_cast<long long>(count << 32 | mask), static_cast<long long>(kept));
    _mm512_store_si512(&result.predicate, _mm512_zextsi128_si512(head));
}

struct alignas(64) LaneKeys {
    u64 words[RUN_ROWS];
};
/// Every other of the rows' keys.
consteval LaneKeys lane_keys(u32 first) {
    LaneKeys keys{};
    for (u32 row = 0; row < RUN_ROWS; ++row) {
        keys.words[row] = binding::KEY[2 * row + first];
    }
    return keys;
}
constexpr LaneKeys SUBJECT_KEYS = lane_keys(0);
constexpr LaneKeys OBJECT_KEYS = lane_keys(1);

/// Of each lane the product of 128 bits, its low half ^ its high half, out of four products of
/// halves; 0 of the others.
__m512i folded_products(__mmask8 lanes, __m512i a, __m512i b) {
    constexpr int HALF = 32;
    constexpr int ALL_THREE = 0x96; // exclusive or
    const __m512i lower_half = broadcast(0xFFFF'FFFF);
    const __m512i a_high = _mm512_srli_epi64(a, HALF);
    const __m512i b_high = _mm512_srli_epi64(b, HALF);
    const __m512i lowest = _mm512_mul_epu32(a, b);
    const __m512i middle =
        _mm512_add_epi64(_mm512_mul_epu32(a_high, b), _mm512_srli_epi64(lowest, HALF));
    const __m512i other =
        _mm512_add_epi64(_mm512_mul_epu32(a, b_high), _mm512_and_si512(middle, lower_half));
    const __m512i highest =
        _mm512_add_epi64(_mm512_mul_epu32(a_high, b_high), _mm512_srli_epi64(middle, HALF));
    const __m512i high = _mm512_add_epi64(highest, _mm512_srli_epi64(other, HALF));
    return _mm512_maskz_ternarylogic_epi64(lanes, high, _mm512_slli_epi64(other, HALF),
                                           _mm512_and_si512(lowest, lower_half), ALL_THREE);
}

u64 sum_of(__m512i lanes) {
    return static_cast<u64>(_mm512_reduce_add_epi64(lanes));
}

u64 folded_lanes(__m512i lanes) {
    const __m256i four =
        _mm256_xor_si256(_mm512_castsi512_si256(lanes), _mm512_extracti64x4_epi64(lanes, 1));
    const __m128i two =
        _mm_xor_si128(_mm256_castsi256_si128(four), _mm256_extracti128_si256(four, 1));
    return static_cast<u64>(_mm_cvtsi128_si64(_mm_xor_si128(two, _mm_unpackhi_epi64(two, two))));
}

struct Lanes {
    using Match = __mmask8;

    static Match equal(const u64* rows, u64 value) {
        return _mm512_cmpeq_epi64_mask(load(rows), broadcast(value));
    }
    static Match greater(const u64* rows, u64 value) {
        return _mm512_cmpgt_epu64_mask(load(rows), broadcast(value));
    }
    static Match less(const u64* rows, u64 value) {
        return _mm512_cmplt_epu64_mask(load(rows), broadcast(value));
    }
    static Match both(Match a, Match b) { return a & b; }
    static u32 bits(Match match, u32 length) { return _bzhi_u32(match, length); }
    static u32 other_bits(Match match, u32 length) { return _bzhi_u32(match ^ ALL, length); }
    static u64 count(u32 bits) { return static_cast<u64>(_mm_popcnt_u32(bits)); }

    static void construct8(const TripleRun& run, const Query& query, RowResult& result) {
        const __m512i subjects = _mm512_maskz_mov_epi64(live_lanes(run, query), load(run.subjects));
        const __mmask8 mask = _mm512_test_epi64_mask(subjects, subjects);
        _mm512_store_si512(result.subjects, subjects);
        _mm512_store_si512(result.objects, _mm512_maskz_mov_epi64(mask, broadcast(query.object)));
        finish(result, mask, query.predicate);
    }

    static void select_sp(const TripleRun& run, const Query& query, RowResult& result) {
        const __m512i subjects = load(run.subjects);
        const __mmask8 mask = _mm512_mask_cmpeq_epi64_mask(live_lanes(run, query), subjects,
                                                           broadcast(query.subject));
        _mm512_store_si512(result.subjects, _mm512_maskz_mov_epi64(mask, subjects));
        _mm512_store_si512(result.objects, _mm512_maskz_mov_epi64(mask, load(run.objects)));
        finish(result, mask, query.predicate);
    }

    static u32 guards8(const GuardBatch& batch) {
        const __m512i wanted = load(batch.wanted);
        const __m512i found = load(batch.found);
        const __m128i kinds = _mm_loadl_epi64(reinterpret_cast<const __m128i*>(batch.kinds));
        const auto of_kind = [kinds](SigmaGuardKind kind) {
            const __m128i wanted_kind = _mm_set1_epi8(static_cast<char>(kind));
            return static_cast<__mmask8>(_mm_cmpeq_epi8_mask(kinds, wanted_kind));
        };
        u32 passed =
            _mm512_mask_cmple_epu64_mask(of_kind(SigmaGuardKind::TickBudget), found, wanted);
        const __mmask8 carry = of_kind(SigmaGuardKind::Carry);
        const __m512i missing = _mm512_maskz_andnot_epi64(carry, found, wanted);
        passed |= _mm512_mask_testn_epi64_mask(carry, missing, missing);
        passed |=
            _mm512_mask_test_epi64_mask(of_kind(SigmaGuardKind::Authorization), found, wanted);
        passed |= _mm512_mask_cmpeq_epi64_mask(of_kind(SigmaGuardKind::Schema), found, wanted);
        passed |= _mm512_mask_test_epi64_mask(of_kind(SigmaGuardKind::Custom), found, found);
        return passed | (ALL & ~live_rows(batch.count));
    }

    static ReceiptHashes hash_rows(const TripleRun& run, const Query& query, u64 ending) {
        const __mmask8 live = static_cast<__mmask8>(live_rows(run.length));
        const __m512i subjects = load(run.subjects);
        const __m512i objects = load(run.objects);
        const __m512i mixed =
            folded_products(live, _mm512_xor_si512(subjects, load(SUBJECT_KEYS.words)),
                            _mm512_xor_si512(objects, load(OBJECT_KEYS.words)));
        const u64 sum = sum_of(mixed) + binding::mix_query(run, query, ending);
        const u64 predicate = run.predicate & (0 - u64{run.length & 1});
        return {predicate ^ folded_lanes(_mm512_maskz_xor_epi64(live, subjects, objects)),
                xxh3::avalanche(sum)};
    }
};

} // namespace

constinit const KernelTable AVX512_KERNELS =
    KernelSet<Lanes>::table("avx512", InstructionSet::Avx512);

} // namespace knhk
