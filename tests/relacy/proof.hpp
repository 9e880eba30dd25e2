// SPDX-License-Identifier: MIT
// What a proof is: a few threads over a header that ships, run in every order that Relacy can think
// of. Each file *_proofs.cpp adds its own; relacy_test.cpp runs them.
#pragma once

#include <string>
#include <vector>

#include "base/types.hpp"

namespace knhk::test {

enum class Search : u8 {
    All,     ///< every order of steps and every value that a load may see
    Bounded, ///< every one with so many switches from a thread that could have gone on, at most
    Random   ///< so many executions at random, from a fixed seed
};

struct Limits {
    Search search;
    u32 switches;   ///< if bounded
    u64 executions; ///< at random; else the search must end before so many
};

inline constexpr u64 USUAL = 1'000'000;
inline constexpr u64 LONG = 10'000'000;

constexpr Limits all(u64 executions) {
    return {Search::All, 0, executions};
}
constexpr Limits bounded(u32 switches, u64 executions) {
    return {Search::Bounded, switches, executions};
}
constexpr Limits random(u64 executions) {
    return {Search::Random, 0, executions};
}

struct Verdict {
    bool holds;
    bool complete; ///< the search has ended by itself: nothing is left within its limits
    u64 executions;
    std::string report; ///< if it does not hold: what happened, step by step
};

struct Proof {
    const char* name;
    Verdict (*explore)(const Limits& limits);
    Limits usual;
    Limits thorough; ///< for a run that may take its time
};

using Proofs = std::vector<Proof>;

// Each adds proofs of what ships, which must hold, and of what is done wrong on purpose, which must
// not.
void add_work_queue(Proofs& proofs, Proofs& faults);
void add_best_effort(Proofs& proofs, Proofs& faults);
void add_barrier(Proofs& proofs, Proofs& faults);
void add_post(Proofs& proofs, Proofs& faults);
void add_claim(Proofs& proofs, Proofs& faults);
void add_drain(Proofs& proofs, Proofs& faults);
void add_rings(Proofs& proofs, Proofs& faults);
void add_snapshots(Proofs& proofs, Proofs& faults);

} // namespace knhk::test
