// SPDX-License-Identifier: MIT
// Audit paths of the lockchain's Merkle tree (RFC 6962, 2.1.1): made while the leaves go by, in
// memory that grows with the logarithm of their number, and checked.
#pragma once

#include <span>
#include <vector>

#include "base/sha256.hpp"
#include "base/types.hpp"

namespace knhk::tools {

class AuditPath {
  public:
    /// Before the first leaf: the roots of the full subtrees of `leaves` earlier ones, largest
    /// first.
    void restore(u64 leaves, std::span<const Sha256Digest> peaks);
    /// One leaf at most is the proved one.
    void append(const Sha256Digest& leaf, bool is_proved);

    [[nodiscard]] u64 leaves() const { return leaves_; }
    // Of the leaves until here:
    [[nodiscard]] Sha256Digest root() const;
    /// From the proved leaf's sibling upwards.
    [[nodiscard]] std::vector<Sha256Digest> path() const;

  private:
    struct Peak {
        Sha256Digest hash;
        bool holds_proved;
    };
    /// One tree of two; notes the sibling if one of them holds the proved leaf.
    [[nodiscard]] static Peak join(const Peak& left, const Peak& right,
                                   std::vector<Sha256Digest>& path);
    [[nodiscard]] Peak join_all(std::vector<Sha256Digest>& path) const;

    u64 leaves_ = 0;
    std::vector<Peak> peaks_; ///< a full subtree for each bit of leaves_, largest first
    std::vector<Sha256Digest> path_;
};

/// Whether `leaf`, the `index`-th of `leaves`, leads to `root` along `path`.
[[nodiscard]] bool leads_to_root(const Sha256Digest& leaf, u64 index, u64 leaves,
                                 std::span<const Sha256Digest> path, const Sha256Digest& root);

} // namespace knhk::tools
