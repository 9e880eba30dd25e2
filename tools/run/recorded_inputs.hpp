// SPDX-License-Identifier: MIT
// The inputs from outside that a log holds, for a run that is made again. Passes over all else in
// the log: whoever wants to know whether that is sound reads it himself.
#pragma once

#include <filesystem>
#include <optional>

#include "replay/log_format.hpp"
#include "tools/host/descriptor.hpp"
#include "tools/run/intake_feeder.hpp"

namespace knhk::tools {

class RecordedInputs : public IntakeSource {
  public:
    /// All of the log's, or those for beats behind `after`: of a run that goes on from a checkpoint
    /// which was taken when the beat `after` came next, and so holds what it receives. With
    /// `Then::Live` others may follow, for beats that the log does not hold. Throws Failure
    /// (BadInput) when the log holds none at its level.
    enum class Then : u8 { Closed, Live };
    explicit RecordedInputs(const std::filesystem::path& log, std::optional<u64> after = {},
                            Then then = Then::Closed);

    /// Ends with the log, or where it is cut or damaged.
    [[nodiscard]] bool read(std::vector<std::byte>& to, u64 room) override;
    [[nodiscard]] u64 inputs() const override { return given_; }

  private:
    void give(std::vector<std::byte>& to, u32 tag, u64 beat, const LogInput& input);
    [[nodiscard]] bool load(u64 size_bytes);
    [[nodiscard]] bool pass_record();
    [[nodiscard]] bool pass_beat();
    [[nodiscard]] bool read_inputs(const LogRecord& record);

    Descriptor file_;
    std::optional<u64> after_;
    Then then_;
    u64 last_beat_ = 0; ///< of any record so far
    u64 given_ = 0;
    u64 position_ = 0; ///< of the next record
    std::vector<std::byte> buffer_;
    u64 buffer_begin_ = 0; ///< in the file
    u64 buffer_bytes_ = 0;
    u64 beat_ = 0;
    std::vector<LogInput> inputs_; ///< of this beat
    std::size_t next_ = 0;
};

} // namespace knhk::tools
