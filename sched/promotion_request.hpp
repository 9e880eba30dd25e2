// SPDX-License-Identifier: MIT
// What a core asks of the next pulse: that another snapshot becomes current
// (docs/determinism.md, 2.12).
#pragma once

#include <type_traits>

#include "base/types.hpp"

namespace knhk {

enum class PromotionStage : u32 {
    None = 0,
    Asked = 1,      ///< in the epoch that is on
    Promoted = 2,   ///< at the pulse before this beat, and not logged yet
    Refused = 3,    ///< there: another core was first
    NoSnapshot = 4, ///< there: what was loaded is none
};

/// Plain data; zero is none.
struct PromotionRequest {
    u64 timestamp; ///< of the task's start
    u64 task_id;
    u32 snapshot;
    PromotionStage stage;
};
static_assert(sizeof(PromotionRequest) == 24);
static_assert(std::has_unique_object_representations_v<PromotionRequest>);

} // namespace knhk
