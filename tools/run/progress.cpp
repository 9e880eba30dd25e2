// SPDX-License-Identifier: MIT
#include "tools/run/progress.hpp"

#include <cstdio>

#include <unistd.h>

#include <fmt/format.h>

namespace knhk::tools {

namespace {

constexpr std::chrono::milliseconds TERMINAL_INTERVAL{100};
constexpr std::chrono::milliseconds PLAIN_INTERVAL{2000};

} // namespace

Progress::Progress(std::string label, bool quiet)
    : label_(std::move(label)), quiet_(quiet), terminal_(::isatty(STDERR_FILENO) == 1),
      next_(Clock::now() + (terminal_ ? TERMINAL_INTERVAL : PLAIN_INTERVAL)) {}

Progress::~Progress() {
    if (has_line_) {
        fmt::print(stderr, "\r\033[K");
        std::fflush(stderr);
    }
}

void Progress::show(u64 beat, u64 count, const char* of_what) {
    const Clock::time_point now = Clock::now();
    if (quiet_ || now < next_) {
        return;
    }
    next_ = now + (terminal_ ? TERMINAL_INTERVAL : PLAIN_INTERVAL);
    has_line_ = terminal_;
    fmt::print(stderr, "{}{}: beat {}, {} {}{}", terminal_ ? "\r" : "", label_, beat, count,
               of_what, terminal_ ? "\033[K" : "\n");
    std::fflush(stderr);
}

} // namespace knhk::tools
