// SPDX-License-Identifier: MIT
#include "tools/log/log_compare.hpp"

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

std::string one_line(std::string text) {
    std::ranges::replace_if(text, [](unsigned char c) { return c < 0x20 || c > 0x7e; }, ' ');
    return text.substr(0, text.find_last_not_of(' ') + 1);
}

/// A workload file's text is what it was packed into: its name stands there.
std::string workload_line(const std::string& text) {
    constexpr std::size_t NAME_AT = 128;
    constexpr std::size_t NAME_BYTES = 64;
    if (!text.starts_with("KNHKWORK") || text.size() < NAME_AT + NAME_BYTES) {
        return one_line(text);
    }
    const std::string name = text.substr(NAME_AT, NAME_BYTES);
    return fmt::format("file {}, {} bytes packed", one_line(name.substr(0, name.find('\0'))),
                       text.size());
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

class LogComparer {
  public:
    LogComparer(LogReader& a, LogReader& b) : a_(a), b_(b) {}

    Comparison run() {
        compare_prologues();
        const LogBlock* block_a = a_.next();
        const LogBlock* block_b = b_.next();
        while (block_a != nullptr && block_b != nullptr) {
            compare_blocks(*block_a, *block_b);
            block_a = a_.next();
            block_b = b_.next();
        }
        count_rest(a_, block_a);
        count_rest(b_, block_b);
        compare_ends();
        result_.a = figures_of(a_);
        result_.b = figures_of(b_);
        result_.verdict = judge();
        return std::move(result_);
    }

  private:
    void compare_prologues() {
        const LogPrologue& a = a_.prologue();
        const LogPrologue& b = b_.prologue();
        result_.identity = differences(a.identity, b.identity);
        if (result_.identity.empty() && !(a.header.identity_hash == b.header.identity_hash)) {
            result_.identity.push_back({"identity hash", digest_text(a.header.identity_hash),
                                        digest_text(b.header.identity_hash)});
        }
        const bool both_name_it =
            a_.level() != LogLevel::DigestOnly && b_.level() != LogLevel::DigestOnly;
        if (both_name_it && a.workload != b.workload) {
            result_.identity.push_back(
                {"workload", workload_line(a.workload), workload_line(b.workload)});
        }
        result_.by_digests_only = a_.level() != LogLevel::Full || b_.level() != LogLevel::Full;
    }

    void compare_blocks(const LogBlock& a, const LogBlock& b) {
        const u64 beat = a.beat.beat;
        note_number(beat, "beat number", a.beat.beat, b.beat.beat);
        note_number(beat, "start time", a.beat.start_time, b.beat.start_time);
        if (!result_.by_digests_only) {
            compare_events(a, b);
        }
        note_number(beat, "event count", a.beat.event_count, b.beat.event_count);
        note_digest({beat, {}, {}, {"chain", {}, {}}}, a.beat.chain, b.beat.chain);
    }

    void compare_events(const LogBlock& a, const LogBlock& b) {
        if (have_equal_bytes(a.events, b.events) && have_equal_bytes(a.cores, b.cores)) {
            return;
        }
        CoreCursor cursor_a{&a};
        CoreCursor cursor_b{&b};
        while (!cursor_a.at_end() || !cursor_b.at_end()) {
            const u32 core = std::min(cursor_a.core(), cursor_b.core());
            compare_core(a.beat.beat, core, cursor_a.events_of(core), cursor_b.events_of(core));
            compare_core_digests(a.beat.beat, core, cursor_a, cursor_b);
            cursor_a.leave(core);
            cursor_b.leave(core);
        }
    }

    void compare_core(u64 beat, u32 core, std::span<const Event> a, std::span<const Event> b) {
        const std::size_t shared = std::min(a.size(), b.size());
        for (std::size_t i = 0; i < shared; ++i) {
            if (!are_equal(a[i], b[i])) {
                ++result_.mismatching_events;
                note_first({beat, core, i, difference_between(a[i], b[i])});
            }
        }
        if (a.size() != b.size()) {
            result_.mismatching_events += std::max(a.size(), b.size()) - shared;
            note_first({beat,
                        core,
                        shared,
                        {"event", a.size() > shared ? "present" : "missing",
                         b.size() > shared ? "present" : "missing"}});
        }
    }

    void compare_core_digests(u64 beat, u32 core, const CoreCursor& a, const CoreCursor& b) {
        if (a.core() != core || b.core() != core) {
            return;
        }
        const Digest& digest_a = a.block->cores[a.entry].digest;
        const Digest& digest_b = b.block->cores[b.entry].digest;
        note_digest({beat, core, {}, {"digest", {}, {}}}, digest_a, digest_b);
    }

    /// Beats that only one log has.
    void count_rest(LogReader& log, const LogBlock* block) {
        for (; block != nullptr; block = log.next()) {
            result_.mismatching_events += block->beat.event_count;
            const bool in_a = &log == &a_;
            note_first({block->beat.beat,
                        {},
                        {},
                        {"beat", in_a ? "present" : "missing", in_a ? "missing" : "present"}});
        }
    }

    /// A log without its trailer cannot vouch for a whole run, not even beside its equal.
    void compare_ends() {
        if (!a_.trailer() || !b_.trailer()) {
            note_first({{}, {}, {}, {"end", a_.ending_text(), b_.ending_text()}});
            return;
        }
        const LogTrailer& a = *a_.trailer();
        const LogTrailer& b = *b_.trailer();
        note_number({}, "end reason", a.end_reason, b.end_reason);
        note_digest({{}, {}, {}, {"run digest", {}, {}}}, a.run_digest, b.run_digest);
    }

    void note_number(std::optional<u64> beat, const char* field, u64 a, u64 b) {
        if (a != b) {
            note_first({beat, {}, {}, {field, number_text(a), number_text(b)}});
        }
    }
    void note_digest(LogDifference where, const Digest& a, const Digest& b) {
        if (!(a == b)) {
            where.field.a = digest_text(a);
            where.field.b = digest_text(b);
            note_first(std::move(where));
        }
    }
    void note_first(LogDifference difference) {
        if (!result_.first) {
            result_.first = std::move(difference);
        }
    }

    static LogFigures figures_of(const LogReader& log) {
        return {log.name(), log.ending_text(), log.beats_read(), log.events_read(),
                log.trailer() ? digest_text(log.trailer()->run_digest) : std::string()};
    }

    [[nodiscard]] Verdict judge() const {
        if (result_.identity.empty() && !result_.first) {
            return Verdict::ExactMatch;
        }
        const bool is_minor =
            result_.identity.empty() && a_.trailer() && b_.trailer() &&
            a_.events_read() == b_.events_read() && a_.beats_read() == b_.beats_read() &&
            result_.mismatching_events >= 1 && result_.mismatching_events <= MINOR_EVENTS_MAX;
        return is_minor ? Verdict::MinorDifference : Verdict::Diverged;
    }

    LogReader& a_;
    LogReader& b_;
    Comparison result_;
};

} // namespace

const char* name_of(Verdict verdict) {
    switch (verdict) {
    case Verdict::ExactMatch:
        return "ExactMatch";
    case Verdict::MinorDifference:
        return "MinorDifference";
    case Verdict::Diverged:
        break;
    }
    return "Diverged";
}

Comparison compare(LogReader& a, LogReader& b) {
    return LogComparer(a, b).run();
}

} // namespace knhk::tools
