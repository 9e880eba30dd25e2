// SPDX-License-Identifier: MIT
// Contexts, query operations and fibers, for C.
#include "capi/context.hpp"
#include "capi/handles.hpp"
#include "capi/kernels.hpp"
#include KNHK_LINUX_MACHINE

namespace {

using namespace knhk;
using namespace knhk::capi;

/// What a process reads fastest; include/knhk.h says what it counts.
struct HardwareCounter {
    u64 operator()() const { return hosted::cycles_now(); }
};

/// Evaluation by itself is never parked.
constexpr FiberLimits NO_LIMITS{Tick{CHATMAN}, RuntimeClass::C1};

int check_operation(const knhk_hook_t* hook, bool (*wanted)(OpCode)) {
    const int code = check_hook(hook);
    return code != KNHK_OK || wanted(unchecked<OpCode>(hook->op)) ? code : KNHK_E_OPERATION;
}

/// All is checked. `rows` are written if the operation emits.
bool evaluate(const TripleRun& run, const knhk_hook_t& hook, const FiberPlace& place,
              RowResult& rows, knhk_sealed_receipt_t& receipt) {
    const FiberOutcome outcome =
        execute_fiber(kernels(), run, hook_of(hook), place, NO_LIMITS, rows, HardwareCounter{});
    receipt = std::bit_cast<knhk_sealed_receipt_t>(outcome.sealed);
    return outcome.answer;
}

int check_batch(const knhk_hook_t* hooks, uint64_t count, const knhk_rows_t* rows) {
    int code = check(hooks);
    if (code == KNHK_OK && (count == 0 || count > KNHK_ROWS_MAX)) {
        code = KNHK_E_ROWS;
    }
    for (u64 i = 0; code == KNHK_OK && i < count; ++i) {
        code = check_hook(&hooks[i]);
        if (code == KNHK_OK && !is_boolean(unchecked<OpCode>(hooks[i].op))) {
            code = check(rows);
        }
    }
    return code;
}

} // namespace

int knhk_init_ctx(knhk_context_t* ctx, const uint64_t* S, const uint64_t* P, const uint64_t* O,
                  uint64_t count) {
    const int code =
        first_error(check(ctx), check(S, LINE_BYTES), check(P, LINE_BYTES), check(O, LINE_BYTES));
    if (code == KNHK_OK) {
        *ctx = {S, P, O, count, {0, 0, 0}};
    }
    return code;
}

int knhk_pin_run(knhk_context_t* ctx, knhk_run_t run, knhk_violation_t* violation) {
    int code = check(ctx);
    if (code == KNHK_OK && violation != nullptr) {
        code = check(violation);
    }
    if (code != KNHK_OK) {
        return code;
    }
    knhk_violation_t found{};
    if (run.len > RUN_ROWS) {
        found = {KNHK_E_ROWS, 0, run.len, RUN_ROWS};
    } else if (run.off > ctx->count || run.len > ctx->count - run.off) {
        found = {KNHK_E_RUN, 0, run.off, ctx->count};
    } else {
        ctx->run = run;
    }
    if (violation != nullptr) {
        *violation = found;
    }
    return found.code;
}

int knhk_eval_bool(const knhk_context_t* ctx, const knhk_hook_t* hook, const knhk_place_t* place,
                   knhk_sealed_receipt_t* receipt) {
    int code = first_error(check_context(ctx), check_operation(hook, is_boolean), check(place),
                           check(receipt));
    TripleRun run;
    code = code == KNHK_OK ? load_run(*ctx, run) : code;
    if (code != KNHK_OK) [[unlikely]] {
        return code;
    }
    RowResult unused;
    return int{evaluate(run, *hook, place_of(*place), unused, *receipt)};
}

int knhk_eval_construct8(const knhk_context_t* ctx, const knhk_hook_t* hook,
                         const knhk_place_t* place, knhk_rows_t* rows,
                         knhk_sealed_receipt_t* receipt) {
    const auto constructs = [](OpCode op) { return op == OpCode::Construct8; };
    int code = first_error(check_context(ctx), check_operation(hook, constructs), check(place),
                           check(rows), check(receipt));
    TripleRun run;
    code = code == KNHK_OK ? load_run(*ctx, run) : code;
    if (code != KNHK_OK) [[unlikely]] {
        return code;
    }
    evaluate(run, *hook, place_of(*place), *reinterpret_cast<RowResult*>(rows), *receipt);
    return static_cast<int>(rows->count);
}

int knhk_eval_batch8(const knhk_context_t* ctx, const knhk_hook_t* hooks, uint64_t count,
                     const knhk_place_t* place, knhk_rows_t* rows,
                     knhk_sealed_receipt_t* receipts) {
    int code = first_error(check_context(ctx), check_batch(hooks, count, rows), check(place),
                           check(receipts));
    TripleRun run;
    code = code == KNHK_OK ? load_run(*ctx, run) : code;
    if (code != KNHK_OK) [[unlikely]] {
        return code;
    }
    FiberPlace at = place_of(*place);
    u32 answers = 0;
    for (u32 i = 0; i < count; ++i, ++at.sequence) {
        RowResult unused;
        const bool emits = !is_boolean(unchecked<OpCode>(hooks[i].op));
        RowResult& out = emits ? reinterpret_cast<RowResult&>(rows[i]) : unused;
        answers |= u32{evaluate(run, hooks[i], at, out, receipts[i])} << i;
    }
    return static_cast<int>(answers);
}

int knhk_fiber_execute(const knhk_context_t* ctx, const knhk_hook_t* hook,
                       const knhk_place_t* place, const knhk_limits_t* limits, knhk_rows_t* rows,
                       knhk_outcome_t* outcome) {
    int code = first_error(check_context(ctx), check_hook(hook), check(place), check_limits(limits),
                           check(rows), check(outcome));
    if (code != KNHK_OK) [[unlikely]] {
        return code;
    }
    // More rows than a run has are parked before they are loaded.
    const FiberAdmission admitted =
        admit_to_fiber(unchecked<OpCode>(hook->op), ctx->run.len, limits_of(*limits));
    if (admitted.status != FiberStatus::Completed) [[unlikely]] {
        *outcome = {0, static_cast<u32>(admitted.cause), {}};
        return KNHK_PARKED;
    }
    TripleRun run;
    code = load_run(*ctx, run);
    if (code != KNHK_OK) [[unlikely]] {
        return code;
    }
    const FiberOutcome done =
        execute_fiber(kernels(), run, hook_of(*hook), place_of(*place), limits_of(*limits),
                      *reinterpret_cast<RowResult*>(rows), HardwareCounter{});
    *outcome = {u32{done.answer}, 0, std::bit_cast<knhk_sealed_receipt_t>(done.sealed)};
    return KNHK_OK;
}

int knhk_fiber_process_tick(knhk_delta_ring_t* deltas, knhk_assertion_ring_t* assertions,
                            knhk_park_ring_t* park, const knhk_hook_t* hook,
                            const knhk_place_t* place, const knhk_limits_t* limits) {
    const int code = first_error(check_ring(deltas), check_ring(assertions), check_ring(park),
                                 check_hook(hook), check(place), check_limits(limits));
    if (code != KNHK_OK) [[unlikely]] {
        return code;
    }
    DeltaRing from = delta_ring(deltas);
    AssertionRing into = assertion_ring(assertions);
    RunParkRing parked = park_ring(park);
    const Result<u32> rows = process_run(kernels(), {from, into, parked}, hook_of(*hook),
                                         place_of(*place), limits_of(*limits), HardwareCounter{});
    return rows ? static_cast<int>(*rows) : code_of(rows.error());
}

int knhk_fiber_park(knhk_park_ring_t* park, const knhk_context_t* ctx, const knhk_place_t* place,
                    uint32_t cause) {
    int code = first_error(check_ring(park), check_context(ctx), check(place), check_cause(cause));
    ParkedRun entry{};
    code = code == KNHK_OK ? load_run(*ctx, entry.run) : code;
    if (code != KNHK_OK) {
        return code;
    }
    entry.cycle = place->cycle;
    entry.hook = place->hook;
    entry.slot = Beat{place->cycle}.slot();
    entry.cause = unchecked<ParkCause>(cause);
    const Result<void> pushed = park_ring(park).push(entry);
    return pushed ? KNHK_OK : code_of(pushed.error());
}
