// SPDX-License-Identifier: MIT
// For architectures on which XXH3 uses no registers but those that every processor of theirs has.
#include "base/xxh3_code.hpp"

namespace knhk {

Xxh3Code best_xxh3(u64 /*instruction_sets*/) {
    return XXH3_PORTABLE;
}

} // namespace knhk
