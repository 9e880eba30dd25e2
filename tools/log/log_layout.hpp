// SPDX-License-Identifier: MIT
// Where the records of a log begin, for who has its header and looks at nothing else yet.
#pragma once

#include "replay/log_format.hpp"

namespace knhk::tools {

/// Bytes of the header, the identity, the workload text and the zeros behind them.
[[nodiscard]] constexpr u64 prologue_bytes(const LogHeader& header) {
    constexpr u64 RECORD_ALIGNMENT_BYTES = 8;
    const u64 end = sizeof header + u64{header.identity_bytes} + header.workload_bytes;
    return (end + RECORD_ALIGNMENT_BYTES - 1) / RECORD_ALIGNMENT_BYTES * RECORD_ALIGNMENT_BYTES;
}
static_assert(sizeof(LogHeader) % 8 == 0, "so the zeros are those of the texts alone");

} // namespace knhk::tools
