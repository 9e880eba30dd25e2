// SPDX-License-Identifier: MIT
// A run: at most eight triples with one predicate, as a structure of arrays.
#pragma once

#include <cstddef>
#include <type_traits>

#include "base/types.hpp"

namespace knhk {

inline constexpr u32 RUN_ROWS = CHATMAN;

/// Rows behind `length` may hold anything: nothing that reads a run sees them.
struct alignas(64) TripleRun {
    u64 subjects[RUN_ROWS];
    u64 objects[RUN_ROWS];
    u64 predicate;
    u32 length; ///< at most RUN_ROWS
    u32 reserved[13];

    /// A bit for each row that is there.
    [[nodiscard]] constexpr u32 rows() const { return (u32{1} << length) - 1; }
};

static_assert(sizeof(TripleRun) == 192 && std::has_unique_object_representations_v<TripleRun>);
static_assert(offsetof(TripleRun, objects) == 64 && offsetof(TripleRun, predicate) == 128);
static_assert(offsetof(TripleRun, length) == 136 && alignof(TripleRun) == 64);

} // namespace knhk
