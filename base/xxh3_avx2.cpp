// SPDX-License-Identifier: MIT
#include "base/xxh3_here.hpp"

namespace knhk {

const Xxh3Code XXH3_AVX2 = xxh3_128_here;

} // namespace knhk
