// SPDX-License-Identifier: MIT
// The workload of the bench: chains of tasks. Each task computes, and spawns the one after it until
// its chain is over; so a task is enqueued once, dequeued once and executed once.
#pragma once

#include "bench/scheduler/work.hpp"
#include "sched/run_setup.hpp"
#include "sched/task_context.hpp"

namespace knhk::bench {

/// Where a task's successor runs, and by which handler.
enum class ChainsKind : u8 {
    Home,        ///< always on the same core, one handler
    Remote,      ///< 1 in 8 on another core, drawn from what the task computed
    RemoteMixed, ///< the same, by one of 8 handlers drawn as well
};

struct Chains {
    ChainsKind kind = ChainsKind::Home;
    u32 cores = 8;
    u64 tasks = 1'000'000; ///< of all chains together, exactly
};

/// So many begin on each core. With twice as many, 1 in 8 remote would now and then ask for more
/// credits than a core has.
inline constexpr u32 CHAINS_OF_CORE = 64;
static_assert(CHAINS_OF_CORE <= input_quota(static_cast<u32>(Level::Normal)));

[[nodiscard]] u64 chain_count(const Chains& chains);
/// The first task of a chain; its id is the chain's number.
[[nodiscard]] Task first_link(const Chains& chains, u64 chain);

/// Handlers, workload and inputs of `chains`, which must outlive the run. The rest of `run` is the
/// caller's.
void install_chains(RunSetup& run, const Chains& chains);

// Payload words of a link.
inline constexpr u32 LINK_VALUE = 0;
inline constexpr u32 LINKS_LEFT = 1;

/// To any other core, each as likely: 1 to C - 1 steps further.
inline u64 remote_step(u64 value, u32 cores) {
    constexpr u64 DRAWN = 0x1'0000;
    return cores == 1 ? 0 : 1 + (value >> 8) % DRAWN * (cores - 1) / DRAWN;
}

/// The handler, for whatever has task(), cores() and spawn(). `Salt` makes different functions.
template<ChainsKind Kind, u64 Salt, class Context>
void run_link(Context& context) {
    constexpr u32 REMOTE_ONE_IN = 8;
    constexpr u32 MIXED_HANDLERS = 8;
    // Word by word: a copy of the whole task, changed here and there, waits for its own stores.
    const Task& task = context.task();
    // First the work, then the rest: the compiler would move it between the checks of spawn, where
    // it runs out of registers.
    const u64 value = computed_here(work(task.payload[LINK_VALUE] ^ Salt));
    const u64 left = task.payload[LINKS_LEFT];
    if (left == 0) {
        return;
    }
    Task successor;
    successor.id = task.id + context.cores();
    successor.handler = task.handler;
    successor.payload[LINK_VALUE] = value;
    successor.payload[LINKS_LEFT] = left - 1;
    if constexpr (Kind != ChainsKind::Home) {
        if (value % REMOTE_ONE_IN == 0) {
            successor.id += remote_step(value, context.cores());
        }
    }
    if constexpr (Kind == ChainsKind::RemoteMixed) {
        const u64 drawn = (value >> 24) % MIXED_HANDLERS;
        successor.handler = static_cast<HandlerId>(USER_HANDLERS_BEGIN + drawn);
    }
    context.spawn(successor);
}

} // namespace knhk::bench
