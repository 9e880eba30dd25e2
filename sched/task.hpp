// SPDX-License-Identifier: MIT
// A task: one cache line, 32 bytes of header and 32 of payload. What it does is its handler's
// matter.
#pragma once

#include <cstddef>
#include <type_traits>

#include "base/types.hpp"

namespace knhk {

enum class Level : u8 { High = 0, Normal = 1, Low = 2 };
inline constexpr u32 LEVEL_COUNT = 3;

/// An index into the program's handlers: built-in ones below USER_HANDLERS_BEGIN, a user's from it.
using HandlerId = u16;
inline constexpr HandlerId USER_HANDLERS_BEGIN = 256;
inline constexpr u32 HANDLERS_MAX = 512;

inline constexpr u32 PAYLOAD_WORDS = 4;

struct Task {
    u64 id = 0; ///< its low bits choose its home core
    u16 guards[CHATMAN] = {};
    HandlerId handler = 0;
    Level level = Level::Normal;
    u8 budget_ticks = CHATMAN;
    u8 guard_count = 0;
    u8 reserved[3] = {};
    u64 payload[PAYLOAD_WORDS] = {};

    /// Guards are not evaluated yet, so a task that has some is refused rather than run without.
    [[nodiscard]] bool asks_for_no_more() const {
        u32 bits = guard_count | reserved[0] | reserved[1] | reserved[2];
        for (const u16 guard : guards) {
            bits |= guard;
        }
        return bits == 0;
    }
};

static_assert(sizeof(Task) == 64 && std::has_unique_object_representations_v<Task>);
static_assert(std::is_trivially_copyable_v<Task>);
static_assert(offsetof(Task, guards) == 8 && offsetof(Task, handler) == 24);
static_assert(offsetof(Task, level) == 26 && offsetof(Task, budget_ticks) == 27);
static_assert(offsetof(Task, guard_count) == 28 && offsetof(Task, payload) == 32);

} // namespace knhk
