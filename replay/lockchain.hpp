// SPDX-License-Identifier: MIT
// The lockchain: a SHA-256 Merkle tree (RFC 6962) that takes in the chain of digests whenever an
// epoch ends. Its root vouches for every beat before: docs/log-format.md, Lockchain.
#pragma once

#include "base/hash.hpp"
#include "base/sha256.hpp"
#include "base/types.hpp"

namespace knhk {

/// What a leaf is about.
enum class LeafType : u8 {
    Epoch = 1, ///< the chain of digests
};

/// What the leaf of an epoch takes in.
struct EpochLeaf {
    u64 index;
    u64 beats;         ///< executed in the run until here
    u64 events;        ///< recorded in the run until here
    Digest run_digest; ///< D after the last of them
};

[[nodiscard]] Sha256Digest leaf_hash(const EpochLeaf& leaf);
[[nodiscard]] Sha256Digest node_hash(const Sha256Digest& left, const Sha256Digest& right);

/// The tree, as far as it has to be known to grow: the roots of its full subtrees, largest first,
/// one for each bit that is set in the count of leaves. Plain data; zero is the empty tree.
class Lockchain {
  public:
    static constexpr u32 PEAKS_MAX = 64;

    void append(const Sha256Digest& leaf);
    [[nodiscard]] Sha256Digest root() const;

    [[nodiscard]] u64 leaves() const { return leaves_; }
    [[nodiscard]] u32 peak_count() const { return peaks_of(leaves_); }
    /// How many bits are set; the standard's function may need a library on some machines.
    [[nodiscard]] static constexpr u32 peaks_of(u64 leaves) {
        u32 count = 0;
        for (; leaves != 0; leaves &= leaves - 1) {
            ++count;
        }
        return count;
    }
    [[nodiscard]] const Sha256Digest& peak(u32 index) const { return peaks_[index]; }
    /// For who reads them from a log: as many peaks as `leaves` has bits set.
    void restore(u64 leaves, const Sha256Digest* peaks);

  private:
    u64 leaves_;
    Sha256Digest peaks_[PEAKS_MAX];
};
static_assert(sizeof(Lockchain) == 8 + 32 * Lockchain::PEAKS_MAX);

} // namespace knhk
