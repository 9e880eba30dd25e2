// SPDX-License-Identifier: MIT
// Checks everything that a log says of itself: every check and count, and every digest, chain and
// hash that can be computed again from what it holds.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "tools/host/json_tree.hpp"
#include "tools/log/log_reader.hpp"

namespace knhk::tools {

struct Verification {
    std::string name;
    LogEnding ending = LogEnding::Damaged; ///< Whole: everything is as it should be
    LogLevel level = LogLevel::DigestOnly;
    u64 beats = 0;  ///< that were verified, of this log
    u64 events = 0; ///< of these beats
    std::optional<u64> last_beat;
    u64 verified_bytes = 0; ///< the file is right up to there
    u64 size_bytes = 0;     ///< of the file
    std::string run_digest; ///< D after the last verified beat
    std::string lockchain;  ///< its root, with the epochs that were verified
    std::string end_reason; ///< when whole
    std::optional<LogDamage> damage;
};

/// Told now and then how many bytes of how many were verified.
using VerifyProgress = std::function<void(u64 done_bytes, u64 size_bytes)>;

/// How a long log is divided among threads. What is found does not depend on it.
struct VerifyParts {
    u32 at_once;
    u64 bytes_min; ///< of a part
    u64 bytes_max; ///< far from the log's end; nearer to it they become smaller

    [[nodiscard]] static VerifyParts of_this_machine();
};

/// Throws Failure (BadInput) for what cannot be read, or is no log of this version.
[[nodiscard]] Verification verify(LogFile file, const VerifyProgress& progress,
                                  const VerifyParts& parts = VerifyParts::of_this_machine());

[[nodiscard]] Json to_json(const Verification& verification);
/// One line.
[[nodiscard]] std::string to_text(const Verification& verification);

} // namespace knhk::tools
