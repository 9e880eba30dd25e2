// SPDX-License-Identifier: MIT
// Built with -mavx2. It shares no inline function with any other file: the linker keeps one copy of
// such a function, and that might be this one, on a machine without AVX2.
#include "tools/host/xxh3_avx2.hpp"

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace knhk::tools {

Digest xxh3_128_avx2(const void* bytes, std::size_t size) {
    const XXH128_hash_t hash = XXH3_128bits(bytes, size);
    return Digest{hash.low64, hash.high64};
}

} // namespace knhk::tools
