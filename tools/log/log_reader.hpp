// SPDX-License-Identifier: MIT
// Reads a log block by block in bounded memory. No length in a file is believed before it was
// checked, and a file that was cut anywhere is read up to its last whole block. Whatever
// docs/log-format.md does not name ends the reading, but for digests: `verify` computes those.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tools/log/epoch_search.hpp"
#include "tools/log/log_block.hpp"
#include "tools/log/log_damage.hpp"
#include "tools/log/log_file.hpp"
#include "tools/log/log_prologue.hpp"
#include "tools/log/read_ahead.hpp"

namespace knhk::tools {

enum class LogEnding : u8 {
    Whole,   ///< with its trailer, and nothing behind it
    Cut,     ///< the file ends before its trailer does
    Damaged, ///< something in it cannot be
};

/// Who reads the file: the thread that asks for blocks, or a second one ahead of it. For who reads
/// all of a long log, and does something with it.
enum class Reading : u8 { Alone, Ahead };

class LogReader {
  public:
    /// Throws Failure (BadInput) when the file cannot be read or does not begin as a log.
    [[nodiscard]] static LogReader open(const std::filesystem::path& path,
                                        Reading reading = Reading::Alone);
    /// Reads from the beginning of `file`, which is called `name` in messages.
    [[nodiscard]] static LogReader from(Descriptor file, std::string name);
    /// `prologue` is that of `file`.
    LogReader(LogFile file, LogPrologue prologue, Reading reading);
    /// A part: what follows `from`, up to byte `end`, where it is cut.
    LogReader(LogFile file, LogPrologue prologue, const EpochPlace& from, u64 end);

    [[nodiscard]] const std::string& name() const { return file_->name(); }
    [[nodiscard]] const LogPrologue& prologue() const { return prologue_; }
    [[nodiscard]] LogLevel level() const { return prologue_.level(); }

    /// The next beat, valid until the next call; nullptr at the end.
    [[nodiscard]] const LogBlock* next();
    /// In the file, of the block that next() returned.
    [[nodiscard]] u64 block_position() const { return block_position_; }
    /// Of the beat that next() returned last, its end: of its last event, or of its start.
    [[nodiscard]] u64 last_timestamp() const { return last_timestamp_; }
    /// The last record of an epoch that was read, and where in the file it ends.
    [[nodiscard]] const std::optional<LogEpoch>& epoch() const { return epoch_; }
    [[nodiscard]] u64 epoch_end() const { return span_begin_; }
    /// It stood right before the block, or before the end.
    [[nodiscard]] bool has_passed_epoch() const { return has_passed_epoch_; }

    // After next() returned nullptr:
    [[nodiscard]] LogEnding ending() const { return ending_; }
    /// "is cut after beat 17", "is damaged after beat 17 (byte 4096: ...)", "is whole".
    [[nodiscard]] std::string ending_text() const;
    [[nodiscard]] const std::optional<LogTrailer>& trailer() const { return trailer_; }
    [[nodiscard]] const std::optional<LogDamage>& damage() const { return damage_; }
    /// In the file, behind the last record that is whole.
    [[nodiscard]] u64 end_position() const { return stream_->position(); }

    /// What a log that begins with a checkpoint says of the run before; none in others.
    [[nodiscard]] const std::optional<LogResumed>& resumed() const { return resumed_; }
    /// Roots of the lockchain's full subtrees then.
    [[nodiscard]] const std::vector<Sha256Digest>& peaks() const { return peaks_; }
    /// Where what is read begins: of this log, of the part, or of the run that was resumed.
    [[nodiscard]] const EpochPlace& before() const { return before_; }
    [[nodiscard]] u64 beats_read() const { return beats_read_; }
    [[nodiscard]] u64 events_read() const { return events_read_; }
    /// Of the whole run: those that were read, and those before.
    [[nodiscard]] u64 beats_of_run() const { return before_.beats + beats_read_; }
    [[nodiscard]] u64 events_of_run() const { return before_.events + events_read_; }

  private:
    bool peek_record(LogRecord& record);
    bool read_block();
    bool check_block_order(const LogBeat& beat);
    bool read_inputs(const LogRecord& record);
    bool read_epoch();
    bool read_resumed(const LogRecord& record);
    bool read_trailer();
    /// Of fixed size, with its own check last.
    template<class Record>
    bool peek_fixed(Record& to, const char* name);
    /// These end the log and return false.
    bool end_cut();
    bool end_damaged(LogDamage damage);
    bool end_damaged(const char* record, u64 size_bytes, std::string what);

    // Behind pointers: a reader can be moved while a second thread reads.
    std::unique_ptr<LogFile> file_;
    LogPrologue prologue_;
    EventScan scan_;
    std::unique_ptr<ReadAhead> stream_;

    LogBlock block_{};
    u64 block_position_ = 0;
    u64 record_position_ = 0;
    u64 last_timestamp_ = 0; ///< of the block read last
    std::optional<u64> inputs_beat_;

    std::optional<LogEpoch> epoch_;
    bool has_passed_epoch_ = false;
    u64 span_begin_;         ///< behind the last epoch's record
    EpochPlace before_{};    ///< what is read follows this
    u64 epochs_of_run_ = 0;  ///< that have ended
    u64 beats_at_epoch_ = 0; ///< of the run, when the last one ended
    u64 beats_read_ = 0;
    u64 events_read_ = 0;
    bool has_ended_ = false;
    LogEnding ending_ = LogEnding::Cut;
    std::optional<LogDamage> damage_;
    std::optional<LogResumed> resumed_;
    std::vector<Sha256Digest> peaks_;
    std::optional<LogTrailer> trailer_;
};

} // namespace knhk::tools
