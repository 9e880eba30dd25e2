// SPDX-License-Identifier: MIT
#include "tools/input/live_inputs.hpp"

#include <cstdio>

#include <fmt/format.h>

namespace knhk::tools {

bool has_live_inputs(const RunOptions& options) {
    return options.input && !recorded_input(options);
}

void allow_time_for_inputs(RunOptions& options, bool timeout_given) {
    if (has_live_inputs(options) && !timeout_given) {
        options.timeout_seconds = TIMEOUT_SECONDS_MAX;
    }
}

std::unique_ptr<TaskSource> open_live_inputs(const RunOptions& options, InputReport& report) {
    KindNames kinds;
    for (const std::string& name : options.kind_names) {
        static_cast<void>(kinds.add(name));
    }
    auto source = std::make_unique<TaskSource>(*options.input, std::move(kinds), report);
    if (source->listens() && !options.quiet) {
        fmt::print(stderr, "knhk: inputs are taken at {}\n", source->address());
    }
    return source;
}

} // namespace knhk::tools
