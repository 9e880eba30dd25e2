// SPDX-License-Identifier: MIT
// The log of a run that goes on from a checkpoint: a file of its own, or the rest of the log that
// was being written when the run ended.
#pragma once

#include <filesystem>
#include <optional>

#include "tools/run/checkpoint_file.hpp"

namespace knhk::tools {

/// Where in an existing log the run goes on, and what the log holds.
struct LogContinuation {
    u64 offset; ///< behind the record of the epoch at whose end the checkpoint was taken
    LogLevel level;
    bool is_open; ///< to inputs from outside: it holds those that came after the checkpoint
};

/// None if there is no such file. Throws Failure (BadInput) when it is there and the run does not
/// go on from anywhere in it: what it holds is never lost by mistake.
[[nodiscard]] std::optional<LogContinuation> find_continuation(const std::filesystem::path& log,
                                                               const CheckpointFile& checkpoint);

/// Whether there is no such log, or the run can go on in it.
[[nodiscard]] bool reaches(const std::filesystem::path& log, const CheckpointFile& checkpoint);

} // namespace knhk::tools
