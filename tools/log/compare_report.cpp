// SPDX-License-Identifier: MIT
// What a comparison of two logs looks like, as text and as JSON.
#include <fmt/format.h>

#include "tools/log/event_names.hpp"
#include "tools/log/log_compare.hpp"

namespace knhk::tools {

namespace {

Json to_json(const FieldDifference& difference) {
    return {{"field", difference.field}, {"a", difference.a}, {"b", difference.b}};
}

Json to_json(const LogDifference& difference) {
    Json object;
    object["beat"] = Json::from(difference.beat);
    object["core"] = Json::from(difference.core);
    object["index"] = Json::from(difference.index);
    object.update(to_json(difference.field));
    return object;
}

Json to_json(const LogFigures& log) {
    return {{"path", log.name},
            {"ending", log.ending},
            {"beats", log.beats},
            {"events", log.events},
            {"run_digest", log.run_digest.empty() ? Json() : Json(log.run_digest)}};
}

std::string place_text(const LogDifference& difference) {
    std::string text;
    if (difference.beat) {
        text += fmt::format("beat {}, ", *difference.beat);
    }
    if (difference.core) {
        text += fmt::format("core {}, ", *difference.core);
    }
    if (difference.index) {
        text += fmt::format("event {}, ", *difference.index);
    }
    return text;
}

std::string figures_text(const char* letter, const LogFigures& log) {
    return fmt::format("{}: {}: {} beats, {} events, {}\n", letter, log.name, log.beats, log.events,
                       log.ending);
}

const char* name_of(Evidence evidence) {
    switch (evidence) {
    case Evidence::Digests:
        return "digests";
    case Evidence::Events:
        return "events";
    case Evidence::Bytes:
        break;
    }
    return "bytes";
}

Json to_json(const StoryEvent& event) {
    return {{"beat", event.beat},
            {"core", event.event.core},
            {"index", event.index},
            {"timestamp", event.event.timestamp},
            {"kind", kind_text(event.event.kind)},
            {"status", status_text(event.event.kind, event.event.status)},
            {"task_id", fmt::format("{:#018x}", event.event.task_id)},
            {"hash", fmt::format("{:#018x}", event.event.hash)},
            {"ticks", event.event.ticks}};
}

Json to_json(const std::optional<EventStory>& story) {
    if (!story) {
        return {};
    }
    Json object;
    object["around"] = Json::array();
    for (const StoryEvent& event : story->around) {
        object["around"].push_back(to_json(event));
    }
    object["place"] = Json::from(story->place);
    object["causes"] = Json::array();
    for (const Cause& cause : story->causes) {
        object["causes"].push_back({{"relation", cause.relation},
                                    {"certain", cause.is_certain},
                                    {"event", cause.event ? to_json(*cause.event) : Json()}});
    }
    return object;
}

std::string event_text(const StoryEvent& event) {
    return fmt::format(
        "beat {} core {} event {}: time {} {} task {:#x} hash {:016x} ticks {} status {}",
        event.beat, event.event.core, event.index, event.event.timestamp,
        kind_text(event.event.kind), event.event.task_id, event.event.hash, event.event.ticks,
        status_text(event.event.kind, event.event.status));
}

std::string story_text(const char* letter, const std::optional<EventStory>& story) {
    if (!story) {
        return {};
    }
    std::string text =
        fmt::format("around it in {}:{}\n", letter, story->around.empty() ? " nothing" : "");
    for (std::size_t i = 0; i < story->around.size(); ++i) {
        text +=
            fmt::format("  {} {}\n", story->place == i ? '>' : ' ', event_text(story->around[i]));
    }
    for (const Cause& cause : story->causes) {
        text += fmt::format("    {}{}\n", cause.is_certain ? "" : "(candidate) ", cause.relation);
        if (cause.event) {
            text += fmt::format("      {}\n", event_text(*cause.event));
        }
    }
    return text;
}

std::string evidence_text(const Comparison& comparison) {
    std::string text;
    if (comparison.evidence == Evidence::Digests) {
        text += fmt::format("compared from digests, {} epoch records looked at; whether events are "
                            "those of their digests, 'knhk verify' says\n",
                            comparison.epochs_looked_at);
    }
    if (comparison.evidence == Evidence::Bytes) {
        text += comparison.differing_byte
                    ? fmt::format("compared byte by byte: the first that differs is {}\n",
                                  *comparison.differing_byte)
                    : std::string("compared byte by byte: no byte differs\n");
    }
    if (comparison.by_digests_only) {
        text += "compared by digests: at least one of the logs holds no events\n";
    }
    if (comparison.beats_before > 0) {
        text +=
            fmt::format("compared over the beats that both hold: behind the first {} of the run\n",
                        comparison.beats_before);
    }
    return text;
}

std::string verdict_text(const Comparison& comparison) {
    const std::string name = name_of(comparison.verdict);
    if (comparison.verdict == Verdict::ExactMatch) {
        return fmt::format("{} {}\n", name, comparison.a.run_digest);
    }
    if (comparison.by_digests_only) {
        return name + "\n";
    }
    if (!comparison.is_counted) {
        return name + ", differing events were not counted: see --count\n";
    }
    return fmt::format("{}, events that differ: {}\n", name, comparison.mismatching_events);
}

} // namespace

Json to_json(const Comparison& comparison) {
    Json object;
    object["a"] = to_json(comparison.a);
    object["b"] = to_json(comparison.b);
    object["match"] = comparison.verdict == Verdict::ExactMatch;
    object["verdict"] = name_of(comparison.verdict);
    object["evidence"] = name_of(comparison.evidence);
    object["by_digests_only"] = comparison.by_digests_only;
    object["beats_before"] = comparison.beats_before;
    object["mismatching_events"] =
        comparison.is_counted ? Json(comparison.mismatching_events) : Json();
    object["identity_differences"] = Json::array();
    for (const FieldDifference& difference : comparison.identity) {
        object["identity_differences"].push_back(to_json(difference));
    }
    object["first_difference"] = comparison.first ? to_json(*comparison.first) : Json();
    object["differing_byte"] = Json::from(comparison.differing_byte);
    object["story_a"] = to_json(comparison.story_a);
    object["story_b"] = to_json(comparison.story_b);
    return object;
}

std::string to_text(const Comparison& comparison) {
    std::string text = figures_text("A", comparison.a) + figures_text("B", comparison.b);
    text += evidence_text(comparison);
    for (const FieldDifference& difference : comparison.identity) {
        text += fmt::format("identity differs: {}: {} against {}\n", difference.field, difference.a,
                            difference.b);
    }
    if (comparison.first) {
        const FieldDifference& field = comparison.first->field;
        text += fmt::format("first difference: {}{}: {} against {}\n",
                            place_text(*comparison.first), field.field, field.a, field.b);
    }
    text += story_text("A", comparison.story_a) + story_text("B", comparison.story_b);
    return text + verdict_text(comparison);
}

} // namespace knhk::tools
