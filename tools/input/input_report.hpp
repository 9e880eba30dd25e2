// SPDX-License-Identifier: MIT
// What became of a run's inputs from outside: counts, and a line on stderr for each that was
// refused.
#pragma once

#include <string>

#include "base/types.hpp"

namespace knhk::tools {

struct InputReport {
    bool strict = false; ///< the first that is refused ends the run
    u64 accepted = 0;    ///< they are in the run
    u64 refused = 0;
    std::string first_refused = {}; ///< "FILE:LINE: why"

    /// Throws Failure (BadInput) if that is strict.
    void refuse(const std::string& what);
};

} // namespace knhk::tools
