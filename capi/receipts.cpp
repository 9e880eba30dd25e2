// SPDX-License-Identifier: MIT
// Receipts, ids, classes and texts, for C.
#include "capi/context.hpp"
#include "capi/kernels.hpp"

namespace {

using namespace knhk;
using namespace knhk::capi;

} // namespace

int knhk_receipt_merge(const knhk_receipt_t* first, const knhk_receipt_t* second,
                       knhk_receipt_t* merged) {
    const int code = first_error(check(first), check(second), check(merged));
    if (code == KNHK_OK) {
        *merged = std::bit_cast<knhk_receipt_t>(
            merge(std::bit_cast<Receipt>(*first), std::bit_cast<Receipt>(*second)));
    }
    return code;
}

int knhk_receipt_verify(const knhk_context_t* ctx, const knhk_hook_t* hook,
                        const knhk_sealed_receipt_t* receipt) {
    int code = first_error(check_context(ctx), check_hook(hook), check(receipt));
    TripleRun run;
    code = code == KNHK_OK ? load_run(*ctx, run) : code;
    if (code != KNHK_OK) {
        return code;
    }
    const auto found = std::bit_cast<SealedReceipt>(*receipt);
    return receipt_holds(kernels(), run, hook_of(*hook), found) ? KNHK_OK : KNHK_E_RECEIPT;
}

uint64_t knhk_span_id(uint64_t cycle, uint64_t shard, uint64_t hook, uint64_t sequence) {
    return span_of({cycle, shard, hook, sequence});
}

uint64_t knhk_hook_id(uint64_t shard, uint64_t predicate) {
    return hook_of_predicate(shard, predicate);
}

int knhk_class_of(uint32_t op, uint64_t rows) {
    if (op > 255) {
        return KNHK_E_OPERATION;
    }
    const auto found = class_of(unchecked<OpCode>(op), rows);
    return found ? static_cast<int>(*found) : code_of(found.error());
}

int knhk_class_budget(uint32_t runtime_class) {
    if (runtime_class < KNHK_R1 || runtime_class > KNHK_C1) {
        return KNHK_E_LIMITS;
    }
    return static_cast<int>(budget_of(unchecked<RuntimeClass>(runtime_class)).raw);
}

const char* knhk_error_text(int code) {
    if (code >= 0) {
        return code == KNHK_PARKED ? "parked" : "ok";
    }
    for (const Code& entry : CODES) {
        if (entry.code == code) {
            return text_of(entry.error);
        }
    }
    return "unknown error";
}
