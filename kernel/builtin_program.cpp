// SPDX-License-Identifier: MIT
#include "kernel/builtin_program.hpp"

#include <array>

#include "kernel/script.hpp"
#include "kernel/script_program.hpp"
#include "kernel/sigma_program.hpp"
#include "sched/state_words.hpp"

namespace knhk {

namespace {

enum BuiltinHandler : HandlerId {
    PURE,
    RING,
    FANOUT_TRUNK,
    FANOUT_LEAF,
    ORDERED_EVENT,
    MIXED_STEP,
    SCRIPT,
    MU_EVAL,
    SIGMA_LOAD
};
static_assert(SCRIPT == SCRIPT_HANDLER && MU_EVAL == EVAL_HANDLER && SIGMA_LOAD == LOAD_HANDLER);

enum BuiltinGuard : u16 { MIXED_CHANCE = GUARDS_BUILTIN_BEGIN, MIXED_EVEN };

/// `total` split into `parts`: the size of part `index`, the first ones one larger.
constexpr u64 part_of(u64 total, u64 parts, u64 index) {
    return total / parts + (index < total % parts ? 1 : 0);
}

constexpr u64 smaller(u64 a, u64 b) {
    return a < b ? a : b;
}

/// An id whose home is `core`; its other bits come from `random`.
TaskId id_on(u32 core, u32 cores, u64 random) {
    return TaskId{(random & ~u64{cores - 1}) | core};
}

// --- pure: independent tasks -------------------------------------------------------------------

void run_pure(TaskContext& context) {
    const u64 random = context.random();
    context.output(context.payload(0), random);
}

u64 pure_input_count(const WorkloadParameters& parameters) {
    return parameters.tasks;
}

Task pure_input(const WorkloadParameters&, u64 index) {
    return Task{.handler = PURE, .payload = {index}};
}

// --- ring: tokens that are passed round all cores ----------------------------------------------
// Payload: hops left, this one included; what the token has gathered.

/// Odd, so that nothing gathered is lost. A test changes it in a copy of the image.
constexpr u64 RING_FACTOR = 0xD6E8'FEB8'6659'FD93;

void run_ring(TaskContext& context) {
    const u64 hops = context.payload(0);
    const u64 gathered = context.payload(1) * RING_FACTOR + context.random();
    context.output(hops, gathered);
    if (hops > 1) {
        context.spawn(
            Task{.id = context.task().id + 1, .handler = RING, .payload = {hops - 1, gathered}});
    }
}

u64 ring_tokens(const WorkloadParameters& parameters) {
    return smaller(parameters.tasks, parameters.cores);
}

Task ring_input(const WorkloadParameters& parameters, u64 index) {
    const u64 hops = part_of(parameters.tasks, ring_tokens(parameters), index);
    return Task{.handler = RING, .payload = {hops, 0}};
}

// --- fanout: tasks that spawn children on other cores -------------------------------------------
// A trunk spawns leaves and its own continuation; half of the children go to another core. Payload
// of a trunk: tasks left in its part, itself included. What a refused child stood for is lost, and
// the refusal is in the log.

constexpr u64 FANOUT_TRUNKS_A_CORE = 8;
constexpr u64 FANOUT_LEAVES_MAX = 2; // with all it does, a trunk uses its budget exactly

TaskId fanout_child_id(TaskContext& context) {
    const u64 random = context.random();
    const u32 cores = context.cores();
    const u32 here = context.core().raw;
    const bool elsewhere = cores > 1 && (random & (u64{1} << 63)) != 0;
    const u32 distance = elsewhere ? 1 + static_cast<u32>((random >> 32) % (cores - 1)) : 0;
    return id_on((here + distance) & (cores - 1), cores, random);
}

void run_fanout_trunk(TaskContext& context) {
    const u64 left = context.payload(0) - 1;
    const u64 leaves = smaller(left, FANOUT_LEAVES_MAX);
    u64 sum = 0;
    for (u64 leaf = 0; leaf < leaves; ++leaf) {
        const TaskId id = fanout_child_id(context);
        sum += id.raw;
        context.spawn(Task{.id = id.raw, .handler = FANOUT_LEAF, .payload = {leaf}});
    }
    if (left > leaves) {
        const TaskId id = fanout_child_id(context);
        sum += id.raw;
        context.spawn(Task{.id = id.raw, .handler = FANOUT_TRUNK, .payload = {left - leaves}});
    }
    context.output(left, sum);
}

void run_fanout_leaf(TaskContext& context) {
    context.output(context.payload(0), context.random());
}

u64 fanout_trunks(const WorkloadParameters& parameters) {
    return smaller(parameters.tasks, FANOUT_TRUNKS_A_CORE * parameters.cores);
}

Task fanout_input(const WorkloadParameters& parameters, u64 index) {
    const u64 tasks = part_of(parameters.tasks, fanout_trunks(parameters), index);
    return Task{.handler = FANOUT_TRUNK, .payload = {tasks}};
}

// --- ordered: a discrete-event simulation --------------------------------------------------------
// Payload of an event: events left in its chain, itself included.

constexpr u64 ORDERED_CHAINS_A_CORE = 2;
constexpr u64 ORDERED_INPUT_SPACING = 16;
constexpr u64 ORDERED_DELAY_END = 1000;
constexpr u64 STATE_WORDS_USED = 8;

void run_ordered_event(TaskContext& context) {
    const u64 random = context.random();
    const u64 sum = add_to_state(context.state(), random % STATE_WORDS_USED, random);
    const u64 left = context.payload(0);
    const u64 now = context.now().raw;
    context.output(left, now, sum);
    if (left > 1) {
        context.enqueue_ordered(
            Task{.id = random >> 8, .handler = ORDERED_EVENT, .payload = {left - 1}},
            Timestamp{now + 1 + random % ORDERED_DELAY_END});
    }
}

u64 ordered_chains(const WorkloadParameters& parameters) {
    return smaller(parameters.tasks, ORDERED_CHAINS_A_CORE * parameters.cores);
}

Task ordered_input(const WorkloadParameters& parameters, u64 index) {
    const u64 events = part_of(parameters.tasks, ordered_chains(parameters), index);
    return Task{.handler = ORDERED_EVENT, .payload = {events}};
}

u64 ordered_input_time(const WorkloadParameters&, u64 index) {
    return ORDERED_INPUT_SPACING * index;
}

// --- mixed: everything at once -------------------------------------------------------------------
// Payload of a step: tasks left in its part, itself included; a tag that says what it touches. A
// child's whole shape is a function of one random word, x.

constexpr u64 MIXED_INPUTS_A_CORE = 8;
constexpr u64 MIXED_CHILDREN_MAX = 3;
constexpr u64 MIXED_FACTOR = 0x9E37'79B9'7F4A'7C15;

/// x modulo `modulus`, from bit `bit` on.
constexpr u64 digit_of(u64 x, u32 bit, u64 modulus) {
    return (x >> bit) % modulus;
}

Task mixed_child(u64 x, u64 tasks) {
    Task child{.id = x, .handler = MIXED_STEP, .payload = {tasks, x}};
    child.level = static_cast<Level>(digit_of(x, 56, LEVEL_COUNT));
    child.budget_ticks = digit_of(x, 48, 8) == 0 ? 3 : BUDGET_TICKS_MAX;
    if (digit_of(x, 40, 4) == 0) {
        child.guards[child.guard_count++] = static_cast<u16>(MIXED_CHANCE + digit_of(x, 32, 2));
    }
    child.flags = digit_of(x, 24, 4) == 0 ? TASK_STATELESS : 0;
    return child;
}

void emit_mixed_child(TaskContext& context, u64 x, u64 tasks) {
    const Task child = mixed_child(x, tasks);
    switch (digit_of(x, 16, 8)) {
    case 0:
    case 1:
        context.send(child);
        return;
    case 2:
        context.enqueue_ordered(child, Timestamp{context.now().raw + digit_of(x, 8, 256)});
        return;
    default:
        context.spawn(child);
    }
}

/// What a step's random word is after it looked at the state, if it does.
u64 touch_mixed_state(TaskContext& context, u64 random) {
    constexpr u64 CHANGES = 0;
    constexpr u64 READS = 1;
    const u64 use = context.payload(1) % 4;
    const u64 word = random % STATE_WORDS_USED;
    if (use == CHANGES) {
        add_to_state(context.state(), word, random);
    } else if (use == READS) {
        random += state_word(context.read_state(), word);
    }
    return random;
}

void run_mixed_step(TaskContext& context) {
    u64 random = context.random();
    if (!context.task().stateless()) {
        random = touch_mixed_state(context, random);
    }
    const u64 left = context.payload(0) - 1;
    const u64 children = smaller(left, 1 + digit_of(random, 8, MIXED_CHILDREN_MAX));
    for (u64 child = 0; child < children; ++child) {
        emit_mixed_child(context, (random + child + 1) * MIXED_FACTOR,
                         part_of(left, children, child));
    }
    context.output(left, random);
}

bool passes_mixed_chance(GuardView& view) {
    return (view.task().payload[1] >> 60 & 7) != 0;
}

bool passes_mixed_even(GuardView& view) {
    return state_word(view.state(), 0) % 2 == 0;
}

u64 mixed_inputs(const WorkloadParameters& parameters) {
    return smaller(parameters.tasks, MIXED_INPUTS_A_CORE * parameters.cores);
}

Task mixed_input(const WorkloadParameters& parameters, u64 index) {
    const u64 tasks = part_of(parameters.tasks, mixed_inputs(parameters), index);
    return Task{.handler = MIXED_STEP,
                .level = static_cast<Level>(index % LEVEL_COUNT),
                .payload = {tasks, index}};
}

u64 mixed_input_beat(const WorkloadParameters& parameters, u64 index) {
    constexpr u64 BEATS_BETWEEN = 3;
    return BEATS_BETWEEN * (index / parameters.cores);
}

u64 mixed_input_time(const WorkloadParameters&, u64 index) {
    constexpr u64 SPACING = 100;
    return index % 5 == 4 ? SPACING * index : NOT_ORDERED;
}

constexpr auto HANDLERS = std::to_array<HandlerEntry>({
    {"pure", 1, run_pure},
    {"ring", 1, run_ring},
    {"fanout.trunk", 2, run_fanout_trunk},
    {"fanout.leaf", 1, run_fanout_leaf},
    {"ordered.event", 1, run_ordered_event},
    {"mixed.step", 1, run_mixed_step},
    {"script", 2, run_script},
    {"mu.eval", 2, run_mu_eval},
    {"sigma.load", 1, run_sigma_load},
});

constexpr auto WORKLOADS = std::to_array<WorkloadEntry>({
    {"pure", 1, pure_input_count, pure_input},
    {"ring", 1, ring_tokens, ring_input},
    {"fanout", 2, fanout_trunks, fanout_input},
    {"ordered", 1, ordered_chains, ordered_input, nullptr, ordered_input_time},
    {"mixed", 1, mixed_inputs, mixed_input, mixed_input_beat, mixed_input_time},
});

constexpr auto GUARDS = std::to_array<GuardEntry>({
    {MIXED_CHANCE, "mixed.chance", 1, passes_mixed_chance},
    {MIXED_EVEN, "mixed.even", 1, passes_mixed_even},
});

} // namespace

constinit const Program BUILTIN_PROGRAM{HANDLERS, WORKLOADS, GUARDS};

} // namespace knhk
