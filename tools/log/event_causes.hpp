// SPDX-License-Identifier: MIT
// From an event back to what it came from: the rules of docs/log-format.md, What can be concluded.
#pragma once

#include <functional>

#include "tools/log/event_story.hpp"

namespace knhk::tools {

class CauseFinder {
  public:
    explicit CauseFinder(const LogIndex& log) : log_(&log) {}

    /// The nearest first; at most a few.
    [[nodiscard]] std::vector<Cause> causes_of(const BeatPlace& place, const StoryEvent& event);

  private:
    using Condition = std::function<bool(const Event&)>;
    /// An event that was found, and the beat that it stands in.
    struct Found {
        BeatPlace place;
        StoryEvent event;
    };

    [[nodiscard]] std::optional<Found> enqueued_before(const BeatPlace& place, u32 core,
                                                       const StoryEvent& of) const;
    [[nodiscard]] std::optional<Found> last_before(const BeatPlace& place, u32 core,
                                                   u64 before_index,
                                                   const Condition& condition) const;
    [[nodiscard]] Cause emitter_of(const BeatPlace& place, const StoryEvent& event) const;
    [[nodiscard]] bool ran_after_ordered_part(const BeatPlace& place, const LoadedBlock& block,
                                              const StoryEvent& executed, bool& is_certain) const;
    [[nodiscard]] Cause sender_of(const BeatPlace& place, const StoryEvent& event) const;
    [[nodiscard]] Cause asker_of(const BeatPlace& place, const StoryEvent& event) const;
    [[nodiscard]] Cause latest_task_of(const BeatPlace& place, const StoryEvent& event,
                                       std::string_view since) const;

    const LogIndex* log_;
};

} // namespace knhk::tools
