// SPDX-License-Identifier: MIT
// Random workloads for the model and the scheduler alike, as a program in C++ has them: what a
// handler does is a template over the side that it runs on, so that both sides make the same
// decisions from the same draws.
#pragma once

#include <functional>

#include "tests/model/dice.hpp"
#include "tests/model/model.hpp"

namespace knhk::model {

inline constexpr u16 RANDOM_HANDLERS_BEGIN = 256; ///< log-format.md, Task: a user's begin here
inline constexpr u16 RANDOM_HANDLERS = 4;
inline constexpr u16 RANDOM_GUARDS_BEGIN = 40;
inline constexpr u16 RANDOM_GUARDS = 3;
inline constexpr u16 RANDOM_STATE_GUARD = 1; ///< the one that reads state
inline constexpr u32 RANDOM_OBSERVATIONS = 3;
inline constexpr u32 RANDOM_SNAPSHOTS = 3; ///< files of tests/model/snapshot.hpp

/// A function of `seed` alone; the run's seed is the same.
struct RandomWorkload {
    u64 seed;
    u32 cores;
    u64 inputs;
    u64 beats_max;
    u64 life_max;
    bool stealing;
    u64 profile; ///< eight habits of a byte each; travels in every task
};

[[nodiscard]] RandomWorkload random_workload(u64 seed);
[[nodiscard]] ModelInput random_input(const RandomWorkload& workload, u64 index);
[[nodiscard]] std::vector<u8> random_latencies(const RandomWorkload& workload);
[[nodiscard]] std::vector<Observation> random_observations(const RandomWorkload& workload);

using Draw = std::function<u64()>;

/// How many children a task with so much life wants: up to ten, none without life.
[[nodiscard]] u64 random_child_count(u64 profile, u64 life, const Draw& draw);
/// A task for the home core, for anywhere or for the hot core; now and then one that is invalid.
[[nodiscard]] ModelTask random_child(u64 profile, u32 core, u32 cores, const Draw& draw);

/// How a child is emitted.
enum class RandomWay : u8 { Spawn, Send, Order };
[[nodiscard]] RandomWay random_way(u64 profile, const Draw& draw);
[[nodiscard]] u64 random_time(u64 now, const Draw& draw);

/// Nothing, a touch, a change, a change and back, or a toggle that another task takes back.
void random_state_use(u64 profile, const Draw& draw,
                      const std::function<std::span<std::byte>()>& state);
/// Which snapshot is asked for, seldom one that is not there; none: mostly.
[[nodiscard]] std::optional<u32> random_promotion(u64 profile, const Draw& draw);
/// Before the children: a little work, often none, seldom too much.
[[nodiscard]] u32 random_work(const Draw& draw);
/// What a guard makes of what it looked at.
[[nodiscard]] bool random_verdict(u32 which, u64 looked_at);

/// The `which`-th guard. A side has payload(), state() and observed().
template<class Side>
bool random_guard_passes(u32 which, Side& side) {
    if (which == RANDOM_STATE_GUARD) {
        const auto state = side.state();
        return !state.empty() && random_verdict(which, static_cast<u64>(state[0]));
    }
    const u64 word = side.payload(2);
    return random_verdict(which, which == 0 ? word : word ^ side.observed(0, 1));
}

/// The `which`-th handler. A side has payload(), core(), cores(), now(), spawn(), send(),
/// enqueue_ordered(), random(), observe(), state(), read_state(), promote(), work() and output(),
/// as TaskContext; those that emit take a ModelTask and return a number.
template<class Side>
void run_random_handler(u32 which, Side& side) {
    // One draw for all: a task has eight ticks.
    const Draw draw = [base = side.random(), count = u64{0}]() mutable {
        return mix(base, count++);
    };
    const u64 life = side.payload(0);
    const u64 profile = side.payload(1);
    u64 seen = 0;
    if (which == 1) {
        random_state_use(profile, draw, [&side] { return side.state(); });
    }
    if (which == 2) {
        side.output(life, profile);
        seen = side.observe(static_cast<u32>(profile % (RANDOM_OBSERVATIONS + 1)))[life % 4];
    }
    if (which == 0) {
        if (const auto snapshot = random_promotion(profile, draw)) {
            static_cast<void>(side.promote(*snapshot));
        }
    }
    if (which == 3) {
        side.work(random_work(draw));
        const auto state = side.read_state();
        seen = state.empty() ? 1 : static_cast<u64>(state[0]);
    }
    u64 refusals = 0;
    const u64 children = random_child_count(profile, life, draw);
    for (u64 child = 0; child < children; ++child) {
        ModelTask task = random_child(profile, side.core(), side.cores(), draw);
        task.payload[0] = (life - 1) / children;
        u64 status = 0;
        switch (random_way(profile, draw)) {
        case RandomWay::Spawn:
            status = static_cast<u64>(side.spawn(task));
            break;
        case RandomWay::Send:
            status = static_cast<u64>(side.send(task));
            break;
        case RandomWay::Order:
            status = static_cast<u64>(side.enqueue_ordered(task, random_time(side.now(), draw)));
        }
        refusals = refusals * 16 + status;
    }
    if (which != 3) {
        side.output(side.now() + seen, refusals, side.core(), children);
    }
}

} // namespace knhk::model
