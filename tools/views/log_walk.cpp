// SPDX-License-Identifier: MIT
#include "tools/views/log_walk.hpp"

#include <cstdio>

#include "base/text.hpp"
#include "tools/host/failure.hpp"

namespace knhk::tools {

BeatRange parse_beat_range(std::string_view text) {
    const std::size_t dash = text.find('-');
    const auto first = parse_number(text.substr(0, dash));
    const auto last = dash == std::string_view::npos ? first : parse_number(text.substr(dash + 1));
    if (!first || !last || *first > *last) {
        throw bad_input("--beat {}: use a beat, as in 17, or a range, as in 17-20", text);
    }
    return {*first, *last};
}

void check_ending(const LogReader& log) {
    switch (log.ending()) {
    case LogEnding::Whole:
        return;
    case LogEnding::Cut:
        say_note(fmt::format("{} {}: what comes after is not in the file", log.name(),
                             log.ending_text()));
        return;
    case LogEnding::Damaged:
        throw bad_input("{} {}: record the run again", log.name(), log.ending_text());
    }
}

void say_note(std::string_view text) {
    fmt::print(stderr, "knhk: note: {}\n", text);
}

} // namespace knhk::tools
