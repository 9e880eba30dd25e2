// SPDX-License-Identifier: MIT
// What an operator asks for: the command line's key=value words, and those of the container's
// workload section. One grammar, one parser, every key with its bounds.
#pragma once

#include <string_view>

#include "base/error.hpp"
#include "base/instruction_set.hpp"
#include "kernel/beat_limit.hpp"
#include "kernel/topology.hpp"
#include "replay/log_format.hpp"
#include "sched/scheduler.hpp"

namespace knhk {

enum class DrainMode : u8 {
    Console, ///< the digests go over the console
    Shared,  ///< the log goes into region::drain
};

inline constexpr u64 TASKS_MAX = u64{1} << 40;
inline constexpr std::size_t WORKLOAD_NAME_MAX = 63;

/// What it says is what an image does that is started without a word.
struct RunConfig {
    u32 cores = 4;
    u32 workers = 1;
    u64 seed = 1;
    u64 beats_max = NO_BEAT_LIMIT;
    LogLevel level = LogLevel::Full;
    DrainMode drain = DrainMode::Console;
    u32 spins = 2000;
    u32 beat_limit_ms = 0; ///< 0: a beat may take as long as it takes
    Topology topology{.kind = TopologyKind::Flat, .latencies = {1}}; ///< or latency=, a flat one
    bool stealing = false;
    Claiming claiming = Claiming::Static;
    u64 chaos_seed = 0; ///< 0: no chaos
    bool telemetry = false;
    bool isa_given = false; ///< else the best that the machine has
    InstructionSet isa = InstructionSet::Scalar;
    InputsMode inputs = InputsMode::None;
    u64 checkpoint_beats = 0; ///< a checkpoint every so many executed beats; 0: when asked
    bool resume = false;      ///< the intake begins with a checkpoint

    char workload[WORKLOAD_NAME_MAX + 1] = "fanout";
    u64 tasks = 10'000;

    /// What the command line said: a workload file does not override it.
    bool cores_given = false;
    bool seed_given = false;
    bool topology_given = false;
    bool stealing_given = false;
};

/// What is wrong, and with which word.
struct ConfigError {
    Error error;
    std::string_view word;
};

/// Applies words to `config`. A workload section may set `workload` and `tasks` alone.
enum class ConfigSource : u8 { CommandLine, WorkloadSection };
[[nodiscard]] std::expected<void, ConfigError>
apply_words(RunConfig& config, std::string_view words, ConfigSource source);

/// Relations between values, when all words have been applied.
[[nodiscard]] std::expected<void, ConfigError> check_config(const RunConfig& config,
                                                            u32 hart_count);

} // namespace knhk
