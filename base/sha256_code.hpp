// SPDX-License-Identifier: MIT
// How SHA-256 takes its blocks in: by portable code, or by instructions that a machine has for it.
// Both give the same bits. Who hashes needs base/sha256.hpp alone.
#pragma once

#include "base/types.hpp"

namespace knhk {

/// Takes `count` whole blocks of 64 bytes into the eight words of state.
using Sha256Code = void (*)(u32* state, const std::byte* blocks, std::size_t count);

void sha256_portable(u32* state, const std::byte* blocks, std::size_t count);

/// Of the architecture that this is built for, in a file of its own: base/sha256_*.cpp. A machine
/// has what it needs if SHA256_BIT is set among its instruction sets.
extern const Sha256Code SHA256_INSTRUCTIONS;

/// What hashes from now on. Called while nobody else hashes.
void use_sha256(Sha256Code chosen);
[[nodiscard]] Sha256Code used_sha256();

} // namespace knhk
