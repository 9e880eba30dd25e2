// SPDX-License-Identifier: MIT
// A run from question to answer: image, platform, loop, verdict, manifest.
#pragma once

#include <string>
#include <vector>

#include "tools/input/input_report.hpp"
#include "tools/run/console_record.hpp"
#include "tools/run/image_file.hpp"
#include "tools/run/log_sink.hpp"
#include "tools/run/options.hpp"
#include "tools/run/run_loop.hpp"

namespace knhk::tools {

struct RunResult {
    RunOptions options;
    std::string image_path;
    std::string image_sha256;
    RunFigures figures;
    u64 elapsed_ns = 0;
    std::string telemetry;                  ///< key=value words, if it was asked for
    std::optional<InputReport> inputs = {}; ///< from outside, of a run that takes any
};

/// The image that `options` name: theirs, or the one that the build made.
[[nodiscard]] ImageFile open_image(const RunOptions& options);

/// Where its checkpoints go; null if it makes none.
[[nodiscard]] std::unique_ptr<CheckpointFolder> open_checkpoints(const RunOptions& options);

/// Runs once. Progress goes to stderr under `label`. Throws Failure when the run does not succeed;
/// beside a log that was begun a manifest is written in either case. Of one that succeeds a record
/// goes to --roots.
[[nodiscard]] RunResult run_image(const RunOptions& options, const ImageFile& image,
                                  RunChannels& channels, const std::string& label);

} // namespace knhk::tools
