// SPDX-License-Identifier: MIT
// How a C program's triples and hooks become what kernels take.
#pragma once

#include <bit>

#include "capi/checks.hpp"

namespace knhk::capi {

/// The arrays, and a run that lies within them; of how many rows is not asked.
[[nodiscard]] inline int check_context(const knhk_context_t* ctx) {
    int code = check(ctx);
    if (code != KNHK_OK) [[unlikely]] {
        return code;
    }
    code = first_error(check(ctx->S, LINE_BYTES), check(ctx->P, LINE_BYTES),
                       check(ctx->O, LINE_BYTES));
    const bool within = ctx->run.off <= ctx->count && ctx->run.len <= ctx->count - ctx->run.off;
    return code != KNHK_OK ? code : within ? KNHK_OK : KNHK_E_RUN;
}

/// The run of a checked context; rows behind it stay as they are.
[[nodiscard]] inline int load_run(const knhk_context_t& ctx, TripleRun& run) {
    if (ctx.run.len > RUN_ROWS) [[unlikely]] {
        return KNHK_E_ROWS;
    }
    run.predicate = ctx.run.pred;
    run.length = static_cast<u32>(ctx.run.len);
    const u64 off = ctx.run.off;
    u64 differing = 0;
    for (u32 row = 0; row < run.length; ++row) {
        run.subjects[row] = ctx.S[off + row];
        run.objects[row] = ctx.O[off + row];
        differing |= ctx.P[off + row] ^ ctx.run.pred;
    }
    return differing == 0 ? KNHK_OK : KNHK_E_PREDICATE;
}

[[nodiscard]] inline int check_hook(const knhk_hook_t* hook) {
    const int code = check(hook);
    if (code != KNHK_OK) [[unlikely]] {
        return code;
    }
    return hook->op < 256 && is_defined(unchecked<OpCode>(hook->op)) ? KNHK_OK : KNHK_E_OPERATION;
}
/// Of a checked one.
[[nodiscard]] inline FiberHook hook_of(const knhk_hook_t& hook) {
    return {unchecked<OpCode>(hook.op), {hook.s, hook.p, hook.o, hook.k}};
}

[[nodiscard]] inline int check_limits(const knhk_limits_t* limits) {
    const int code = check(limits);
    if (code != KNHK_OK) [[unlikely]] {
        return code;
    }
    const bool budget = limits->budget >= 1 && limits->budget <= CHATMAN;
    const bool highest = limits->highest >= KNHK_R1 && limits->highest <= KNHK_C1;
    return budget && highest ? KNHK_OK : KNHK_E_LIMITS;
}
[[nodiscard]] inline FiberLimits limits_of(const knhk_limits_t& limits) {
    return {Tick{limits.budget}, unchecked<RuntimeClass>(limits.highest)};
}

[[nodiscard]] inline FiberPlace place_of(const knhk_place_t& place) {
    return std::bit_cast<FiberPlace>(place);
}

} // namespace knhk::capi
