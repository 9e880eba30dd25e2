// SPDX-License-Identifier: MIT
// Patterns by the kernel's numbers, and what dispatching each costs. A snapshot that names one
// without a rule here is refused.
#pragma once

#include "base/types.hpp"

namespace knhk {

enum class PatternId : u16 {
    Sequence = 0, ///< hooks in order, up to the first that is false
};

inline constexpr u16 PATTERNS_END = 43;

/// 0: no such pattern, or one without a rule.
constexpr u16 pattern_cost(u16 id) {
    switch (static_cast<PatternId>(id)) {
    case PatternId::Sequence:
        return 1;
    }
    return 0;
}

} // namespace knhk
