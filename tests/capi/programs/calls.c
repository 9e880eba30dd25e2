/* SPDX-License-Identifier: MIT */
/* Every function from C99: once as it should be called, and with what is wrong. Prints how many
 * checks held; with an argument one of them is wrong on purpose. */
#include <knhk.h>
#include <stdio.h>
#include <string.h>

static unsigned held, failed;

static void check_at(int line, int condition, const char *text) {
    if (condition) {
        ++held;
    } else {
        ++failed;
        printf("calls.c:%d: not so: %s\n", line, text);
    }
}
#define CHECK(condition) check_at(__LINE__, (condition), #condition)

typedef struct {
    uint64_t words[8];
} KNHK_LINE_ALIGNED line_t;

static uint8_t memory[3][1 << 16] KNHK_LINE_ALIGNED;
static knhk_delta_ring_t deltas;
static knhk_assertion_ring_t assertions;
static knhk_park_ring_t parked;
static line_t S, P, O;
static knhk_context_t ctx;
static const knhk_place_t place = {9, 2, 77, 0};
static const knhk_limits_t limits = {KNHK_BUDGET_MAX, KNHK_W1};

/* One byte off. */
#define OFF(type, pointer) ((type *)(void *)((char *)(void *)(pointer) + 1))

static void check_beats(void) {
    knhk_beat_t beat;
    uint64_t cycle = 99;
    CHECK(knhk_beat_init(&beat, 0) == KNHK_OK);
    CHECK(knhk_beat_next(&beat, &cycle) == KNHK_OK && cycle == 0);
    CHECK(knhk_beat_current(&beat, &cycle) == KNHK_OK && cycle == 1);
    CHECK(knhk_beat_tick(13) == 5 && knhk_beat_pulse(16) == 1 && knhk_beat_pulse(17) == 0);
    CHECK(knhk_beat_init(NULL, 0) == KNHK_E_NULL);
    CHECK(knhk_beat_next(&beat, NULL) == KNHK_E_NULL);
    CHECK(knhk_beat_current(OFF(knhk_beat_t, &beat), &cycle) == KNHK_E_ALIGNMENT);
}

static void check_deltas(void) {
    uint64_t out[4][8];
    uint64_t refused = 1;
    CHECK(knhk_ring_bytes_delta(8) > 0 && knhk_ring_bytes_delta(9) == 0);
    CHECK(knhk_ring_init_delta(&deltas, 12, memory[0], sizeof memory[0]) == KNHK_E_RING_SIZE);
    CHECK(knhk_ring_init_delta(&deltas, 8, memory[0] + 1, 60000) == KNHK_E_ALIGNMENT);
    CHECK(knhk_ring_init_delta(&deltas, 8, memory[0], 100) == KNHK_E_MEMORY);
    CHECK(knhk_ring_is_empty_delta(&deltas, 0) == KNHK_E_HANDLE);
    CHECK(knhk_ring_init_delta(&deltas, 8, memory[0], sizeof memory[0]) == KNHK_OK);
    CHECK(knhk_ring_is_empty_delta(&deltas, 0) == 1);
    CHECK(knhk_ring_enqueue_delta(&deltas, 0, S.words, P.words, O.words, 2, 42) == KNHK_OK);
    CHECK(knhk_ring_enqueue_delta(&deltas, 0, S.words, P.words, O.words, 7, 42) == KNHK_E_FULL);
    CHECK(knhk_ring_enqueue_delta(&deltas, 8, S.words, P.words, O.words, 1, 42) == KNHK_E_SLOT);
    CHECK(knhk_ring_enqueue_delta(&deltas, 0, S.words, P.words, O.words, 9, 42) == KNHK_E_ROWS);
    CHECK(knhk_ring_enqueue_delta(&deltas, 0, S.words, NULL, O.words, 1, 42) == KNHK_E_NULL);
    CHECK(knhk_ring_refused_delta(&deltas, 0, &refused) == KNHK_OK && refused == 1);
    CHECK(knhk_ring_dequeue_delta(&deltas, 0, out[0], out[1], out[2], out[3], 8) == 2);
    CHECK(memcmp(out[0], S.words, 16) == 0 && out[3][1] == 42);
    CHECK(knhk_ring_dequeue_delta(&deltas, 0, out[0], out[1], out[2], NULL, 8) == KNHK_E_NULL);
}

static void check_assertions(void) {
    uint64_t out[3][8];
    uint64_t count = 0;
    uint64_t refused = 1;
    uint32_t receipt_of[8];
    knhk_sealed_receipt_t receipts[8];
    knhk_sealed_receipt_t sealed;
    memset(&sealed, 0, sizeof sealed);
    sealed.content = 5;
    CHECK(knhk_ring_bytes_assertion(8, 4) > 0 && knhk_ring_bytes_assertion(8, 3) == 0);
    CHECK(knhk_ring_init_assertion(&assertions, 8, 3, memory[1], 60000) == KNHK_E_RING_SIZE);
    CHECK(knhk_ring_init_assertion(&assertions, 8, 4, NULL, 60000) == KNHK_E_NULL);
    CHECK(knhk_ring_init_assertion(&assertions, 8, 4, memory[1], sizeof memory[1]) == KNHK_OK);
    CHECK(knhk_ring_enqueue_assertion(&assertions, 1, S.words, P.words, O.words, 3, &sealed) == 0);
    CHECK(knhk_ring_enqueue_assertion(&assertions, 1, NULL, NULL, NULL, 0, &sealed) == KNHK_OK);
    CHECK(knhk_ring_enqueue_assertion(&assertions, 1, S.words, P.words, O.words, 6, &sealed) ==
          KNHK_E_FULL);
    CHECK(knhk_ring_enqueue_assertion(&assertions, 1, S.words, P.words, O.words, 1, NULL) ==
          KNHK_E_NULL);
    CHECK(knhk_ring_refused_assertion(&assertions, 1, &refused) == KNHK_OK && refused == 1);
    CHECK(knhk_ring_is_empty_assertion(&assertions, 1) == 0);
    CHECK(knhk_ring_dequeue_assertion(&assertions, 1, out[0], out[1], out[2], receipt_of, 2,
                                      receipts, 8, &count) == KNHK_E_CAPACITY);
    CHECK(knhk_ring_dequeue_assertion(&assertions, 1, out[0], out[1], out[2], receipt_of, 8,
                                      receipts, 8, &count) == 3);
    CHECK(count == 2 && receipts[1].content == 5 && receipt_of[2] == 0);
    CHECK(knhk_ring_is_empty_assertion(&assertions, 9) == KNHK_E_SLOT);
}

static void check_parks(void) {
    knhk_parked_t one;
    uint64_t refused = 1;
    CHECK(knhk_ring_bytes_park(1) > 0 && knhk_ring_bytes_park(0) == 0);
    CHECK(knhk_ring_init_park(&parked, 5, memory[2], 60000) == KNHK_E_RING_SIZE);
    CHECK(knhk_ring_init_park(&parked, 1, memory[2], sizeof memory[2]) == KNHK_OK);
    CHECK(knhk_ring_enqueue_delta(&deltas, 3, S.words, P.words, O.words, 4, 3) == KNHK_OK);
    CHECK(knhk_ring_park_delta(&deltas, 3, &parked, 9) == KNHK_E_CAUSE);
    CHECK(knhk_ring_park_delta(&deltas, 3, &parked, KNHK_PARK_REQUESTED) == 4);
    CHECK(knhk_fiber_park(&parked, &ctx, &place, KNHK_PARK_BUDGET) == KNHK_E_FULL);
    CHECK(knhk_ring_refused_park(&parked, &refused) == KNHK_OK && refused == 1);
    CHECK(knhk_ring_is_empty_park(&parked) == 0);
    CHECK(knhk_ring_dequeue_park(&parked, &one) == 1 && one.length == 4 && one.slot == 3);
    CHECK(knhk_fiber_park(&parked, &ctx, &place, KNHK_PARK_BUDGET) == KNHK_OK);
    CHECK(knhk_ring_dequeue_park(&parked, &one) == 1 && one.hook == 77);
    CHECK(knhk_ring_dequeue_park(&parked, NULL) == KNHK_E_NULL);
    CHECK(knhk_ring_dequeue_park(&parked, &one) == 0);
}

static void check_contexts(void) {
    const knhk_run_t run = {5, 0, 8};
    const knhk_run_t too_long = {5, 0, 9};
    const knhk_run_t outside = {5, 4, 8};
    knhk_violation_t violation;
    CHECK(knhk_init_ctx(&ctx, S.words, P.words, NULL, 8) == KNHK_E_NULL);
    CHECK(knhk_init_ctx(&ctx, S.words + 1, P.words, O.words, 8) == KNHK_E_ALIGNMENT);
    CHECK(knhk_init_ctx(&ctx, S.words, P.words, O.words, 8) == KNHK_OK);
    CHECK(knhk_pin_run(&ctx, too_long, &violation) == KNHK_E_ROWS);
    CHECK(violation.code == KNHK_E_ROWS && violation.value == 9 && violation.limit == 8);
    CHECK(knhk_pin_run(&ctx, outside, NULL) == KNHK_E_RUN);
    CHECK(knhk_pin_run(&ctx, run, NULL) == KNHK_OK && ctx.run.len == 8);
}

static void check_evaluation(void) {
    knhk_hook_t hooks[2] = {{KNHK_ASK_SP, 0, 3, 5, 0}, {KNHK_CONSTRUCT8, 0, 0, 5, 6}};
    knhk_rows_t rows[2];
    knhk_sealed_receipt_t sealed[2];
    knhk_outcome_t outcome;
    CHECK(knhk_eval_bool(&ctx, &hooks[0], &place, &sealed[0]) == 1);
    CHECK(sealed[0].receipt.span == knhk_span_id(9, 2, 77, 0) && sealed[0].receipt.lanes == 8);
    CHECK(knhk_eval_bool(&ctx, &hooks[1], &place, &sealed[0]) == KNHK_E_OPERATION);
    CHECK(knhk_eval_construct8(&ctx, &hooks[1], &place, rows, &sealed[1]) == 8);
    CHECK(rows[0].O[7] == 6 && rows[0].mask == 255);
    CHECK(knhk_eval_construct8(&ctx, &hooks[0], &place, rows, &sealed[1]) == KNHK_E_OPERATION);
    CHECK(knhk_eval_batch8(&ctx, hooks, 2, &place, rows, sealed) == 3);
    CHECK(knhk_eval_batch8(&ctx, hooks, 9, &place, rows, sealed) == KNHK_E_ROWS);
    CHECK(knhk_receipt_verify(&ctx, &hooks[1], &sealed[1]) == KNHK_OK);
    CHECK(knhk_receipt_verify(&ctx, &hooks[0], &sealed[1]) == KNHK_E_RECEIPT);
    CHECK(knhk_fiber_execute(&ctx, hooks, &place, &limits, rows, &outcome) == KNHK_OK);
    CHECK(outcome.answer == 1 && outcome.sealed.receipt.ticks == 2);
    CHECK(knhk_fiber_execute(&ctx, hooks, &place, NULL, rows, &outcome) == KNHK_E_NULL);
    hooks[0].op = 19;
    CHECK(knhk_fiber_execute(&ctx, hooks, &place, &limits, rows, &outcome) == KNHK_E_OPERATION);
}

static void check_ticks(void) {
    const knhk_hook_t hook = {KNHK_ASK_SP, 0, 3, 5, 0};
    const knhk_limits_t none = {0, KNHK_R1};
    CHECK(knhk_ring_enqueue_delta(&deltas, 1, S.words, P.words, O.words, 8, 9) == KNHK_OK);
    CHECK(knhk_fiber_process_tick(&deltas, &assertions, &parked, &hook, &place, &none) ==
          KNHK_E_LIMITS);
    CHECK(knhk_fiber_process_tick(&deltas, &assertions, &parked, &hook, &place, &limits) == 8);
    CHECK(knhk_fiber_process_tick(&deltas, &assertions, &parked, &hook, &place, &limits) == 0);
    CHECK(knhk_ring_is_empty_assertion(&assertions, 1) == 0);
}

static void check_the_rest(void) {
    const knhk_receipt_t one = {1, 2, 3, 4, 5, 6, 0, 7, 8};
    knhk_receipt_t both = {9, 9, 9, 9, 1, 1, 0, 1, 1};
    CHECK(knhk_receipt_merge(&one, &both, &both) == KNHK_OK);
    CHECK(both.cycle == 1 && both.ticks == 9 && both.lanes == 7 && both.span == 6);
    CHECK(knhk_receipt_merge(&one, NULL, &both) == KNHK_E_NULL);
    CHECK(knhk_hook_id(3, 5) >> 32 == 3);
    CHECK(knhk_class_of(KNHK_ASK_SP, 8) == KNHK_R1 && knhk_class_of(0, 8) == KNHK_E_OPERATION);
    CHECK(knhk_class_budget(KNHK_C1) == 512 && knhk_class_budget(0) == KNHK_E_LIMITS);
    CHECK(knhk_kernel_select("scalar") == KNHK_OK && strcmp(knhk_kernel_name(), "scalar") == 0);
    CHECK(knhk_kernel_select("mmx") == KNHK_E_KERNELS_UNKNOWN);
    CHECK(knhk_kernel_select("auto") == KNHK_OK);
    CHECK(strcmp(knhk_error_text(KNHK_OK), "ok") == 0);
    CHECK(strcmp(knhk_error_text(-99), "unknown error") == 0);
}

static void check_ends(void) {
    CHECK(knhk_ring_cleanup_delta(&deltas) == KNHK_OK);
    CHECK(knhk_ring_cleanup_delta(&deltas) == KNHK_E_HANDLE);
    CHECK(knhk_ring_cleanup_assertion(&assertions) == KNHK_OK);
    CHECK(knhk_ring_cleanup_park(&parked) == KNHK_OK);
}

int main(int argc, char **argv) {
    int i;
    (void)argv;
    for (i = 0; i < 8; ++i) {
        S.words[i] = (uint64_t)i + 1;
        P.words[i] = 5;
        O.words[i] = (uint64_t)i * 2;
    }
    check_beats();
    check_deltas();
    check_assertions();
    check_contexts();
    check_parks();
    check_evaluation();
    check_ticks();
    check_the_rest();
    check_ends();
    CHECK(argc == 1);
    printf("%u checks held, %u did not\n", held, failed);
    return failed != 0;
}
