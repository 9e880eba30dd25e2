// SPDX-License-Identifier: MIT
// SHA-256: names workloads and image files by content and chains logs, in the image and in the host
// tools.
#pragma once

#include <array>
#include <span>

#include "base/types.hpp"

namespace knhk {

using Sha256Digest = std::array<u8, 32>;

/// Feeds on bytes in pieces; `finish` may be called once.
class Sha256 {
  public:
    void update(std::span<const std::byte> bytes);
    [[nodiscard]] Sha256Digest finish();

  private:
    static constexpr std::size_t BLOCK_BYTES = 64;
    std::size_t take_begun(std::span<const std::byte> bytes);

    std::array<u32, 8> state_{0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                              0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
    std::array<std::byte, BLOCK_BYTES> block_{};
    std::size_t block_used_ = 0;
    u64 total_bytes_ = 0;
};

/// Once, before there are others that hash: with the instructions for it, if these bits of
/// BootInfo::instruction_sets have them (SHA256_BIT). Portable code until then. The bits that come
/// out are the same.
void choose_sha256(u64 instruction_sets);

[[nodiscard]] Sha256Digest sha256(std::span<const std::byte> bytes);

} // namespace knhk
