// SPDX-License-Identifier: MIT
#include "tools/replay/replay_check.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include <fcntl.h>

#include "base/bytes.hpp"
#include "replay/chain.hpp"
#include "replay/resumed_record.hpp"
#include "tools/host/failure.hpp"
#include "tools/host/shared_file.hpp"
#include "tools/log/log_layout.hpp"

namespace knhk::tools {

namespace {

/// As many as a message can have travelled, and the one in which it was sent.
constexpr std::size_t BEATS_KEPT = 9;

void append(std::vector<std::byte>& to, const void* bytes, std::size_t size) {
    const auto* begin = static_cast<const std::byte*>(bytes);
    to.insert(to.end(), begin, begin + size);
}

std::vector<std::byte> bytes_of(const LogBlock& block) {
    std::vector<std::byte> bytes;
    bytes.reserve(block.beat.record.size_bytes);
    append(bytes, &block.beat, sizeof block.beat);
    append(bytes, block.cores.data(), block.cores.size() * sizeof(LogCore));
    append(bytes, block.events.data(), block.events.size() * sizeof(Event));
    return bytes;
}

LogReader reader_over(const std::vector<std::byte>& bytes, std::string name) {
    const SharedFile file = SharedFile::holding("knhk-replay", bytes);
    Descriptor own(::open(inherited_path(file.descriptor()).c_str(), O_RDONLY | O_CLOEXEC));
    if (!own.valid()) {
        throw bad_environment("cannot read {} again: {}: mount /proc", name, system_text(errno));
    }
    return LogReader::from(std::move(own), std::move(name));
}

} // namespace

ReplayCheck::ReplayCheck(LogReader& recorded, std::optional<u64> until)
    : recorded_(recorded), block_(recorded.next()), until_(until) {}

int ReplayCheck::take(std::span<const std::byte> bytes) {
    buffer_.erase(buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(begin_));
    begin_ = 0;
    append(buffer_, bytes.data(), bytes.size());
    while (outcome_ == ReplayOutcome::Running) {
        const std::optional<u64> size = size_of_next();
        if (!size || buffer_.size() - begin_ < *size) {
            return 0;
        }
        const auto record = std::span<const std::byte>(buffer_).subspan(begin_, *size);
        if (prologue_.empty()) {
            take_prologue(record);
        } else {
            take_record(record);
        }
        begin_ += *size;
    }
    return ECANCELED;
}

std::optional<u64> ReplayCheck::size_of_next() const {
    const auto left = std::span<const std::byte>(buffer_).subspan(begin_);
    if (prologue_.empty()) {
        if (left.size() < sizeof(LogHeader)) {
            return std::nullopt;
        }
        return prologue_bytes(load_le<LogHeader>(left.data()));
    }
    if (left.size() < sizeof(LogRecord)) {
        return std::nullopt;
    }
    return std::max<u64>(load_le<LogRecord>(left.data()).size_bytes, sizeof(LogRecord));
}

void ReplayCheck::take_prologue(std::span<const std::byte> bytes) {
    prologue_.assign(bytes.begin(), bytes.end());
    const auto header = load_le<LogHeader>(bytes.data());
    if (header.identity_hash == recorded_.prologue().header.identity_hash) {
        return;
    }
    const auto identity = parse_identity(bytes.subspan(sizeof header, header.identity_bytes));
    std::string what = "its identity";
    if (identity) {
        const auto found = differences(recorded_.prologue().identity, *identity);
        what = found.empty()
                   ? what
                   : fmt::format("{}: {} there, {} here", found[0].field, found[0].a, found[0].b);
    }
    throw check_says_no(
        "this image does not make the run of {}: {}: use the image that recorded it",
        recorded_.name(), what);
}

void ReplayCheck::take_record(std::span<const std::byte> bytes) {
    switch (load_le<LogRecord>(bytes.data()).tag) {
    case LOG_BEAT_TAG:
        take_beat(bytes);
        break;
    case LOG_RESUMED_TAG: {
        const auto resumed = load_le<LogResumed>(bytes.data());
        beats_ = resumed.beats;
        events_ = resumed.events;
        chain_ = resumed.chain;
        while (block_ != nullptr && recorded_index() < beats_) {
            block_ = recorded_.next();
        }
        break;
    }
    case LOG_TRAILER_TAG:
        take_trailer();
        break;
    default: // epochs and inputs follow from the beats
        break;
    }
}

/// Of the recorded beat that comes next, among all of its run.
u64 ReplayCheck::recorded_index() const {
    const u64 before = recorded_.resumed() ? recorded_.resumed()->beats : 0;
    return before + recorded_.beats_read() - 1;
}

void ReplayCheck::take_beat(std::span<const std::byte> bytes) {
    if (block_ == nullptr) {
        end_of_recorded(bytes);
        return;
    }
    const auto beat = load_le<LogBeat>(bytes.data());
    const bool is_recorded = recorded_index() == beats_;
    if (is_recorded && until_ && block_->beat.beat > *until_) {
        outcome_ = ReplayOutcome::Until;
        return;
    }
    keep(bytes);
    if (is_recorded) {
        if (!is_equal(bytes)) {
            outcome_ = ReplayOutcome::Different;
            return;
        }
        last_beat_ = beat.beat;
        ++beats_checked_;
        block_ = recorded_.next();
    }
    chain_ = beat.chain;
    ++beats_;
    events_ += beat.event_count;
    if (until_ && is_recorded && beat.beat == *until_) {
        outcome_ = ReplayOutcome::Until;
    } else if (block_ == nullptr && recorded_.ending() != LogEnding::Whole) {
        end_early();
    } else if (block_ == nullptr &&
               recorded_.trailer()->end_reason != static_cast<u32>(EndReason::Quiescent)) {
        outcome_ = ReplayOutcome::Equal; // the run was ended there, and would go on
    }
}

Digest ReplayCheck::digest() const {
    return run_digest(recorded_.prologue().header.identity_hash, chain_);
}

bool ReplayCheck::is_equal(std::span<const std::byte> bytes) const {
    const LogBlock& block = *block_;
    const std::size_t cores_at = sizeof(LogBeat);
    const std::size_t cores_bytes = block.cores.size() * sizeof(LogCore);
    const std::size_t events_bytes = block.events.size() * sizeof(Event);
    const auto part_is = [&bytes](std::size_t at, const void* expected, std::size_t size) {
        return size == 0 || std::memcmp(bytes.data() + at, expected, size) == 0;
    };
    return bytes.size() == cores_at + cores_bytes + events_bytes &&
           part_is(0, &block.beat, sizeof block.beat) &&
           part_is(cores_at, block.cores.data(), cores_bytes) &&
           part_is(cores_at + cores_bytes, block.events.data(), events_bytes);
}

void ReplayCheck::keep(std::span<const std::byte> replayed) {
    KeptBeat beat;
    if (kept_.size() == BEATS_KEPT) {
        beat = std::move(kept_.front());
        kept_.pop_front();
    }
    const bool is_recorded = recorded_index() == beats_;
    beat.recorded =
        is_recorded ? bytes_of(*block_) : std::vector<std::byte>(replayed.begin(), replayed.end());
    beat.replayed.assign(replayed.begin(), replayed.end());
    beat.chain_before = chain_;
    beat.beats_before = beats_;
    beat.events_before = events_;
    kept_.push_back(std::move(beat));
}

/// The log says no more of a run that went on.
void ReplayCheck::end_early() {
    outcome_ =
        recorded_.ending() == LogEnding::Damaged ? ReplayOutcome::Damaged : ReplayOutcome::CutEqual;
}

/// The replay goes on where the recorded run had nothing left to do.
void ReplayCheck::end_of_recorded(std::span<const std::byte> replayed) {
    if (recorded_.ending() != LogEnding::Whole) {
        end_early(); // it has no beat at all
        return;
    }
    outcome_ = ReplayOutcome::Different;
    kept_.push_back({{}, {replayed.begin(), replayed.end()}, chain_, beats_, events_});
}

/// The replay has nothing left to do.
void ReplayCheck::take_trailer() {
    outcome_ = block_ == nullptr ? ReplayOutcome::Equal : ReplayOutcome::Different;
    if (block_ != nullptr) {
        KeptBeat beat{bytes_of(*block_), {}, chain_, beats_, events_};
        kept_.push_back(std::move(beat));
    }
}

std::vector<std::byte> ReplayCheck::window(bool recorded) const {
    std::vector<std::byte> bytes = prologue_;
    if (kept_.empty()) {
        return bytes;
    }
    const KeptBeat& first = kept_.front();
    const ResumedRecord resumed(first.beats_before, first.events_before, first.chain_before,
                                Lockchain{});
    append(bytes, resumed.bytes().data(), resumed.bytes().size());
    for (const KeptBeat& beat : kept_) {
        const std::vector<std::byte>& block = recorded ? beat.recorded : beat.replayed;
        append(bytes, block.data(), block.size());
    }
    return bytes;
}

Comparison ReplayCheck::difference() const {
    LogReader a = reader_over(window(true), recorded_.name());
    LogReader b = reader_over(window(false), "the replay");
    Comparison difference = compare(a, b);
    for (LogFigures* const side : {&difference.a, &difference.b}) {
        side->ending = "up to the first difference"; // not where these excerpts end
    }
    return difference;
}

} // namespace knhk::tools
