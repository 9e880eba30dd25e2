// SPDX-License-Identifier: MIT
// What stands around an event, and what it came from, as far as a log tells. Logs hold no parents:
// docs/log-format.md, What can be concluded, says what follows from what.
#pragma once

#include <string>
#include <vector>

#include "tools/log/log_index.hpp"

namespace knhk::tools {

struct StoryEvent {
    u64 beat;
    u64 index; ///< among its core's in the beat
    Event event;
};

/// One step back from an event to what it came from.
struct Cause {
    std::string relation; ///< "was spawned at home by", "was sent by one of 12 tasks, for instance"
    bool is_certain;      ///< follows from the log; else a candidate
    std::optional<StoryEvent> event = {};
};

struct EventStory {
    std::vector<StoryEvent> around;   ///< of the same core, in order
    std::optional<std::size_t> place; ///< in `around`, of the event; none when it is missing
    std::vector<Cause> causes;        ///< the nearest first
};

/// Of the event `index` of `core` in the beat at `place`, which may be missing. Level full.
[[nodiscard]] EventStory tell_story(const LogIndex& log, const BeatPlace& place, u32 core,
                                    u64 index);

} // namespace knhk::tools
