// SPDX-License-Identifier: MIT
// Compares two digests files: whether two runs are equal, or between which beats they part, and
// what to ask next.
#pragma once

#include "tools/host/json_tree.hpp"
#include "tools/log/digests_file.hpp"

namespace knhk::tools {

enum class DigestsVerdict : u8 {
    ExactMatch,   ///< both runs are whole, and equal
    Parted,       ///< the first beat that differs lies in a range that was found
    PartedBefore, ///< it lies before the range of these files
    EndsDiffer,   ///< the beats are equal as far as both go; their ends are not
    RangeAgrees,  ///< the range is equal, and is not all of the runs
    NotShared,    ///< the files are about ranges without a beat in common
};

/// What a file has to be asked for next: beats by their numbers.
struct NextRange {
    std::string name;
    std::string log;
    std::optional<u64> from;
    std::optional<u64> to;
};

struct DigestsComparison {
    DigestsVerdict verdict = DigestsVerdict::NotShared;
    bool has_one_identity = false;
    u64 agreed_beats = 0; ///< of the runs: they are equal so far
    u64 parted_at = 0;    ///< when Parted: they differ after so many beats
    NextRange a;
    NextRange b;
    std::string run_digest; ///< when ExactMatch
    std::string end_a;
    std::string end_b;

    [[nodiscard]] bool is_found() const {
        return verdict == DigestsVerdict::Parted && parted_at == agreed_beats + 1;
    }
};

[[nodiscard]] DigestsComparison compare(const Digests& a, const Digests& b);

[[nodiscard]] Json to_json(const DigestsComparison& comparison);
[[nodiscard]] std::string to_text(const DigestsComparison& comparison);

} // namespace knhk::tools
