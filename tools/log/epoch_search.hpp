// SPDX-License-Identifier: MIT
// Finds records of epochs in a log without reading what is before them: each is aligned and proves
// itself by its check. Works on files that were cut.
#pragma once

#include <optional>

#include "base/hash.hpp"
#include "tools/log/log_file.hpp"

namespace knhk::tools {

/// The end of an epoch, or where the log begins.
struct EpochPlace {
    u64 end;        ///< in the file, of its record
    u64 next_index; ///< of the epoch that follows
    u64 beats;      ///< of the run, until here
    u64 events;
    Digest chain;
};

class EpochSearch {
  public:
    /// Of a log that begins at `begin`; counts in `looked_at` the records that were found. All must
    /// outlive this.
    EpochSearch(const LogFile& file, const EpochPlace& begin, u64& looked_at)
        : file_(file), begin_(begin), looked_at_(looked_at) {}

    static constexpr u64 ALIGNMENT_BYTES = 8; ///< of every record
    /// Where a record can begin, at or below `at`.
    [[nodiscard]] static constexpr u64 aligned(u64 at) {
        return at / ALIGNMENT_BYTES * ALIGNMENT_BYTES;
    }

    /// The record that begins at `at`, if one does.
    [[nodiscard]] std::optional<EpochPlace> at(u64 at) const;
    /// The first one that begins in [from, to).
    [[nodiscard]] std::optional<EpochPlace> first_in(u64 from, u64 to) const;
    /// The last one that begins before `to`.
    [[nodiscard]] std::optional<EpochPlace> last_before(u64 to) const;

  private:
    const LogFile& file_;
    const EpochPlace& begin_;
    u64& looked_at_;
};

} // namespace knhk::tools
