// SPDX-License-Identifier: MIT
#include "tools/log/event_causes.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/bytes.hpp"

namespace knhk::tools {

namespace {

constexpr u64 SEARCH_BEATS_MAX = 4096; ///< how far back a task's TaskEnqueued is looked for
constexpr u64 LATENCY_MAX_BEATS = 7;

bool is_kind(const Event& event, EventKind kind) {
    return event.kind == static_cast<u8>(kind);
}

/// The bytes of an identity's field; a prologue that was read has them all.
std::span<const std::byte> field_of(const LogPrologue& prologue, IdentityTag tag) {
    return std::ranges::find(prologue.identity, static_cast<u16>(tag), &IdentityField::tag)->bytes;
}

u64 latency_of(const LogPrologue& prologue, u32 from, u32 to) {
    const auto latencies = field_of(prologue, IdentityTag::Latencies);
    return std::to_integer<u64>(latencies[std::size_t{from} * prologue.cores + to]);
}

/// What a task uses at least that emits something.
u64 ticks_of_emission(const LogPrologue& prologue) {
    const auto costs = field_of(prologue, IdentityTag::Costs);
    const auto cost = [&](u32 index) { return load_le<u32>(costs.data() + index * sizeof(u32)); };
    constexpr u32 EXECUTE = 0;
    constexpr u32 SPAWN = 1;
    constexpr u32 SEND = 2;
    constexpr u32 ORDER = 7;
    return u64{cost(EXECUTE)} + std::min({cost(SPAWN), cost(SEND), cost(ORDER)});
}

/// Up to which timestamp a beat's ordered part can have gone: its entries have G + 1, G + 2, ...,
/// each once among all cores.
u64 ordered_part_end(const LogBlock& block) {
    constexpr u64 ORDERED_MAX = 256;
    u32 seen[ORDERED_MAX] = {};
    for (const Event& event : block.events) {
        const u64 place = event.timestamp - block.beat.start_time - 1;
        if (place < ORDERED_MAX) {
            seen[place] += is_kind(event, EventKind::TaskExecuted) ? 1 : 2;
        }
    }
    u64 length = 0;
    while (length < ORDERED_MAX && seen[length] == 1) {
        ++length;
    }
    return block.beat.start_time + length;
}

} // namespace

std::vector<Cause> CauseFinder::causes_of(const BeatPlace& place, const StoryEvent& event) {
    std::vector<Cause> causes;
    switch (static_cast<EventKind>(event.event.kind)) {
    case EventKind::ExternalInput:
        causes.push_back({"came from outside: nothing in a log comes before an input", true});
        break;
    case EventKind::StateChange:
        causes.push_back(latest_task_of(place, event, "its state was looked at last"));
        break;
    case EventKind::Commit:
        causes.push_back(latest_task_of(place, event, "its last commit"));
        break;
    case EventKind::Promotion:
        causes.push_back(asker_of(place, event));
        break;
    case EventKind::TaskEnqueued:
        causes.push_back(emitter_of(place, event));
        break;
    case EventKind::TaskStolen:
    case EventKind::TaskExecuted: {
        const bool is_stolen = is_kind(event.event, EventKind::TaskStolen);
        const u32 core = is_stolen ? event.event.ticks : event.event.core;
        const auto enqueued = enqueued_before(place, core, event);
        if (!enqueued) {
            causes.push_back({"came here more than 4096 beats ago, or before this log", false});
            break;
        }
        const Event& how = enqueued->event.event;
        causes.push_back({is_kind(how, EventKind::TaskExecuted) ? "runs again: it was parked here"
                          : is_kind(how, EventKind::TaskStolen) ? "was stolen for this core here"
                                                                : "was enqueued here",
                          true, enqueued->event});
        if (is_kind(how, EventKind::TaskEnqueued)) {
            causes.push_back(emitter_of(enqueued->place, enqueued->event));
        }
        break;
    }
    }
    return causes;
}

/// How the task of an event came to `core`: the latest record of its id there.
std::optional<CauseFinder::Found> CauseFinder::enqueued_before(const BeatPlace& place, u32 core,
                                                               const StoryEvent& of) const {
    const u64 before_index = core == of.event.core ? of.index : 0;
    return last_before(place, core, before_index, [&of](const Event& event) {
        const bool is_parked = is_kind(event, EventKind::TaskExecuted) &&
                               event.status == static_cast<u8>(TaskStatus::Parked);
        return event.task_id == of.event.task_id &&
               (is_parked || is_kind(event, EventKind::TaskEnqueued) ||
                is_kind(event, EventKind::TaskStolen));
    });
}

/// The last event of `core` that fits: in the beat at `place` before `before_index`, or in a beat
/// before. Farther back more beats are looked at in one go.
std::optional<CauseFinder::Found> CauseFinder::last_before(const BeatPlace& place, u32 core,
                                                           u64 before_index,
                                                           const Condition& condition) const {
    std::optional<Found> found;
    const auto look_at = [&](const BeatPlace& beat, u64 end) {
        const auto block = LoadedBlock::load(log_->file(), log_->prologue(), beat);
        const auto events = block ? block->events_of(core) : std::span<const Event>();
        for (u64 i = 0; i < std::min<u64>(events.size(), end); ++i) {
            if (condition(events[i])) {
                found = Found{beat, {beat.header.beat, i, events[i]}};
            }
        }
    };
    look_at(place, before_index);
    u64 end = place.ordinal; // not looked at yet: the beats below
    for (u64 count = CHATMAN; !found && end > 1 && place.ordinal - end < SEARCH_BEATS_MAX;
         count *= 2) {
        const u64 first = std::max(end, count + 1) - count;
        BeatWalk walk = log_->walk_from(
            log_->last_where([first](const EpochPlace& epoch) { return epoch.beats < first; }));
        for (auto beat = walk.next(); beat && beat->ordinal < end; beat = walk.next()) {
            if (beat->ordinal >= first) {
                look_at(*beat, ~u64{0});
            }
        }
        end = first;
    }
    return found;
}

/// Who emitted the task that was enqueued here. Within a beat, arrivals are admitted first; then a
/// TaskEnqueued can only be of the task that runs.
Cause CauseFinder::emitter_of(const BeatPlace& place, const StoryEvent& event) const {
    const auto block = LoadedBlock::load(log_->file(), log_->prologue(), place);
    const auto events = block ? block->events_of(event.event.core) : std::span<const Event>();
    if (event.index > events.size()) {
        return {"stands in a part of the log that changed meanwhile", false};
    }
    if (event.index > 0 && is_kind(events[event.index - 1], EventKind::ExternalInput) &&
        events[event.index - 1].task_id == event.event.task_id) {
        return {"was brought in by", true,
                StoryEvent{event.beat, event.index - 1, events[event.index - 1]}};
    }
    for (u64 i = event.index; i-- > 0;) {
        if (is_kind(events[i], EventKind::TaskExecuted)) {
            const StoryEvent executed{event.beat, i, events[i]};
            bool is_certain = true;
            if (!ran_after_ordered_part(place, *block, executed, is_certain)) {
                break;
            }
            const bool is_ordered = event.event.status == ORDERED_LEVEL;
            return {is_ordered ? "was ordered at home by" : "was spawned at home by", is_certain,
                    executed};
        }
    }
    return sender_of(place, event);
}

/// Tasks of the ordered part run before arrivals are admitted, and emit nothing but messages.
bool CauseFinder::ran_after_ordered_part(const BeatPlace& place, const LoadedBlock& block,
                                         const StoryEvent& executed, bool& is_certain) const {
    if (executed.event.timestamp > ordered_part_end(block.block())) {
        return true;
    }
    const auto enqueued = enqueued_before(place, executed.event.core, executed);
    is_certain = enqueued.has_value();
    return !enqueued || !is_kind(enqueued->event.event, EventKind::TaskEnqueued) ||
           enqueued->event.event.status != ORDERED_LEVEL;
}

/// A message, or the token of a timer: the log has no record of either. The tasks are counted whose
/// message would have been due now.
Cause CauseFinder::sender_of(const BeatPlace& place, const StoryEvent& event) const {
    const LogPrologue& prologue = log_->prologue();
    const u64 ticks_min = ticks_of_emission(prologue);
    const u64 beat = place.header.beat;
    u64 count = 0;
    std::optional<StoryEvent> last;
    const u64 first = std::max(beat, LATENCY_MAX_BEATS) - LATENCY_MAX_BEATS;
    const u64 first_ordinal = std::max(place.ordinal, LATENCY_MAX_BEATS + 1) - LATENCY_MAX_BEATS;
    BeatWalk walk = log_->walk_from(log_->last_where(
        [first_ordinal](const EpochPlace& epoch) { return epoch.beats < first_ordinal; }));
    for (auto sent = walk.next(); sent && sent->header.beat < beat; sent = walk.next()) {
        const auto block = sent->header.beat < first
                               ? std::nullopt
                               : LoadedBlock::load(log_->file(), prologue, *sent);
        if (!block) {
            continue;
        }
        for_each_core(block->block(), [&](const LogCore& entry, std::span<const Event> events,
                                          u64) {
            if (sent->header.beat + latency_of(prologue, entry.core, event.event.core) != beat) {
                return;
            }
            for (u64 i = 0; i < events.size(); ++i) {
                if (is_kind(events[i], EventKind::TaskExecuted) && events[i].ticks >= ticks_min) {
                    ++count;
                    last = StoryEvent{sent->header.beat, i, events[i]};
                }
            }
        });
    }
    if (count == 0) {
        return {
            "was a message that waited for its place, or a timer's, of a task of an earlier beat",
            false};
    }
    return {count == 1
                ? std::string("was a message or a timer's; due in this beat was the message of")
                : fmt::format(
                      "was a message or a timer's; one of {} tasks may have sent it, for instance",
                      count),
            false, last};
}

Cause CauseFinder::asker_of(const BeatPlace& place, const StoryEvent& event) const {
    const auto ran = last_before(place, event.event.core, event.index, [&](const Event& candidate) {
        return is_kind(candidate, EventKind::TaskExecuted) &&
               candidate.task_id == event.event.task_id;
    });
    if (!ran) {
        return {"was asked for by a task before this log", false};
    }
    return {"was asked for by a task of this core and id; the latest", false, ran->event};
}

/// Of the tasks whose doing a StateChange or a Commit is, the latest.
Cause CauseFinder::latest_task_of(const BeatPlace& place, const StoryEvent& event,
                                  std::string_view since) const {
    const auto ran = last_before(place, event.event.core, event.index, [](const Event& candidate) {
        return is_kind(candidate, EventKind::TaskExecuted);
    });
    if (!ran) {
        return {"was made by a task before this log", false};
    }
    return {fmt::format("was made by tasks of this core since {}; the latest", since), false,
            ran->event};
}

} // namespace knhk::tools
