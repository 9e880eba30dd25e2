// SPDX-License-Identifier: MIT
// Where this command's own build put the things it runs: found from the program file itself, so
// that any working directory and any place of the tree will do.
#pragma once

#include <filesystem>

#include "base/architecture.hpp"
#include "loader/image_check.hpp"

namespace knhk::tools {

/// The build folder that this program lies in.
[[nodiscard]] const std::filesystem::path& build_root();

/// The one below it where images of another architecture are built; its own for this machine's.
[[nodiscard]] std::filesystem::path build_root_of(Architecture architecture);

[[nodiscard]] std::filesystem::path default_image(Architecture architecture);
[[nodiscard]] std::filesystem::path
loader_program(Architecture architecture = loader::host_architecture());
[[nodiscard]] std::filesystem::path image_recipe(Architecture architecture);

} // namespace knhk::tools
