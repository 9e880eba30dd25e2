// SPDX-License-Identifier: MIT
// Where this command's own build put the things it runs: found from the program file itself, so
// that any working directory and any place of the tree will do.
#pragma once

#include <filesystem>

namespace knhk::tools {

/// The build folder that this program lies in.
[[nodiscard]] const std::filesystem::path& build_root();

[[nodiscard]] std::filesystem::path default_image();
[[nodiscard]] std::filesystem::path loader_program();
[[nodiscard]] std::filesystem::path image_recipe();

} // namespace knhk::tools
