// SPDX-License-Identifier: MIT
// Written from docs/workloads.md alone, paragraph by paragraph.
#include "tests/model/builtin_workloads.hpp"

#include <algorithm>
#include <bit>

namespace knhk::model {
namespace {

constexpr u16 PURE = 0;
constexpr u16 RING = 1;
constexpr u16 TRUNK = 2;
constexpr u16 LEAF = 3;

u64 part(u64 total, u64 parts, u64 i) {
    return total / parts + (i < total % parts ? 1 : 0);
}

// Pure, and fanout's leaf.
void draw_and_output(ModelContext& context) {
    const u64 draw = context.random();
    context.output(context.payload(0), draw);
}

void ring(ModelContext& context) {
    const u64 hops = context.payload(0);
    const u64 value = context.payload(1) * 0xD6E8FEB86659FD93u + context.random();
    context.output(hops, value);
    if (hops > 1) {
        context.spawn({.id = context.id() + 1, .handler = RING, .payload = {hops - 1, value}});
    }
}

u64 child(ModelContext& context) {
    const u64 draw = context.random();
    const u64 cores = context.cores();
    u64 core = context.core();
    if (cores > 1 && draw >> 63 != 0) {
        core = (core + 1 + (draw >> 32) % (cores - 1)) % cores;
    }
    return (draw & ~(cores - 1)) | core;
}

void trunk(ModelContext& context) {
    const u64 left = context.payload(0) - 1;
    const u64 leaves = std::min(left, u64{3});
    u64 sum = 0;
    for (u64 leaf = 0; leaf < leaves; ++leaf) {
        const u64 id = child(context);
        sum += id;
        context.spawn({.id = id, .handler = LEAF, .payload = {leaf}});
    }
    if (left > leaves) {
        const u64 id = child(context);
        sum += id;
        context.spawn({.id = id, .handler = TRUNK, .payload = {left - leaves}});
    }
    context.output(left, sum);
}

} // namespace

std::map<u16, ModelHandler> builtin_handlers() {
    return {{PURE, draw_and_output}, {RING, ring}, {TRUNK, trunk}, {LEAF, draw_and_output}};
}

std::vector<ModelTask> builtin_inputs(const std::string& name, u64 tasks, u32 cores) {
    std::vector<ModelTask> inputs;
    if (name == "pure") {
        for (u64 i = 0; i < tasks; ++i) {
            inputs.push_back({.id = i, .handler = PURE, .payload = {i}});
        }
        return inputs;
    }
    const bool rings = name == "ring";
    const u64 count = std::min(tasks, rings ? u64{cores} : u64{8} * cores);
    for (u64 i = 0; i < count; ++i) {
        inputs.push_back(
            {.id = i, .handler = rings ? RING : TRUNK, .payload = {part(tasks, count, i)}});
    }
    return inputs;
}

} // namespace knhk::model
