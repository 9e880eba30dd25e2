// SPDX-License-Identifier: MIT
#include "tools/log/log_reader.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <unistd.h>

#include "base/bytes.hpp"
#include "base/memory_map.hpp"
#include "replay/lockchain.hpp"
#include "tools/host/failure.hpp"

namespace knhk::tools {

namespace {

bool is_known_kind(u8 kind) {
    return kind >= static_cast<u8>(EventKind::TaskEnqueued) &&
           kind <= static_cast<u8>(EventKind::TaskStolen);
}

constexpr std::size_t BUFFER_BYTES = 1024 * 1024;
constexpr u64 WORKLOAD_BYTES_MAX = region::container.size_bytes;
constexpr u64 BLOCK_ALIGNMENT_BYTES = 8;

constexpr u64 padding_behind(u64 size_bytes) {
    return (BLOCK_ALIGNMENT_BYTES - size_bytes % BLOCK_ALIGNMENT_BYTES) % BLOCK_ALIGNMENT_BYTES;
}

} // namespace

LogReader LogReader::open(const std::filesystem::path& path) {
    Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file.valid()) {
        throw bad_input("cannot open {}: {}: give the path of a log", path.string(),
                        system_text(errno));
    }
    return from(std::move(file), path.string());
}

LogReader LogReader::from(Descriptor file, std::string name) {
    LogReader reader(std::move(file), std::move(name));
    reader.read_header();
    reader.read_rest_of_prologue();
    return reader;
}

LogReader::LogReader(Descriptor file, std::string name)
    : file_(std::move(file)), name_(std::move(name)), buffer_(BUFFER_BYTES) {}

bool LogReader::read_bytes(void* to, u64 size_bytes) {
    auto* target = static_cast<std::byte*>(to);
    while (size_bytes > 0) {
        if (buffer_begin_ == buffer_end_) {
            read_more();
            if (buffer_begin_ == buffer_end_) {
                return false;
            }
        }
        const u64 count = std::min(size_bytes, buffer_end_ - buffer_begin_);
        std::memcpy(target, buffer_.data() + buffer_begin_, count);
        target += count;
        size_bytes -= count;
        buffer_begin_ += count;
        position_ += count;
    }
    return true;
}

void LogReader::read_more() {
    ssize_t count = 0;
    do {
        count = ::read(file_.get(), buffer_.data(), buffer_.size());
    } while (count < 0 && errno == EINTR);
    if (count < 0) {
        throw bad_input("cannot read {}: {}: give the path of a log", name_, system_text(errno));
    }
    buffer_begin_ = 0;
    buffer_end_ = static_cast<u64>(count);
}

void LogReader::read_header() {
    LogHeader& header = prologue_.header;
    if (!read_bytes(&header, sizeof header) || header.magic != LOG_MAGIC) {
        throw bad_input("{} is not a KNHK log: give a file that --log wrote", name_);
    }
    if (header.format_version != LOG_FORMAT_VERSION) {
        throw bad_input("{} is a log of format version {}, and this command reads version {}: use "
                        "the command that wrote it",
                        name_, header.format_version, LOG_FORMAT_VERSION);
    }
    if (header.check != check_of(header) || header.level > static_cast<u32>(LogLevel::Full) ||
        (header.flags & ~LOG_FLAG_OPEN) != 0 ||
        header.identity_bytes > IDENTITY_BYTES_MAX || header.workload_bytes > WORKLOAD_BYTES_MAX) {
        throw bad_input("{} has a damaged header: record the run again", name_);
    }
}

void LogReader::read_rest_of_prologue() {
    const LogHeader& header = prologue_.header;
    const auto identity = parse_identity(read_prologue_part(header.identity_bytes));
    const auto workload = read_prologue_part(header.workload_bytes);
    const u64 size = u64{header.identity_bytes} + header.workload_bytes;
    const auto padding = read_prologue_part(padding_behind(size));
    const auto cores = identity && has_all_fields(*identity) ? cores_of(*identity) : std::nullopt;
    if (!cores || std::ranges::any_of(padding, [](std::byte b) { return b != std::byte{0}; })) {
        throw bad_input("{} has a damaged identity: record the run again", name_);
    }
    prologue_.identity = *identity;
    prologue_.cores = *cores;
    prologue_.workload.assign(reinterpret_cast<const char*>(workload.data()), workload.size());
    span_begin_ = position_;
}

std::vector<std::byte> LogReader::read_prologue_part(u64 size_bytes) {
    std::vector<std::byte> part(size_bytes);
    if (!read_bytes(part.data(), size_bytes)) {
        throw bad_input("{} is cut before its first beat: record the run again", name_);
    }
    return part;
}

const LogBlock* LogReader::next() {
    block_.inputs.clear();
    inputs_beat_.reset();
    LogRecord record{};
    while (!has_ended_ && read_record(record)) {
        switch (record.tag) {
        case LOG_BEAT_TAG:
            return read_block(record) ? &block_ : nullptr;
        case LOG_INPUTS_TAG:
            static_cast<void>(read_inputs(record));
            break;
        case LOG_EPOCH_TAG:
            static_cast<void>(read_epoch(record));
            break;
        case LOG_RESUMED_TAG:
            static_cast<void>(read_resumed(record));
            break;
        case LOG_TRAILER_TAG:
            read_trailer(record);
            break;
        default:
            end_damaged(fmt::format("no record that this format knows, but {:#x}", record.tag));
        }
    }
    return nullptr;
}

bool LogReader::read_record(LogRecord& record) {
    block_position_ = position_;
    return read_bytes(&record, sizeof record) || end_cut();
}

template<class Record>
bool LogReader::read_fixed(const LogRecord& record, Record& to) {
    to.record = record;
    if (record.size_bytes < sizeof to) {
        return end_damaged(fmt::format("a record of {} bytes", record.size_bytes));
    }
    auto* const rest = reinterpret_cast<std::byte*>(&to) + sizeof record;
    if (!read_bytes(rest, sizeof to - sizeof record)) {
        return end_cut();
    }
    return to.check == check_of(to) || end_damaged("a record that is not what was written");
}

bool LogReader::read_block(const LogRecord& record) {
    LogBeat beat{};
    if (!read_fixed(record, beat)) {
        return false;
    }
    if (beats_read_ > 0 && beat.beat <= block_.beat.beat) {
        return end_damaged(fmt::format("beat {} does not come later", beat.beat));
    }
    if (inputs_beat_.value_or(beat.beat) != beat.beat) {
        return end_damaged(fmt::format("inputs of another beat than {}", beat.beat));
    }
    const u64 core_bytes = beat.core_count * sizeof(LogCore);
    const bool is_full = level() == LogLevel::Full;
    const u64 event_bytes = is_full ? beat.event_count * sizeof(Event) : 0;
    if (beat.core_count > (is_full ? prologue_.cores : 0) ||
        record.size_bytes != sizeof beat + core_bytes + event_bytes ||
        record.size_bytes > LOG_BEAT_BYTES_MAX) {
        return end_damaged(fmt::format("beat {} has an impossible size", beat.beat));
    }
    const LogBeat previous = std::exchange(block_.beat, beat);
    if (is_full && !read_full_part()) {
        block_.beat = previous; // what ending_text names
        return false;
    }
    ++beats_read_;
    events_read_ += block_.beat.event_count;
    return true;
}

bool LogReader::read_inputs(const LogRecord& record) {
    LogInputs header{record, 0, 0};
    if (!read_bytes(&header.beat, sizeof header - sizeof record)) {
        return end_cut();
    }
    if (level() == LogLevel::DigestOnly || inputs_beat_ || header.count == 0 ||
        header.count > LOG_INPUTS_MAX ||
        record.size_bytes != sizeof header + header.count * sizeof(LogInput) + sizeof(u64)) {
        return end_damaged(fmt::format("impossible inputs of beat {}", header.beat));
    }
    u64 check = 0;
    block_.inputs.resize(header.count);
    if (!read_bytes(block_.inputs.data(), header.count * sizeof(LogInput)) ||
        !read_bytes(&check, sizeof check)) {
        return end_cut();
    }
    if (check != check_of(header, block_.inputs)) {
        return end_damaged("inputs that are not what was written");
    }
    inputs_beat_ = header.beat;
    return true;
}

bool LogReader::read_epoch(const LogRecord& record) {
    LogEpoch epoch{};
    if (!read_fixed(record, epoch)) {
        return false;
    }
    const u64 beats_before = resumed_ ? resumed_->beats : 0;
    const u64 events_before = resumed_ ? resumed_->events : 0;
    if (record.size_bytes != sizeof epoch || epoch.index != epochs_read_ ||
        epoch.beats != beats_before + beats_read_ || epoch.events != events_before + events_read_ ||
        epoch.span_bytes != position_ - span_begin_) {
        return end_damaged(fmt::format("epoch record {} counts wrongly", epoch.index));
    }
    ++epochs_read_;
    epoch_ = epoch;
    span_begin_ = position_;
    return true;
}

bool LogReader::read_resumed(const LogRecord& record) {
    LogResumed resumed{record, 0, 0, 0, {}};
    if (!read_bytes(&resumed.beats, sizeof resumed - sizeof record)) {
        return end_cut();
    }
    const u64 peaks_bytes = u64{Lockchain::peaks_of(resumed.epochs)} * sizeof(Sha256Digest);
    if (beats_read_ != 0 || epochs_read_ != 0 || resumed_ ||
        record.size_bytes != sizeof resumed + peaks_bytes + sizeof(u64)) {
        return end_damaged("an impossible record of what was before");
    }
    std::vector<std::byte> bytes(record.size_bytes);
    std::memcpy(bytes.data(), &resumed, sizeof resumed);
    if (!read_bytes(bytes.data() + sizeof resumed, bytes.size() - sizeof resumed)) {
        return end_cut();
    }
    const std::size_t checked = bytes.size() - sizeof(u64);
    if (load_le<u64>(bytes.data() + checked) != xxh3_64(bytes.data(), checked)) {
        return end_damaged("a record of what was before that is not what was written");
    }
    resumed_ = resumed;
    epochs_read_ = resumed.epochs;
    span_begin_ = position_;
    return true;
}

bool LogReader::read_full_part() {
    block_.cores.resize(block_.beat.core_count);
    block_.events.resize(block_.beat.event_count);
    if (!read_bytes(block_.cores.data(), block_.cores.size() * sizeof(LogCore)) ||
        !read_bytes(block_.events.data(), block_.events.size() * sizeof(Event))) {
        return end_cut();
    }
    u64 events = 0;
    int previous_core = -1;
    for (const LogCore& core : block_.cores) {
        if (core.core <= previous_core || core.core >= prologue_.cores || core.reserved != 0 ||
            core.event_count == 0) {
            return end_damaged(
                fmt::format("beat {} has an impossible core entry", block_.beat.beat));
        }
        previous_core = core.core;
        events += core.event_count;
    }
    if (events != block_.beat.event_count) {
        return end_damaged(fmt::format("beat {} counts its events wrongly", block_.beat.beat));
    }
    const auto strange = std::ranges::find_if_not(block_.events, is_known_kind, &Event::kind);
    if (strange != block_.events.end()) {
        return end_damaged(
            fmt::format("beat {} has an event of kind {}", block_.beat.beat, strange->kind));
    }
    return true;
}

void LogReader::read_trailer(const LogRecord& record) {
    LogTrailer trailer{};
    if (!read_fixed(record, trailer)) {
        return;
    }
    const u64 beats = beats_read_ + (resumed_ ? resumed_->beats : 0);
    const u64 events = events_read_ + (resumed_ ? resumed_->events : 0);
    std::byte more{};
    if (record.size_bytes != sizeof trailer || trailer.reserved != 0 || inputs_beat_ ||
        trailer.end_reason > static_cast<u32>(EndReason::Stopped)) {
        end_damaged("an impossible trailer");
    } else if (trailer.beats != beats || trailer.events != events ||
               trailer.epochs != epochs_read_) {
        end_damaged(fmt::format("the trailer counts {} beats and {} events, the log has {} and {}",
                                trailer.beats, trailer.events, beats, events));
    } else if (read_bytes(&more, 1)) {
        end_damaged("something follows the trailer");
    } else {
        has_ended_ = true;
        ending_ = LogEnding::Whole;
        trailer_ = trailer;
    }
}

bool LogReader::end_cut() {
    has_ended_ = true;
    ending_ = LogEnding::Cut;
    return false;
}

bool LogReader::end_damaged(std::string why) {
    has_ended_ = true;
    ending_ = LogEnding::Damaged;
    damage_ = std::move(why);
    return false;
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
    return fmt::format("is damaged {} (byte {}: {})", place, block_position_, damage_);
}

} // namespace knhk::tools
