// SPDX-License-Identifier: MIT
// The harts: how many there are, starting them, and what each of them does.
#pragma once

#include <algorithm>
#include <array>
#include <span>

#include "arch/boot_info.hpp"

namespace knhk::bare {

/// The machine's own numbers of its harts; a hart's number here is its place in this table.
struct HartTable {
    std::array<u64, CORES_MAX> ids{}; ///< hart 0, the one that booted, first
    u32 count = 0;
    u32 left_out = 0; ///< more than fit

    /// Some firmware lists a hart twice.
    constexpr void add(u64 id) {
        if (std::ranges::find(listed(), id) != listed().end()) {
            return;
        }
        if (count == CORES_MAX) {
            ++left_out;
        } else {
            ids[count++] = id;
        }
    }
    [[nodiscard]] constexpr std::span<const u64> listed() const {
        return std::span(ids).first(count);
    }
};

/// Keeps what the later calls need; before any of them.
void set_harts(const HartTable& harts, const BootInfo* boot_info, u64 page_tables);

[[nodiscard]] u64 id_of_hart(u32 hart);

/// Platform::start_hart.
void start_hart(u32 hart);

} // namespace knhk::bare
