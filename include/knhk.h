/* SPDX-License-Identifier: MIT */
/* KNHK for C, C++ and whoever speaks C: beats, rings, query operations over runs of triples, and
 * their receipts. docs/c-interface.md says of each function what it does and which errors it has.
 *
 * Nothing here allocates: rings lie in the caller's memory. Each function checks what it is given
 * and returns one of the codes below; none ends the process. Each slot of a ring has one producer
 * and one consumer at a time, which may be two threads. All else that is written belongs to the
 * thread that calls, except the beat, which any number of threads may share. */
#ifndef KNHK_H
#define KNHK_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define KNHK_VERSION "0.1.0"

#define KNHK_ROWS_MAX 8u     /* rows of a run, and of an enqueue */
#define KNHK_SLOTS 8u        /* tick slots of a ring: beats of an epoch */
#define KNHK_RING_MAX 16777216u /* rows, receipts or entries of a ring, a power of two */
#define KNHK_ALIGNMENT 64u   /* of a ring's memory, of a context's arrays, of what stands below */
#define KNHK_BUDGET_MAX 8u   /* virtual ticks of one execution */
#define KNHK_W1_RETRIES 3u   /* how often what failed warm is worth another try */

#define KNHK_LINE_ALIGNED __attribute__((aligned(64)))

/* Codes. Counts and answers are not negative, errors are; their numbers never change. */
enum {
    KNHK_OK = 0,
    KNHK_PARKED = 1, /* knhk_fiber_execute alone: not here, not now; the outcome says why */

    KNHK_E_NULL = -1,             /* a null pointer */
    KNHK_E_ALIGNMENT = -2,        /* a pointer that is not aligned as it has to be */
    KNHK_E_HANDLE = -3,           /* no ring of this kind: never initialised, or cleaned up */
    KNHK_E_RING_SIZE = -4,        /* not a power of two, or too few, or too many */
    KNHK_E_MEMORY = -5,           /* less memory than the ring needs */
    KNHK_E_SLOT = -6,             /* a tick slot above 7 */
    KNHK_E_ROWS = -7,             /* more than eight rows or hooks; or none where one must be */
    KNHK_E_RUN = -8,              /* a run that does not lie within its arrays */
    KNHK_E_PREDICATE = -9,        /* rows of another predicate than the run's */
    KNHK_E_FULL = -10,            /* no room: nothing has changed, and it was counted */
    KNHK_E_CAPACITY = -11,        /* what is next does not fit into what was given */
    KNHK_E_OPERATION = -12,       /* no such operation, or none that this function does */
    KNHK_E_LIMITS = -13,          /* no budget from 1 to 8, or no class from 1 to 3 */
    KNHK_E_CAUSE = -14,           /* no cause from 1 to 4 */
    KNHK_E_RECEIPT = -15,         /* the receipt does not say what comes out */
    KNHK_E_KERNELS_UNKNOWN = -16, /* no instruction set of this name */
    KNHK_E_KERNELS_MISSING = -17  /* this machine cannot run kernels of this instruction set */
};

/* Operations, as docs/isa.md has them. */
enum {
    KNHK_ASK_SP = 1,
    KNHK_COUNT_SP_GE = 2,
    KNHK_ASK_SPO = 3,
    KNHK_SELECT_SP = 4, /* emits rows */
    KNHK_COUNT_SP_LE = 5,
    KNHK_COUNT_SP_EQ = 6,
    KNHK_ASK_OP = 7,
    KNHK_UNIQUE_SP = 8,
    KNHK_COUNT_OP_GE = 9,
    KNHK_COUNT_OP_LE = 10,
    KNHK_COUNT_OP_EQ = 11,
    KNHK_COMPARE_O_EQ = 12,
    KNHK_COMPARE_O_GT = 13,
    KNHK_COMPARE_O_LT = 14,
    KNHK_COMPARE_O_GE = 15,
    KNHK_COMPARE_O_LE = 16,
    KNHK_VALIDATE_DATATYPE_SP = 17,
    KNHK_VALIDATE_DATATYPE_SPO = 18,
    KNHK_CONSTRUCT8 = 32 /* emits rows */
};

/* Classes: hot, warm, cold. */
enum { KNHK_R1 = 1, KNHK_W1 = 2, KNHK_C1 = 3 };

/* Why a run is parked. */
enum {
    KNHK_PARK_BUDGET = 1,
    KNHK_PARK_CLASS = 2,
    KNHK_PARK_OUTPUT_FULL = 3,
    KNHK_PARK_REQUESTED = 4
};

/* A predicate, and where its rows lie in a context's arrays. */
typedef struct {
    uint64_t pred;
    uint64_t off;
    uint64_t len;
} knhk_run_t;

/* Triples of the caller's, as three arrays, each aligned to KNHK_ALIGNMENT; and the run that is
 * looked at. */
typedef struct {
    const uint64_t *S;
    const uint64_t *P;
    const uint64_t *O;
    uint64_t count;
    knhk_run_t run;
} knhk_context_t;

/* An operation, and what it asks for. */
typedef struct {
    uint32_t op;
    uint32_t k;
    uint64_t s;
    uint64_t p;
    uint64_t o;
} knhk_hook_t;

/* Where and when a hook is executed. `sequence` tells executions of one hook in one cycle apart. */
typedef struct {
    uint64_t cycle;
    uint64_t shard;
    uint64_t hook;
    uint64_t sequence;
} knhk_place_t;

/* What an execution may take: what may not be done is parked. */
typedef struct {
    uint32_t budget;  /* virtual ticks, 1 to KNHK_BUDGET_MAX */
    uint32_t highest; /* class, KNHK_R1 to KNHK_C1 */
} knhk_limits_t;

/* Triples that were emitted, each in the row that it comes from; all else is zero. */
typedef struct {
    uint64_t S[8];
    uint64_t O[8];
    uint64_t predicate;
    uint32_t mask;  /* a bit for each emitted row */
    uint32_t count; /* of its bits */
    uint64_t reserved[6];
} KNHK_LINE_ALIGNED knhk_rows_t;

typedef struct {
    uint64_t cycle;
    uint64_t shard;
    uint64_t hook;
    uint32_t ticks; /* virtual */
    /* Of the counter that the processor reads fastest: on x86_64 the time stamp counter, on aarch64
     * the virtual counter, on riscv64 the time. Saturated; 0 where nobody measured. */
    uint32_t actual_ticks;
    uint32_t lanes; /* rows that were looked at */
    uint32_t pad;   /* 0 */
    uint64_t span;  /* knhk_span_id(), never 0 */
    uint64_t a_hash; /* S ^ P ^ O over the rows */
} knhk_receipt_t;

/* A cache line. `content` binds what came out to what was looked at, in its order. */
typedef struct {
    knhk_receipt_t receipt;
    uint64_t content;
} knhk_sealed_receipt_t;

typedef struct {
    uint32_t answer; /* 1: true, or something was emitted */
    uint32_t cause;  /* of what was parked, else 0 */
    knhk_sealed_receipt_t sealed; /* of what was not */
} knhk_outcome_t;

/* A run that waits, with all that is needed to execute it. */
typedef struct {
    uint64_t S[8];
    uint64_t O[8];
    uint64_t predicate;
    uint32_t length;
    uint32_t reserved[13];
    uint64_t cycle; /* for which it was admitted */
    uint64_t hook;  /* which was to be executed; 0 if that was not decided */
    uint32_t slot;
    uint32_t cause;
    uint64_t reserved_too[5];
} KNHK_LINE_ALIGNED knhk_parked_t;

/* What a guard found, and what it allows. */
typedef struct {
    int32_t code;
    uint32_t pad;
    uint64_t value;
    uint64_t limit;
} knhk_violation_t;

/* Handles. What is in them is the library's. Those of rings may be copied; a beat may not. */
typedef struct {
    uint64_t opaque[1];
} knhk_beat_t;
typedef struct {
    uint64_t opaque[3];
} knhk_delta_ring_t;
typedef struct {
    uint64_t opaque[3];
} knhk_assertion_ring_t;
typedef struct {
    uint64_t opaque[3];
} knhk_park_ring_t;

/* --- beats: the first is cycle 0, slot 0, a pulse --- */

int knhk_beat_init(knhk_beat_t *beat, uint64_t first);
/* The beat that is to be run now; each goes to one caller. */
int knhk_beat_next(knhk_beat_t *beat, uint64_t *cycle);
int knhk_beat_current(const knhk_beat_t *beat, uint64_t *cycle);
uint64_t knhk_beat_tick(uint64_t cycle);
uint64_t knhk_beat_pulse(uint64_t cycle);

/* --- rings: what a size takes, 0 if it is none; then initialised over that much memory --- */

uint64_t knhk_ring_bytes_delta(uint64_t size);
int knhk_ring_init_delta(knhk_delta_ring_t *ring, uint64_t size, void *memory, uint64_t bytes);
int knhk_ring_enqueue_delta(knhk_delta_ring_t *ring, uint64_t tick, const uint64_t *S,
                            const uint64_t *P, const uint64_t *O, uint64_t count, uint64_t cycle);
int knhk_ring_dequeue_delta(knhk_delta_ring_t *ring, uint64_t tick, uint64_t *S, uint64_t *P,
                            uint64_t *O, uint64_t *cycles, uint64_t capacity);
int knhk_ring_is_empty_delta(const knhk_delta_ring_t *ring, uint64_t tick);
int knhk_ring_park_delta(knhk_delta_ring_t *ring, uint64_t tick, knhk_park_ring_t *park,
                         uint32_t cause);
int knhk_ring_refused_delta(const knhk_delta_ring_t *ring, uint64_t tick, uint64_t *refused);
int knhk_ring_cleanup_delta(knhk_delta_ring_t *ring);

uint64_t knhk_ring_bytes_assertion(uint64_t rows, uint64_t receipts);
int knhk_ring_init_assertion(knhk_assertion_ring_t *ring, uint64_t rows, uint64_t receipts,
                             void *memory, uint64_t bytes);
int knhk_ring_enqueue_assertion(knhk_assertion_ring_t *ring, uint64_t tick, const uint64_t *S,
                                const uint64_t *P, const uint64_t *O, uint64_t count,
                                const knhk_sealed_receipt_t *receipt);
/* Whole executions. `receipt_of` says for each row which of `receipts` is its own. */
int knhk_ring_dequeue_assertion(knhk_assertion_ring_t *ring, uint64_t tick, uint64_t *S,
                                uint64_t *P, uint64_t *O, uint32_t *receipt_of, uint64_t capacity,
                                knhk_sealed_receipt_t *receipts, uint64_t receipts_capacity,
                                uint64_t *receipts_count);
int knhk_ring_is_empty_assertion(const knhk_assertion_ring_t *ring, uint64_t tick);
int knhk_ring_refused_assertion(const knhk_assertion_ring_t *ring, uint64_t tick,
                                uint64_t *refused);
int knhk_ring_cleanup_assertion(knhk_assertion_ring_t *ring);

uint64_t knhk_ring_bytes_park(uint64_t size);
int knhk_ring_init_park(knhk_park_ring_t *ring, uint64_t size, void *memory, uint64_t bytes);
int knhk_ring_dequeue_park(knhk_park_ring_t *ring, knhk_parked_t *parked);
int knhk_ring_is_empty_park(const knhk_park_ring_t *ring);
int knhk_ring_refused_park(const knhk_park_ring_t *ring, uint64_t *refused);
int knhk_ring_cleanup_park(knhk_park_ring_t *ring);

/* --- runs and operations --- */

int knhk_init_ctx(knhk_context_t *ctx, const uint64_t *S, const uint64_t *P, const uint64_t *O,
                  uint64_t count);
/* `violation` may be null. */
int knhk_pin_run(knhk_context_t *ctx, knhk_run_t run, knhk_violation_t *violation);

/* The answer, 0 or 1. */
int knhk_eval_bool(const knhk_context_t *ctx, const knhk_hook_t *hook, const knhk_place_t *place,
                   knhk_sealed_receipt_t *receipt);
/* How many rows were emitted. */
int knhk_eval_construct8(const knhk_context_t *ctx, const knhk_hook_t *hook,
                         const knhk_place_t *place, knhk_rows_t *rows,
                         knhk_sealed_receipt_t *receipt);
/* Up to eight hooks over one run, in their order: a bit for each that is true. All are looked at
 * before the first is evaluated. `rows` has one for each hook; null will do if none emits. */
int knhk_eval_batch8(const knhk_context_t *ctx, const knhk_hook_t *hooks, uint64_t count,
                     const knhk_place_t *place, knhk_rows_t *rows,
                     knhk_sealed_receipt_t *receipts);

/* --- fibers --- */

int knhk_fiber_execute(const knhk_context_t *ctx, const knhk_hook_t *hook,
                       const knhk_place_t *place, const knhk_limits_t *limits, knhk_rows_t *rows,
                       knhk_outcome_t *outcome);
/* The oldest run of the cycle's slot: executed, and what it asserts enqueued; or parked. Its rows,
 * 0 when none is left. */
int knhk_fiber_process_tick(knhk_delta_ring_t *deltas, knhk_assertion_ring_t *assertions,
                            knhk_park_ring_t *park, const knhk_hook_t *hook,
                            const knhk_place_t *place, const knhk_limits_t *limits);
int knhk_fiber_park(knhk_park_ring_t *park, const knhk_context_t *ctx, const knhk_place_t *place,
                    uint32_t cause);

/* --- receipts, classes, kernels, texts --- */

/* `merged` may be one of the two. */
int knhk_receipt_merge(const knhk_receipt_t *first, const knhk_receipt_t *second,
                       knhk_receipt_t *merged);
/* Evaluates again: KNHK_OK, or KNHK_E_RECEIPT. */
int knhk_receipt_verify(const knhk_context_t *ctx, const knhk_hook_t *hook,
                        const knhk_sealed_receipt_t *receipt);
uint64_t knhk_span_id(uint64_t cycle, uint64_t shard, uint64_t hook, uint64_t sequence);
uint64_t knhk_hook_id(uint64_t shard, uint64_t predicate);

int knhk_class_of(uint32_t op, uint64_t rows);
/* In virtual ticks. */
int knhk_class_budget(uint32_t runtime_class);

/* "auto": the best that this machine has, as without a call; or a name of docs/isa.md. For all
 * threads. All of them give the same bits. */
int knhk_kernel_select(const char *name);
const char *knhk_kernel_name(void);

/* Never null. */
const char *knhk_error_text(int code);

#ifdef __cplusplus
}
#endif

#endif
