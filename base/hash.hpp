// SPDX-License-Identifier: MIT
// XXH3 in 64 and 128 bits, seed 0: the hash of events and digests on every machine.
#pragma once

#include <span>

#include "base/types.hpp"

namespace knhk {

/// 128 bits, low word first, as they stand in the log.
struct Digest {
    u64 low = 0;
    u64 high = 0;
    friend bool operator==(const Digest&, const Digest&) = default;
};
static_assert(sizeof(Digest) == 16);

[[nodiscard]] u64 xxh3_64(const void* bytes, std::size_t size);
[[nodiscard]] Digest xxh3_128(const void* bytes, std::size_t size);

/// Which code hashes what is long, of what a machine has. Called while nobody hashes.
void choose_xxh3(u64 instruction_sets);

inline constexpr std::size_t DIGEST_TEXT_CHARS = 32;
/// Writes 32 hex digits, the high word first (as `xxhsum -H2` prints it), and no final zero.
void write_hex(const Digest& digest, char* to);

} // namespace knhk
