// SPDX-License-Identifier: MIT
// The query kernels in NEON: four registers for eight lanes, and a byte of ones for each lane that
// matches.
#include "isa/kernels/kernel_set.hpp"
#include "isa/kernels/words.hpp"

#include <arm_neon.h>

namespace knhk {
namespace {

constexpr u32 PAIRS = RUN_ROWS / 2;
constexpr u64 ONE_A_BYTE = 0x0101'0101'0101'0101;

/// Eight lanes of 64 bits, in pairs.
struct Wide {
    uint64x2_t pairs[PAIRS];
};

Wide load_rows(const u64* rows) {
    return {{vld1q_u64(rows), vld1q_u64(rows + 2), vld1q_u64(rows + 4), vld1q_u64(rows + 6)}};
}

void store_rows(u64* to, const Wide& rows) {
    for (u32 i = 0; i < PAIRS; ++i) {
        vst1q_u64(to + std::size_t{2} * i, rows.pairs[i]);
    }
}

/// All ones in the byte of each lane that has ones, row 0 lowest.
u64 bytes_of(const Wide& match) {
    const uint32x4_t low =
        vuzp1q_u32(vreinterpretq_u32_u64(match.pairs[0]), vreinterpretq_u32_u64(match.pairs[1]));
    const uint32x4_t high =
        vuzp1q_u32(vreinterpretq_u32_u64(match.pairs[2]), vreinterpretq_u32_u64(match.pairs[3]));
    const uint16x8_t all = vuzp1q_u16(vreinterpretq_u16_u32(low), vreinterpretq_u16_u32(high));
    return vget_lane_u64(vreinterpret_u64_u8(vmovn_u16(all)), 0);
}

/// Shifted twice, because a word cannot be shifted by all its bits.
u64 live_bytes(u32 length) {
    return ~(~u64{0} << (4 * length) << (4 * length));
}

/// Of bytes of ones: a bit each.
u32 mask_of(u64 bytes) {
    return static_cast<u32>((bytes & 0x8040'2010'0804'0201) * ONE_A_BYTE >> 56);
}

/// Read from 8 - length on: lanes of ones for the rows that are there.
constexpr u64 LIVE_LANES[2 * RUN_ROWS] = {~u64{0}, ~u64{0}, ~u64{0}, ~u64{0},
                                          ~u64{0}, ~u64{0}, ~u64{0}, ~u64{0}};

/// None of a run with another predicate.
Wide live_lanes(const TripleRun& run, const Query& query) {
    return load_rows(LIVE_LANES + RUN_ROWS - (run.predicate == query.predicate ? run.length : 0));
}

/// Lanes of ones where one of two guards passes.
uint64x2_t passes(uint64x2_t kinds, uint64x2_t wanted, uint64x2_t found) {
    const auto of_kind = [kinds](SigmaGuardKind kind, uint64x2_t is_met) {
        return vandq_u64(vceqq_u64(kinds, vdupq_n_u64(static_cast<u64>(kind))), is_met);
    };
    uint64x2_t passed = of_kind(SigmaGuardKind::TickBudget, vcleq_u64(found, wanted));
    passed =
        vorrq_u64(passed, of_kind(SigmaGuardKind::Carry, vceqzq_u64(vbicq_u64(wanted, found))));
    passed = vorrq_u64(passed, of_kind(SigmaGuardKind::Authorization, vtstq_u64(wanted, found)));
    passed = vorrq_u64(passed, of_kind(SigmaGuardKind::Schema, vceqq_u64(wanted, found)));
    return vorrq_u64(passed, of_kind(SigmaGuardKind::Custom, vtstq_u64(found, found)));
}

struct Lanes {
    using Match = Wide;

    template<class Compare>
    static Match each(const u64* rows, Compare compare) {
        Wide match = load_rows(rows);
        for (uint64x2_t& pair : match.pairs) {
            pair = compare(pair);
        }
        return match;
    }
    static Match equal(const u64* rows, u64 value) {
        return each(rows, [v = vdupq_n_u64(value)](uint64x2_t pair) { return vceqq_u64(pair, v); });
    }
    static Match greater(const u64* rows, u64 value) {
        return each(rows, [v = vdupq_n_u64(value)](uint64x2_t pair) { return vcgtq_u64(pair, v); });
    }
    static Match less(const u64* rows, u64 value) {
        return each(rows, [v = vdupq_n_u64(value)](uint64x2_t pair) { return vcltq_u64(pair, v); });
    }
    static Match both(const Match& a, const Match& b) {
        Wide match{};
        for (u32 i = 0; i < PAIRS; ++i) {
            match.pairs[i] = vandq_u64(a.pairs[i], b.pairs[i]);
        }
        return match;
    }
    static u64 bits(const Match& match, u32 length) { return bytes_of(match) & live_bytes(length); }
    static u64 other_bits(const Match& match, u32 length) {
        return ~bytes_of(match) & live_bytes(length);
    }
    static u64 count(u64 bits) { return (bits & ONE_A_BYTE) * ONE_A_BYTE >> 56; }

    static void construct8(const TripleRun& run, const Query& query, RowResult& result) {
        const Wide subjects = both(load_rows(run.subjects), live_lanes(run, query));
        const uint64x2_t object = vdupq_n_u64(query.object);
        Wide match{};
        Wide objects{};
        for (u32 i = 0; i < PAIRS; ++i) {
            match.pairs[i] = vtstq_u64(subjects.pairs[i], subjects.pairs[i]);
            objects.pairs[i] = vandq_u64(match.pairs[i], object);
        }
        store_rows(result.subjects, subjects);
        store_rows(result.objects, objects);
        finish(result, mask_of(bytes_of(match)), query.predicate);
    }

    static void select_sp(const TripleRun& run, const Query& query, RowResult& result) {
        const Wide match = both(equal(run.subjects, query.subject), live_lanes(run, query));
        store_rows(result.subjects, both(load_rows(run.subjects), match));
        store_rows(result.objects, both(load_rows(run.objects), match));
        finish(result, mask_of(bytes_of(match)), query.predicate);
    }

    static u32 guards8(const GuardBatch& batch) {
        const uint16x8_t kinds = vmovl_u8(vld1_u8(reinterpret_cast<const u8*>(batch.kinds)));
        const uint32x4_t low = vmovl_u16(vget_low_u16(kinds));
        const uint32x4_t high = vmovl_high_u16(kinds);
        const uint64x2_t pairs[PAIRS] = {vmovl_u32(vget_low_u32(low)), vmovl_high_u32(low),
                                         vmovl_u32(vget_low_u32(high)), vmovl_high_u32(high)};
        const Wide wanted = load_rows(batch.wanted);
        const Wide found = load_rows(batch.found);
        Wide passed{};
        for (u32 i = 0; i < PAIRS; ++i) {
            passed.pairs[i] = passes(pairs[i], wanted.pairs[i], found.pairs[i]);
        }
        return mask_of(bytes_of(passed)) | (ALL_ROWS & ~live_rows(batch.count));
    }

    static ReceiptHashes hash_rows(const TripleRun& run, const Query& query, u64 ending) {
        return binding::hash_rows(run, query, ending);
    }
};

} // namespace

constinit const KernelTable NEON_KERNELS = KernelSet<Lanes>::table("neon", InstructionSet::Neon);

} // namespace knhk
