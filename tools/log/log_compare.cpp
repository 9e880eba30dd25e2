// SPDX-License-Identifier: MIT
#include "tools/log/log_compare.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "tools/log/block_compare.hpp"
#include "tools/log/hex_text.hpp"

namespace knhk::tools {

namespace {

constexpr u64 BEATS_BETWEEN_SHOWS = 256;

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

class LogComparer {
  public:
    LogComparer(LogReader& a, LogReader& b) : a_(a), b_(b) {}

    Comparison run(const CompareProgress& progress) {
        result_.identity = identity_differences(a_.prologue(), b_.prologue());
        result_.by_digests_only = a_.level() != LogLevel::Full || b_.level() != LogLevel::Full;
        const LogBlock* block_a = a_.next();
        const LogBlock* block_b = b_.next();
        go_to_shared_beats(block_a, block_b);
        while (block_a != nullptr && block_b != nullptr) {
            differences_.compare_blocks(*block_a, *block_b, !result_.by_digests_only);
            if (progress && a_.beats_read() % BEATS_BETWEEN_SHOWS == 0) {
                progress(a_.end_position(), 0);
            }
            block_a = a_.next();
            block_b = b_.next();
        }
        count_rest(a_, block_a);
        count_rest(b_, block_b);
        compare_ends();
        result_.first = differences_.first();
        result_.mismatching_events = differences_.mismatching_events();
        result_.a = figures_of(a_);
        result_.b = figures_of(b_);
        result_.verdict = judge();
        return std::move(result_);
    }

  private:
    /// A log that begins with a checkpoint lacks the beats before; the other one's are passed over.
    void go_to_shared_beats(const LogBlock*& block_a, const LogBlock*& block_b) {
        const u64 before_a = a_.resumed() ? a_.resumed()->beats : 0;
        const u64 before_b = b_.resumed() ? b_.resumed()->beats : 0;
        result_.beats_before = std::max(before_a, before_b);
        const Digest chain_a = pass(a_, block_a, result_.beats_before);
        const Digest chain_b = pass(b_, block_b, result_.beats_before);
        differences_.note_digest({{}, {}, {}, {"chain before the shared beats", {}, {}}}, chain_a,
                                 chain_b);
    }

    /// E after the first `beats` beats of the run.
    static Digest pass(LogReader& log, const LogBlock*& block, u64 beats) {
        Digest chain = log.resumed() ? log.resumed()->chain : Digest{};
        for (; block != nullptr && log.beats_of_run() <= beats; block = log.next()) {
            chain = block->beat.chain;
        }
        return chain;
    }

    /// Beats that only one log has.
    void count_rest(LogReader& log, const LogBlock* block) {
        for (; block != nullptr; block = log.next()) {
            differences_.count(block->beat.event_count);
            const bool in_a = &log == &a_;
            differences_.note_first(
                {block->beat.beat,
                 {},
                 {},
                 {"beat", in_a ? "present" : "missing", in_a ? "missing" : "present"}});
        }
    }

    /// A log without its trailer cannot vouch for a whole run, not even beside its equal.
    void compare_ends() {
        if (!a_.trailer() || !b_.trailer()) {
            differences_.note_first({{}, {}, {}, {"end", a_.ending_text(), b_.ending_text()}});
        } else if (auto found = difference_between(*a_.trailer(), *b_.trailer())) {
            differences_.note_first(std::move(*found));
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
            a_.events_of_run() == b_.events_of_run() && a_.beats_of_run() == b_.beats_of_run() &&
            result_.mismatching_events >= 1 && result_.mismatching_events <= MINOR_EVENTS_MAX;
        return is_minor ? Verdict::MinorDifference : Verdict::Diverged;
    }

    LogReader& a_;
    LogReader& b_;
    Differences differences_;
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

std::vector<FieldDifference> identity_differences(const LogPrologue& a, const LogPrologue& b) {
    std::vector<FieldDifference> found = differences(a.identity, b.identity);
    if (found.empty() && !(a.header.identity_hash == b.header.identity_hash)) {
        found.push_back({"identity hash", digest_text(a.header.identity_hash),
                         digest_text(b.header.identity_hash)});
    }
    const bool both_name_it =
        a.level() != LogLevel::DigestOnly && b.level() != LogLevel::DigestOnly;
    if (both_name_it && a.workload != b.workload) {
        found.push_back({"workload", workload_line(a.workload), workload_line(b.workload)});
    }
    return found;
}

std::optional<LogDifference> difference_between(const LogTrailer& a, const LogTrailer& b) {
    Differences found;
    found.note_number({}, "end reason", a.end_reason, b.end_reason);
    found.note_digest({{}, {}, {}, {"run digest", {}, {}}}, a.run_digest, b.run_digest);
    found.note_number({}, "beats", a.beats, b.beats);
    found.note_number({}, "events", a.events, b.events);
    found.note_number({}, "epochs", a.epochs, b.epochs);
    if (!found.first() && a.lockchain != b.lockchain) {
        found.note_first({{},
                          {},
                          {},
                          {"lockchain root", hex_text(std::as_bytes(std::span(a.lockchain))),
                           hex_text(std::as_bytes(std::span(b.lockchain)))}});
    }
    return found.first();
}

Comparison compare(LogReader& a, LogReader& b, const CompareProgress& progress) {
    return LogComparer(a, b).run(progress);
}

} // namespace knhk::tools
