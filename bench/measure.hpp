// SPDX-License-Identifier: MIT
// How the bench measures: TSC cycles on pinned CPUs, several runs, their median. Whoever writes
// rows calls it; those who are compared in a row take turns, so that a slow spell meets them all.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include <x86intrin.h>

#include "base/types.hpp"

namespace knhk::bench {

/// What was asked for on the command line.
struct Options {
    bool quick = false;     ///< fewer runs
    std::string filter;     ///< only rows whose name contains it
    std::string plot;       ///< a file for the drawing, or empty
    std::string build_root; ///< the build folder that the bench lies in

    [[nodiscard]] bool wants(const std::string& row) const {
        return row.find(filter) != std::string::npos;
    }
    /// An odd number, so that the median is one of them.
    [[nodiscard]] u32 runs(u32 usual = 11) const { return quick ? 3 : usual; }
};

/// The median of several runs, and the extremes.
struct Sample {
    double cycles = 0;
    double least = 0;
    double most = 0;
    u32 runs = 0;
};
[[nodiscard]] Sample sample_of(std::vector<double> runs);

/// Nothing that comes before is still under way, nothing that comes after has begun.
inline u64 cycles_at_begin() {
    _mm_lfence();
    const u64 cycles = __rdtsc();
    _mm_lfence();
    return cycles;
}
inline u64 cycles_at_end() {
    unsigned cpu = 0;
    const u64 cycles = __rdtscp(&cpu);
    _mm_lfence();
    return cycles;
}

/// Cycles that `operations` took, each.
template<class Run>
double cycles_of(u64 operations, Run run) {
    const u64 begin = cycles_at_begin();
    run();
    return static_cast<double>(cycles_at_end() - begin) / static_cast<double>(operations);
}

/// The CPUs that this process may use, ascending.
[[nodiscard]] const std::vector<u32>& usable_cpus();
/// Moves the calling thread to the `index`-th of them, modulo their number. Throws
/// std::system_error.
void pin_to(u32 index);
/// To all usable CPUs again: what is started from here must not inherit one.
void unpin();

/// Threads that begin together, the i-th on the i-th CPU; returns cycles from the first one's begin
/// to the last one's end. Each is called with its number.
[[nodiscard]] u64 cycles_together(u32 threads, const std::function<void(u32)>& run);

/// One who is measured: `run` is one run and returns its cycles for an operation.
struct Candidate {
    std::string name;
    std::function<double()> run;
};
/// In turns: every candidate once, then every candidate again.
[[nodiscard]] std::vector<Sample> measure_in_turns(const std::vector<Candidate>& candidates,
                                                   u32 runs);

/// What was computed is used, so that the compiler leaves nothing out.
void keep(u64 value);

} // namespace knhk::bench
