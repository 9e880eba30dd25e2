// SPDX-License-Identifier: MIT
// The only place that includes XXH3.
#include "base/hash.hpp"

#include <cstdlib>
#include <cstring>

// -ffreestanding turns builtins off, and XXH3's 32-byte copies would become calls: name the
// builtins. The headers above come first, so that these macros meet no declaration.
#define memcpy __builtin_memcpy
#define memset __builtin_memset
// XXH3's streaming form allocates; nothing here uses it, and the image has no heap.
#define malloc(size) (static_cast<void*>(nullptr))
#define free(pointer) (static_cast<void>(pointer))
#define XXH_INLINE_ALL
#include <xxhash.h>
#undef memcpy
#undef memset
#undef malloc
#undef free

#include "base/hash_inline.hpp"

namespace knhk {

const u64 xxh3::SECRET[8] = {SECRET_WORDS[0], SECRET_WORDS[1], SECRET_WORDS[2], SECRET_WORDS[3],
                             SECRET_WORDS[4], SECRET_WORDS[5], SECRET_WORDS[6], SECRET_WORDS[7]};

u64 xxh3_64(const void* bytes, std::size_t size) {
    return XXH3_64bits(bytes, size);
}

Digest xxh3_128(const void* bytes, std::size_t size) {
    const XXH128_hash_t hash = XXH3_128bits(bytes, size);
    return Digest{hash.low64, hash.high64};
}

void write_hex(const Digest& digest, char* to) {
    static constexpr char DIGITS[] = "0123456789abcdef";
    for (u32 i = 0; i < 16; ++i) {
        const u32 shift = 60 - 4 * i;
        to[i] = DIGITS[(digest.high >> shift) & 15];
        to[i + 16] = DIGITS[(digest.low >> shift) & 15];
    }
}

} // namespace knhk
