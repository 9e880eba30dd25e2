// SPDX-License-Identifier: MIT
// What the verification of a log looks like, as text and as JSON.
#include <fmt/format.h>

#include "tools/log/event_names.hpp"
#include "tools/log/log_verify.hpp"

namespace knhk::tools {

namespace {

Json text_json(const std::string& text) {
    return text.empty() ? Json() : Json(text);
}

const char* name_of(LogEnding ending) {
    switch (ending) {
    case LogEnding::Whole:
        return "whole";
    case LogEnding::Cut:
        return "cut";
    case LogEnding::Damaged:
        break;
    }
    return "damaged";
}

Json to_json(const LogDamage& damage) {
    return {{"byte", damage.byte},
            {"size_bytes", damage.size_bytes},
            {"record", damage.record},
            {"beat", Json::from(damage.beat)},
            {"core", Json::from(damage.core)},
            {"event", Json::from(damage.event)},
            {"what", damage.what}};
}

std::string figures_text(const Verification& log) {
    return fmt::format("{} beats, {} events, run digest {}, lockchain root {}", log.beats,
                       log.events, log.run_digest, log.lockchain);
}

/// What stands before the damage, or before the cut.
std::string good_part_text(const Verification& log) {
    if (!log.last_beat) {
        return "no beat is verified";
    }
    return fmt::format("verified up to beat {}, byte {} of {}: {}", *log.last_beat,
                       log.verified_bytes, log.size_bytes, figures_text(log));
}

} // namespace

Json to_json(const Verification& log) {
    Json object;
    object["path"] = log.name;
    object["verdict"] = name_of(log.ending);
    object["level"] = level_name(log.level);
    object["beats"] = log.beats;
    object["events"] = log.events;
    object["last_beat"] = Json::from(log.last_beat);
    object["verified_bytes"] = log.verified_bytes;
    object["size_bytes"] = log.size_bytes;
    object["run_digest"] = text_json(log.run_digest);
    object["lockchain"] = text_json(log.lockchain);
    object["end_reason"] = text_json(log.end_reason);
    object["damage"] = log.damage ? to_json(*log.damage) : Json();
    return object;
}

std::string to_text(const Verification& log) {
    switch (log.ending) {
    case LogEnding::Whole:
        return fmt::format("{}: whole, {}\n", log.name, figures_text(log));
    case LogEnding::Cut:
        return fmt::format("{}: cut: {}\n", log.name, good_part_text(log));
    case LogEnding::Damaged:
        break;
    }
    return fmt::format("{}: damaged: {}; {}\n", log.name, log.damage->text(), good_part_text(log));
}

} // namespace knhk::tools
