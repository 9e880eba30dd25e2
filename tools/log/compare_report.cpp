// SPDX-License-Identifier: MIT
// What a comparison of two logs looks like, as text and as JSON.
#include <fmt/format.h>

#include "tools/log/log_compare.hpp"

namespace knhk::tools {

namespace {

using Json = nlohmann::ordered_json;

Json to_json(const FieldDifference& difference) {
    return {{"field", difference.field}, {"a", difference.a}, {"b", difference.b}};
}

Json to_json(const LogDifference& difference) {
    Json object;
    object["beat"] = difference.beat ? Json(*difference.beat) : Json();
    object["core"] = difference.core ? Json(*difference.core) : Json();
    object["index"] = difference.index ? Json(*difference.index) : Json();
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

std::string verdict_text(const Comparison& comparison) {
    const std::string name = name_of(comparison.verdict);
    if (comparison.verdict == Verdict::ExactMatch) {
        return fmt::format("{} {}\n", name, comparison.a.run_digest);
    }
    if (comparison.by_digests_only) {
        return name + "\n";
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
    object["by_digests_only"] = comparison.by_digests_only;
    object["mismatching_events"] = comparison.mismatching_events;
    object["identity_differences"] = Json::array();
    for (const FieldDifference& difference : comparison.identity) {
        object["identity_differences"].push_back(to_json(difference));
    }
    object["first_difference"] = comparison.first ? to_json(*comparison.first) : Json();
    return object;
}

std::string to_text(const Comparison& comparison) {
    std::string text = figures_text("A", comparison.a) + figures_text("B", comparison.b);
    if (comparison.by_digests_only) {
        text += "compared by digests: at least one of the logs holds no events\n";
    }
    for (const FieldDifference& difference : comparison.identity) {
        text += fmt::format("identity differs: {}: {} against {}\n", difference.field, difference.a,
                            difference.b);
    }
    if (comparison.first) {
        const FieldDifference& field = comparison.first->field;
        text += fmt::format("first difference: {}{}: {} against {}\n",
                            place_text(*comparison.first), field.field, field.a, field.b);
    }
    return text + verdict_text(comparison);
}

} // namespace knhk::tools
