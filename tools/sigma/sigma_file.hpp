// SPDX-License-Identifier: MIT
// A file of the command sigma: a text, or the snapshot that was built of one.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "sigma/receipt.hpp"

namespace knhk::tools {

/// The sealed snapshot in these bytes, or the one that the text in them becomes. `file` names them
/// in errors: Failure (BadInput).
[[nodiscard]] std::vector<std::byte> sealed_bytes(std::string_view bytes, const std::string& file);

/// Of bytes that `sealed_bytes` gave.
[[nodiscard]] SealedSnapshot open_sealed(const std::vector<std::byte>& bytes,
                                         const std::string& file);

/// The sealed snapshot of a file, that a run can promote: Failure (BadInput) if it is damaged, or
/// its receipt lacks an invariant.
[[nodiscard]] std::vector<std::byte> promotable_bytes(const std::filesystem::path& path);

/// Throws Failure (BadInput).
[[nodiscard]] std::string read_sigma(const std::filesystem::path& path);

} // namespace knhk::tools
