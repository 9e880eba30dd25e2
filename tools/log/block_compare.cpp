// SPDX-License-Identifier: MIT
#include "tools/log/block_compare.hpp"

#include <algorithm>
#include <cstring>

#include <fmt/format.h>

#include "tools/log/event_names.hpp"
#include "tools/log/hex_text.hpp"

namespace knhk::tools {

namespace {

std::string number_text(u64 value) {
    return fmt::format("{}", value);
}

/// The first field in which two events differ.
FieldDifference difference_between(const Event& a, const Event& b) {
    const auto hex = [](u64 value) { return fmt::format("{:#018x}", value); };
    if (a.timestamp != b.timestamp) {
        return {"timestamp", number_text(a.timestamp), number_text(b.timestamp)};
    }
    if (a.kind != b.kind) {
        return {"kind", kind_text(a.kind), kind_text(b.kind)};
    }
    if (a.task_id != b.task_id) {
        return {"task_id", hex(a.task_id), hex(b.task_id)};
    }
    if (a.hash != b.hash) {
        return {"hash", hex(a.hash), hex(b.hash)};
    }
    if (a.ticks != b.ticks) {
        return {"ticks", number_text(a.ticks), number_text(b.ticks)};
    }
    if (a.core != b.core) {
        return {"core", number_text(a.core), number_text(b.core)};
    }
    return {"status", status_text(a.kind, a.status), status_text(b.kind, b.status)};
}

bool are_equal(const Event& a, const Event& b) {
    return std::memcmp(&a, &b, sizeof a) == 0;
}

template<class T>
bool have_equal_bytes(std::span<const T> a, std::span<const T> b) {
    return a.size() == b.size() &&
           (a.empty() || std::memcmp(a.data(), b.data(), a.size_bytes()) == 0);
}

/// Walks a block's events core by core.
struct CoreCursor {
    const LogBlock* block;
    std::size_t entry = 0;
    std::size_t event = 0;

    [[nodiscard]] bool at_end() const { return entry == block->cores.size(); }
    [[nodiscard]] u32 core() const { return at_end() ? CORES_MAX : block->cores[entry].core; }
    [[nodiscard]] std::span<const Event> events_of(u32 wanted) const {
        if (core() != wanted) {
            return {};
        }
        return block->events.subspan(event, block->cores[entry].event_count);
    }
    void leave(u32 left) {
        if (core() == left) {
            event += block->cores[entry].event_count;
            ++entry;
        }
    }
};

} // namespace

void Differences::compare_blocks(const LogBlock& a, const LogBlock& b, bool with_events) {
    const u64 beat = a.beat.beat;
    note_number(beat, "beat number", a.beat.beat, b.beat.beat);
    note_number(beat, "start time", a.beat.start_time, b.beat.start_time);
    if (with_events) {
        compare_events(a, b);
    }
    note_number(beat, "event count", a.beat.event_count, b.beat.event_count);
    note_digest({beat, {}, {}, {"chain", {}, {}}}, a.beat.chain, b.beat.chain);
}

void Differences::compare_events(const LogBlock& a, const LogBlock& b) {
    if (have_equal_bytes(a.events, b.events) && have_equal_bytes(a.cores, b.cores)) {
        return;
    }
    CoreCursor cursor_a{&a};
    CoreCursor cursor_b{&b};
    while (!cursor_a.at_end() || !cursor_b.at_end()) {
        const u32 core = std::min(cursor_a.core(), cursor_b.core());
        compare_core(a.beat.beat, core, cursor_a.events_of(core), cursor_b.events_of(core));
        if (cursor_a.core() == core && cursor_b.core() == core) {
            note_digest({a.beat.beat, core, {}, {"digest", {}, {}}}, a.cores[cursor_a.entry].digest,
                        b.cores[cursor_b.entry].digest);
        }
        cursor_a.leave(core);
        cursor_b.leave(core);
    }
}

void Differences::compare_core(u64 beat, u32 core, std::span<const Event> a,
                               std::span<const Event> b) {
    const std::size_t shared = std::min(a.size(), b.size());
    for (std::size_t i = 0; i < shared; ++i) {
        if (!are_equal(a[i], b[i])) {
            count(1);
            note_first({beat, core, i, difference_between(a[i], b[i])});
        }
    }
    if (a.size() != b.size()) {
        count(std::max(a.size(), b.size()) - shared);
        note_first({beat,
                    core,
                    shared,
                    {"event", a.size() > shared ? "present" : "missing",
                     b.size() > shared ? "present" : "missing"}});
    }
}

void Differences::note_number(std::optional<u64> beat, const char* field, u64 a, u64 b) {
    if (a != b) {
        note_first({beat, {}, {}, {field, number_text(a), number_text(b)}});
    }
}

void Differences::note_digest(LogDifference where, const Digest& a, const Digest& b) {
    if (!(a == b)) {
        where.field.a = digest_text(a);
        where.field.b = digest_text(b);
        note_first(std::move(where));
    }
}

void Differences::note_first(LogDifference difference) {
    if (!first_) {
        first_ = std::move(difference);
    }
}

} // namespace knhk::tools
