// SPDX-License-Identifier: MIT
// A core's state as 64-bit words, for handlers and guards. State that was refused is an empty span:
// its words read as 0, and nothing changes in it.
#pragma once

#include <cstring>
#include <span>

#include "base/types.hpp"

namespace knhk {

[[nodiscard]] inline u64 state_word(std::span<const std::byte> state, u64 word) {
    u64 value = 0;
    if ((word + 1) * sizeof value <= state.size()) {
        std::memcpy(&value, state.data() + word * sizeof value, sizeof value);
    }
    return value;
}

/// Returns what the word is then; 0 if there is none.
inline u64 add_to_state(std::span<std::byte> state, u64 word, u64 more) {
    if ((word + 1) * sizeof more > state.size()) {
        return 0;
    }
    const u64 sum = state_word(state, word) + more;
    std::memcpy(state.data() + word * sizeof sum, &sum, sizeof sum);
    return sum;
}

} // namespace knhk
