// SPDX-License-Identifier: MIT
// `knhk trace`: a log as a trace that Perfetto's viewer opens (docs/trace.md).
#pragma once

#include "tools/views/log_walk.hpp"
#include "tools/views/trace_sink.hpp"

namespace knhk::tools {

struct TraceOptions {
    BeatRange beats;
    bool quiet = false;
};

struct TraceFigures {
    u64 beats = 0;
    u64 events = 0;
    u64 still_waiting = 0; ///< tasks that have not run when the trace ends
};

/// Throws Failure (BadInput) for a log whose times do not ascend, or that is damaged otherwise.
TraceFigures trace_log(LogReader& log, const TraceOptions& options, ByteSink& out, TraceSink& sink);

} // namespace knhk::tools
