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
    if (is_due()) {
        write_line(fmt::format("beat {}, {} {}", beat, count, of_what));
    }
}

void Progress::show_part(u64 done, u64 whole) {
    constexpr double PERCENT = 100;
    if (is_due() && whole > 0) {
        write_line(fmt::format("{:.0f} %",
                               PERCENT * static_cast<double>(done) / static_cast<double>(whole)));
    }
}

bool Progress::is_due() {
    const Clock::time_point now = Clock::now();
    if (quiet_ || now < next_) {
        return false;
    }
    next_ = now + (terminal_ ? TERMINAL_INTERVAL : PLAIN_INTERVAL);
    return true;
}

void Progress::write_line(const std::string& line) {
    has_line_ = terminal_;
    fmt::print(stderr, "{}{}: {}{}", terminal_ ? "\r" : "", label_, line,
               terminal_ ? "\033[K" : "\n");
    std::fflush(stderr);
}

} // namespace knhk::tools
