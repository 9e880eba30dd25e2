// SPDX-License-Identifier: MIT
// A workload as a JSON file (docs/workload.md): read, checked, and packed into what the image runs.
// For the commands run and pack.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/memory_map.hpp"
#include "kernel/container.hpp"
#include "kernel/script.hpp"

namespace knhk::tools {

/// What a packed workload has of its container's region.
inline constexpr u64 PACKED_BYTES_MAX =
    region::container.size_bytes - sizeof(ContainerHeader) - sizeof(ContainerSection);

/// The tables of a workload, in the order in which they are packed. The header's counts are filled
/// in when it is.
struct WorkloadFile {
    ScriptHeader header{};
    std::vector<GuardRule> guards;
    std::vector<Observation> observations;
    std::vector<ScriptKind> kinds;
    std::vector<ScriptStep> steps;
    std::vector<ScriptGroup> groups;
    std::vector<ScriptRun> runs;
    std::vector<std::byte> snapshots; ///< sealed, one behind the other
    std::vector<u8> matrix;
    std::vector<std::string> kind_names; ///< are not packed

    [[nodiscard]] std::string name() const { return header.name; }
    /// None: the command's default.
    [[nodiscard]] std::optional<u32> cores() const;
    [[nodiscard]] std::optional<u64> seed() const;
    /// TopologyKind::None if it is not stated. It points into this.
    [[nodiscard]] Topology topology() const;
    [[nodiscard]] u64 input_count() const;
};

/// Whether a command's WORKLOAD is a file: it ends in .json or has a '/'.
[[nodiscard]] bool names_workload_file(std::string_view workload);

/// The sealed snapshot that a workload file means by this text: a path, seen from the file. Throws
/// Failure (BadInput).
using SnapshotSource = std::function<std::vector<std::byte>(const std::string& text)>;

/// `file` names it in errors: Failure (BadInput), "FILE:LINE: PATH: what is wrong". Without a
/// source a text can bring no snapshots.
[[nodiscard]] WorkloadFile parse_workload(std::string_view text, const std::string& file,
                                          const SnapshotSource& snapshot_of = {});
[[nodiscard]] WorkloadFile read_workload(const std::filesystem::path& path);

[[nodiscard]] std::size_t packed_bytes(const WorkloadFile& file);
/// The packed bytes, which the image accepts.
[[nodiscard]] std::vector<std::byte> pack(const WorkloadFile& file);

} // namespace knhk::tools
