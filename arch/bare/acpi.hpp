// SPDX-License-Identifier: MIT
// ACPI's tables, found and checked. What stands in one is read by whoever looks for it. Boot code
// only, on machines whose firmware has a root pointer.
#pragma once

#include <span>
#include <string_view>

#include "arch/bare/firmware.hpp"

namespace knhk::bare {

/// What every table begins with.
inline constexpr std::size_t TABLE_HEADER_BYTES = 36;

/// Right signature and checksum.
[[nodiscard]] bool is_root_pointer(std::span<const std::byte> bytes);

/// The first whole, undamaged table with this signature, header included; empty: there is none.
[[nodiscard]] std::span<const std::byte> find_table(const Firmware& firmware,
                                                    std::string_view signature);

} // namespace knhk::bare
