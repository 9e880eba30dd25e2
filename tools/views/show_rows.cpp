// SPDX-License-Identifier: MIT
#include "tools/views/show_rows.hpp"

#include <fmt/format.h>

#include "base/bytes.hpp"
#include "tools/log/event_names.hpp"
#include "tools/log/hex_text.hpp"
#include "tools/views/digits.hpp"

namespace knhk::tools {

namespace {

/// More than any row of an event takes.
constexpr std::size_t EVENT_ROW_CHARS_MAX = 512;

constexpr std::size_t ORDINAL_CHARS = 10;
constexpr std::size_t BEAT_CHARS = 9;
constexpr std::size_t TIMESTAMP_CHARS = 12;
constexpr std::size_t CORE_CHARS = 4;
constexpr std::size_t KIND_CHARS = 13;
constexpr std::size_t TASK_CHARS = 20;
constexpr std::size_t TICKS_CHARS = 6;
constexpr u64 UNORDERED = ~u64{0};

bool is_stolen(const Event& event) {
    return event.kind == static_cast<u8>(EventKind::TaskStolen);
}

bool is_promotion(const Event& event) {
    return event.kind == static_cast<u8>(EventKind::Promotion);
}

bool is_commit(const Event& event) {
    return event.kind == static_cast<u8>(EventKind::Commit);
}

bool is_delta(const Event& event) {
    return event.kind == static_cast<u8>(EventKind::TaskEnqueued) && event.status == DELTA_LEVEL;
}

/// What stands in an event's field of that name.
std::string_view ticks_name(const Event& event) {
    return is_stolen(event)      ? "victim"
           : is_promotion(event) ? "snapshot"
           : is_commit(event)    ? "receipts"
           : is_delta(event)     ? "rows"
                                 : "ticks";
}

bool has_ticks(const Event& event) {
    return event.kind == static_cast<u8>(EventKind::TaskExecuted);
}

/// The name, or the number if it has none.
char* write_name(char* to, std::string_view name, u32 number) {
    return name.empty() ? write_decimal(to, number) : write_text(to, name);
}

char* write_event_text(char* to, const ShownEvent& shown) {
    const Event& event = shown.event;
    to = write_column(to, shown.ordinal, ORDINAL_CHARS);
    *to++ = ' ';
    to = write_column(to, shown.beat, BEAT_CHARS);
    *to++ = ' ';
    to = write_column(to, event.timestamp, TIMESTAMP_CHARS);
    *to++ = ' ';
    to = write_column(to, event.core, CORE_CHARS);
    *to++ = ' ';
    *to++ = ' ';
    to = write_column(to, kind_name(event.kind), KIND_CHARS);
    *to++ = ' ';
    to = write_column(to, is_commit(event) ? 0 : event.task_id, TASK_CHARS);
    *to++ = ' ';
    to = write_hex(to, event.hash);
    *to++ = ' ';
    to = write_column(to, has_ticks(event) ? event.ticks : 0, TICKS_CHARS);
    *to++ = ' ';
    *to++ = ' ';
    const std::string_view status = status_name(event.kind, event.status);
    to = write_text(to, status.empty() ? "-" : status);
    if (is_stolen(event)) {
        to = write_text(to, " from core ");
        to = write_decimal(to, event.ticks);
    } else if (is_promotion(event)) {
        to = write_text(to, " snapshot ");
        to = write_name(to, snapshot_name(event.ticks), event.ticks);
    } else if (is_delta(event)) {
        to = write_text(to, " of rows ");
        to = write_decimal(to, event.ticks);
    } else if (is_commit(event)) {
        to = write_text(to, " receipts ");
        to = write_decimal(to, event.ticks);
        to = write_text(to, " lanes ");
        to = write_decimal(to, event.task_id >> 32);
        to = write_text(to, " asserted ");
        to = write_decimal(to, static_cast<u32>(event.task_id));
    }
    return to;
}

/// The tasks of a commit are many: its field counts rows.
char* write_task_json(char* to, const Event& event) {
    if (!is_commit(event)) {
        to = write_text(to, R"(","task_id":)");
        return write_decimal(to, event.task_id);
    }
    to = write_text(to, R"(","lanes":)");
    to = write_decimal(to, event.task_id >> 32);
    to = write_text(to, R"(,"asserted":)");
    return write_decimal(to, static_cast<u32>(event.task_id));
}

char* write_event_json(char* to, const ShownEvent& shown) {
    const Event& event = shown.event;
    to = write_text(to, R"({"record":"event","event":)");
    to = write_decimal(to, shown.ordinal);
    to = write_text(to, R"(,"beat":)");
    to = write_decimal(to, shown.beat);
    to = write_text(to, R"(,"timestamp":)");
    to = write_decimal(to, event.timestamp);
    to = write_text(to, R"(,"core":)");
    to = write_decimal(to, event.core);
    to = write_text(to, R"(,"kind":")");
    to = write_name(to, kind_name(event.kind), event.kind);
    to = write_task_json(to, event);
    to = write_text(to, R"(,"hash":")");
    to = write_hex(to, event.hash);
    to = write_text(to, R"(",")");
    to = write_text(to, ticks_name(event));
    to = write_text(to, R"(":)");
    to = write_decimal(to, event.ticks);
    to = write_text(to, R"(,"status":)");
    const std::string_view status = status_name(event.kind, event.status);
    if (status.empty()) {
        return write_text(to, "null}");
    }
    *to++ = '"';
    to = write_text(to, status);
    return write_text(to, "\"}");
}

} // namespace

void ShowRows::heading() {
    if (!json_) {
        out_->put(fmt::format("{:>{}} {:>{}} {:>{}} {:>{}}  {:<{}} {:>{}} {:<{}} {:>{}}  {}\n",
                              "event", ORDINAL_CHARS, "beat", BEAT_CHARS, "timestamp",
                              TIMESTAMP_CHARS, "core", CORE_CHARS, "kind", KIND_CHARS, "task",
                              TASK_CHARS, "hash", HEX_CHARS, "ticks", TICKS_CHARS, "status"));
    }
}

void ShowRows::event(const ShownEvent& shown) {
    char* to = out_->room(EVENT_ROW_CHARS_MAX);
    to = json_ ? write_event_json(to, shown) : write_event_text(to, shown);
    *to++ = '\n';
    out_->wrote(to);
}

void ShowRows::beat(const LogBeat& beat) {
    const std::string chain = digest_text(beat.chain);
    out_->put(json_ ? fmt::format(R"({{"record":"beat","beat":{},"start_time":{},"events":{},)"
                                  R"("chain":"{}"}})"
                                  "\n",
                                  beat.beat, beat.start_time, beat.event_count, chain)
                    : fmt::format("beat {} from time {}: {} events, chain {}\n", beat.beat,
                                  beat.start_time, beat.event_count, chain));
}

void ShowRows::epoch(const EpochLeaf& leaf) {
    const Sha256Digest hash = leaf_hash(leaf);
    const std::string hash_text = hex_text(std::as_bytes(std::span(hash)));
    const std::string digest = digest_text(leaf.run_digest);
    out_->put(json_ ? fmt::format(R"({{"record":"epoch","index":{},"beats":{},"events":{},)"
                                  R"("run_digest":"{}","leaf":"{}"}})"
                                  "\n",
                                  leaf.index, leaf.beats, leaf.events, digest, hash_text)
                    : fmt::format("epoch {}: {} beats and {} events until here, digest {}, leaf "
                                  "{}\n",
                                  leaf.index, leaf.beats, leaf.events, digest, hash_text));
}

/// Its rows, if it brings some, stand in the place of inputs behind it.
void ShowRows::input(u64 beat, u64 index, std::span<const LogInput> inputs) {
    const LogInput& first = inputs.front();
    const auto task = std::as_bytes(std::span(first.task));
    const std::string rows = hex_text(std::as_bytes(inputs.subspan(1)));
    const u64 id = load_le<u64>(task.data());
    const bool ordered = first.time != UNORDERED;
    if (json_) {
        out_->put(fmt::format(R"({{"record":"input","beat":{},"index":{},"task_id":{},"time":{},)"
                              R"("task":"{}"{}}})"
                              "\n",
                              beat, index, id, ordered ? fmt::format("{}", first.time) : "null",
                              hex_text(task),
                              rows.empty() ? "" : fmt::format(R"(,"rows":"{}")", rows)));
        return;
    }
    out_->put(fmt::format("input {} for beat {}: task {}{}, bytes {}{}\n", index, beat, id,
                          ordered ? fmt::format(" ordered for time {}", first.time) : "",
                          hex_text(task), rows.empty() ? "" : fmt::format(", rows {}", rows)));
}

} // namespace knhk::tools
