// SPDX-License-Identifier: MIT
// Other schedulers with the same tasks: chains as in chains.hpp, none of which ever leaves its
// thread's hands for an order's sake. None of them keeps a log.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/types.hpp"

namespace knhk::bench {

struct Peer {
    std::string name;
    std::string note;    ///< how it is used
    std::string missing; ///< why it cannot run, if so
    u64 tasks = 0;       ///< of a run: fewer for the slow ones
    /// Wall clock cycles for each task, on so many pinned threads. Throws std::runtime_error when
    /// tasks are lost.
    std::function<double(u32 threads, u64 tasks)> run;
};

[[nodiscard]] std::vector<Peer> openmp_peers();
[[nodiscard]] std::vector<Peer> pool_peers();
[[nodiscard]] std::vector<Peer> tbb_peers();

/// What a thread of a peer did, alone in its lines.
struct alignas(SEPARATION_BYTES) PeerLane {
    u64 sum = 0;
    u64 tasks = 0;

    /// A task of a peer: computes as ours do.
    void run(u64& value);
};

/// So many chains are alive at a time, as with 8 of our cores; the i-th has so many tasks.
inline constexpr u32 PEER_CHAINS = 512;
[[nodiscard]] inline u64 peer_chain_tasks(u64 tasks, u64 chain) {
    return tasks / PEER_CHAINS + (chain < tasks % PEER_CHAINS ? 1 : 0);
}

/// Throws unless the lanes ran `tasks` together.
void check_lanes(const std::vector<PeerLane>& lanes, u64 tasks);

/// Calls `run` on a thread of its own that is pinned to the first CPU, and lets threads that it
/// left behind fall asleep, so that whoever is measured next has the CPUs.
double on_fresh_thread(const std::function<double()>& run);

} // namespace knhk::bench
