// SPDX-License-Identifier: MIT
#include "tools/log/verify_parts.hpp"

#include <algorithm>
#include <deque>
#include <future>

#include "tools/log/log_verifier.hpp"

namespace knhk::tools {

namespace {

constexpr u64 NO_END = ~u64{0};
constexpr u64 BEATS_AT_ONCE = 256;

/// What a part says of itself, and what those beside it must agree with.
struct Part {
    bool is_right = false;
    Verification result;
    std::vector<Sha256Digest> leaves;
    std::optional<LogBeat> first;
    u64 last_timestamp = 0;
    std::optional<LogResumed> resumed;
    std::vector<Sha256Digest> peaks;
};

Part part_of(const LogVerifier& verifier, const LogReader& log) {
    return {.is_right = false,
            .result = verifier.result(),
            .leaves = {},
            .first = verifier.first(),
            .last_timestamp = log.last_timestamp(),
            .resumed = log.resumed(),
            .peaks = log.peaks()};
}

Part verify_part(LogFile file, const LogPrologue& prologue, const EpochPlace& from,
                 const EpochPlace& to) {
    LogReader log(std::move(file), prologue, from, to.end);
    LogVerifier verifier(log);
    while (verifier.take(BEATS_AT_ONCE)) {
    }
    Part part = part_of(verifier, log);
    part.leaves = verifier.take_leaves();
    part.is_right = !part.result.damage && log.ending() == LogEnding::Cut &&
                    log.end_position() == to.end && log.epoch_end() == to.end;
    return part;
}

class PartsVerifier {
  public:
    PartsVerifier(const LogFile& file, const LogPrologue& prologue, const VerifyParts& parts)
        : file_(file), prologue_(prologue), parts_(parts), size_(file.size_bytes()),
          begin_{prologue.size_bytes, 0, 0, 0, {}}, at_(begin_) {}

    std::optional<Verification> run(const VerifyProgress& progress) {
        std::deque<std::future<Part>> running;
        for (;;) {
            start_some(running);
            if (running.empty()) {
                return at_.end == begin_.end ? std::nullopt : verify_rest();
            }
            Part part = running.front().get();
            running.pop_front();
            if (!part.is_right || !follows(part)) {
                return std::nullopt;
            }
            if (progress) {
                progress(part.result.verified_bytes, size_);
            }
            append(std::move(part));
        }
    }

  private:
    /// No more than are looked at at once: one more on the same CPUs would cost more of their
    /// caches than it would save in waiting for the one whose turn it is.
    void start_some(std::deque<std::future<Part>>& running) {
        while (running.size() < parts_.at_once) {
            const EpochSearch search(file_, begin_, looked_at_);
            const u64 bytes = next_bytes();
            const auto end = at_.end + bytes < size_
                                 ? search.first_in(EpochSearch::aligned(at_.end + bytes), size_)
                                 : std::nullopt;
            if (!end) {
                break;
            }
            running.push_back(std::async(std::launch::async, verify_part, file_.again(),
                                         std::cref(prologue_), at_, *end));
            at_ = *end;
        }
    }

    /// Of a part; near the log's end they become smaller, so that nobody is left alone with much.
    [[nodiscard]] u64 next_bytes() const {
        const u64 left = size_ > at_.end ? size_ - at_.end : 0;
        return std::clamp(left / (2 * parts_.at_once), parts_.bytes_min, parts_.bytes_max);
    }

    /// What LogReader asks of a beat and the one before it.
    [[nodiscard]] bool follows(const Part& part) const {
        return !part.first || !done_.last_beat ||
               (part.first->beat / CHATMAN > *done_.last_beat / CHATMAN &&
                part.first->start_time >= last_timestamp_);
    }

    void append(Part part) {
        if (part.resumed) {
            lockchain_.restore(part.resumed->epochs, part.peaks.data());
        }
        append(part.leaves);
        done_.beats += part.result.beats;
        done_.events += part.result.events;
        done_.last_beat = part.result.last_beat ? part.result.last_beat : done_.last_beat;
        last_timestamp_ = part.last_timestamp;
    }

    void append(const std::vector<Sha256Digest>& leaves) {
        for (const Sha256Digest& leaf : leaves) {
            lockchain_.append(leaf);
        }
    }

    /// What stands behind the last part, to the log's end.
    [[nodiscard]] std::optional<Verification> verify_rest() {
        LogReader log(file_.again(), prologue_, at_, NO_END);
        LogVerifier verifier(log);
        while (verifier.take(BEATS_AT_ONCE)) {
            append(verifier.take_leaves());
        }
        append(verifier.take_leaves());
        const bool fits = follows(part_of(verifier, log));
        Verification result = verifier.finish(lockchain_);
        if (!fits || result.damage) {
            return std::nullopt;
        }
        result.beats += done_.beats;
        result.events += done_.events;
        result.last_beat = result.last_beat ? result.last_beat : done_.last_beat;
        result.verified_bytes = std::max(result.verified_bytes, at_.end);
        return result;
    }

    const LogFile& file_;
    const LogPrologue& prologue_;
    VerifyParts parts_;
    u64 size_;
    EpochPlace begin_;
    EpochPlace at_; ///< where the last part that was started ends
    u64 looked_at_ = 0;

    Verification done_;
    u64 last_timestamp_ = 0;
    Lockchain lockchain_{};
};

} // namespace

std::optional<Verification> verify_in_parts(const LogFile& file, const LogPrologue& prologue,
                                            const VerifyParts& parts,
                                            const VerifyProgress& progress) {
    return PartsVerifier(file, prologue, parts).run(progress);
}

} // namespace knhk::tools
