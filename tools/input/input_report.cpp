// SPDX-License-Identifier: MIT
#include "tools/input/input_report.hpp"

#include <cstdio>

#include "tools/host/failure.hpp"

namespace knhk::tools {

namespace {

/// Who sends nothing but errors shall not fill a disk with their description.
constexpr u64 TOLD_MAX = 20;

} // namespace

void InputReport::refuse(const std::string& what) {
    if (strict) {
        throw bad_input("{}", what);
    }
    if (refused++ == 0) {
        first_refused = what;
    }
    if (refused <= TOLD_MAX) {
        fmt::print(stderr, "knhk: refused: {}\n", what);
    } else if (refused == TOLD_MAX + 1) {
        fmt::print(stderr, "knhk: refused: more than {}: the others are only counted\n", TOLD_MAX);
    }
}

} // namespace knhk::tools
