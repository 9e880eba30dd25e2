// SPDX-License-Identifier: MIT
// Random workloads for the model and the scheduler alike: what a handler does is a template over
// the side that it runs on, so that both sides make the same decisions from the same draws.
#pragma once

#include <functional>

#include "tests/model/records.hpp"

namespace knhk::model {

inline constexpr u16 RANDOM_HANDLERS_BEGIN = 256; ///< log-format.md, Task: a user's begin here
inline constexpr u16 RANDOM_HANDLERS = 4;

/// A function of `seed` alone; the run's seed is the same.
struct RandomWorkload {
    u64 seed;
    u32 cores;
    u64 inputs;
    u64 beats_max;
    u64 life_max;
    u64 profile; ///< eight habits of a byte each; travels in every task
};

[[nodiscard]] RandomWorkload random_workload(u64 seed);
[[nodiscard]] ModelTask random_input(const RandomWorkload& workload, u64 index);
[[nodiscard]] std::vector<u8> random_latencies(const RandomWorkload& workload);

using Draw = std::function<u64()>;

/// How many children a task with so much life wants: up to ten, none without life.
[[nodiscard]] u64 random_child_count(u64 profile, u64 life, const Draw& draw);
/// A task for the home core, for anywhere or for the hot core; now and then one that is invalid.
[[nodiscard]] ModelTask random_child(u64 profile, u32 core, u32 cores, const Draw& draw);
[[nodiscard]] bool random_by_message(u64 profile, const Draw& draw);
/// Nothing, a touch, a change, a change and back, or a toggle that another task takes back.
void random_state_use(u64 profile, const Draw& draw,
                      const std::function<std::span<std::byte>()>& state);

/// The `which`-th handler. A side has payload(), core(), cores(), now(), spawn(), send(), random(),
/// state() and output(), as TaskContext; spawn() and send() take a ModelTask and return a number.
template<class Side>
void run_random_handler(u32 which, Side& side) {
    const Draw draw = [&side] { return side.random(); };
    const u64 life = side.payload(0);
    const u64 profile = side.payload(1);
    if (which == 1) {
        random_state_use(profile, draw, [&side] { return side.state(); });
    }
    if (which == 2) {
        side.output(life, profile);
    }
    u64 refusals = 0;
    const u64 children = random_child_count(profile, life, draw);
    for (u64 child = 0; child < children; ++child) {
        ModelTask task = random_child(profile, side.core(), side.cores(), draw);
        task.payload[0] = (life - 1) / children;
        const bool message = random_by_message(profile, draw);
        refusals = refusals * 4 + static_cast<u64>(message ? side.send(task) : side.spawn(task));
    }
    if (which != 3) {
        side.output(side.now(), refusals, side.core(), children);
    }
}

} // namespace knhk::model
