// SPDX-License-Identifier: MIT
#include "tools/log/event_story.hpp"

#include <algorithm>

#include "tools/log/event_causes.hpp"

namespace knhk::tools {

namespace {

constexpr u64 EVENTS_AROUND = 3; ///< on each side
constexpr u64 BEATS_AROUND = 8;  ///< on each side, in which they are looked for

/// All of a core's events in the beats around one.
std::vector<StoryEvent> events_near(const LogIndex& log, const BeatPlace& place, u32 core) {
    std::vector<StoryEvent> events;
    const u64 first = std::max(place.ordinal, BEATS_AROUND + 1) - BEATS_AROUND;
    const EpochPlace begin =
        log.last_where([first](const EpochPlace& epoch) { return epoch.beats < first; });
    BeatWalk walk = log.walk_from(begin);
    for (auto beat = walk.next(); beat && beat->ordinal <= place.ordinal + BEATS_AROUND;
         beat = walk.next()) {
        const auto block = beat->ordinal < first
                               ? std::nullopt
                               : LoadedBlock::load(log.file(), log.prologue(), *beat);
        const std::span<const Event> found =
            block ? block->events_of(core) : std::span<const Event>();
        for (u64 i = 0; i < found.size(); ++i) {
            events.push_back({beat->header.beat, i, found[i]});
        }
    }
    return events;
}

} // namespace

EventStory tell_story(const LogIndex& log, const BeatPlace& place, u32 core, u64 index) {
    EventStory story;
    const std::vector<StoryEvent> near = events_near(log, place, core);
    const u64 beat = place.header.beat;
    const auto at_or_behind = [&](const StoryEvent& event) {
        return event.beat > beat || (event.beat == beat && event.index >= index);
    };
    const auto found = std::ranges::find_if(near, at_or_behind);
    const bool is_there = found != near.end() && found->beat == beat && found->index == index;
    const auto before = std::min<std::ptrdiff_t>(EVENTS_AROUND, found - near.begin());
    const auto after =
        std::min<std::ptrdiff_t>(EVENTS_AROUND + (is_there ? 1 : 0), near.end() - found);
    story.around.assign(found - before, found + after);
    if (is_there) {
        story.place = static_cast<std::size_t>(before);
        story.causes = CauseFinder(log).causes_of(place, *found);
    }
    return story;
}

} // namespace knhk::tools
