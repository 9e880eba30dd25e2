// SPDX-License-Identifier: MIT
// What a hosted step reports instead of a result. Pure functions return it, steps that change the
// process throw it, and only main catches it: one line on stderr, one exit status.
#pragma once

#include <expected>
#include <string>

#include "base/error.hpp"

namespace knhk::hosted {

struct Failure {
    ExitStatus status;
    std::string what;   ///< "segment is writable and executable"
    std::string where;  ///< "knhk.elf, program header 2"
    std::string remedy; ///< what a person can do about it
};

/// Goes on with the value, or throws what stood in its way.
template<class T>
T or_throw(std::expected<T, Failure> result) {
    if (!result) {
        throw std::move(result.error());
    }
    return *std::move(result);
}

} // namespace knhk::hosted
