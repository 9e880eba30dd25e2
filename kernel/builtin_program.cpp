// SPDX-License-Identifier: MIT
#include "kernel/builtin_program.hpp"

#include <array>

namespace knhk {

namespace {

enum BuiltinHandler : HandlerId { PURE, RING, FANOUT_TRUNK, FANOUT_LEAF };

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
constexpr u64 FANOUT_LEAVES_MAX = 3;

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

constexpr auto HANDLERS = std::to_array<HandlerEntry>({
    {"pure", 1, run_pure},
    {"ring", 1, run_ring},
    {"fanout.trunk", 1, run_fanout_trunk},
    {"fanout.leaf", 1, run_fanout_leaf},
});

constexpr auto WORKLOADS = std::to_array<WorkloadEntry>({
    {"pure", 1, pure_input_count, pure_input},
    {"ring", 1, ring_tokens, ring_input},
    {"fanout", 1, fanout_trunks, fanout_input},
});

} // namespace

constinit const Program BUILTIN_PROGRAM{HANDLERS, WORKLOADS};

} // namespace knhk
