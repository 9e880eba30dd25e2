// SPDX-License-Identifier: MIT
// Reads a log block by block in bounded memory. No length in a file is believed before it was
// checked, and a file that was cut anywhere is read up to its last whole block.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "replay/event.hpp"
#include "replay/log_format.hpp"
#include "tools/host/descriptor.hpp"
#include "tools/log/log_identity.hpp"

namespace knhk::tools {

struct LogPrologue {
    LogHeader header;
    std::vector<IdentityField> identity;
    u32 cores;
    std::string workload;
};

/// One beat. At level Full the events stand core by core, in the order of `cores`.
struct LogBlock {
    std::vector<LogInput> inputs; ///< that came while the run went on
    LogBeat beat;
    std::vector<LogCore> cores;
    std::vector<Event> events;
};

enum class LogEnding : u8 {
    Whole,   ///< with its trailer, and nothing behind it
    Cut,     ///< the file ends before its trailer does
    Damaged, ///< something in it cannot be
};

class LogReader {
  public:
    /// Throws Failure (BadInput) when the file cannot be read or does not begin as a log.
    [[nodiscard]] static LogReader open(const std::filesystem::path& path);
    /// Reads from the beginning of `file`, which is called `name` in messages.
    [[nodiscard]] static LogReader from(Descriptor file, std::string name);

    [[nodiscard]] const std::string& name() const { return name_; }
    [[nodiscard]] const LogPrologue& prologue() const { return prologue_; }
    [[nodiscard]] LogLevel level() const { return static_cast<LogLevel>(prologue_.header.level); }

    /// The next beat, valid until the next call; nullptr at the end.
    [[nodiscard]] const LogBlock* next();

    // After next() returned nullptr:
    [[nodiscard]] LogEnding ending() const { return ending_; }
    /// "is cut after beat 17", "is damaged after beat 17 (byte 4096: ...)", "is whole".
    [[nodiscard]] std::string ending_text() const;
    [[nodiscard]] const std::optional<LogTrailer>& trailer() const { return trailer_; }

    /// What a log that begins with a checkpoint says of the run before; none in others.
    [[nodiscard]] const std::optional<LogResumed>& resumed() const { return resumed_; }
    /// The last record of an epoch that was read, and where in the file it ends.
    [[nodiscard]] const std::optional<LogEpoch>& epoch() const { return epoch_; }
    [[nodiscard]] u64 epoch_end() const { return span_begin_; }
    [[nodiscard]] u64 beats_read() const { return beats_read_; }
    [[nodiscard]] u64 events_read() const { return events_read_; }

  private:
    LogReader(Descriptor file, std::string name);

    [[nodiscard]] bool read_bytes(void* to, u64 size_bytes);
    void read_more();
    void read_header();
    void read_rest_of_prologue();
    [[nodiscard]] std::vector<std::byte> read_prologue_part(u64 size_bytes);
    bool read_record(LogRecord& record);
    bool read_block(const LogRecord& record);
    bool read_full_part();
    bool read_inputs(const LogRecord& record);
    bool read_epoch(const LogRecord& record);
    bool read_resumed(const LogRecord& record);
    void read_trailer(const LogRecord& record);
    /// Reads a record of fixed size whose first bytes are known.
    template<class Record>
    bool read_fixed(const LogRecord& record, Record& to);
    /// These end the log and return false.
    bool end_cut();
    bool end_damaged(std::string why);

    Descriptor file_;
    std::string name_;
    std::vector<std::byte> buffer_;
    u64 buffer_begin_ = 0; ///< of the bytes not yet read
    u64 buffer_end_ = 0;
    u64 position_ = 0; ///< in the file, of the next byte
    u64 block_position_ = 0;
    u64 span_begin_ = 0; ///< behind the last epoch's record
    std::optional<u64> inputs_beat_;
    u64 epochs_read_ = 0;

    LogPrologue prologue_{};
    LogBlock block_{};
    u64 beats_read_ = 0;
    u64 events_read_ = 0;
    bool has_ended_ = false;
    LogEnding ending_ = LogEnding::Cut;
    std::string damage_;
    std::optional<LogEpoch> epoch_;
    std::optional<LogResumed> resumed_;
    std::optional<LogTrailer> trailer_;
};

} // namespace knhk::tools
