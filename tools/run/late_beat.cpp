// SPDX-License-Identifier: MIT
#include "tools/run/late_beat.hpp"

#include <limits>

#include <fmt/ranges.h>

#include "base/text.hpp"
#include "kernel/run_config.hpp"

namespace knhk::tools {

namespace {

constexpr std::string_view SPEAKER = "knhk: ";
constexpr const char* REMEDY = "mend the handler, or give a longer --beat-limit";

/// Takes a line apart from its front; after the first part that is not as expected, nothing fits.
class Parts {
  public:
    explicit Parts(std::string_view line) : rest_(line) {}

    void skip(std::string_view text) {
        fits_ = fits_ && rest_.starts_with(text);
        rest_.remove_prefix(fits_ ? text.size() : 0);
    }
    /// What stands before `end`, and `end` itself.
    std::string_view until(std::string_view end) { return take(rest_.find(end), end.size()); }
    /// The same for the last `end` of the line.
    std::string_view until_last(std::string_view end) { return take(rest_.rfind(end), end.size()); }
    [[nodiscard]] std::string_view rest() const { return rest_; }
    u64 number(std::string_view text, u64 max = std::numeric_limits<u64>::max()) {
        const Result<u64> value = parse_number(text);
        fits_ = fits_ && value && *value <= max;
        return fits_ ? *value : 0;
    }
    u32 milliseconds(std::string_view seconds) {
        const Result<u32> value = parse_beat_limit(seconds);
        fits_ = fits_ && value;
        return fits_ ? *value : 0;
    }
    [[nodiscard]] bool fits() const { return fits_; }

  private:
    std::string_view take(std::size_t size, std::size_t end_size) {
        fits_ = fits_ && size != std::string_view::npos;
        if (!fits_) {
            return {};
        }
        const std::string_view part = rest_.substr(0, size);
        rest_.remove_prefix(size + end_size);
        return part;
    }

    std::string_view rest_;
    bool fits_ = true;
};

std::string describe(const LateTask& late) {
    return fmt::format("beat {} on core {} took more than {} s: task {}, handler {} ({}){}{}",
                       late.beat, late.core, late.limit_ms / 1000.0, late.task, late.handler,
                       late.handler_name, late.symbol.empty() ? "" : ", ", late.symbol);
}

} // namespace

std::optional<LateTask> parse_late_task(std::string_view line) {
    constexpr u64 U32_MAX = std::numeric_limits<u32>::max();
    Parts parts(line);
    LateTask late;
    parts.skip("knhk: beat limit: beat ");
    late.beat = parts.number(parts.until(" on core "));
    late.core = static_cast<u32>(parts.number(parts.until(" for more than "), U32_MAX));
    late.limit_ms = parts.milliseconds(parts.until(" s: task "));
    late.task = parts.number(parts.until(", handler "));
    late.handler = static_cast<u32>(parts.number(parts.until(" ("), U32_MAX));
    late.handler_name = parts.until_last(") at "); // a name may hold anything
    late.address = parts.number(parts.rest());
    return parts.fits() ? std::optional(late) : std::nullopt;
}

BeatTooLong BeatTooLong::from(const std::vector<std::string>& lines,
                              const FunctionNames& function_at) {
    std::vector<LateTask> tasks;
    std::vector<std::string> texts;
    for (const std::string& line : lines) {
        if (std::optional<LateTask> late = parse_late_task(line)) {
            late->symbol = function_at ? function_at(late->address).value_or("") : "";
            texts.push_back(describe(*late));
            tasks.push_back(*std::move(late));
        } else {
            texts.push_back(line.substr(line.starts_with(SPEAKER) ? SPEAKER.size() : 0));
        }
    }
    return {fmt::format("{}: {}", fmt::join(texts, "; "), REMEDY), std::move(tasks)};
}

Json to_json(const BeatTooLong& failure) {
    Json object;
    object["error"] = failure.what();
    object["exit_status"] = static_cast<unsigned>(failure.status());
    object["late_tasks"] = Json::array();
    for (const LateTask& late : failure.tasks()) {
        Json entry;
        entry["beat"] = late.beat;
        entry["core"] = late.core;
        entry["limit_ms"] = late.limit_ms;
        entry["task"] = late.task;
        entry["handler"] = late.handler;
        entry["handler_name"] = late.handler_name;
        entry["address"] = late.address;
        entry["symbol"] = nullptr;
        if (!late.symbol.empty()) {
            entry["symbol"] = late.symbol;
        }
        object["late_tasks"].push_back(std::move(entry));
    }
    return object;
}

} // namespace knhk::tools
