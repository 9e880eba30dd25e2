// SPDX-License-Identifier: MIT
// How XXH3 takes long inputs in: compiled for what every processor of the architecture has, or for
// wider registers that a machine has besides. All give the same bits. Who hashes needs
// base/hash.hpp alone.
#pragma once

#include "base/hash.hpp"

namespace knhk {

using Xxh3Code = Digest (*)(const void* bytes, std::size_t size);

// Each in a file of its own: base/hash.cpp, base/xxh3_*.cpp.
extern const Xxh3Code XXH3_PORTABLE;
extern const Xxh3Code XXH3_AVX2;
extern const Xxh3Code XXH3_AVX512;

/// The best of what these instruction sets allow.
[[nodiscard]] Xxh3Code best_xxh3(u64 instruction_sets);

/// What hashes from now on. Called while nobody else hashes.
void use_xxh3(Xxh3Code chosen);

} // namespace knhk
