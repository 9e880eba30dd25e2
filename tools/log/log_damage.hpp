// SPDX-License-Identifier: MIT
// What is wrong with a log, and where: as precisely as it can be told.
#pragma once

#include <optional>
#include <string>

#include "base/types.hpp"

namespace knhk::tools {

struct LogDamage {
    u64 byte = 0;       ///< in the file, where what is wrong begins
    u64 size_bytes = 0; ///< of what is wrong; 0 when nobody can tell
    std::string record; ///< "beat block", "epoch record", "identity"
    std::optional<u64> beat = {};
    std::optional<u32> core = {};
    std::optional<u64> event = {}; ///< of its core's in the beat, from 0
    std::string what;              ///< names the record itself

    /// "byte 4096: WHAT", and before it beat, core and event where there is a core.
    [[nodiscard]] std::string text() const;
};

} // namespace knhk::tools
