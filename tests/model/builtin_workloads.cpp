// SPDX-License-Identifier: MIT
// Written from docs/workload.md alone, paragraph by paragraph.
#include "tests/model/builtin_workloads.hpp"

#include <algorithm>

#include "tests/model/model_context.hpp"

namespace knhk::model {
namespace {

constexpr u16 PURE = 0;
constexpr u16 RING = 1;
constexpr u16 TRUNK = 2;
constexpr u16 LEAF = 3;
constexpr u16 EVENT = 4;
constexpr u16 MIXED = 5;
constexpr u16 SCRIPT = 6;
constexpr u16 EVAL = 7;
constexpr u16 LOAD = 8;
constexpr u16 CHANCE = 1000;
constexpr u16 EVEN = 1001;

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
    const u64 leaves = std::min(left, u64{2});
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

void ordered_event(ModelContext& context) {
    const u64 left = context.payload(0);
    const u64 start = context.now();
    const u64 draw = context.random();
    u64 sum = 0;
    if (const std::span<std::byte> state = context.state(); !state.empty()) {
        sum = state_word(state, draw % 8) + draw;
        set_state_word(state, draw % 8, sum);
    }
    context.output(left, start, sum);
    if (left > 1) {
        context.enqueue_ordered({.id = draw >> 8, .handler = EVENT, .payload = {left - 1}},
                                start + 1 + draw % 1000);
    }
}

u64 mixed_state_use(ModelContext& context, u64 draw) {
    const u64 tag = context.payload(1);
    if (context.task().stateless()) {
        return draw;
    }
    if (tag % 4 == 0) {
        if (const std::span<std::byte> state = context.state(); !state.empty()) {
            set_state_word(state, draw % 8, state_word(state, draw % 8) + draw);
        }
    }
    if (tag % 4 == 1) {
        if (const std::span<const std::byte> state = context.read_state(); !state.empty()) {
            return draw + state_word(state, draw % 8);
        }
    }
    return draw;
}

ModelTask mixed_child(u64 x, u64 left) {
    ModelTask task{.id = x, .handler = MIXED, .payload = {left, x}};
    task.level = static_cast<u8>((x >> 56) % 3);
    task.budget = (x >> 48) % 8 == 0 ? 3 : 8;
    if ((x >> 40) % 4 == 0) {
        task.guard_count = 1;
        task.guards[0] = static_cast<u16>(1000 + (x >> 32) % 2);
    }
    task.flags = (x >> 24) % 4 == 0 ? STATELESS : 0;
    return task;
}

void mixed_step(ModelContext& context) {
    const u64 start = context.now();
    const u64 draw = mixed_state_use(context, context.random());
    const u64 left = context.payload(0) - 1;
    const u64 children = std::min(left, 1 + (draw >> 8) % 3);
    for (u64 j = 0; j < children; ++j) {
        const u64 x = (draw + j + 1) * 0x9E3779B97F4A7C15u;
        const ModelTask task = mixed_child(x, part(left, children, j));
        const u64 way = (x >> 16) % 8;
        if (way < 2) {
            context.send(task);
        } else if (way == 2) {
            context.enqueue_ordered(task, start + (x >> 8) % 256);
        } else {
            context.spawn(task);
        }
    }
    context.output(left, draw);
}

ModelInput mixed_input(u64 i, u64 count, u64 tasks, u32 cores) {
    ModelInput input{.task = {.id = i, .handler = MIXED, .payload = {part(tasks, count, i), i}}};
    input.task.level = static_cast<u8>(i % 3);
    input.beat = 3 * (i / cores);
    if (i % 5 == 4) {
        input.ordered_time = 100 * i;
    }
    return input;
}

ModelInput builtin_input(const std::string& name, u64 i, u64 count, u64 tasks, u32 cores) {
    if (name == "pure") {
        return {.task = {.id = i, .handler = PURE, .payload = {i}}};
    }
    if (name == "mixed") {
        return mixed_input(i, count, tasks, cores);
    }
    ModelInput input{.task = {.id = i, .payload = {part(tasks, count, i)}}};
    input.task.handler = name == "ring" ? RING : name == "fanout" ? TRUNK : EVENT;
    if (name == "ordered") {
        input.ordered_time = 16 * i;
    }
    return input;
}

u64 input_count(const std::string& name, u64 tasks, u32 cores) {
    const std::map<std::string, u64> most = {{"pure", tasks},
                                             {"ring", cores},
                                             {"fanout", u64{8} * cores},
                                             {"ordered", u64{2} * cores},
                                             {"mixed", u64{8} * cores}};
    return std::min(tasks, most.at(name));
}

void evaluate(ModelContext& context) {
    if (const std::optional<ModelStep> step = context.evaluate()) {
        context.follow(*step);
    }
}

void load(ModelContext& context) {
    if (context.payload(0) == ~u64{0}) {
        context.promote(8);
        return;
    }
    Bytes piece;
    for (u32 word = 1; word < 4; ++word) {
        append(piece, context.payload(word), 8);
    }
    context.load(context.payload(0), piece);
}

} // namespace

std::vector<NamedVersion> builtin_handler_names() {
    return {{PURE, "pure", 1},        {RING, "ring", 1},           {TRUNK, "fanout.trunk", 2},
            {LEAF, "fanout.leaf", 1}, {EVENT, "ordered.event", 1}, {MIXED, "mixed.step", 1},
            {SCRIPT, "script", 2},    {EVAL, "mu.eval", 2},        {LOAD, "sigma.load", 1}};
}

std::vector<NamedVersion> builtin_guard_names() {
    return {{CHANCE, "mixed.chance", 1}, {EVEN, "mixed.even", 1}};
}

std::map<u16, ModelHandler> builtin_handlers() {
    return {{PURE, draw_and_output},        {RING, ring},           {TRUNK, trunk},
            {LEAF, draw_and_output},        {EVENT, ordered_event}, {MIXED, mixed_step},
            {SCRIPT, [](ModelContext&) {}}, {EVAL, evaluate},       {LOAD, load}};
}

std::map<u16, ModelGuard> builtin_guards() {
    const ModelGuard chance{
        .passes = [](const GuardView& view) { return ((view.task.payload[1] >> 60) & 7) != 0; },
        .counted_when_failing = {&ModelCounters::guard_builtin}};
    const ModelGuard even{
        .reads_state = true,
        .passes = [](const GuardView& view) { return state_word(view.state, 0) % 2 == 0; },
        .counted_when_failing = {&ModelCounters::guard_builtin}};
    return {{CHANCE, chance}, {EVEN, even}};
}

std::vector<ModelInput> builtin_inputs(const std::string& name, u64 tasks, u32 cores) {
    std::vector<ModelInput> inputs;
    const u64 count = input_count(name, tasks, cores);
    for (u64 i = 0; i < count; ++i) {
        inputs.push_back(builtin_input(name, i, count, tasks, cores));
    }
    return inputs;
}

u32 builtin_version(const std::string& name) {
    return name == "fanout" ? 2 : 1;
}

u64 state_word(std::span<const std::byte> state, u64 word) {
    return number_at(state, 8 * word, 8);
}

void set_state_word(std::span<std::byte> state, u64 word, u64 value) {
    for (u64 i = 0; i < 8; ++i) {
        state[8 * word + i] = static_cast<std::byte>(value >> (8 * i));
    }
}

} // namespace knhk::model
