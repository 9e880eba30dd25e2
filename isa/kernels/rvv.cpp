// SPDX-License-Identifier: MIT
// The query kernels in RISC-V's vectors (V 1.0, registers of 128 bits or more: eight lanes are a
// group of four). In assembly, because not every compiler of the tree has its intrinsics: each
// piece sets the vector unit up for itself and leaves nothing in it, and nothing else in the image
// uses vector registers, so no compiler needs to be told of them.
#include "isa/kernels/kernel_set.hpp"
#include "isa/kernels/words.hpp"

namespace knhk {
namespace {

#define VECTOR_CODE(code) ".option push\n\t.option arch, +v\n\t" code ".option pop"
#define EIGHT_LANES "vsetivli zero, 8, e64, m4, ta, ma\n\t"
#define ONE_BYTE "vsetivli zero, 1, e8, m1, ta, ma\n\t"

/// Eight words, as operands name memory.
using Words = const u64 (*)[RUN_ROWS];
using WordsOut = u64 (*)[RUN_ROWS];

// One bit a lane, row 0 lowest; what stands above them is undefined in a mask register.
#define COMPARE_ROWS(instruction, rows, value, match)                                              \
    asm(VECTOR_CODE(EIGHT_LANES "vle64.v v8, (%1)\n\t" instruction " v0, v8, %2\n\t" ONE_BYTE      \
                                "vmv.x.s %0, v0\n\t")                                              \
        : "=r"(match)                                                                              \
        : "r"(rows), "r"(value), "m"(*reinterpret_cast<Words>(rows)))

/// Row by row `value` or, without one, what `from` has, where `mask` has a bit; else zero.
void store_kept(u64* to, const u64* from, u64 mask) {
    asm(VECTOR_CODE(ONE_BYTE "vmv.s.x v0, %2\n\t" EIGHT_LANES "vle64.v v8, (%1)\n\t"
                             "vmv.v.i v12, 0\n\tvmerge.vvm v12, v12, v8, v0\n\t"
                             "vse64.v v12, (%3)\n\t")
        : "=m"(*reinterpret_cast<WordsOut>(to))
        : "r"(from), "r"(mask), "r"(to), "m"(*reinterpret_cast<Words>(from)));
}

void store_value(u64* to, u64 value, u64 mask) {
    asm(VECTOR_CODE(ONE_BYTE "vmv.s.x v0, %2\n\t" EIGHT_LANES
                             "vmv.v.i v12, 0\n\tvmerge.vxm v12, v12, %1, v0\n\t"
                             "vse64.v v12, (%3)\n\t")
        : "=m"(*reinterpret_cast<WordsOut>(to))
        : "r"(value), "r"(mask), "r"(to));
}

// Adds to v24 the guards of a kind (a condition on v4) that meet the condition in v26.
#define OF_KIND(condition) condition "vmand.mm v25, v25, v26\n\tvmor.mm v24, v24, v25\n\t"

struct Lanes {
    using Match = u64;

    static Match equal(const u64* rows, u64 value) {
        u64 match;
        COMPARE_ROWS("vmseq.vx", rows, value, match);
        return match;
    }
    static Match greater(const u64* rows, u64 value) {
        u64 match;
        COMPARE_ROWS("vmsgtu.vx", rows, value, match);
        return match;
    }
    static Match less(const u64* rows, u64 value) {
        u64 match;
        COMPARE_ROWS("vmsltu.vx", rows, value, match);
        return match;
    }
    static Match both(Match a, Match b) { return a & b; }
    static u64 bits(Match match, u32 length) { return match & live_rows(length); }
    static u64 other_bits(Match match, u32 length) { return ~match & live_rows(length); }
    static u64 count(u64 bits) { return bits_set(static_cast<u32>(bits)); }

    static void construct8(const TripleRun& run, const Query& query, RowResult& result) {
        const u32 mask = static_cast<u32>(~equal(run.subjects, 0)) & rows_of(run, query);
        store_kept(result.subjects, run.subjects, mask);
        store_value(result.objects, query.object, mask);
        finish(result, mask, query.predicate);
    }

    static void select_sp(const TripleRun& run, const Query& query, RowResult& result) {
        const u32 mask = static_cast<u32>(equal(run.subjects, query.subject)) & rows_of(run, query);
        store_kept(result.subjects, run.subjects, mask);
        store_kept(result.objects, run.objects, mask);
        finish(result, mask, query.predicate);
    }

    /// v4: kinds, v8: what is wanted, v12: what was found.
    static u32 guards8(const GuardBatch& batch) {
        u64 passed;
        asm(VECTOR_CODE(
                EIGHT_LANES
                "vle8.v v2, (%1)\n\tvzext.vf8 v4, v2\n\tvle64.v v8, (%2)\n\t"
                "vle64.v v12, (%3)\n\tvmclr.m v24\n\t" OF_KIND(
                    "vmseq.vi v25, v4, %4\n\tvmsleu.vv v26, v12, v8\n\t")
                    OF_KIND("vmseq.vi v25, v4, %5\n\tvnot.v v16, v12\n\tvand.vv v16, v16, v8\n\t"
                            "vmseq.vi v26, v16, 0\n\t")
                        OF_KIND("vmseq.vi v25, v4, %6\n\tvand.vv v16, v8, v12\n\tvmsne.vi v26, "
                                "v16, 0\n\t")
                            OF_KIND("vmseq.vi v25, v4, %7\n\tvmseq.vv v26, v8, v12\n\t")
                                OF_KIND("vmseq.vx v25, v4, %8\n\tvmsne.vi v26, v12, 0\n\t") ONE_BYTE
                "vmv.x.s %0, v24\n\t")
            : "=r"(passed)
            : "r"(batch.kinds), "r"(batch.wanted), "r"(batch.found),
              "i"(SigmaGuardKind::TickBudget), "i"(SigmaGuardKind::Carry),
              "i"(SigmaGuardKind::Authorization), "i"(SigmaGuardKind::Schema),
              "r"(static_cast<u64>(SigmaGuardKind::Custom)), "m"(batch));
        return (static_cast<u32>(passed) & ALL_ROWS) | (ALL_ROWS & ~live_rows(batch.count));
    }

    static ReceiptHashes hash_rows(const TripleRun& run, const Query& query, u64 ending) {
        return binding::hash_rows(run, query, ending);
    }
};

} // namespace

constinit const KernelTable RVV_KERNELS = KernelSet<Lanes>::table("rvv", InstructionSet::Rvv);

} // namespace knhk
