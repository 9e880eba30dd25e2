// SPDX-License-Identifier: MIT
// The same workloads on every platform, with every number of workers, claimed both ways, with chaos
// and without; recorded on each platform, and from there replayed and resumed on all: one digest
// for each workload, or the first two runs that differ.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "base/types.hpp"

namespace knhk::tools {

struct MatrixWorkload {
    std::string name;                   ///< of a built-in one, or a file
    std::vector<std::string> arguments; ///< what `knhk run` needs besides
    u32 cores;                          ///< more workers are left out
    bool has_inputs = false;            ///< from outside: those of a log, which `arguments` name
    u64 checkpoint_every = 8;           ///< executed beats, of a recording
};

/// How a run comes about.
enum class MatrixWay : u8 {
    Run,
    Record,    ///< and leave checkpoints
    Replay,    ///< of a log
    Resume,    ///< from a checkpoint in the middle
    OtherSeed, ///< the negative control
};

struct MatrixPlan {
    std::vector<MatrixWorkload> workloads;
    std::vector<std::string> platforms;
    std::vector<u32> workers;
    std::vector<std::string> claims{"static", "dynamic"};
    std::vector<u64> chaos{0, 1};
    std::filesystem::path folder; ///< for logs and checkpoints; empty: nothing is recorded
    bool all_pairs = false; ///< repeated on every platform from every one; else from its neighbour
    u32 jobs = 1;
};

/// Where a run found itself; of runs that say it.
struct Seen {
    std::string platform;
    u64 harts = 0;
};

/// One run of one workload.
struct MatrixRun {
    std::size_t workload;
    MatrixWay way = MatrixWay::Run;
    std::size_t platform = 0; ///< of the plan's
    u32 workers = 1;
    std::vector<std::string> arguments = {}; ///< of `knhk`, to do it again
    std::string digest = {};                 ///< empty: it failed
    std::string output = {};                 ///< what it said then
    u64 events = 0;
    Seen seen = {};
};

/// Runs of a workload on a platform.
struct MatrixCell {
    u64 runs = 0;
    u64 equal = 0; ///< with the row's digest
};

struct MatrixRow {
    std::string name;
    bool has_inputs = false;
    std::string digest = {};            ///< of its first run
    u64 events = 0;                     ///< of one run
    std::vector<MatrixCell> cells = {}; ///< by platform
    u64 replays = 0;                    ///< among the equal ones
    u64 resumes = 0;
    std::string other_digest = {};  ///< of the negative controls
    bool other_seed_differs = true; ///< all of them, and alike
};

struct MatrixResult {
    std::vector<MatrixRow> rows;
    std::vector<MatrixRun> all;   ///< in the order of the plan
    std::vector<MatrixRun> wrong; ///< at most a few: failed, or of another digest
};

/// Runs of each workload, recordings, and the negative controls.
[[nodiscard]] std::vector<MatrixRun> runs_of(const MatrixPlan& plan);
/// What can be made of recordings when they are there: on every platform, from every other.
[[nodiscard]] std::vector<MatrixRun> repetitions_of(const MatrixPlan& plan);

/// Runs an argument list of `knhk` somewhere, several at once; calls back as each ends.
using RunEnded = std::function<void(std::size_t index, bool success, const std::string& output)>;
using RunAll =
    std::function<void(const std::vector<MatrixRun>& runs, u32 jobs, const RunEnded& ended)>;

/// `progress(done, all)` is called as runs end.
[[nodiscard]] MatrixResult run_matrix(const MatrixPlan& plan, const RunAll& run_all,
                                      const std::function<void(u64, u64)>& progress);

/// Starts this program's own processes.
void run_processes(const std::vector<MatrixRun>& runs, u32 jobs, const RunEnded& ended);

} // namespace knhk::tools
