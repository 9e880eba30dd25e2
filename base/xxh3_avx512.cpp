// SPDX-License-Identifier: MIT
#include "base/xxh3_here.hpp"

namespace knhk {

Digest xxh3_128_avx512(const void* bytes, std::size_t size) {
    return xxh3_128_here(bytes, size);
}

} // namespace knhk
