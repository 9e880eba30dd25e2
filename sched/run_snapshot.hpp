// SPDX-License-Identifier: MIT
// A snapshot that a run may promote: what was found out about it when the run was set up.
#pragma once

#include "base/types.hpp"
#include "isa/sigma_tables.hpp"

namespace knhk {

struct RunSnapshot {
    SigmaTables tables;
    u64 id_word = 0; ///< the first eight bytes of its id
};

} // namespace knhk
