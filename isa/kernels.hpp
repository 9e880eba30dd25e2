// SPDX-License-Identifier: MIT
// The query operations in each instruction set that the image was built with (docs/isa.md): all
// give the same bits. A run picks one table when it boots.
#pragma once

#include <span>

#include "base/instruction_set.hpp"
#include "isa/guard_batch.hpp"
#include "isa/kernel_table.hpp"
#include "isa/mu_status.hpp"

namespace knhk {

/// The tables of this image, the best first. The last is the scalar one.
[[nodiscard]] std::span<const KernelTable* const> kernel_tables();

/// The best of them that a machine with these bits of InstructionSet can run.
[[nodiscard]] const KernelTable& best_kernels(u64 instruction_sets);
/// Null: this image has none for `set`, or the machine cannot run it.
[[nodiscard]] const KernelTable* find_kernels(InstructionSet set, u64 instruction_sets);

/// The kernel that answers `op` and binds what it saw; null: that is no boolean operation.
[[nodiscard, gnu::always_inline]] inline BindingKernel binding_kernel(const KernelTable& kernels,
                                                                      OpCode op) {
    const u32 raw = static_cast<u32>(op);
    return raw < BOOLEAN_OPS_END ? kernels.bindings[raw] : nullptr;
}

/// What a receipt says. The run has at most RUN_ROWS.
[[nodiscard, gnu::always_inline]] inline ReceiptHashes receipt_hashes(const KernelTable& kernels,
                                                                      const TripleRun& run,
                                                                      OpCode op, const Query& query,
                                                                      QueryResult result) {
    return kernels.hash_rows(run, query, ending_of(run, op, query, result));
}

/// An operation that emits: all of `rows` is written, and the answer is whether there is one.
[[nodiscard]] inline MuStatus run_emitting(const KernelTable& kernels, OpCode op,
                                           const TripleRun& run, const Query& query,
                                           RowResult& rows, bool& answer) {
    if (op == OpCode::Construct8) {
        kernels.construct8(run, query, rows);
    } else if (op == OpCode::SelectSp) {
        kernels.select_sp(run, query, rows);
    } else {
        return MuStatus::UnknownOperation;
    }
    answer = rows.mask != 0;
    return MuStatus::Ok;
}

/// The checked way to put a query: whether the answer is yes, which of operations that emit rows it
/// is when there is one. Those write all of `rows`, the others none of it.
[[nodiscard, gnu::always_inline]] inline MuStatus run_query(const KernelTable& kernels, OpCode op,
                                                            const TripleRun& run,
                                                            const Query& query, RowResult& rows,
                                                            bool& answer) {
    if (run.length > RUN_ROWS) [[unlikely]] {
        return MuStatus::RunTooLong;
    }
    if (is_boolean(op)) [[likely]] {
        answer = kernels.booleans[static_cast<u32>(op)](run, query);
        return MuStatus::Ok;
    }
    return run_emitting(kernels, op, run, query, rows, answer);
}

} // namespace knhk
