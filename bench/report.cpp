// SPDX-License-Identifier: MIT
#include "bench/report.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <fstream>
#include <thread>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace knhk::bench {

namespace {

std::string cpu_model() {
    std::ifstream info("/proc/cpuinfo");
    for (std::string line; std::getline(info, line);) {
        const std::size_t colon = line.find(": ");
        if (line.starts_with("model name") && colon != std::string::npos) {
            return line.substr(colon + 2);
        }
    }
    return "unknown CPU";
}

std::string date_of_today() {
    const std::time_t now = std::time(nullptr);
    std::tm parts{};
    ::gmtime_r(&now, &parts);
    char text[32];
    std::strftime(text, sizeof text, "%Y-%m-%d", &parts);
    return text;
}

/// Small figures with a decimal.
std::string figure(double value) {
    return value < 100 ? fmt::format("{:.1f}", value) : fmt::format("{:.0f}", value);
}
std::string figure(const std::optional<double>& value) {
    return value ? figure(*value) : "-";
}

std::string text_of(const Value& value) {
    if (!value.measured) {
        return fmt::format("{}: {}", value.name, value.note);
    }
    const std::string note = value.note.empty() ? "" : fmt::format(" ({})", value.note);
    const std::string range =
        value.most > 0 ? fmt::format(" [{}..{}]", figure(value.least), figure(value.most)) : "";
    return fmt::format("{} {}{}{}", value.name, figure(value.cycles), range, note);
}

const char* verdict(const Row& row) {
    return !row.has_bar() ? "" : row.holds() ? "holds" : "missed";
}

void print_row(const Row& row) {
    const Value* const peer = row.fastest_peer();
    const std::string ours = row.ours.measured ? figure(row.ours.cycles) : row.ours.note;
    fmt::print("{:<58} {:>8} {:>8} {:>8}  {:<6}\n", row.name, ours,
               peer != nullptr ? figure(peer->cycles) : "-", figure(row.limit()), verdict(row));
    fmt::print("    {}", text_of(row.ours));
    if (row.bare_loop && *row.bare_loop > 0) {
        fmt::print(", {:.2f} bare handler loops of {}", row.ours.cycles / *row.bare_loop,
                   figure(row.bare_loop));
    }
    fmt::print("{}{}\n", row.has_bar() ? "; bar: " + row.bar_text() : "",
               row.aim.empty() ? "" : "; aim: " + row.aim);
    for (const Value& value : row.peers) {
        fmt::print("    {}\n", text_of(value));
    }
    for (const std::string& text : {row.method, row.note}) {
        if (!text.empty()) {
            fmt::print("    {}\n", text);
        }
    }
}

nlohmann::ordered_json number_or_null(const std::optional<double>& value) {
    return value ? nlohmann::ordered_json(*value) : nullptr;
}

nlohmann::ordered_json json_of(const Value& value) {
    nlohmann::ordered_json object{{"name", value.name}, {"measured", value.measured}};
    object["value"] = value.measured ? nlohmann::ordered_json(value.cycles) : nullptr;
    if (value.measured && value.most > 0) {
        object["least"] = value.least;
        object["most"] = value.most;
    }
    object["note"] = value.note;
    return object;
}

nlohmann::ordered_json json_of(const Row& row) {
    const Value* const peer = row.fastest_peer();
    nlohmann::ordered_json object{{"name", row.name}};
    object["ours"] = row.ours.measured ? nlohmann::ordered_json(row.ours.cycles) : nullptr;
    object["peer"] = peer != nullptr ? nlohmann::ordered_json(peer->name) : nullptr;
    object["peer_value"] = peer != nullptr ? nlohmann::ordered_json(peer->cycles) : nullptr;
    object["bar"] = number_or_null(row.limit());
    object["holds"] = row.has_bar() ? nlohmann::ordered_json(row.holds()) : nullptr;
    object["unit"] = row.unit;
    object["bar_text"] = row.has_bar() ? row.bar_text() : "";
    object["aim"] = row.aim;
    object["bare_loop"] = number_or_null(row.bare_loop);
    object["method"] = row.method;
    object["note"] = row.note;
    object["ours_detail"] = json_of(row.ours);
    object["peers"] = nlohmann::ordered_json::array();
    for (const Value& value : row.peers) {
        object["peers"].push_back(json_of(value));
    }
    return object;
}

} // namespace

const Value* Row::fastest_peer() const {
    const Value* fastest = nullptr;
    for (const Value& value : peers) {
        if (value.measured && value.judges &&
            (fastest == nullptr || value.cycles < fastest->cycles)) {
            fastest = &value;
        }
    }
    return fastest;
}

std::optional<double> Row::limit() const {
    std::optional<double> limit = bar.figure;
    const auto allow = [&limit](double figure) {
        limit = std::max(limit.value_or(figure), figure);
    };
    if (bar.loops && bare_loop) {
        allow(*bar.loops * *bare_loop);
    }
    if (const Value* const peer = fastest_peer(); bar.faster && peer != nullptr) {
        allow(peer->cycles / *bar.faster);
    }
    return limit;
}

std::string Row::bar_text() const {
    std::string text;
    const auto add = [&text](const std::string& form) {
        text += (text.empty() ? "" : " or ") + form;
    };
    if (bar.figure) {
        add(fmt::format("{} {}", figure(*bar.figure), unit));
    }
    if (bar.loops) {
        add(fmt::format("{:.2f} bare handler loops", *bar.loops));
    }
    if (bar.faster) {
        add(*bar.faster == 1 ? std::string("the fastest peer")
                             : fmt::format("{:g} times faster than the fastest peer", *bar.faster));
    }
    return text;
}

double tsc_hertz() {
    static const double hertz = [] {
        const auto begin = std::chrono::steady_clock::now();
        const u64 cycles = cycles_at_begin();
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
        const u64 passed = cycles_at_end() - cycles;
        const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
        return static_cast<double>(passed) / seconds.count();
    }();
    return hertz;
}

std::string header_line() {
    return fmt::format("{}, TSC {:.2f} GHz, {} CPUs, g++ {} {}, {}", cpu_model(), tsc_hertz() / 1e9,
                       usable_cpus().size(), __VERSION__, KNHK_BENCH_FLAGS, date_of_today());
}

void print_table(const std::vector<Row>& rows) {
    fmt::print("{}\nMedians, less is better; TSC cycles where nothing else is said.\n\n",
               header_line());
    fmt::print("{:<58} {:>8} {:>8} {:>8}\n", "", "ours", "peer", "bar");
    std::size_t bars = 0;
    std::size_t held = 0;
    for (const Row& row : rows) {
        print_row(row);
        bars += row.has_bar() ? 1 : 0;
        held += row.has_bar() && row.holds() ? 1 : 0;
    }
    fmt::print("\n{} of {} bars hold\n", held, bars);
}

void print_json(const std::vector<Row>& rows) {
    nlohmann::ordered_json object{{"machine", header_line()}};
    object["results"] = nlohmann::ordered_json::array();
    for (const Row& row : rows) {
        object["results"].push_back(json_of(row));
    }
    fmt::print("{}\n", object.dump(2));
}

void tell_progress(const std::string& what) {
    fmt::print(stderr, "bench: {} ...\n", what);
}

} // namespace knhk::bench
