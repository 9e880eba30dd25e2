// SPDX-License-Identifier: MIT
#include "base/instruction_set.hpp"
#include "base/sha256.hpp"
#include "base/sha256_code.hpp"

namespace knhk {

void choose_sha256(u64 instruction_sets) {
    use_sha256((instruction_sets & SHA256_BIT) != 0 ? SHA256_INSTRUCTIONS : sha256_portable);
}

} // namespace knhk
