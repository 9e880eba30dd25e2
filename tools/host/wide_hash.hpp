// SPDX-License-Identifier: MIT
// XXH3 as fast as this machine can: the values of base/hash.hpp, which is built for every machine
// of its architecture.
#pragma once

#include "base/hash.hpp"

namespace knhk::tools {

using HashFunction = Digest (*)(const void* bytes, std::size_t size);
/// xxh3_128 with the widest vectors that this machine has.
[[nodiscard]] HashFunction widest_xxh3_128();

} // namespace knhk::tools
