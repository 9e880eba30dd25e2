// SPDX-License-Identifier: MIT
// Which code hashes, of what a machine has. Its own file: who takes what is portable need not link
// the rest.
#include "base/instruction_set.hpp"
#include "base/sha256.hpp"
#include "base/sha256_code.hpp"
#include "base/xxh3_code.hpp"

namespace knhk {

void choose_sha256(u64 instruction_sets) {
    use_sha256((instruction_sets & SHA256_BIT) != 0 ? SHA256_INSTRUCTIONS : sha256_portable);
}

void choose_xxh3(u64 instruction_sets) {
    use_xxh3(best_xxh3(instruction_sets));
}

} // namespace knhk
