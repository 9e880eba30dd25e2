// SPDX-License-Identifier: MIT
#include "tools/run/recorded_inputs.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <unistd.h>

#include "replay/intake.hpp"
#include "tools/host/failure.hpp"
#include "tools/log/log_reader.hpp"

namespace knhk::tools {

namespace {

constexpr std::size_t BUFFER_BYTES = std::size_t{128} * 1024;
constexpr u64 INPUTS_RECORD_BYTES_MAX = sizeof(LogInputs) + LOG_INPUTS_MAX * sizeof(LogInput) + 8;
static_assert(INPUTS_RECORD_BYTES_MAX < BUFFER_BYTES);
constexpr u64 ALIGNMENT_BYTES = 8;
/// Of one call: the run's loop has more to do.
constexpr u32 RECORDS_AT_ONCE = 4096;

} // namespace

RecordedInputs::RecordedInputs(const std::filesystem::path& log, std::optional<u64> after,
                               Then then)
    : after_(after), then_(then), last_beat_(after.value_or(0)), buffer_(BUFFER_BYTES) {
    const LogReader reader = LogReader::open(log); // and it is a log
    if (reader.level() == LogLevel::DigestOnly) {
        throw bad_input("{} has level digest and holds no inputs: record with --level inputs or "
                        "full",
                        log.string());
    }
    position_ = reader.prologue().size_bytes;
    file_ = Descriptor(::open(log.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file_.valid()) {
        throw bad_input("cannot open {}: {}: give the path of a log", log.string(),
                        system_text(errno));
    }
}

bool RecordedInputs::read(std::vector<std::byte>& to, u64 room) {
    u32 records = 0;
    while (to.size() + sizeof(IntakeInput) <= room && records < RECORDS_AT_ONCE) {
        if (next_ == inputs_.size()) {
            ++records;
            if (!pass_record()) {
                if (then_ == Then::Live) {
                    give(to, INTAKE_LIVE_TAG, last_beat_ + 1, {});
                }
                return false;
            }
            continue;
        }
        give(to, INTAKE_INPUT_TAG, beat_, inputs_[next_++]);
        ++given_;
    }
    return true;
}

void RecordedInputs::give(std::vector<std::byte>& to, u32 tag, u64 beat, const LogInput& input) {
    const IntakeInput item{tag, 0, beat, input};
    const auto* bytes = reinterpret_cast<const std::byte*>(&item);
    to.insert(to.end(), bytes, bytes + sizeof item);
}

/// Makes so many bytes at the position be in the buffer. False: they are not there.
bool RecordedInputs::load(u64 size_bytes) {
    if (position_ >= buffer_begin_ && position_ + size_bytes <= buffer_begin_ + buffer_bytes_) {
        return true;
    }
    buffer_begin_ = position_;
    buffer_bytes_ = 0;
    while (buffer_bytes_ < size_bytes) {
        const ssize_t count =
            ::pread(file_.get(), buffer_.data() + buffer_bytes_, buffer_.size() - buffer_bytes_,
                    static_cast<off_t>(buffer_begin_ + buffer_bytes_));
        if (count <= 0) {
            return false;
        }
        buffer_bytes_ += static_cast<u64>(count);
    }
    return true;
}

/// False behind the last one.
bool RecordedInputs::pass_record() {
    LogRecord record{};
    if (!load(sizeof record)) {
        return false;
    }
    std::memcpy(&record, buffer_.data() + (position_ - buffer_begin_), sizeof record);
    if (record.size_bytes < sizeof record || record.size_bytes % ALIGNMENT_BYTES != 0 ||
        record.size_bytes > LOG_BEAT_BYTES_MAX || record.tag == LOG_TRAILER_TAG) {
        return false;
    }
    if (record.tag == LOG_INPUTS_TAG && !read_inputs(record)) {
        return false;
    }
    if (record.tag == LOG_BEAT_TAG && !pass_beat()) {
        return false;
    }
    position_ += record.size_bytes;
    return true;
}

/// A beat that is there as a whole.
bool RecordedInputs::pass_beat() {
    LogBeat beat{};
    if (!load(sizeof beat)) {
        return false;
    }
    std::memcpy(&beat, buffer_.data() + (position_ - buffer_begin_), sizeof beat);
    if (beat.check != check_of(beat)) {
        return false;
    }
    last_beat_ = std::max(last_beat_, beat.beat);
    return true;
}

bool RecordedInputs::read_inputs(const LogRecord& record) {
    LogInputs header{};
    u64 check = 0;
    if (record.size_bytes > INPUTS_RECORD_BYTES_MAX || !load(record.size_bytes)) {
        return false;
    }
    const std::byte* at = buffer_.data() + (position_ - buffer_begin_);
    std::memcpy(&header, at, sizeof header);
    if (header.count == 0 || header.count > LOG_INPUTS_MAX ||
        record.size_bytes != sizeof header + header.count * sizeof(LogInput) + sizeof check) {
        return false;
    }
    inputs_.resize(header.count);
    next_ = 0;
    std::memcpy(inputs_.data(), at + sizeof header, header.count * sizeof(LogInput));
    std::memcpy(&check, at + record.size_bytes - sizeof check, sizeof check);
    if (check != check_of(header, inputs_)) {
        inputs_.clear();
        return false;
    }
    beat_ = header.beat;
    last_beat_ = std::max(last_beat_, beat_);
    if (after_ && beat_ <= *after_) {
        inputs_.clear();
    }
    return true;
}

} // namespace knhk::tools
