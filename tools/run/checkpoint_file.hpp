// SPDX-License-Identifier: MIT
// A checkpoint on disk, read by who wants to go on from it: checked to its last byte before
// anything is started.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "replay/checkpoint.hpp"
#include "tools/host/descriptor.hpp"
#include "tools/log/log_identity.hpp"
#include "tools/run/intake_feeder.hpp"

namespace knhk::tools {

struct CheckpointFile {
    std::filesystem::path path;
    CheckpointHeader header;
    std::vector<IdentityField> identity;
    std::string workload; ///< its text
    u64 pages = 0;        ///< that are not empty
    u64 size_bytes = 0;
};

/// Throws Failure (BadInput) at the first byte that cannot be right.
[[nodiscard]] CheckpointFile read_checkpoint(const std::filesystem::path& path);

/// `path` is a checkpoint, or a folder: then its last sound one that `fits`. What is passed over
/// because it is damaged is said on stderr.
using CheckpointFilter = std::function<bool(const CheckpointFile&)>;
[[nodiscard]] CheckpointFile find_checkpoint(const std::filesystem::path& path,
                                             const CheckpointFilter& fits);

/// Its bytes, for the intake.
[[nodiscard]] std::unique_ptr<IntakeSource> source_of(const CheckpointFile& checkpoint);

} // namespace knhk::tools
