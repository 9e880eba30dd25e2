// SPDX-License-Identifier: MIT
// What can be asked of `knhk run`, and the checks that need nothing but the question itself.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/architecture.hpp"
#include "base/types.hpp"
#include "kernel/run_config.hpp"
#include "loader/image_check.hpp"

namespace knhk::tools {

/// A Linux process, or a machine that QEMU emulates. A process of another architecture than this
/// machine's is one that QEMU emulates too.
struct RunPlatform {
    bool is_qemu = false;
    Architecture architecture = loader::host_architecture(); ///< of the image too

    friend bool operator==(const RunPlatform&, const RunPlatform&) = default;
};
/// "linux", "linux-riscv64", "qemu-x86_64".
[[nodiscard]] std::string name_of(const RunPlatform& platform);
/// As an image knows it: "linux-x86_64", "bare-x86_64".
[[nodiscard]] std::string image_name_of(const RunPlatform& platform);
/// All that can be asked for: processes of this machine and of others, and QEMU's machines.
[[nodiscard]] const std::vector<std::string>& platform_names();

inline constexpr u32 REPEAT_MAX = 1'000'000;
inline constexpr u32 TIMEOUT_SECONDS_MAX = 7 * 24 * 3600;
inline constexpr u64 MEMORY_MIB_MIN = 32;
inline constexpr u64 MEMORY_MIB_MAX = 1024 * 1024;

struct RunOptions {
    std::string workload = "fanout"; ///< a name, or the path of a workload file
    /// What the file was packed into; none for a name.
    std::shared_ptr<const std::vector<std::byte>> packed_file = {};
    /// [source * cores + destination], of a run that is asked for again: in place of a topology.
    std::shared_ptr<const std::vector<std::byte>> latencies = {};
    RunPlatform platform = {};
    u32 cores = 4;
    u32 workers = 1;
    u64 seed = 1;
    u32 latency = 1; ///< in beats, between any two cores; of no account if there is a topology
    std::optional<std::string> topology =
        {}; ///< in its text form; none: the latency, or the file's
    std::optional<std::string> stealing = {}; ///< on or off; none: off, or the file's
    u64 tasks = 10'000;
    std::optional<u64> beats = {};
    std::optional<u32> beat_limit_ms = {};
    std::string claim = "static"; ///< which worker runs which core, as the image spells it
    u64 chaos = 0;                ///< seed of the disturbance; 0: none
    bool telemetry = false;
    std::string isa = "auto"; ///< of the query kernels, as the image spells it
    std::string level = "full";
    std::optional<std::filesystem::path> log = {};
    std::optional<std::string> input = {}; ///< where inputs come from while the run goes on
    bool input_strict = false;
    std::vector<std::string> kind_names = {}; ///< of the workload file, which inputs may name
    std::optional<std::filesystem::path> recorded =
        {}; ///< a log whose inputs come before --input's
    std::optional<std::filesystem::path> checkpoints = {}; ///< the folder for them
    std::optional<u64> checkpoint_beats = {};              ///< one every so many beats
    u32 checkpoints_kept = 2;
    bool resume = false;                             ///< the intake begins with a checkpoint
    std::optional<std::filesystem::path> image = {}; ///< none: the one that the build made
    std::optional<std::filesystem::path> roots = {}; ///< a record of each run that ends goes there
    u32 repeat = 1;
    u32 timeout_seconds = 300;
    bool drain_shared = true;
    u64 memory_mib = 512; ///< QEMU only, as are the next three
    std::string accelerator = "tcg";
    std::string machine = {}; ///< empty: the architecture's first
    std::string cpu = {};     ///< empty: the machine's
    bool json = false;
    bool quiet = false;
};

/// A whole number between `min` and `max`; `option` names it in the error.
[[nodiscard]] u64 parse_number_option(std::string_view option, std::string_view text, u64 min,
                                      u64 max);
/// Seconds as the image takes them too, in milliseconds.
[[nodiscard]] u32 parse_beat_limit_option(std::string_view text);
[[nodiscard]] RunPlatform parse_platform(std::string_view text);

/// The log whose inputs are to come again, if --input names one: "log:FILE".
[[nodiscard]] std::optional<std::filesystem::path> recorded_input(const RunOptions& options);

/// Throws Failure (BadInput) at the first thing that cannot be run.
void check(const RunOptions& options);

/// The key=value words for the image. The image alone decides what they mean.
[[nodiscard]] std::string image_command_line(const RunOptions& options);

} // namespace knhk::tools
