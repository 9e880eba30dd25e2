// SPDX-License-Identifier: MIT
#include "base/hash.hpp"

#include "base/xxh3_here.hpp"

#include "base/hash_inline.hpp"

namespace knhk {

const u64 xxh3::SECRET[8] = {SECRET_WORDS[0], SECRET_WORDS[1], SECRET_WORDS[2], SECRET_WORDS[3],
                             SECRET_WORDS[4], SECRET_WORDS[5], SECRET_WORDS[6], SECRET_WORDS[7]};

const Xxh3Code XXH3_PORTABLE = xxh3_128_here;

namespace {
constinit Xxh3Code code = xxh3_128_here;
} // namespace

void use_xxh3(Xxh3Code chosen) {
    code = chosen;
}

u64 xxh3_64(const void* bytes, std::size_t size) {
    return XXH3_64bits(bytes, size);
}

Digest xxh3_128(const void* bytes, std::size_t size) {
    return code(bytes, size);
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
