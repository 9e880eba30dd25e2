// SPDX-License-Identifier: MIT
// Contexts, operations, fibers and receipts through the C interface: what comes out, and every
// argument that is wrong.
#include <gtest/gtest.h>

#include <cstring>
#include <set>
#include <string>

#include "tests/capi/capi_fixture.hpp"

namespace knhk {
namespace {

using namespace test;

TEST(CapiContext, arrays_are_aligned_to_a_line) {
    alignas(64) u64 w[32] = {};
    knhk_context_t ctx{};
    EXPECT_EQ(knhk_init_ctx(&ctx, w, w + 8, w + 16, 8), KNHK_OK);
    EXPECT_EQ(ctx.count, 8u);
    EXPECT_EQ(knhk_init_ctx(nullptr, w, w, w, 8), KNHK_E_NULL);
    EXPECT_EQ(knhk_init_ctx(misaligned(&ctx), w, w, w, 8), KNHK_E_ALIGNMENT);
    EXPECT_EQ(knhk_init_ctx(&ctx, nullptr, w, w, 8), KNHK_E_NULL);
    EXPECT_EQ(knhk_init_ctx(&ctx, w, nullptr, w, 8), KNHK_E_NULL);
    EXPECT_EQ(knhk_init_ctx(&ctx, w, w, nullptr, 8), KNHK_E_NULL);
    EXPECT_EQ(knhk_init_ctx(&ctx, w + 1, w, w, 8), KNHK_E_ALIGNMENT);
    EXPECT_EQ(knhk_init_ctx(&ctx, w, w + 4, w, 8), KNHK_E_ALIGNMENT);
    EXPECT_EQ(knhk_init_ctx(&ctx, w, w, w + 7, 8), KNHK_E_ALIGNMENT);
}

TEST(CapiContext, run_of_more_than_8_rows_is_blocked_with_value_and_limit) {
    Triples triples;
    knhk_violation_t violation{};
    EXPECT_EQ(knhk_pin_run(&triples.context, {5, 0, 9}, &violation), KNHK_E_ROWS);
    EXPECT_EQ(violation.code, KNHK_E_ROWS);
    EXPECT_EQ(violation.value, 9u);
    EXPECT_EQ(violation.limit, 8u);
    EXPECT_EQ(triples.context.run.len, 8u) << "the run that was pinned before";
    EXPECT_EQ(knhk_pin_run(&triples.context, {5, 8, 8}, &violation), KNHK_OK);
    EXPECT_EQ(violation.code, KNHK_OK);
}

TEST(CapiContext, run_lies_within_the_arrays) {
    Triples triples;
    knhk_violation_t violation{};
    for (const knhk_run_t run :
         {knhk_run_t{5, 9, 8}, {5, 16, 1}, {5, 17, 0}, {5, ~u64{0}, 8}, {5, ~u64{0} - 3, 4}}) {
        EXPECT_EQ(knhk_pin_run(&triples.context, run, &violation), KNHK_E_RUN) << run.off;
        EXPECT_EQ(violation.value, run.off);
        EXPECT_EQ(violation.limit, 16u);
    }
    EXPECT_EQ(knhk_pin_run(&triples.context, {5, 16, 0}, nullptr), KNHK_OK) << "no rows at the end";
    EXPECT_EQ(knhk_pin_run(nullptr, {5, 0, 1}, nullptr), KNHK_E_NULL);
    EXPECT_EQ(knhk_pin_run(misaligned(&triples.context), {5, 0, 1}, nullptr), KNHK_E_ALIGNMENT);
    EXPECT_EQ(knhk_pin_run(&triples.context, {5, 0, 1}, misaligned(&violation)), KNHK_E_ALIGNMENT);
}

TEST(CapiEval, boolean_operation_answers_and_leaves_its_receipt) {
    Triples triples;
    triples.pin(3, 5); // subjects 1, 2, 3, 1, 2, objects 3 to 7
    knhk_sealed_receipt_t sealed{};
    const knhk_hook_t twice = hook(KNHK_COUNT_SP_EQ, 1, 0, 2);
    EXPECT_EQ(knhk_eval_bool(&triples.context, &twice, &PLACE, &sealed), 1);
    const knhk_hook_t once = hook(KNHK_UNIQUE_SP, 1);
    EXPECT_EQ(knhk_eval_bool(&triples.context, &once, &PLACE, &sealed), 0);
    EXPECT_EQ(sealed.receipt.cycle, PLACE.cycle);
    EXPECT_EQ(sealed.receipt.shard, PLACE.shard);
    EXPECT_EQ(sealed.receipt.hook, PLACE.hook);
    EXPECT_EQ(sealed.receipt.ticks, 2u);
    EXPECT_EQ(sealed.receipt.lanes, 5u);
    EXPECT_EQ(sealed.receipt.pad, 0u);
    EXPECT_EQ(sealed.receipt.span, knhk_span_id(PLACE.cycle, PLACE.shard, PLACE.hook, 0));
    EXPECT_EQ(sealed.receipt.a_hash, u64{1 ^ 2 ^ 3 ^ 1 ^ 2} ^ 5 ^ (3 ^ 4 ^ 5 ^ 6 ^ 7));
}

TEST(CapiEval, construct8_emits_in_the_lane_of_each_row) {
    Triples triples;
    triples.S[1] = 0;
    triples.pin(0, 3);
    knhk_rows_t rows{};
    knhk_sealed_receipt_t sealed{};
    const knhk_hook_t construct = hook(KNHK_CONSTRUCT8, 0, 77);
    ASSERT_EQ(knhk_eval_construct8(&triples.context, &construct, &PLACE, &rows, &sealed), 2);
    EXPECT_EQ(rows.mask, 5u);
    EXPECT_EQ(rows.count, 2u);
    EXPECT_EQ(rows.predicate, 5u);
    EXPECT_EQ(rows.S[0], 1u);
    EXPECT_EQ(rows.O[0], 77u);
    EXPECT_EQ(rows.O[1], 0u);
    EXPECT_EQ(rows.S[2], 3u);
    EXPECT_EQ(sealed.receipt.ticks, 8u);
}

TEST(CapiEval, batch_runs_hooks_in_their_order_and_numbers_their_receipts) {
    Triples triples;
    const knhk_hook_t hooks[] = {hook(KNHK_ASK_SP, 9), hook(KNHK_ASK_SP, 1),
                                 hook(KNHK_SELECT_SP, 2), hook(KNHK_COMPARE_O_GT, 0, 6)};
    knhk_rows_t rows[4]{};
    knhk_sealed_receipt_t receipts[4]{};
    EXPECT_EQ(knhk_eval_batch8(&triples.context, hooks, 4, &PLACE, rows, receipts), 0b1110);
    EXPECT_EQ(rows[2].count, 3u);
    EXPECT_EQ(rows[1].count, 0u) << "of hooks that emit nothing nothing is written";
    for (u64 i = 0; i < 4; ++i) {
        EXPECT_EQ(receipts[i].receipt.span, knhk_span_id(PLACE.cycle, PLACE.shard, PLACE.hook, i));
        EXPECT_EQ(knhk_receipt_verify(&triples.context, &hooks[i], &receipts[i]), KNHK_OK) << i;
    }
    EXPECT_EQ(knhk_eval_batch8(&triples.context, hooks, 2, &PLACE, nullptr, receipts), 0b10);
}

TEST(CapiEval, batch_with_a_wrong_hook_evaluates_none) {
    Triples triples;
    knhk_hook_t hooks[9];
    for (knhk_hook_t& each : hooks) {
        each = hook(KNHK_ASK_SP);
    }
    hooks[7].op = 19;
    knhk_sealed_receipt_t receipts[8]{};
    const auto batch = [&](u64 count, knhk_rows_t* rows = nullptr) {
        return knhk_eval_batch8(&triples.context, hooks, count, &PLACE, rows, receipts);
    };
    EXPECT_EQ(batch(8), KNHK_E_OPERATION);
    EXPECT_EQ(receipts[0].receipt.span, 0u);
    EXPECT_EQ(batch(0), KNHK_E_ROWS);
    EXPECT_EQ(batch(9), KNHK_E_ROWS);
    EXPECT_EQ(batch(~u64{0}), KNHK_E_ROWS);
    hooks[1].op = KNHK_CONSTRUCT8;
    EXPECT_EQ(batch(2), KNHK_E_NULL) << "there is nowhere to write to";
    knhk_rows_t rows[8];
    EXPECT_EQ(batch(2, misaligned(rows)), KNHK_E_ALIGNMENT);
    EXPECT_EQ(knhk_eval_batch8(nullptr, hooks, 1, &PLACE, rows, receipts), KNHK_E_NULL);
    EXPECT_EQ(knhk_eval_batch8(&triples.context, nullptr, 1, &PLACE, rows, receipts), KNHK_E_NULL);
    EXPECT_EQ(knhk_eval_batch8(&triples.context, hooks, 1, nullptr, rows, receipts), KNHK_E_NULL);
    EXPECT_EQ(knhk_eval_batch8(&triples.context, hooks, 1, &PLACE, rows, nullptr), KNHK_E_NULL);
    EXPECT_EQ(receipts[0].receipt.span, 0u);
}

/// All that takes a context, a hook, a place and a receipt, by turns.
struct Call {
    const char* name;
    u32 op;
    int (*run)(const knhk_context_t*, const knhk_hook_t*, const knhk_place_t*,
               knhk_sealed_receipt_t*);
};
knhk_rows_t call_rows;
const Call CALLS[] = {
    {"eval_bool", KNHK_ASK_SP, knhk_eval_bool},
    {"eval_construct8", KNHK_CONSTRUCT8,
     [](const knhk_context_t* ctx, const knhk_hook_t* hook, const knhk_place_t* place,
        knhk_sealed_receipt_t* receipt) {
         return knhk_eval_construct8(ctx, hook, place, &call_rows, receipt);
     }},
    {"eval_batch8", KNHK_ASK_SP,
     [](const knhk_context_t* ctx, const knhk_hook_t* hook, const knhk_place_t* place,
        knhk_sealed_receipt_t* receipt) {
         return knhk_eval_batch8(ctx, hook, 1, place, &call_rows, receipt);
     }},
    {"receipt_verify", KNHK_ASK_SP,
     [](const knhk_context_t* ctx, const knhk_hook_t* hook, const knhk_place_t* place,
        knhk_sealed_receipt_t* receipt) {
         // It takes no place: the others' code stands for it.
         return place == nullptr  ? int{KNHK_E_NULL}
                : place != &PLACE ? int{KNHK_E_ALIGNMENT}
                                  : knhk_receipt_verify(ctx, hook, receipt);
     }},
};

TEST(CapiEval, wrong_arguments_are_codes) {
    for (const Call& call : CALLS) {
        SCOPED_TRACE(call.name);
        Triples triples;
        knhk_context_t& ctx = triples.context;
        const knhk_hook_t right = hook(call.op);
        knhk_sealed_receipt_t sealed{};
        const auto with = [&](const knhk_hook_t& wrong) {
            return call.run(&ctx, &wrong, &PLACE, &sealed);
        };
        EXPECT_EQ(call.run(nullptr, &right, &PLACE, &sealed), KNHK_E_NULL);
        EXPECT_EQ(call.run(misaligned(&ctx), &right, &PLACE, &sealed), KNHK_E_ALIGNMENT);
        EXPECT_EQ(call.run(&ctx, nullptr, &PLACE, &sealed), KNHK_E_NULL);
        EXPECT_EQ(call.run(&ctx, misaligned(&right), &PLACE, &sealed), KNHK_E_ALIGNMENT);
        EXPECT_EQ(call.run(&ctx, &right, nullptr, &sealed), KNHK_E_NULL);
        EXPECT_EQ(call.run(&ctx, &right, misaligned(&PLACE), &sealed), KNHK_E_ALIGNMENT);
        EXPECT_EQ(call.run(&ctx, &right, &PLACE, nullptr), KNHK_E_NULL);
        EXPECT_EQ(call.run(&ctx, &right, &PLACE, misaligned(&sealed)), KNHK_E_ALIGNMENT);
        for (const u32 op : {0u, 19u, 31u, 33u, 255u, 256u, 257u, ~0u}) {
            EXPECT_EQ(with(hook(op)), KNHK_E_OPERATION) << op;
        }
        ctx.run.len = 9; // by hand, past knhk_pin_run
        EXPECT_EQ(with(right), KNHK_E_ROWS);
        ctx.run = {5, 10, 7};
        EXPECT_EQ(with(right), KNHK_E_RUN);
        ctx.run = {5, ~u64{0}, 2};
        EXPECT_EQ(with(right), KNHK_E_RUN);
        ctx.run = {6, 0, 8};
        EXPECT_EQ(with(right), KNHK_E_PREDICATE);
        ctx.run = {5, 0, 8};
        triples.P[7] = 4;
        EXPECT_EQ(with(right), KNHK_E_PREDICATE);
        ctx.run.len = 7;
        const knhk_context_t whole = ctx;
        ctx.S = nullptr;
        EXPECT_EQ(with(right), KNHK_E_NULL);
        ctx = whole;
        ctx.P += 1;
        EXPECT_EQ(with(right), KNHK_E_ALIGNMENT);
        ctx = whole;
        ctx.O = misaligned(ctx.O);
        EXPECT_EQ(with(right), KNHK_E_ALIGNMENT);
    }
}

TEST(CapiEval, functions_refuse_operations_of_the_other_kind) {
    Triples triples;
    knhk_sealed_receipt_t sealed{};
    for (const u32 op : {KNHK_SELECT_SP, KNHK_CONSTRUCT8}) {
        const knhk_hook_t emits = hook(op);
        EXPECT_EQ(knhk_eval_bool(&triples.context, &emits, &PLACE, &sealed), KNHK_E_OPERATION);
    }
    knhk_rows_t rows;
    for (const u32 op : {KNHK_SELECT_SP, KNHK_ASK_SP}) {
        const knhk_hook_t other = hook(op);
        EXPECT_EQ(knhk_eval_construct8(&triples.context, &other, &PLACE, &rows, &sealed),
                  KNHK_E_OPERATION);
    }
    const knhk_hook_t construct = hook(KNHK_CONSTRUCT8);
    EXPECT_EQ(knhk_eval_construct8(&triples.context, &construct, &PLACE, nullptr, &sealed),
              KNHK_E_NULL);
    EXPECT_EQ(
        knhk_eval_construct8(&triples.context, &construct, &PLACE, misaligned(&rows), &sealed),
        KNHK_E_ALIGNMENT);
}

TEST(CapiFiber, completes_or_parks) {
    Triples triples;
    knhk_rows_t rows{};
    knhk_outcome_t outcome{};
    const auto execute = [&](u32 op, knhk_limits_t limits) {
        const knhk_hook_t each = hook(op);
        return knhk_fiber_execute(&triples.context, &each, &PLACE, &limits, &rows, &outcome);
    };
    EXPECT_EQ(execute(KNHK_ASK_SP, {2, KNHK_R1}), KNHK_OK);
    EXPECT_EQ(outcome.answer, 1u);
    EXPECT_EQ(outcome.cause, 0u);
    EXPECT_NE(outcome.sealed.receipt.span, 0u);
    EXPECT_EQ(execute(KNHK_CONSTRUCT8, {8, KNHK_R1}), KNHK_PARKED);
    EXPECT_EQ(outcome.cause, static_cast<u32>(KNHK_PARK_CLASS));
    EXPECT_EQ(outcome.sealed.receipt.span, 0u) << "what was not executed has no receipt";
    EXPECT_EQ(execute(KNHK_CONSTRUCT8, {7, KNHK_W1}), KNHK_PARKED);
    EXPECT_EQ(outcome.cause, static_cast<u32>(KNHK_PARK_BUDGET));
    EXPECT_EQ(execute(KNHK_CONSTRUCT8, {8, KNHK_W1}), KNHK_OK);
    EXPECT_EQ(rows.count, 8u);
    triples.context.run.len = 12;
    EXPECT_EQ(execute(KNHK_ASK_SP, {8, KNHK_C1}), KNHK_PARKED) << "more rows than a run has";
    EXPECT_EQ(outcome.cause, static_cast<u32>(KNHK_PARK_CLASS));
}

TEST(CapiFiber, wrong_arguments_are_codes) {
    Triples triples;
    knhk_rows_t rows{};
    knhk_outcome_t outcome{};
    const knhk_hook_t asks = hook(KNHK_ASK_SP);
    const auto* const ctx = &triples.context;
    EXPECT_EQ(knhk_fiber_execute(nullptr, &asks, &PLACE, &LIMITS, &rows, &outcome), KNHK_E_NULL);
    EXPECT_EQ(knhk_fiber_execute(ctx, nullptr, &PLACE, &LIMITS, &rows, &outcome), KNHK_E_NULL);
    EXPECT_EQ(knhk_fiber_execute(ctx, &asks, nullptr, &LIMITS, &rows, &outcome), KNHK_E_NULL);
    EXPECT_EQ(knhk_fiber_execute(ctx, &asks, &PLACE, nullptr, &rows, &outcome), KNHK_E_NULL);
    EXPECT_EQ(knhk_fiber_execute(ctx, &asks, &PLACE, &LIMITS, nullptr, &outcome), KNHK_E_NULL);
    EXPECT_EQ(knhk_fiber_execute(ctx, &asks, &PLACE, &LIMITS, &rows, nullptr), KNHK_E_NULL);
    EXPECT_EQ(knhk_fiber_execute(ctx, &asks, &PLACE, &LIMITS, misaligned(&rows), &outcome),
              KNHK_E_ALIGNMENT);
    EXPECT_EQ(knhk_fiber_execute(ctx, &asks, &PLACE, &LIMITS, &rows, misaligned(&outcome)),
              KNHK_E_ALIGNMENT);
    EXPECT_EQ(knhk_fiber_execute(ctx, &asks, &PLACE, misaligned(&LIMITS), &rows, &outcome),
              KNHK_E_ALIGNMENT);
    const knhk_hook_t unknown = hook(19);
    EXPECT_EQ(knhk_fiber_execute(ctx, &unknown, &PLACE, &LIMITS, &rows, &outcome),
              KNHK_E_OPERATION);
    for (const knhk_limits_t limits : {knhk_limits_t{0, 1}, {9, 1}, {8, 0}, {8, 4}, {~0u, ~0u}}) {
        EXPECT_EQ(knhk_fiber_execute(ctx, &asks, &PLACE, &limits, &rows, &outcome), KNHK_E_LIMITS);
    }
    triples.P[0] = 6;
    EXPECT_EQ(knhk_fiber_execute(ctx, &asks, &PLACE, &LIMITS, &rows, &outcome), KNHK_E_PREDICATE);
}

TEST(CapiFiber, a_tick_takes_runs_from_the_deltas_to_the_assertions) {
    Triples triples;
    auto deltas = delta_ring();
    auto assertions = assertion_ring(8, 8);
    auto park = park_ring();
    const knhk_hook_t asks = hook(KNHK_ASK_SP);
    const auto tick = [&] {
        return knhk_fiber_process_tick(&deltas, &assertions, &park, &asks, &PLACE, &LIMITS);
    };
    const u64* const S = triples.S.data();
    const u64 slot = knhk_beat_tick(PLACE.cycle);
    for (u32 i = 0; i < 2; ++i) {
        ASSERT_EQ(knhk_ring_enqueue_delta(&deltas, slot, S, triples.P.data(), triples.O.data(), 5,
                                          PLACE.cycle),
                  KNHK_OK);
    }
    EXPECT_EQ(tick(), 5);
    EXPECT_EQ(tick(), 5) << "the second finds no room for its five rows";
    EXPECT_EQ(tick(), 0);
    u64 words[3][8];
    u32 receipt_of[8];
    knhk_sealed_receipt_t receipt{};
    u64 count = 0;
    ASSERT_EQ(knhk_ring_dequeue_assertion(&assertions, slot, words[0], words[1], words[2],
                                          receipt_of, 8, &receipt, 1, &count),
              5);
    EXPECT_EQ(std::memcmp(words[0], S, 5 * sizeof(u64)), 0);
    knhk_context_t& ctx = triples.context;
    triples.pin(0, 5);
    EXPECT_EQ(knhk_receipt_verify(&ctx, &asks, &receipt), KNHK_OK);
    knhk_parked_t parked{};
    ASSERT_EQ(knhk_ring_dequeue_park(&park, &parked), 1);
    EXPECT_EQ(parked.cause, static_cast<u32>(KNHK_PARK_OUTPUT_FULL));
    EXPECT_EQ(parked.hook, PLACE.hook);
}

TEST(CapiFiber, tick_and_park_with_wrong_arguments_are_codes) {
    Triples triples;
    auto deltas = delta_ring();
    auto assertions = assertion_ring();
    auto park = park_ring(1);
    const knhk_hook_t asks = hook(KNHK_ASK_SP);
    const knhk_hook_t unknown = hook(300);
    const knhk_limits_t no_budget{0, KNHK_R1};
    knhk_park_ring_t none{};
    auto* const d = &deltas.handle;
    auto* const a = &assertions.handle;
    auto* const p = &park.handle;
    EXPECT_EQ(knhk_fiber_process_tick(nullptr, a, p, &asks, &PLACE, &LIMITS), KNHK_E_NULL);
    EXPECT_EQ(knhk_fiber_process_tick(d, nullptr, p, &asks, &PLACE, &LIMITS), KNHK_E_NULL);
    EXPECT_EQ(knhk_fiber_process_tick(d, a, nullptr, &asks, &PLACE, &LIMITS), KNHK_E_NULL);
    EXPECT_EQ(knhk_fiber_process_tick(d, a, &none, &asks, &PLACE, &LIMITS), KNHK_E_HANDLE);
    EXPECT_EQ(knhk_fiber_process_tick(d, a, p, nullptr, &PLACE, &LIMITS), KNHK_E_NULL);
    EXPECT_EQ(knhk_fiber_process_tick(d, a, p, &unknown, &PLACE, &LIMITS), KNHK_E_OPERATION);
    EXPECT_EQ(knhk_fiber_process_tick(d, a, p, &asks, nullptr, &LIMITS), KNHK_E_NULL);
    EXPECT_EQ(knhk_fiber_process_tick(d, a, p, &asks, &PLACE, nullptr), KNHK_E_NULL);
    EXPECT_EQ(knhk_fiber_process_tick(d, a, p, &asks, &PLACE, &no_budget), KNHK_E_LIMITS);
    const auto* const ctx = &triples.context;
    EXPECT_EQ(knhk_fiber_park(nullptr, ctx, &PLACE, 1), KNHK_E_NULL);
    EXPECT_EQ(knhk_fiber_park(&none, ctx, &PLACE, 1), KNHK_E_HANDLE);
    EXPECT_EQ(knhk_fiber_park(p, nullptr, &PLACE, 1), KNHK_E_NULL);
    EXPECT_EQ(knhk_fiber_park(p, ctx, nullptr, 1), KNHK_E_NULL);
    EXPECT_EQ(knhk_fiber_park(p, ctx, &PLACE, 0), KNHK_E_CAUSE);
    EXPECT_EQ(knhk_fiber_park(p, ctx, &PLACE, 5), KNHK_E_CAUSE);
    triples.context.run.len = 9;
    EXPECT_EQ(knhk_fiber_park(p, ctx, &PLACE, 1), KNHK_E_ROWS);
    triples.context.run.len = 3;
    EXPECT_EQ(knhk_fiber_park(p, ctx, &PLACE, KNHK_PARK_REQUESTED), KNHK_OK);
    EXPECT_EQ(knhk_fiber_park(p, ctx, &PLACE, KNHK_PARK_REQUESTED), KNHK_E_FULL);
    knhk_parked_t parked{};
    ASSERT_EQ(knhk_ring_dequeue_park(p, &parked), 1);
    EXPECT_EQ(parked.length, 3u);
    EXPECT_EQ(parked.cycle, PLACE.cycle);
    EXPECT_EQ(parked.slot, 1u);
}

TEST(CapiReceipt, that_was_changed_does_not_hold) {
    Triples triples;
    const knhk_hook_t asks = hook(KNHK_ASK_SP);
    knhk_sealed_receipt_t sealed{};
    ASSERT_EQ(knhk_eval_bool(&triples.context, &asks, &PLACE, &sealed), 1);
    const auto verify = [&](const knhk_sealed_receipt_t& receipt) {
        return knhk_receipt_verify(&triples.context, &asks, &receipt);
    };
    EXPECT_EQ(verify(sealed), KNHK_OK);
    for (const u32 field : {24u, 32u, 36u, 48u, 56u}) { // ticks, lanes, pad, a_hash, content
        knhk_sealed_receipt_t changed = sealed;
        reinterpret_cast<std::byte*>(&changed)[field] ^= std::byte{1};
        EXPECT_EQ(verify(changed), KNHK_E_RECEIPT) << field;
    }
    triples.O[2] ^= 1;
    EXPECT_EQ(verify(sealed), KNHK_E_RECEIPT) << "of other rows";
}

TEST(CapiReceipt, merges_into_either_of_the_two) {
    knhk_receipt_t first{1, 2, 3, 4, 5, 6, 0, 7, 8};
    const knhk_receipt_t second{9, 9, 9, 9, 2, 3, 0, 1, 1};
    EXPECT_EQ(knhk_receipt_merge(&first, &second, &first), KNHK_OK);
    EXPECT_EQ(first.cycle, 1u);
    EXPECT_EQ(first.ticks, 9u);
    EXPECT_EQ(first.actual_ticks, 5u);
    EXPECT_EQ(first.lanes, 9u);
    EXPECT_EQ(first.span, 6u);
    EXPECT_EQ(first.a_hash, 9u);
    EXPECT_EQ(knhk_receipt_merge(nullptr, &second, &first), KNHK_E_NULL);
    EXPECT_EQ(knhk_receipt_merge(&first, nullptr, &first), KNHK_E_NULL);
    EXPECT_EQ(knhk_receipt_merge(&first, &second, nullptr), KNHK_E_NULL);
    EXPECT_EQ(knhk_receipt_merge(&first, &second, misaligned(&first)), KNHK_E_ALIGNMENT);
    EXPECT_EQ(knhk_receipt_merge(misaligned(&first), &second, &first), KNHK_E_ALIGNMENT);
    EXPECT_EQ(knhk_receipt_merge(&first, misaligned(&second), &first), KNHK_E_ALIGNMENT);
}

TEST(CapiClass, is_by_operation_and_rows) {
    EXPECT_EQ(knhk_class_of(KNHK_ASK_SP, 8), KNHK_R1);
    EXPECT_EQ(knhk_class_of(KNHK_ASK_SP, 9), KNHK_W1);
    EXPECT_EQ(knhk_class_of(KNHK_CONSTRUCT8, 1), KNHK_W1);
    EXPECT_EQ(knhk_class_of(KNHK_CONSTRUCT8, 10'001), KNHK_C1);
    for (const u32 op : {0u, 19u, 33u, 256u + KNHK_ASK_SP, ~0u}) {
        EXPECT_EQ(knhk_class_of(op, 1), KNHK_E_OPERATION) << op;
    }
    EXPECT_EQ(knhk_class_budget(KNHK_R1), 8);
    EXPECT_EQ(knhk_class_budget(KNHK_W1), 64);
    EXPECT_EQ(knhk_class_budget(KNHK_C1), 512);
    for (const u32 none : {0u, 4u, ~0u}) {
        EXPECT_EQ(knhk_class_budget(none), KNHK_E_LIMITS);
    }
}

TEST(CapiKernels, are_selected_by_name_and_give_the_same) {
    Triples triples;
    const knhk_hook_t asks = hook(KNHK_COUNT_OP_GE, 0, 3, 1);
    ASSERT_EQ(knhk_kernel_select("auto"), KNHK_OK);
    const std::string best = knhk_kernel_name();
    std::set<u64> contents;
    u32 usable = 0;
    for (const char* name : {"scalar", "avx2", "avx512", "neon", "rvv"}) {
        const int code = knhk_kernel_select(name);
        ASSERT_TRUE(code == KNHK_OK || code == KNHK_E_KERNELS_MISSING) << name;
        if (code == KNHK_OK) {
            EXPECT_STREQ(knhk_kernel_name(), name);
            knhk_sealed_receipt_t sealed{};
            EXPECT_EQ(knhk_eval_bool(&triples.context, &asks, &PLACE, &sealed), 1);
            contents.insert(sealed.content);
            ++usable;
        }
    }
    EXPECT_GE(usable, 1u);
    EXPECT_EQ(contents.size(), 1u);
    for (const char* name : {"", "AVX2", "avx", "scalars", "autos", "a much longer name"}) {
        EXPECT_EQ(knhk_kernel_select(name), KNHK_E_KERNELS_UNKNOWN) << name;
    }
    EXPECT_EQ(knhk_kernel_select(nullptr), KNHK_E_NULL);
    ASSERT_EQ(knhk_kernel_select("auto"), KNHK_OK);
    EXPECT_EQ(knhk_kernel_name(), best);
}

TEST(CapiErrors, each_code_has_a_text_of_its_own) {
    std::set<std::string> texts{knhk_error_text(KNHK_OK), knhk_error_text(KNHK_PARKED)};
    for (int code = -1; code >= KNHK_E_KERNELS_MISSING; --code) {
        EXPECT_TRUE(texts.insert(knhk_error_text(code)).second) << code;
    }
    EXPECT_EQ(texts.size(), 19u);
    for (const int code : {KNHK_E_KERNELS_MISSING - 1, -1000, INT32_MIN}) {
        EXPECT_STREQ(knhk_error_text(code), "unknown error");
    }
}

} // namespace
} // namespace knhk
