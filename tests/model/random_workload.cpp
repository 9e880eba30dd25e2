// SPDX-License-Identifier: MIT
// The decisions of the random workloads. Nothing here knows which side it decides for.
#include "tests/model/random_workload.hpp"

#include <algorithm>

namespace knhk::model {
namespace {

constexpr u64 TASKS_OF_A_RUN = 20'000; ///< about, at most: what a second of the model allows

/// Bytes of a profile.
enum Habit : u32 { HOT_CORE, TO_HOT, TO_HOME, CHILDREN, LEVEL, INVALID, BY_MESSAGE, STATE };

u64 habit(u64 profile, Habit which) {
    return (profile >> (8 * which)) & 255;
}

/// SplitMix64 of two numbers.
u64 mix(u64 a, u64 b) {
    u64 x = a * 0x9E3779B97F4A7C15u + (b + 1) * 0xD1B54A32D192ED03u;
    x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9u;
    x = (x ^ (x >> 27)) * 0x94D049BB133111EBu;
    return x ^ (x >> 31);
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

/// Each way of being refused with InvalidTask.
void make_invalid(ModelTask& task, u64 draw) {
    constexpr u16 UNKNOWN[] = {4, 99, 255, 260, 511, 512, 4096, 65535};
    const u64 detail = draw >> 8;
    switch (draw % 5) {
    case 0:
        task.handler = UNKNOWN[detail % std::size(UNKNOWN)];
        break;
    case 1:
        task.level = static_cast<u8>(detail % 2 == 0 ? 3 : 255);
        break;
    case 2:
        task.guards[detail % 8] = static_cast<u16>(1 + (detail >> 8) % 1000);
        break;
    case 3:
        task.guard_count = static_cast<u8>(1 + detail % 8);
        break;
    default:
        task.reserved[detail % 3] = 1;
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
    result.life_max = 1 + std::min<u64>(300, 2 * TASKS_OF_A_RUN / (result.inputs + 1));
    result.beats_max = seed % 7 == 0 ? 1 + mix(seed, 2) % 20 : ~u64{0};
    return result;
}

ModelTask random_input(const RandomWorkload& workload, u64 index) {
    const u64 draw = mix(workload.seed, 1'000'000 + index);
    ModelTask task;
    task.id = index;
    task.handler = random_handler(draw >> 40);
    task.level = random_level(workload.profile >> 1, draw); // other levels than the children's
    task.budget = static_cast<u8>(draw >> 56);
    task.payload = {(draw >> 16) % workload.life_max, workload.profile, draw, index};
    return task;
}

std::vector<u8> random_latencies(const RandomWorkload& workload) {
    std::vector<u8> latencies(u64{workload.cores} * workload.cores, 1);
    for (u64 cell = 0; workload.seed % 3 != 0 && cell < latencies.size(); ++cell) {
        latencies[cell] = static_cast<u8>(1 + mix(workload.seed, 2'000'000 + cell) % 7);
    }
    return latencies;
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
    task.budget = static_cast<u8>(choice >> 48);
    task.payload = {0, profile, choice, 0};
    if ((choice >> 56) < habit(profile, INVALID) % 32) {
        make_invalid(task, draw());
    }
    return task;
}

bool random_by_message(u64 profile, const Draw& draw) {
    return draw() % 256 < habit(profile, BY_MESSAGE);
}

void random_state_use(u64 profile, const Draw& draw,
                      const std::function<std::span<std::byte>()>& state) {
    constexpr u64 USES[4] = {2, 3, 5, 5}; // some workloads only touch, some never leave a change
    const u64 choice = draw();
    const u64 place = (choice >> 8) % 4096;
    const std::byte value = static_cast<std::byte>(choice >> 24);
    switch (choice % USES[habit(profile, STATE) % 4]) {
    case 0:
        break;
    case 1:
        (void)state();
        break;
    case 2:
        state()[place] ^= value;
        state()[place] ^= value;
        break;
    case 3:
        state()[0] ^= std::byte{1};
        break;
    default:
        state()[place] = value;
    }
}

} // namespace knhk::model
