// SPDX-License-Identifier: MIT
// A file of what runs came to: one record a run that has ended, of all that decides whether two of
// them were the same (docs/log-format.md, Roots file).
#pragma once

#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "replay/log_format.hpp"
#include "tools/host/mapped_array.hpp"
#include "tools/run/log_sink.hpp"

namespace knhk::tools {

inline constexpr u64 ROOTS_CAPACITY = 16'384;

struct RunRoot {
    static constexpr std::string_view TYPE_NAME = "knhk.RunRoot.1";
    static constexpr bool EVERY_BIT_IS_VALID = true;

    Digest identity_hash;
    Digest run_digest;
    Sha256Digest lockchain; ///< its root
    u64 seed;
    u64 beats;  ///< executed
    u64 events; ///< recorded
    u64 leaves; ///< of the lockchain
    u32 end_reason;
    u32 flags; ///< the log's: LOG_FLAG_OPEN
    u64 check;
};
static_assert(sizeof(RunRoot) == 112);

/// Makes the file if it is not there. Throws Failure (BadInput) if it cannot take a record more.
void prepare_roots(const std::filesystem::path& path);
/// What a log's two ends say of a run that succeeded.
[[nodiscard]] RunRoot root_of(const LogEnds& ends, u64 seed);
void append_root(const std::filesystem::path& path, const RunRoot& root);

/// All records. Throws Failure (BadInput) for another file, and for a record that is damaged.
[[nodiscard]] std::vector<RunRoot> read_roots(const std::filesystem::path& path);

/// Two records, by their numbers, of one identity and as many beats that yet are not of one run.
/// Runs that were open to inputs are left out: what came to them is not in their identity.
[[nodiscard]] std::optional<std::pair<std::size_t, std::size_t>>
find_contradiction(std::span<const RunRoot> roots);
[[nodiscard]] std::size_t count_identities(std::span<const RunRoot> roots);

} // namespace knhk::tools
