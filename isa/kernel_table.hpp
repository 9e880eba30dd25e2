// SPDX-License-Identifier: MIT
// One implementation of all query operations. Who calls a kernel by itself has seen to it that the
// run has at most eight rows and the batch at most eight guards; run_query (isa/kernels.hpp) does.
#pragma once

#include "base/instruction_set.hpp"
#include "isa/guard_batch.hpp"
#include "isa/op_code.hpp"
#include "isa/query.hpp"
#include "isa/receipt.hpp"

namespace knhk {

using BooleanKernel = bool (*)(const TripleRun& run, const Query& query);
/// Writes the whole result.
using RowKernel = void (*)(const TripleRun& run, const Query& query, RowResult& result);
/// A bit for each guard that passes, and for each place without one.
using GuardsKernel = u32 (*)(const GuardBatch& batch);
/// Of the rows, the query, and `ending` (ending_of() in isa/receipt.hpp).
using HashKernel = ReceiptHashes (*)(const TripleRun& run, const Query& query, u64 ending);

/// Answers, and leaves the hashes in the receipt. `ending` is that of no.
using BindingKernel = bool (*)(const TripleRun& run, const Query& query, u64 ending,
                               SealedReceipt& receipt);

struct KernelTable {
    const char* name;
    InstructionSet set;
    BooleanKernel booleans[BOOLEAN_OPS_END]; ///< by OpCode; null where it is no boolean operation
    RowKernel construct8;
    RowKernel select_sp;
    GuardsKernel guards8;
    HashKernel hash_rows;
    BindingKernel bindings[BOOLEAN_OPS_END]; ///< of `booleans`
};

// Each in a file of its own under isa/kernels/.
extern const KernelTable SCALAR_KERNELS;
extern const KernelTable AVX2_KERNELS;
extern const KernelTable AVX512_KERNELS;
extern const KernelTable NEON_KERNELS;
extern const KernelTable RVV_KERNELS;

} // namespace knhk
