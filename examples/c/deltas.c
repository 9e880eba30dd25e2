/* SPDX-License-Identifier: MIT */
/* Doors report who passes: (person, passed, door). In each beat a hook asks of each passage whether
 * it was door 4; what is true is asserted, and at the end all receipts are merged into one.
 *
 *   cc -std=c99 deltas.c $(pkg-config --cflags --libs knhk) && ./a.out */
#include <knhk.h>
#include <stdio.h>
#include <stdlib.h>

enum { PASSED = 1, DOOR = 4, ROWS = 64, RECEIPTS = 16, PARKED = 8, MEMORY = 1 << 17 };

/* All memory is ours: the library has none. */
static uint8_t delta_memory[MEMORY] KNHK_LINE_ALIGNED;
static uint8_t assertion_memory[MEMORY] KNHK_LINE_ALIGNED;
static uint8_t park_memory[MEMORY] KNHK_LINE_ALIGNED;

static knhk_delta_ring_t deltas;
static knhk_assertion_ring_t assertions;
static knhk_park_ring_t parked;

/* Counts are not negative; a code that is ends the program with its text. */
static int must(int code) {
    if (code < 0) {
        fprintf(stderr, "deltas: %s\n", knhk_error_text(code));
        exit(1);
    }
    return code;
}

/* One passage for the beat that comes next. */
static void admit(const knhk_beat_t *beat, uint64_t person, uint64_t door) {
    const uint64_t predicate = PASSED;
    uint64_t cycle;
    must(knhk_beat_current(beat, &cycle));
    must(knhk_ring_enqueue_delta(&deltas, knhk_beat_tick(cycle), &person, &predicate, &door, 1,
                                 cycle));
}

/* The beat that is to be run: each run in its slot is looked at. */
static void run_beat(knhk_beat_t *beat) {
    const knhk_hook_t hook = {KNHK_ASK_OP, 0, 0, PASSED, DOOR};
    const knhk_limits_t limits = {KNHK_BUDGET_MAX, KNHK_R1};
    knhk_place_t place = {0, 0, knhk_hook_id(0, PASSED), 0};
    must(knhk_beat_next(beat, &place.cycle));
    while (must(knhk_fiber_process_tick(&deltas, &assertions, &parked, &hook, &place, &limits)) > 0)
        ++place.sequence;
}

/* What a slot asserted: rows are printed, receipts merged into one. */
static void commit(uint64_t slot, knhk_receipt_t *merged) {
    uint64_t S[8], P[8], O[8], count;
    uint32_t receipt_of[8];
    knhk_sealed_receipt_t receipts[8];
    do {
        const int rows = must(knhk_ring_dequeue_assertion(&assertions, slot, S, P, O, receipt_of, 8,
                                                          receipts, 8, &count));
        for (int i = 0; i < rows; ++i)
            printf("slot %d: person %d passed door %d, span %016llx\n", (int)slot, (int)S[i],
                   (int)O[i], (unsigned long long)receipts[receipt_of[i]].receipt.span);
        for (uint64_t i = 0; i < count; ++i)
            must(knhk_receipt_merge(merged, &receipts[i].receipt, merged));
    } while (count > 0);
}

int main(void) {
    knhk_beat_t beat;
    knhk_receipt_t merged = {0, 0, 0, 0, 0, 0, 0, 0, 0};
    must(knhk_beat_init(&beat, 0));
    must(knhk_ring_init_delta(&deltas, ROWS, delta_memory, MEMORY));
    must(knhk_ring_init_assertion(&assertions, ROWS, RECEIPTS, assertion_memory, MEMORY));
    must(knhk_ring_init_park(&parked, PARKED, park_memory, MEMORY));
    for (uint64_t passage = 0; passage < 16; ++passage) {
        admit(&beat, 100 + passage, passage % 5);
        if (passage % 2 == 1)
            run_beat(&beat);
    }
    for (uint64_t slot = 0; slot < KNHK_SLOTS; ++slot)
        commit(slot, &merged);
    printf("lanes %u, ticks %u, a_hash %016llx\n", (unsigned)merged.lanes, (unsigned)merged.ticks,
           (unsigned long long)merged.a_hash);
    return 0;
}
