// SPDX-License-Identifier: MIT
// What an address of an image is called: looked up in the symbol table of its ELF file, which
// anybody may have made or damaged.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>

#include "base/types.hpp"

namespace knhk::tools {

/// The function that `address` lies in, as a reader of C++ writes it; none when the file has no
/// symbols, or none for it, or cannot be followed.
[[nodiscard]] std::optional<std::string> function_at(std::span<const std::byte> elf_file,
                                                     u64 address);

} // namespace knhk::tools
