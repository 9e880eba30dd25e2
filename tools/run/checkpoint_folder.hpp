// SPDX-License-Identifier: MIT
// Where a run's checkpoints go: a folder with the last few of them. Each takes its name when it is
// whole and on the disk, so whatever bears such a name was written to its end.
#pragma once

#include <filesystem>
#include <optional>
#include <span>
#include <vector>

#include "base/types.hpp"
#include "tools/host/descriptor.hpp"

namespace knhk::tools {

class CheckpointFolder {
  public:
    /// Makes the folder if it is not there; throws Failure when it cannot be written to.
    CheckpointFolder(std::filesystem::path path, u32 kept);
    /// What was not finished goes.
    ~CheckpointFolder();
    CheckpointFolder(const CheckpointFolder&) = delete;
    CheckpointFolder& operator=(const CheckpointFolder&) = delete;

    // The bytes of one checkpoint. All return 0, or the errno value for which it is lost.
    [[nodiscard]] int begin();
    [[nodiscard]] int write(std::span<const std::byte> bytes);
    [[nodiscard]] int finish();

    [[nodiscard]] const std::filesystem::path& path() const { return path_; }
    /// So many were finished.
    [[nodiscard]] u64 count() const { return count_; }

  private:
    [[nodiscard]] std::filesystem::path unfinished() const;
    void remove_old() const;

    std::filesystem::path path_;
    u32 kept_;
    Descriptor file_;
    std::vector<std::byte> head_; ///< the first bytes of the one that is being written
    u64 count_ = 0;
};

/// A checkpoint that the folder holds: the number of beats executed before it, and its file.
struct StoredCheckpoint {
    u64 beats;
    std::filesystem::path path;
};
/// By their names, ascending in beats; empty if there is no such folder.
[[nodiscard]] std::vector<StoredCheckpoint> stored_checkpoints(const std::filesystem::path& folder);

} // namespace knhk::tools
