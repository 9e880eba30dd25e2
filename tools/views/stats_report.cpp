// SPDX-License-Identifier: MIT
// What `knhk stats` says, as text and as JSON.
#include <algorithm>
#include <numeric>

#include <fmt/format.h>

#include "tools/log/event_names.hpp"
#include "tools/log/hex_text.hpp"
#include "tools/views/stats.hpp"

namespace knhk::tools {

namespace {

struct Balance {
    u64 min;
    u64 median;
    u64 max;
};

Balance balance_of(const std::vector<CoreStats>& cores, u64 CoreStats::* member) {
    std::vector<u64> values;
    values.reserve(cores.size());
    for (const CoreStats& core : cores) {
        values.push_back(core.*member);
    }
    std::ranges::sort(values);
    return {values.front(), values[values.size() / 2], values.back()};
}

std::string root_text(const LogTrailer& trailer) {
    return hex_text(std::as_bytes(std::span(trailer.lockchain)));
}

Json to_json(const Balance& balance) {
    return {{"min", balance.min}, {"median", balance.median}, {"max", balance.max}};
}

Json kinds_json(const EventStats& stats) {
    Json kinds = Json::object();
    for (u8 kind = 1; kind < EventStats::KINDS; ++kind) {
        kinds[std::string(kind_name(kind))] = stats.of_kind(static_cast<EventKind>(kind));
    }
    return kinds;
}

Json statuses_json(const EventStats& stats, EventKind kind) {
    Json statuses = Json::object();
    for (u8 status = 0; status < EventStats::STATUSES; ++status) {
        const std::string_view name = status_name(static_cast<u8>(kind), status);
        const u64 count = stats.counts[static_cast<u8>(kind)][status];
        if (!name.empty() || count != 0) {
            statuses[name.empty() ? fmt::format("{}", status) : std::string(name)] = count;
        }
    }
    return statuses;
}

Json cores_json(const EventStats& stats) {
    Json cores = Json::array();
    for (const CoreStats& core : stats.cores) {
        cores.push_back({{"events", core.events}, {"tasks", core.tasks}, {"ticks", core.ticks}});
    }
    return cores;
}

/// As workloads say it: a number, or "loaded", "before".
std::string snapshot_text(u32 number) {
    const std::string_view name = snapshot_name(number);
    return name.empty() ? fmt::format("{}", number) : std::string(name);
}

/// As `knhk sigma show` begins it.
std::string id_text(const PromotionStats& snapshot) {
    return hex_text(std::as_bytes(std::span(&snapshot.id, 1)));
}

Json promotions_json(const EventStats& stats) {
    Json snapshots = Json::array();
    for (u32 number = 0; number < SNAPSHOT_NUMBERS; ++number) {
        const PromotionStats& snapshot = stats.promotions[number];
        if (!snapshot.was_asked_for()) {
            continue;
        }
        Json row = {{"snapshot", snapshot_text(number)}};
        for (u8 decision = 0; decision < PromotionStats::DECISIONS; ++decision) {
            row[status_name(static_cast<u8>(EventKind::Promotion), decision)] =
                snapshot.counts[decision];
        }
        row["id"] = snapshot.counts[0] == 0 ? Json() : Json(id_text(snapshot));
        snapshots.push_back(row);
    }
    return snapshots;
}

void add_events_json(Json& object, const LogStats& stats) {
    const EventStats& events = *stats.by_event;
    object["events_by_kind"] = kinds_json(events);
    object["executed_by_status"] = statuses_json(events, EventKind::TaskExecuted);
    object["enqueued_by_level"] = statuses_json(events, EventKind::TaskEnqueued);
    object["promotions_by_decision"] = statuses_json(events, EventKind::Promotion);
    object["promotions_by_snapshot"] = promotions_json(events);
    object["deltas"] = {{"deltas", events.delta_count()},
                        {"rows", events.deltas.rows},
                        {"receipts", events.deltas.receipts},
                        {"lanes", events.deltas.lanes},
                        {"asserted", events.deltas.asserted}};
    object["deterministic_events"] = stats.events - events.of_kind(EventKind::ExternalInput);
    object["non_deterministic_events"] = events.of_kind(EventKind::ExternalInput);
    object["inputs_from_outside"] = events.inputs_from_outside;
    object["tasks_executed"] = events.of_kind(EventKind::TaskExecuted);
    object["unique_tasks"] = events.unique_tasks;
    object["unique_tasks_are_exact"] = events.unique_tasks_are_exact;
    object["messages"] = Json::from(events.messages);
    object["virtual_ticks"] = events.ticks();
    object["balance"] = {{"events", to_json(balance_of(events.cores, &CoreStats::events))},
                         {"tasks", to_json(balance_of(events.cores, &CoreStats::tasks))}};
    object["by_core"] = cores_json(events);
}

/// Lines of "name   value".
class Lines {
  public:
    template<class... Arguments>
    void add(std::string_view name, fmt::format_string<Arguments...> format,
             Arguments&&... arguments) {
        text_ += fmt::format("{:<20}{}\n", name,
                             fmt::format(format, std::forward<Arguments>(arguments)...));
    }
    void raw(const std::string& line) { text_ += line; }
    [[nodiscard]] std::string take() { return std::move(text_); }

  private:
    std::string text_;
};

/// Only what occurs.
void add_statuses(Lines& lines, const EventStats& stats, EventKind kind) {
    for (u8 status = 0; status < EventStats::STATUSES; ++status) {
        const u64 count = stats.counts[static_cast<u8>(kind)][status];
        const std::string_view name = status_name(static_cast<u8>(kind), status);
        if (count != 0 && !name.empty()) {
            lines.add(fmt::format("    {}", name), "{}", count);
        }
    }
}

/// Only those that were asked for.
void add_promotions(Lines& lines, const EventStats& stats) {
    for (u32 number = 0; number < SNAPSHOT_NUMBERS; ++number) {
        const PromotionStats& snapshot = stats.promotions[number];
        if (snapshot.was_asked_for()) {
            lines.add(fmt::format("snapshot {}", snapshot_text(number)),
                      "promoted {}, refused {}, damaged {}{}", snapshot.counts[0],
                      snapshot.counts[1], snapshot.counts[2],
                      snapshot.counts[0] == 0 ? "" : ", id " + id_text(snapshot) + "...");
        }
    }
}

void add_bars(Lines& lines, const EventStats& stats) {
    constexpr std::size_t ROWS_MAX = 32;
    constexpr double BAR_CHARS = 40;
    const std::size_t cores = stats.cores.size();
    const std::size_t step = (cores + ROWS_MAX - 1) / ROWS_MAX;
    std::vector<CoreStats> rows;
    for (std::size_t first = 0; first < cores; first += step) {
        CoreStats& row = rows.emplace_back();
        for (std::size_t core = first; core < std::min(first + step, cores); ++core) {
            row.events += stats.cores[core].events;
            row.tasks += stats.cores[core].tasks;
        }
    }
    const u64 most = std::max<u64>(balance_of(rows, &CoreStats::events).max, 1);
    lines.raw(
        fmt::format("{:>9} {:>12} {:>12}\n", step == 1 ? "core" : "cores", "events", "tasks"));
    for (std::size_t row = 0; row < rows.size(); ++row) {
        const std::string name =
            step == 1 ? fmt::format("{}", row)
                      : fmt::format("{}-{}", row * step, std::min((row + 1) * step, cores) - 1);
        const double share = static_cast<double>(rows[row].events) / static_cast<double>(most);
        const auto length = static_cast<std::size_t>(share * BAR_CHARS);
        lines.raw(fmt::format("{:>9} {:>12} {:>12}  {}\n", name, rows[row].events, rows[row].tasks,
                              std::string(length, '#')));
    }
}

void add_events(Lines& lines, const LogStats& stats) {
    const EventStats& events = *stats.by_event;
    for (u8 kind = 1; kind < EventStats::KINDS; ++kind) {
        lines.add(fmt::format("  {}", kind_name(kind)), "{}",
                  events.of_kind(static_cast<EventKind>(kind)));
        add_statuses(lines, events, static_cast<EventKind>(kind));
    }
    add_promotions(lines, events);
    if (events.delta_count() != 0) {
        const DeltaStats& deltas = events.deltas;
        lines.add("deltas", "{} of {} rows", events.delta_count(), deltas.rows);
        lines.add("committed", "{} receipts of {} lanes, {} rows asserted", deltas.receipts,
                  deltas.lanes, deltas.asserted);
    }
    lines.add("tasks", "{} executions of {}{} different ids",
              events.of_kind(EventKind::TaskExecuted),
              events.unique_tasks_are_exact ? "" : "about ", events.unique_tasks);
    lines.add("virtual ticks", "{}", events.ticks());
    if (events.messages) {
        lines.add("messages arrived", "{}", *events.messages);
    } else {
        lines.add("messages arrived", "unknown: a log with ordered tasks does not tell");
    }
    lines.add("inputs from outside", "{}", events.inputs_from_outside);
    const auto add_balance = [&lines, &events](const char* name, u64 CoreStats::* member) {
        const Balance balance = balance_of(events.cores, member);
        lines.add(name, "min {}, median {}, max {}", balance.min, balance.median, balance.max);
    };
    add_balance("events of a core", &CoreStats::events);
    add_balance("tasks of a core", &CoreStats::tasks);
}

void add_trailer(Lines& lines, const LogTrailer& trailer) {
    lines.add("end", "{}", text_of(static_cast<EndReason>(trailer.end_reason)));
    lines.add("epochs", "{}", trailer.epochs);
    lines.add("run digest", "{}", digest_text(trailer.run_digest));
    lines.add("lockchain root", "{}", root_text(trailer));
}

} // namespace

Json to_json(const LogStats& stats) {
    Json object;
    object["path"] = stats.path;
    object["ending"] = stats.ending;
    object["level"] = level_name(stats.level);
    object["cores"] = stats.cores;
    object["resumed_after_beats"] = stats.resumed ? Json(stats.resumed->beats) : Json();
    object["beats"] = stats.beats;
    object["beats_skipped"] = stats.beats_skipped;
    object["first_beat"] = Json::from(stats.first_beat);
    object["last_beat"] = Json::from(stats.last_beat);
    object["last_time"] = stats.last_time;
    object["events"] = stats.events;
    object["determinism_ratio"] = Json::from(stats.determinism_ratio());
    if (stats.by_event) {
        add_events_json(object, stats);
    }
    object["end_reason"] = Json();
    object["epochs"] = Json();
    object["run_digest"] = Json();
    object["lockchain_root"] = Json();
    if (stats.trailer) {
        object["end_reason"] = text_of(static_cast<EndReason>(stats.trailer->end_reason));
        object["epochs"] = stats.trailer->epochs;
        object["run_digest"] = digest_text(stats.trailer->run_digest);
        object["lockchain_root"] = root_text(*stats.trailer);
    }
    return object;
}

std::string to_text(const LogStats& stats) {
    Lines lines;
    lines.add("log", "{} {}", stats.path, stats.ending);
    lines.add("level", "{}, {} cores", level_name(stats.level), stats.cores);
    if (stats.resumed) {
        lines.add("resumed", "after {} beats and {} events", stats.resumed->beats,
                  stats.resumed->events);
    }
    lines.add("beats", "{} executed, {} skipped", stats.beats, stats.beats_skipped);
    lines.add("logical time", "{}", stats.last_time);
    lines.add("events", "{}", stats.events);
    if (stats.by_event) {
        add_events(lines, stats);
    }
    if (const auto ratio = stats.determinism_ratio()) {
        lines.add("determinism ratio", "{:.6f}", *ratio);
    }
    if (stats.trailer) {
        add_trailer(lines, *stats.trailer);
    }
    if (stats.by_event) {
        add_bars(lines, *stats.by_event);
    }
    return lines.take();
}

} // namespace knhk::tools
