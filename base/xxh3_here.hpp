// SPDX-License-Identifier: MIT
// XXH3 as this file's options compile it. For the few files that make an Xxh3Code of it: nobody
// else includes the library.
#pragma once

#include <cstdlib>
#include <cstring>

#include "base/xxh3_code.hpp"

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

namespace knhk {
namespace {

Digest xxh3_128_here(const void* bytes, std::size_t size) {
    const XXH128_hash_t hash = XXH3_128bits(bytes, size);
    return {hash.low64, hash.high64};
}

} // namespace
} // namespace knhk
