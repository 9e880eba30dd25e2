// SPDX-License-Identifier: MIT
// A task: one cache line, 32 bytes of header and 32 of payload. What it does is its handler's
// matter.
#pragma once

#include <cstddef>
#include <type_traits>

#include "base/bytes.hpp"
#include "base/hash_inline.hpp"
#include "base/types.hpp"

namespace knhk {

enum class Level : u8 { High = 0, Normal = 1, Low = 2 };
inline constexpr u32 LEVEL_COUNT = 3;

/// An index into the program's handlers: built-in ones below USER_HANDLERS_BEGIN, a user's from it.
using HandlerId = u16;
inline constexpr HandlerId USER_HANDLERS_BEGIN = 256;
inline constexpr u32 HANDLERS_MAX = 512;

inline constexpr u32 PAYLOAD_WORDS = 4;
inline constexpr u32 GUARDS_MAX = CHATMAN;
inline constexpr u32 GUARD_IDS = 1024;
inline constexpr u32 BUDGET_TICKS_MAX = CHATMAN;

/// A task that asks for no core state: it may run on any core, and so be stolen.
inline constexpr u8 TASK_STATELESS = 1;
/// A delta: a task with a run of triples that it brings. It goes through the delta ring of its core
/// and runs as a fiber (docs/determinism.md, 2.15). Its run is the workload's whose number payload
/// word 1 says, or, with TASK_ROWS, comes with it.
inline constexpr u8 TASK_DELTA = 2;
inline constexpr u8 TASK_ROWS = 4;
inline constexpr u32 DELTA_RUN_WORD = 1;

struct Task {
    u64 id = 0; ///< its low bits choose its home core
    u16 guards[GUARDS_MAX] = {};
    HandlerId handler = 0;
    Level level = Level::Normal;
    u8 budget_ticks = BUDGET_TICKS_MAX;
    u8 guard_count = 0;
    u8 flags = 0;
    u8 reserved[2] = {};
    u64 payload[PAYLOAD_WORDS] = {};

    [[nodiscard]] bool stateless() const { return (flags & TASK_STATELESS) != 0; }
    [[nodiscard]] bool is_delta() const { return (flags & TASK_DELTA) != 0; }
    [[nodiscard]] bool brings_rows() const { return (flags & TASK_ROWS) != 0; }

    /// All that can be known of a task without a handler table.
    [[nodiscard]] bool well_formed() const {
        return header_well_formed() && flags_well_formed() &&
               (has_no_guards() || guards_well_formed());
    }
    /// Well formed, without guards and no delta: few instructions, none of which needs the task's
    /// address.
    [[nodiscard]] bool plain() const {
        return header_well_formed() && flags <= TASK_STATELESS && has_no_guards();
    }

    /// Its bytes as words.
    [[nodiscard]] u64 word(u32 at) const {
        switch (at) {
        case 0:
            return id;
        case 1:
        case 2:
            return guards_word(at - 1);
        case 3:
            // Field by field: one that was just built is in registers, or its fields are on their
            // way to memory, where a load over several stores has to wait until they are done.
            return u64{handler} | u64{static_cast<u8>(level)} << 16 | u64{budget_ticks} << 24 |
                   u64{guard_count} << 32 | u64{flags} << 40 | u64{reserved[0]} << 48 |
                   u64{reserved[1]} << 56;
        default:
            return payload[at - 4];
        }
    }

  private:
    /// A delta keeps to its core, so none is stateless; only a delta brings rows.
    [[nodiscard]] bool flags_well_formed() const {
        return flags <= TASK_STATELESS || flags == TASK_DELTA || flags == (TASK_DELTA | TASK_ROWS);
    }
    [[nodiscard]] bool header_well_formed() const {
        return static_cast<u32>(level) < LEVEL_COUNT && budget_ticks <= BUDGET_TICKS_MAX &&
               (reserved[0] | reserved[1]) == 0;
    }
    [[nodiscard]] u64 guards_word(u32 half) const {
        return load_le<u64>(reinterpret_cast<const std::byte*>(guards + u64{half} * 4));
    }
    [[nodiscard]] bool has_no_guards() const {
        return (guards_word(0) | guards_word(1) | guard_count) == 0;
    }
    [[nodiscard, gnu::noinline]] bool guards_well_formed() const {
        if (guard_count > GUARDS_MAX) {
            return false;
        }
        u32 unused = 0;
        u32 highest_id = 0;
        for (u32 i = 0; i < GUARDS_MAX; ++i) {
            if (i < guard_count) {
                highest_id = guards[i] > highest_id ? guards[i] : highest_id;
            } else {
                unused |= guards[i];
            }
        }
        return unused == 0 && highest_id < GUARD_IDS;
    }
};

struct TaskWords {
    u64 words[8];
};
[[gnu::always_inline]] inline TaskWords words_of(const Task& task) {
    TaskWords all;
#pragma GCC unroll 8
    for (u32 at = 0; at < 8; ++at) {
        all.words[at] = task.word(at);
    }
    return all;
}

/// Copies, and returns the words. A task that was just built need not become memory for that.
[[gnu::always_inline]] inline TaskWords copy(Task& to, const Task& from) {
    const TaskWords copied = words_of(from);
    const auto& words = copied.words;
    store_words(&to, words[0], words[1], words[2], words[3]);
    store_words(to.payload, words[4], words[5], words[6], words[7]);
    return copied;
}

static_assert(sizeof(Task) == 64 && std::has_unique_object_representations_v<Task>);
static_assert(std::is_trivially_copyable_v<Task>);
static_assert(offsetof(Task, guards) == 8 && offsetof(Task, handler) == 24);
static_assert(offsetof(Task, level) == 26 && offsetof(Task, budget_ticks) == 27);
static_assert(offsetof(Task, guard_count) == 28 && offsetof(Task, flags) == 29);
static_assert(offsetof(Task, payload) == 32);

} // namespace knhk
