// SPDX-License-Identifier: MIT
// What stands in a log before its records: header, identity, workload text.
#pragma once

#include <expected>
#include <string>
#include <vector>

#include "replay/log_format.hpp"
#include "tools/log/log_damage.hpp"
#include "tools/log/log_file.hpp"
#include "tools/log/log_identity.hpp"

namespace knhk::tools {

struct LogPrologue {
    LogHeader header;
    std::vector<IdentityField> identity;
    u32 cores;
    std::string workload;
    u64 size_bytes; ///< of all this, padding included: where the first record begins

    [[nodiscard]] LogLevel level() const { return static_cast<LogLevel>(header.level); }
};

/// Everything is checked but the workload's SHA-256, which takes longer than reading a small log.
/// Throws Failure (BadInput) for what is no log, or one of another version.
[[nodiscard]] std::expected<LogPrologue, LogDamage> read_prologue(const LogFile& file);
/// The same; whatever is wrong is a Failure.
[[nodiscard]] LogPrologue prologue_of(const LogFile& file);

/// Whether what is wrong is that the file ends there.
[[nodiscard]] inline bool is_cut(const LogDamage& damage) {
    return damage.record == "end";
}

/// Whether the workload's text is the one that the identity names; true where none is stored.
[[nodiscard]] bool has_its_workload(const LogPrologue& prologue);

} // namespace knhk::tools
