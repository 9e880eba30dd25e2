// SPDX-License-Identifier: MIT
#include "qemu/user_mode.hpp"

#include <fmt/format.h>

namespace knhk::qemu {

std::vector<std::string> user_mode_words(Architecture architecture) {
    const std::string_view name = name_of(architecture);
    return {fmt::format("qemu-{}", name), "-L", fmt::format("/usr/{}-linux-gnu", name)};
}

} // namespace knhk::qemu
