// SPDX-License-Identifier: MIT
#include "tools/run/console_record.hpp"

#include <algorithm>
#include <cerrno>
#include <limits>
#include <set>
#include <tuple>

#include <unistd.h>

#include <fmt/format.h>

#include "base/text.hpp"
#include "replay/log_format.hpp"

namespace knhk::tools {

namespace {

constexpr std::size_t LINE_CHARS_MAX = 4096;
constexpr std::size_t LAST_LINES_MAX = 50;
constexpr std::array<std::string_view, 2> ERROR_PREFIXES = {"knhk: error: ",
                                                            "knhk-loader: error: "};
constexpr std::array<std::string_view, 2> CRASH_PREFIXES = {"knhk: panic: ", "knhk: fault: "};
constexpr std::string_view LATE_BEAT_PREFIX = "knhk: beat limit: ";
constexpr std::size_t LATE_BEAT_LINES_MAX = 4;
constexpr std::string_view CHATTER_PREFIX = "knhk: digest before beat ";
constexpr std::string_view SPEAKER_PREFIX = "knhk: ";
constexpr std::string_view EXIT_PREFIX = "knhk: exit status=";
constexpr std::string_view TELEMETRY_PREFIX = "knhk: telemetry ";
constexpr std::string_view RESULT_PREFIX = "knhk: result ";

/// A console may send anything: only text reaches a terminal.
std::string printable(std::string_view line) {
    std::string text(line);
    std::erase(text, '\r');
    std::ranges::replace_if(
        text, [](unsigned char c) { return (c < 0x20 && c != '\t') || c == 0x7f; }, '?');
    return text;
}

bool is_digest(std::string_view text) {
    return text.size() == DIGEST_TEXT_CHARS &&
           text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

/// Where a key's number goes; none for a key that is not a number.
u64* counter_for(RunFigures& figures, std::string_view key) {
    if (key == "beats") {
        return &figures.beats;
    }
    if (key == "tasks") {
        return &figures.tasks;
    }
    if (key == "events") {
        return &figures.events;
    }
    return key == "remote_messages" ? &figures.remote_messages : nullptr;
}

u32* count_for(RunFigures& figures, std::string_view key) {
    if (key == "cores") {
        return &figures.cores;
    }
    if (key == "workers") {
        return &figures.workers;
    }
    return key == "harts" ? &figures.harts : nullptr;
}

/// Takes one key over; false when its value cannot be right.
bool take_result(RunFigures& figures, const KeyValue& word) {
    if (word.key == "digest") {
        figures.digest = word.value;
        return is_digest(word.value);
    }
    const Result<u64> number = parse_number(word.value);
    if (word.key == "reason") {
        figures.end_reason = number ? end_reason_text(static_cast<u32>(*number)) : word.value;
        return true;
    }
    u64* const counter = counter_for(figures, word.key);
    if (counter != nullptr) {
        *counter = number.value_or(0);
        return number.has_value();
    }
    u32* const count = count_for(figures, word.key);
    if (count != nullptr) {
        *count = static_cast<u32>(number.value_or(0));
        return number.has_value() && *number <= std::numeric_limits<u32>::max();
    }
    if (word.key == "platform") {
        figures.platform = word.value;
    } else if (word.key == "isa") {
        figures.isa = word.value;
    }
    return true; // a key of a later version
}

constexpr std::array<std::string_view, 8> RESULT_KEYS = {
    "beats", "tasks", "events", "remote_messages", "cores", "workers", "digest", "reason"};

} // namespace

bool LineReader::read_from(int descriptor, const Sink& sink) {
    std::array<char, 16 * 1024> buffer;
    while (true) {
        const ssize_t count = ::read(descriptor, buffer.data(), buffer.size());
        if (count > 0) {
            feed({buffer.data(), static_cast<std::size_t>(count)}, sink);
        } else if (count == 0) {
            return false;
        } else if (errno != EINTR) {
            return errno == EAGAIN;
        }
    }
}

void LineReader::feed(std::string_view text, const Sink& sink) {
    for (const char c : text) {
        if (c == '\n' || partial_.size() == LINE_CHARS_MAX) {
            hand_over(sink);
        }
        if (c != '\n') {
            partial_.push_back(c);
        }
    }
}

void LineReader::finish(const Sink& sink) {
    if (!partial_.empty()) {
        hand_over(sink);
    }
}

void LineReader::hand_over(const Sink& sink) {
    sink(printable(partial_));
    partial_.clear();
}

bool RunFigures::agrees_with(const RunFigures& other) const {
    const auto shared = [](const RunFigures& f) {
        return std::tie(f.beats, f.tasks, f.events, f.remote_messages, f.cores, f.workers, f.digest,
                        f.end_reason);
    };
    return shared(*this) == shared(other);
}

void ConsoleRecord::add_line(std::string_view line) {
    keep_for_failures(line);
    for (const std::string_view prefix : ERROR_PREFIXES) {
        if (line.starts_with(prefix) && error_.empty()) {
            error_ = line.substr(prefix.size());
        }
    }
    for (const std::string_view prefix : CRASH_PREFIXES) {
        if (line.starts_with(prefix) && crash_.empty()) {
            crash_ = line.substr(SPEAKER_PREFIX.size());
        }
    }
    if (line.starts_with(LATE_BEAT_PREFIX) && late_beat_.size() < LATE_BEAT_LINES_MAX) {
        late_beat_.emplace_back(line);
    }
    if (line.starts_with(EXIT_PREFIX)) {
        const Result<u64> status = parse_number(line.substr(EXIT_PREFIX.size()));
        const bool is_status = status && *status <= std::numeric_limits<u32>::max();
        exit_status_ = is_status ? std::optional(static_cast<u32>(*status)) : std::nullopt;
    } else if (line.starts_with(TELEMETRY_PREFIX)) {
        telemetry_ = line.substr(TELEMETRY_PREFIX.size());
    } else if (line.starts_with(RESULT_PREFIX)) {
        result_ = parse_result_line(line);
    }
}

/// The digests that a run without shared memory prints would drive out all that matters.
void ConsoleRecord::keep_for_failures(std::string_view line) {
    if (line.starts_with(CHATTER_PREFIX)) {
        return;
    }
    last_lines_.emplace_back(line);
    if (last_lines_.size() > LAST_LINES_MAX) {
        last_lines_.pop_front();
    }
}

std::string_view ConsoleRecord::last_line() const {
    return last_lines_.empty() ? std::string_view() : std::string_view(last_lines_.back());
}

std::optional<RunFigures> parse_result_line(std::string_view line) {
    if (!line.starts_with(RESULT_PREFIX)) {
        return std::nullopt;
    }
    line.remove_prefix(RESULT_PREFIX.size());
    RunFigures figures;
    std::set<std::string_view> seen;
    for (std::string_view word = next_word(line); !word.empty(); word = next_word(line)) {
        const KeyValue pair = split_word(word);
        if (!take_result(figures, pair)) {
            return std::nullopt;
        }
        seen.insert(pair.key);
    }
    const bool is_complete =
        std::ranges::all_of(RESULT_KEYS,
                            [&](std::string_view key) { return seen.contains(key); }) &&
        figures.cores != 0 && figures.workers != 0 && !figures.end_reason.empty();
    return is_complete ? std::optional(figures) : std::nullopt;
}

std::string end_reason_text(u32 end_reason) {
    return text_of(static_cast<EndReason>(end_reason));
}

} // namespace knhk::tools
