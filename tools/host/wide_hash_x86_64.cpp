// SPDX-License-Identifier: MIT
// Chooses between the forms of XXH3 that x86_64 has.
#include "tools/host/wide_hash.hpp"

#include "tools/host/xxh3_avx2.hpp"

namespace knhk::tools {

HashFunction widest_xxh3_128() {
    return __builtin_cpu_supports("avx2") != 0 ? &xxh3_128_avx2 : &xxh3_128;
}

} // namespace knhk::tools
