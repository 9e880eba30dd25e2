// SPDX-License-Identifier: MIT
// Whether a run succeeded, from everything that was seen of it. A pure function: a run counts only
// if the process, the console, the drain and the log all tell the same story.
#pragma once

#include "tools/run/late_beat.hpp"
#include "tools/run/log_sink.hpp"
#include "tools/run/run_loop.hpp"

namespace knhk::tools {

struct RunQuestion {
    u32 cores;
    u32 workers;
    u32 timeout_seconds;
    bool drain_shared;
    std::string machine = {};       ///< as the image must know it: "bare-x86_64"
    FunctionNames function_at = {}; ///< of the image; may be empty
};

/// The figures of a run that succeeded; throws Failure with the first thing that is wrong.
[[nodiscard]] RunFigures judge(const RunQuestion& question, const RunObservation& seen,
                               const ImageEnding& ending, const LogEnds& log);

} // namespace knhk::tools
