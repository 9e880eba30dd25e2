// SPDX-License-Identifier: MIT
#include "tools/log/log_reader.hpp"

#include <algorithm>
#include <cstring>

#include <fmt/format.h>

#include "base/bytes.hpp"
#include "replay/lockchain.hpp"

namespace knhk::tools {

namespace {

u64 last_timestamp_of(const LogBlock& block) {
    u64 last = block.beat.start_time;
    for_each_core(block, [&last](const LogCore&, std::span<const Event> events, u64) {
        last = std::max(last, events.back().timestamp);
    });
    return last;
}

bool are_of_one_epoch(u64 beat_a, u64 beat_b) {
    return beat_a / CHATMAN == beat_b / CHATMAN;
}

/// Whether the last input's rows, if it brings some, are among them.
bool are_whole(std::span<const LogInput> inputs) {
    std::size_t at = 0;
    while (at < inputs.size()) {
        at += inputs_of(inputs[at]);
    }
    return at == inputs.size();
}

} // namespace

LogReader LogReader::open(const std::filesystem::path& path, Reading reading) {
    LogFile file = LogFile::open(path);
    LogPrologue prologue = prologue_of(file);
    return {std::move(file), std::move(prologue), reading};
}

LogReader LogReader::from(Descriptor descriptor, std::string name) {
    LogFile file = LogFile::from(std::move(descriptor), std::move(name));
    LogPrologue prologue = prologue_of(file);
    return {std::move(file), std::move(prologue), Reading::Alone};
}

LogReader::LogReader(LogFile file, LogPrologue prologue, Reading reading)
    : file_(std::make_unique<LogFile>(std::move(file))), prologue_(std::move(prologue)),
      scan_(prologue_.cores),
      stream_(std::make_unique<ReadAhead>(*file_, prologue_.size_bytes, reading == Reading::Ahead)),
      span_begin_(prologue_.size_bytes) {}

LogReader::LogReader(LogFile file, LogPrologue prologue, const EpochPlace& from, u64 end)
    : file_(std::make_unique<LogFile>(std::move(file))), prologue_(std::move(prologue)),
      scan_(prologue_.cores), stream_(std::make_unique<ReadAhead>(*file_, from.end, false, end)),
      span_begin_(from.end), before_(from), epochs_of_run_(from.next_index),
      beats_at_epoch_(from.beats) {}

const LogBlock* LogReader::next() {
    block_.inputs.clear();
    inputs_beat_.reset();
    has_passed_epoch_ = false;
    LogRecord record{};
    while (!has_ended_ && peek_record(record)) {
        switch (record.tag) {
        case LOG_BEAT_TAG:
            return read_block() ? &block_ : nullptr;
        case LOG_INPUTS_TAG:
            static_cast<void>(read_inputs(record));
            break;
        case LOG_EPOCH_TAG:
            static_cast<void>(read_epoch());
            break;
        case LOG_RESUMED_TAG:
            static_cast<void>(read_resumed(record));
            break;
        case LOG_TRAILER_TAG:
            static_cast<void>(read_trailer());
            break;
        default:
            end_damaged("record", sizeof record,
                        fmt::format("no record that this format knows, but {:#x}", record.tag));
        }
    }
    return nullptr;
}

bool LogReader::peek_record(LogRecord& record) {
    record_position_ = stream_->position();
    const auto bytes = stream_->peek(sizeof record);
    if (bytes.size() < sizeof record) {
        return end_cut();
    }
    std::memcpy(&record, bytes.data(), sizeof record);
    return true;
}

template<class Record>
bool LogReader::peek_fixed(Record& to, const char* name) {
    const auto bytes = stream_->peek(sizeof to);
    if (bytes.size() < sizeof to) {
        return end_cut();
    }
    std::memcpy(&to, bytes.data(), sizeof to);
    if (to.record.size_bytes < sizeof to) {
        return end_damaged(name, sizeof to,
                           fmt::format("a record of {} bytes", to.record.size_bytes));
    }
    if (to.check != check_of(to)) {
        return end_damaged(name, sizeof to, fmt::format("{} that is not what was written", name));
    }
    return to.record.size_bytes == sizeof to ||
           end_damaged(name, sizeof to, fmt::format("an impossible {}", name));
}

bool LogReader::read_block() {
    const auto header_bytes = stream_->peek(sizeof(LogBeat));
    if (header_bytes.size() < sizeof(LogBeat)) {
        return end_cut();
    }
    LogBeat beat{};
    std::memcpy(&beat, header_bytes.data(), sizeof beat);
    if (auto fault = fault_of(beat, record_position_, prologue_)) {
        return end_damaged(std::move(*fault));
    }
    if (!check_block_order(beat)) {
        return false;
    }
    const auto bytes = stream_->peek(beat.record.size_bytes);
    if (bytes.size() < beat.record.size_bytes) {
        return end_cut();
    }
    const u64 beat_before = block_.beat.beat;
    lay_out(block_, bytes);
    if (auto fault = fault_of_contents(block_, record_position_, scan_, prologue_.cores)) {
        block_.beat.beat = beat_before; // what ending_text names
        return end_damaged(std::move(*fault));
    }
    block_position_ = record_position_;
    last_timestamp_ = last_timestamp_of(block_);
    stream_->skip(bytes.size());
    ++beats_read_;
    events_read_ += beat.event_count;
    return true;
}

/// What a beat owes to those before it.
bool LogReader::check_block_order(const LogBeat& beat) {
    const auto damaged = [&](std::string what) {
        return end_damaged(block_damage(record_position_, beat, std::move(what)));
    };
    const bool is_first = beats_read_ == 0;
    if (!is_first && beat.beat <= block_.beat.beat) {
        return damaged(fmt::format("beat {} does not come later", beat.beat));
    }
    if (beats_of_run() == 0 && beat.start_time != 0) {
        return damaged(fmt::format("beat {} is the first and does not start at time 0", beat.beat));
    }
    if (!is_first && beat.start_time < last_timestamp_) {
        return damaged(fmt::format("beat {} starts at time {}, the one before went on to {}",
                                   beat.beat, beat.start_time, last_timestamp_));
    }
    if (inputs_beat_.value_or(beat.beat) != beat.beat) {
        return damaged(fmt::format("inputs of another beat than {}", beat.beat));
    }
    if (!is_first && has_passed_epoch_ && are_of_one_epoch(beat.beat, block_.beat.beat)) {
        return damaged(fmt::format("beat {} stands behind its epoch's record", beat.beat));
    }
    return true;
}

bool LogReader::read_inputs(const LogRecord& record) {
    const auto header_bytes = stream_->peek(sizeof(LogInputs));
    if (header_bytes.size() < sizeof(LogInputs)) {
        return end_cut();
    }
    LogInputs header{};
    std::memcpy(&header, header_bytes.data(), sizeof header);
    const bool is_open = (prologue_.header.flags & LOG_FLAG_OPEN) != 0;
    if (level() == LogLevel::DigestOnly || !is_open || inputs_beat_ || header.count == 0 ||
        header.count > LOG_INPUTS_MAX ||
        record.size_bytes != sizeof header + header.count * sizeof(LogInput) + sizeof(u64)) {
        return end_damaged("inputs record", sizeof header,
                           fmt::format("impossible inputs of beat {}", header.beat));
    }
    const auto bytes = stream_->peek(record.size_bytes);
    if (bytes.size() < record.size_bytes) {
        return end_cut();
    }
    block_.inputs.resize(header.count);
    std::memcpy(block_.inputs.data(), bytes.data() + sizeof header,
                header.count * sizeof(LogInput));
    if (load_le<u64>(bytes.data() + bytes.size() - sizeof(u64)) !=
        check_of(header, block_.inputs)) {
        return end_damaged("inputs record", bytes.size(), "inputs that are not what was written");
    }
    if (!are_whole(block_.inputs)) {
        return end_damaged("inputs record", bytes.size(), "a delta's rows that are not all there");
    }
    inputs_beat_ = header.beat;
    stream_->skip(bytes.size());
    return true;
}

bool LogReader::read_epoch() {
    LogEpoch epoch{};
    if (!peek_fixed(epoch, "epoch record")) {
        return false;
    }
    const Digest chain_before = beats_read_ > 0 ? block_.beat.chain : before_.chain;
    if (epoch.index != epochs_of_run_ || epoch.beats != beats_of_run() ||
        epoch.events != events_of_run() || epoch.beats == beats_at_epoch_ ||
        epoch.span_bytes != record_position_ + sizeof epoch - span_begin_) {
        return end_damaged("epoch record", sizeof epoch,
                           fmt::format("epoch record {} counts wrongly", epoch.index));
    }
    if (!(epoch.chain == chain_before)) {
        return end_damaged(
            "epoch record", sizeof epoch,
            fmt::format("epoch record {} has another chain than its last beat", epoch.index));
    }
    stream_->skip(sizeof epoch);
    ++epochs_of_run_;
    beats_at_epoch_ = epoch.beats;
    epoch_ = epoch;
    has_passed_epoch_ = true;
    span_begin_ = stream_->position();
    return true;
}

bool LogReader::read_resumed(const LogRecord& record) {
    const char* const name = "record of what was before";
    const auto header_bytes = stream_->peek(sizeof(LogResumed));
    if (header_bytes.size() < sizeof(LogResumed)) {
        return end_cut();
    }
    LogResumed resumed{};
    std::memcpy(&resumed, header_bytes.data(), sizeof resumed);
    const u64 peaks_bytes = u64{Lockchain::peaks_of(resumed.epochs)} * sizeof(Sha256Digest);
    if (record_position_ != prologue_.size_bytes ||
        record.size_bytes != sizeof resumed + peaks_bytes + sizeof(u64)) {
        return end_damaged(name, sizeof resumed, "an impossible record of what was before");
    }
    const auto bytes = stream_->peek(record.size_bytes);
    if (bytes.size() < record.size_bytes) {
        return end_cut();
    }
    const std::size_t checked = bytes.size() - sizeof(u64);
    if (load_le<u64>(bytes.data() + checked) != xxh3_64(bytes.data(), checked)) {
        return end_damaged(name, bytes.size(),
                           "a record of what was before that is not what was written");
    }
    peaks_.resize(peaks_bytes / sizeof(Sha256Digest));
    std::memcpy(peaks_.data(), bytes.data() + sizeof resumed, peaks_bytes);
    resumed_ = resumed;
    stream_->skip(bytes.size());
    span_begin_ = stream_->position();
    before_ = {span_begin_, resumed.epochs, resumed.beats, resumed.events, resumed.chain};
    epochs_of_run_ = before_.next_index;
    beats_at_epoch_ = before_.beats;
    return true;
}

bool LogReader::read_trailer() {
    const auto damaged = [&](std::string what) {
        return end_damaged("trailer", sizeof(LogTrailer), std::move(what));
    };
    LogTrailer trailer{};
    if (!peek_fixed(trailer, "trailer")) {
        return false;
    }
    if (trailer.reserved != 0 || inputs_beat_ ||
        trailer.end_reason > static_cast<u32>(EndReason::Stopped)) {
        return damaged("an impossible trailer");
    }
    if (trailer.beats != beats_of_run() || trailer.events != events_of_run() ||
        trailer.epochs != epochs_of_run_) {
        return damaged(
            fmt::format("the trailer counts {} beats and {} events, the log has {} and {}",
                        trailer.beats, trailer.events, beats_of_run(), events_of_run()));
    }
    if (beats_at_epoch_ != trailer.beats) {
        return damaged("a trailer without a record of the last epoch");
    }
    stream_->skip(sizeof trailer);
    if (!stream_->peek(1).empty()) {
        record_position_ = stream_->position();
        return end_damaged("end", 0, "something follows the trailer");
    }
    has_ended_ = true;
    ending_ = LogEnding::Whole;
    trailer_ = trailer;
    return true;
}

bool LogReader::end_cut() {
    has_ended_ = true;
    ending_ = LogEnding::Cut;
    return false;
}

bool LogReader::end_damaged(LogDamage damage) {
    has_ended_ = true;
    ending_ = LogEnding::Damaged;
    damage_ = std::move(damage);
    return false;
}

bool LogReader::end_damaged(const char* record, u64 size_bytes, std::string what) {
    return end_damaged({record_position_, size_bytes, record, {}, {}, {}, std::move(what)});
}

std::string LogReader::ending_text() const {
    const std::string place =
        beats_read_ == 0 ? "before its first beat" : fmt::format("after beat {}", block_.beat.beat);
    switch (ending_) {
    case LogEnding::Whole:
        return "is whole";
    case LogEnding::Cut:
        return fmt::format("is cut {}", place);
    case LogEnding::Damaged:
        break;
    }
    return fmt::format("is damaged {} ({})", place, damage_->text());
}

} // namespace knhk::tools
