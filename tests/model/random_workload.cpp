// SPDX-License-Identifier: MIT
// The decisions of the random workloads. Nothing here knows which side it decides for.
#include "tests/model/random_workload.hpp"

#include <algorithm>

#include "tests/model/dice.hpp"

namespace knhk::model {
namespace {

constexpr u64 TASKS_OF_A_RUN = 12'000; ///< about, at most: what a part of a second allows

/// Bytes of a profile.
enum Habit : u32 { HOT_CORE, TO_HOT, TO_HOME, CHILDREN, LEVEL, INVALID, WAY, STATE };

u64 habit(u64 profile, Habit which) {
    return (profile >> (8 * which)) & 255;
}

u8 random_level(u64 profile, u64 draw) {
    const u64 favourite = habit(profile, LEVEL) % 4; // 3: none
    const bool takes_it = favourite < LEVELS && draw % 8 != 0;
    return static_cast<u8>(takes_it ? favourite : (draw >> 8) % LEVELS);
}

u16 random_handler(u64 draw) {
    constexpr u16 KNOWN[] = {256, 256, 256, 257, 257, 258, 259, 0, 3};
    return KNOWN[draw % std::size(KNOWN)];
}

u8 random_budget(u64 draw) {
    return static_cast<u8>(draw % 8 == 0 ? (draw >> 8) % 9 : 8);
}

void add_guards(ModelTask& task, u64 draw) {
    constexpr u16 NAMED[] = {40, 41, 42, 1000, 1001, 43};
    task.guard_count = static_cast<u8>(draw % 8 < 6 ? 0 : draw % 8 - 5);
    for (u8 i = 0; i < task.guard_count; ++i) {
        task.guards[i] = NAMED[(draw >> (8 * (i + 1))) % std::size(NAMED)];
    }
}

/// Each way of being refused with InvalidTask.
void make_invalid(ModelTask& task, u64 draw) {
    constexpr u16 UNKNOWN[] = {9, 99, 255, 260, 511, 512, 4096, 65535};
    const u64 detail = draw >> 8;
    switch (draw % 8) {
    case 0:
        task.handler = UNKNOWN[detail % std::size(UNKNOWN)];
        break;
    case 1:
        task.level = static_cast<u8>(detail % 2 == 0 ? 3 : 255);
        break;
    case 2:
        task.guards[7] = static_cast<u16>(1 + detail % 1000);
        break;
    case 3:
        task.guard_count = static_cast<u8>(detail % 2 == 0 ? 9 : 255);
        break;
    case 4:
        task.guard_count = 1;
        task.guards = {static_cast<u16>(detail % 2 == 0 ? 1024 : 65535)};
        break;
    case 5:
        task.budget = static_cast<u8>(detail % 2 == 0 ? 9 : 255);
        break;
    case 6:
        task.flags = static_cast<u8>(detail % 2 == 0 ? 2 : 129);
        break;
    default:
        task.reserved[detail % 2] = 1;
    }
}

} // namespace

RandomWorkload random_workload(u64 seed) {
    RandomWorkload result{};
    result.seed = seed;
    result.cores = 1u << (seed % 9);
    result.profile = mix(seed, 0);
    const u64 shape = mix(seed, 1);
    // Many cores have small shares: the floods make inputs wait among messages there.
    constexpr u64 INPUTS_MAX[] = {3000, 3000, 1000, 50};
    const bool flood = result.cores >= 32 && seed % 2 == 0;
    result.inputs = 1 + (shape >> 8) % (flood ? 12'000 : INPUTS_MAX[shape % 4]);
    if (seed % 20 == 0) {
        result.inputs = 0;
    }
    result.stealing = seed % 4 == 1;
    result.life_max = 1 + std::min<u64>(300, 2 * TASKS_OF_A_RUN / (result.inputs + 1));
    result.beats_max = seed % 7 == 0 ? 1 + mix(seed, 2) % 20 : ~u64{0};
    return result;
}

ModelInput random_input(const RandomWorkload& workload, u64 index) {
    const u64 draw = mix(workload.seed, 1'000'000 + index);
    ModelInput input;
    ModelTask& task = input.task;
    task.id = index;
    task.handler = random_handler(draw >> 40);
    task.level = random_level(workload.profile >> 1, draw); // other levels than the children's
    task.budget = random_budget(draw >> 20);
    task.flags = draw >> 62 == 0 ? STATELESS : 0;
    task.payload = {(draw >> 16) % workload.life_max, workload.profile, draw, index};
    add_guards(task, mix(draw, 1));
    const u64 when = mix(workload.seed, 3);
    if (when % 4 == 0) {
        input.beat = index / 64 * (1 + (when >> 8) % 9);
    }
    if (when % 3 == 0 && draw % 4 == 0) {
        input.ordered_time = (draw >> 8) % 4096;
    }
    return input;
}

std::vector<u8> random_latencies(const RandomWorkload& workload) {
    std::vector<u8> latencies(u64{workload.cores} * workload.cores, 1);
    for (u64 cell = 0; workload.seed % 3 != 0 && cell < latencies.size(); ++cell) {
        latencies[cell] = static_cast<u8>(1 + mix(workload.seed, 2'000'000 + cell) % 7);
    }
    return latencies;
}

std::vector<Observation> random_observations(const RandomWorkload& workload) {
    std::vector<Observation> rows(RANDOM_OBSERVATIONS);
    for (u64 i = 0; i < rows.size(); ++i) {
        rows[i] = {mix(workload.seed, 10 + i), mix(workload.seed, 20 + i), i, 7};
    }
    return rows;
}

u64 random_child_count(u64 profile, u64 life, const Draw& draw) {
    if (life < 2) {
        return 0;
    }
    const u64 most = 1 + habit(profile, CHILDREN) % 10;
    return std::min(life - 1, 1 + draw() % most);
}

ModelTask random_child(u64 profile, u32 core, u32 cores, const Draw& draw) {
    const u64 choice = draw();
    u64 home = draw() % cores;
    if ((choice & 255) < habit(profile, TO_HOT)) {
        home = habit(profile, HOT_CORE) % cores;
    } else if (((choice >> 8) & 255) < habit(profile, TO_HOME)) {
        home = core;
    }
    ModelTask task;
    task.id = (draw() & ~(u64{cores} - 1)) | home;
    task.handler = random_handler(choice >> 16);
    task.level = random_level(profile, choice >> 24);
    task.budget = random_budget(choice >> 48);
    task.flags = (choice >> 40) % 4 == 0 ? STATELESS : 0;
    task.payload = {0, profile, choice, 0};
    add_guards(task, draw());
    if ((choice >> 56) < habit(profile, INVALID) % 32) {
        make_invalid(task, draw());
    }
    return task;
}

RandomWay random_way(u64 profile, const Draw& draw) {
    const u64 choice = draw();
    if (choice % 8 < habit(profile, WAY) % 4) {
        return RandomWay::Order;
    }
    return (choice >> 8) % 256 < habit(profile, WAY) ? RandomWay::Send : RandomWay::Spawn;
}

u64 random_time(u64 now, const Draw& draw) {
    const u64 choice = draw();
    constexpr u64 LATEST = u64{1} << 62;
    return choice % 32 == 0   ? LATEST + 1
           : choice % 32 == 1 ? choice
           : choice % 4 == 0  ? (choice >> 8) % 5000
                              : now + (choice >> 8) % 300;
}

void random_state_use(u64 profile, const Draw& draw,
                      const std::function<std::span<std::byte>()>& state) {
    constexpr u64 USES[4] = {2, 3, 5, 5}; // some workloads only touch, some never leave a change
    const u64 choice = draw();
    const u64 use = choice % USES[habit(profile, STATE) % 4];
    const u64 place = (choice >> 8) % 4096;
    const std::byte value = static_cast<std::byte>(choice >> 24);
    if (use == 0) {
        return;
    }
    const std::span<std::byte> slab = state();
    if (use == 1 || slab.empty()) {
        return;
    }
    if (use == 2) {
        slab[place] ^= value;
        slab[place] ^= value;
    } else if (use == 3) {
        slab[0] ^= std::byte{1};
    } else {
        slab[place] = value;
    }
}

std::optional<u32> random_promotion(u64 profile, const Draw& draw) {
    const u64 choice = draw();
    if (choice % 16 > habit(profile, STATE) % 4) {
        return std::nullopt;
    }
    return static_cast<u32>((choice >> 8) % (RANDOM_SNAPSHOTS + (choice >> 32) % 8 / 7));
}

u32 random_work(const Draw& draw) {
    constexpr u32 TICKS[] = {0, 0, 1, 2, 3, 8, 40, 0xFFFF'FFFF};
    return TICKS[draw() % std::size(TICKS)];
}

bool random_verdict(u32 which, u64 looked_at) {
    return (looked_at >> (8 * which)) % 4 != 1;
}

} // namespace knhk::model
