// SPDX-License-Identifier: MIT
// What is asked of a run, and what comes of it (docs/isa.md).
#pragma once

#include <bit>
#include <cstddef>
#include <type_traits>

#include "base/types.hpp"
#include "isa/triple_run.hpp"

namespace knhk {

/// Of a hook, with what the task gives filled in. An operation reads what it is defined by.
struct Query {
    u64 subject;
    u64 predicate; ///< another one than the run's: false, and nothing is emitted
    u64 object;
    u64 threshold; ///< k of the COUNT operations
};
static_assert(sizeof(Query) == 32 && std::has_unique_object_representations_v<Query>);

/// The triples that an operation emits, each in the row of the run that it comes from. All else is
/// zero; so is the whole result when nothing is emitted.
struct alignas(64) RowResult {
    u64 subjects[RUN_ROWS];
    u64 objects[RUN_ROWS];
    u64 predicate;
    u32 mask;  ///< a bit for each emitted row
    u32 count; ///< of its bits
    u64 reserved[6];
};
static_assert(sizeof(RowResult) == 192 && std::has_unique_object_representations_v<RowResult>);
static_assert(offsetof(RowResult, objects) == 64 && offsetof(RowResult, predicate) == 128);
static_assert(offsetof(RowResult, mask) == 136 && offsetof(RowResult, reserved) == 144);
static_assert(alignof(RowResult) == 64);

/// The rows that were emitted, without the gaps between them: a step of its own, as results keep
/// each row in its lane. Rows behind the last stay as they are.
inline void compact(RowResult& rows) {
    u32 count = 0;
    for (u32 left = rows.mask; left != 0; left &= left - 1, ++count) {
        const u32 lane = static_cast<u32>(std::countr_zero(left));
        rows.subjects[count] = rows.subjects[lane];
        rows.objects[count] = rows.objects[lane];
    }
    rows.mask = (u32{1} << count) - 1;
}

} // namespace knhk
