// SPDX-License-Identifier: MIT
// The inputs from outside that a log holds, for a run that is made again.
#pragma once

#include <optional>

#include "tools/log/log_reader.hpp"
#include "tools/run/intake_feeder.hpp"

namespace knhk::tools {

class RecordedInputs : public IntakeSource {
  public:
    /// All of the log's, or those for beats behind `after`: of a run that goes on from a checkpoint
    /// which was taken when the beat `after` came next, and so holds what it receives.
    explicit RecordedInputs(LogReader log, std::optional<u64> after = {});

    [[nodiscard]] bool read(std::vector<std::byte>& to, u64 room) override;

  private:
    [[nodiscard]] bool find_inputs();

    LogReader log_;
    std::optional<u64> after_;
    const LogBlock* block_ = nullptr;
    std::size_t next_ = 0; ///< of the block's inputs
};

} // namespace knhk::tools
