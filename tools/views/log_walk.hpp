// SPDX-License-Identifier: MIT
// What all views of a log share: a range of beats, and what is said of a log that does not end as
// it should.
#pragma once

#include <limits>
#include <string_view>

#include "tools/log/log_reader.hpp"

namespace knhk::tools {

struct BeatRange {
    u64 first = 0;
    u64 last = std::numeric_limits<u64>::max();

    [[nodiscard]] bool contains(u64 beat) const { return first <= beat && beat <= last; }
};

/// "17" or "17-20"; throws Failure (BadInput).
[[nodiscard]] BeatRange parse_beat_range(std::string_view text);

/// After the last beat: says on stderr that a log was cut; throws Failure (BadInput) if it is
/// damaged, as what was shown is then not all.
void check_ending(const LogReader& log);

/// "knhk: note: ..." on stderr.
void say_note(std::string_view text);

} // namespace knhk::tools
