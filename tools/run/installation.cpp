// SPDX-License-Identifier: MIT
#include "tools/run/installation.hpp"

#include <system_error>

#include "loader/image_check.hpp"
#include "tools/host/failure.hpp"

namespace knhk::tools {

const std::filesystem::path& build_root() {
    static const std::filesystem::path root = [] {
        std::error_code error;
        const auto program = std::filesystem::read_symlink("/proc/self/exe", error);
        if (error) {
            throw bad_environment("cannot read /proc/self/exe: {}: mount /proc", error.message());
        }
        return program.parent_path().parent_path();
    }();
    return root;
}

std::filesystem::path build_root_of(Architecture architecture) {
    return architecture == loader::host_architecture()
               ? build_root()
               : build_root() / "cross" / name_of(architecture);
}

std::filesystem::path default_image(Architecture architecture) {
    return build_root_of(architecture) / fmt::format("knhk-{}.elf", name_of(architecture));
}

std::filesystem::path loader_program(Architecture architecture) {
    return build_root_of(architecture) / "loader" / "knhk-loader";
}

std::filesystem::path image_recipe(Architecture architecture) {
    return build_root_of(architecture) / "image-recipe.json";
}

} // namespace knhk::tools
