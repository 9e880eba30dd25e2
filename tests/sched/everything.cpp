// SPDX-License-Identifier: MIT
#include "tests/sched/everything.hpp"

#include <algorithm>

#include "isa/random.hpp"

namespace knhk::test {

namespace {

constexpr HandlerId ANYTHING = user_handler(0);
constexpr HandlerId GREEDY = user_handler(1);
constexpr HandlerId CROWD = user_handler(2);
constexpr u16 FUNCTION_GUARD = 3;
constexpr u16 STATE_GUARD = 4;
constexpr u16 RULE_GUARD = 5;
constexpr u16 NOBODYS_GUARD = 6;
/// Each core has so many inputs for different beats; then two cores have more than they can do in
/// a beat, while the others are idle.
constexpr u64 INPUTS_OF_CORE = 12;
constexpr u64 CROWDS = 60;

/// The n-th of the numbers that a number stands for.
u64 mixed(u64 number, u64 n) {
    return random_number(number, TaskId{n}, Timestamp{0}, 0);
}

void emit(TaskContext& context, u64 r) {
    const u64 life = context.payload(0);
    Task task = random_task(r, life - 1);
    if (mixed(r, 30) % 32 == 0) {
        task.reserved[1] = 1;
    }
    if (life == 0 && task.reserved[1] == 0) {
        return;
    }
    const u64 soon = context.now().raw + mixed(r, 31) % 300;
    const u64 at = mixed(r, 32) % 16 == 0 ? (u64{1} << 62) + 1 : soon;
    switch (mixed(r, 33) % 4) {
    case 0:
        context.send(task);
        break;
    case 1:
        context.enqueue_ordered(task, Timestamp{at});
        break;
    default:
        context.spawn(task);
    }
}

u64 do_something(TaskContext& context, u64 r) {
    switch (r % 16) {
    case 0:
        return context.random();
    case 1:
        return context.observe(static_cast<u32>(mixed(r, 40) % 17)).words[1];
    case 2:
    case 3: {
        const auto state = context.state();
        if (!state.empty()) {
            state[mixed(r, 41) % state.size()] = static_cast<std::byte>(r >> 8);
        }
        return state.size();
    }
    case 4: {
        const auto state = context.read_state();
        return state.empty() ? 1 : static_cast<u64>(state[mixed(r, 41) % state.size()]);
    }
    case 5:
        context.work(static_cast<u32>(mixed(r, 42) % 16 == 0 ? 70 : mixed(r, 43) % 3));
        return 2;
    case 6:
        context.output(r);
        return 3;
    default:
        emit(context, r);
        return 4;
    }
}

void anything(TaskContext& context) {
    const u64 r = context.random() ^ context.payload(1);
    u64 sum = context.core().raw;
    for (u64 step = 0; step < 1 + r % 7; ++step) {
        sum += do_something(context, mixed(r, 100 + step));
    }
    context.output(sum, r);
}

/// Parks itself, to emit more than it may in its second run.
void greedy(TaskContext& context) {
    context.work(8);
    const u64 far = context.now().raw + 4000;
    for (u64 i = 0; i < 8; ++i) {
        Task task = random_task(context.payload(1) + i, 0);
        if (context.payload(1) % 2 == 0) {
            context.enqueue_ordered(task, Timestamp{far});
        } else {
            context.spawn(task);
        }
    }
}

void crowd(TaskContext& context) {
    for (u64 i = 1; i <= EMISSIONS_MAX; ++i) {
        Task task = random_task(context.task().id + i, 0);
        task = {.id = context.core().raw + context.cores() * i,
                .handler = task.handler,
                .flags = TASK_STATELESS,
                .payload = {0, task.payload[1]}};
        context.spawn(task);
    }
}

u64 crowds_begin(const WorkloadParameters& parameters) {
    return INPUTS_OF_CORE * parameters.cores;
}

u64 crowds_core(u64 index) {
    return 1 + index % 2;
}

Task input(const WorkloadParameters& parameters, u64 index) {
    if (index >= crowds_begin(parameters)) {
        return {.id = crowds_core(index) + parameters.cores * index,
                .handler = CROWD,
                .flags = TASK_STATELESS};
    }
    Task task = random_task(mixed(parameters.seed, index), 3 + mixed(parameters.seed, index) % 3);
    task.id = index;
    return task;
}

u64 next_input_of(const WorkloadParameters& parameters, u32 core, u64 from) {
    const u64 begin = crowds_begin(parameters);
    const u64 next = from + ((core - from) & (parameters.cores - 1));
    if (next < begin) {
        return next;
    }
    from = from < begin ? begin : from;
    while (from < begin + CROWDS && crowds_core(from) != core) {
        ++from;
    }
    return from;
}

const WorkloadEntry EVERYTHING{
    .name = "everything",
    .version = 1,
    .input_count = [](const WorkloadParameters& p) { return crowds_begin(p) + CROWDS; },
    .input = input,
    .input_beat = [](const WorkloadParameters& p,
                     u64 index) { return std::min(index / p.cores, INPUTS_OF_CORE) * 5; },
    .input_time =
        [](const WorkloadParameters& p, u64 index) {
            const bool ordered = index < crowds_begin(p) && mixed(p.seed, index) % 5 == 0;
            return ordered ? index * 7 : NOT_ORDERED;
        },
    .next_input_of = next_input_of,
};

const HandlerEntry HANDLERS[] = {
    {"anything", 1, anything}, {"greedy", 1, greedy}, {"crowd", 1, crowd}};
const GuardEntry GUARDS[] = {
    {FUNCTION_GUARD, "word", 1, [](GuardView& view) { return view.task().payload[1] % 8 != 0; }},
    {STATE_GUARD, "state", 1, [](GuardView& view) {
         const auto state = view.state();
         return state.empty() || (state[7] & std::byte{3}) != std::byte{1};
     }}};

} // namespace

Task random_task(u64 draw, u64 life) {
    Task task{.id = mixed(draw, 1),
              .handler = draw % 8 == 0 ? GREEDY : ANYTHING,
              .level = static_cast<Level>(mixed(draw, 2) % 3)};
    task.payload[0] = life;
    task.payload[1] = mixed(draw, 3);
    task.budget_ticks = mixed(draw, 4) % 4 == 0 ? static_cast<u8>(mixed(draw, 5) % 9) : 8;
    task.flags = mixed(draw, 6) % 3 == 0 ? TASK_STATELESS : 0;
    task.guard_count = static_cast<u8>(mixed(draw, 7) % 16 < 13 ? 0 : mixed(draw, 8) % 3 + 1);
    for (u32 i = 0; i < task.guard_count; ++i) {
        task.guards[i] = static_cast<u16>(FUNCTION_GUARD + mixed(draw, 9 + i) % 40 % 3);
    }
    if (task.guard_count != 0 && mixed(draw, 20) % 8 == 0) {
        task.guards[0] = NOBODYS_GUARD;
    }
    return task;
}

NativeOptions everything(u32 cores, u64 seed) {
    NativeOptions options;
    options.cores = cores;
    options.seed = seed;
    options.own_workload = &EVERYTHING;
    options.own_handlers.assign(std::begin(HANDLERS), std::end(HANDLERS));
    options.own_guards.assign(std::begin(GUARDS), std::end(GUARDS));
    options.rules = {{.id = RULE_GUARD,
                      .subject = GuardSubject::Id,
                      .test = GuardTest::AnyBits,
                      .value = 0xF00}};
    for (u64 i = 0; i < 16; ++i) {
        options.observations.push_back({{i, mixed(seed, i), 0, 0}});
    }
    options.latencies = [seed](u8* matrix, u32 count) { random_latencies(matrix, count, seed); };
    return options;
}

void random_latencies(u8* latencies, u32 cores, u64 seed) {
    for (u32 cell = 0; cell < cores * cores; ++cell) {
        latencies[cell] = static_cast<u8>(1 + mixed(seed, cell) % LATENCY_MAX);
    }
}

} // namespace knhk::test
