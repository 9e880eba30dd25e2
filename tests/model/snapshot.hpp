// SPDX-License-Identifier: MIT
// Snapshots that random workload files bring, written from docs/sigma.md alone.
#pragma once

#include <filesystem>
#include <string>

#include "tests/model/records.hpp"

namespace knhk::model {

inline constexpr u32 RANDOM_SNAPSHOT_FILES = 25;
/// The last one: its task 0 emits four times as many rows as it reads, its task 1 is true.
inline constexpr u32 EMITTING_SNAPSHOT = 24;
inline constexpr u64 EMITTING_SNAPSHOT_TASKS = 2;
/// Of most of their hooks, and so of the runs that they look at.
inline constexpr u64 RANDOM_PREDICATE = 5;
/// All of their tasks: one of each pattern, in the order of their ids.
inline constexpr u64 RANDOM_SNAPSHOT_TASKS = 16;

/// Of the n-th: what a workload file calls it.
[[nodiscard]] std::string snapshot_file_name(u32 number);
/// The bytes of the file of that name: a snapshot and its receipt. Throws for other names.
[[nodiscard]] Bytes snapshot_file(const std::string& name);
/// All of them, beside a workload file.
void write_snapshot_files(const std::filesystem::path& folder);
/// The first word of its id.
[[nodiscard]] u64 snapshot_id_word(const Bytes& file);

} // namespace knhk::model
