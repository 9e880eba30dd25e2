// SPDX-License-Identifier: MIT
// XXH3 built for AVX2. Only for widest_xxh3_128, which knows whether the machine has it.
#pragma once

#include "base/hash.hpp"

namespace knhk::tools {

[[nodiscard]] Digest xxh3_128_avx2(const void* bytes, std::size_t size);

} // namespace knhk::tools
