// SPDX-License-Identifier: MIT
// Audit paths lead from every leaf of trees of many sizes to their root, and from nothing else.
#include "tools/views/audit_path.hpp"

#include <gtest/gtest.h>

#include "replay/lockchain.hpp"

namespace knhk::tools {
namespace {

Sha256Digest leaf_of(u64 index) {
    return leaf_hash({index, index * 3, index * 5, {index, 1}});
}

struct Tree {
    std::vector<Sha256Digest> path;
    Sha256Digest root;
};

/// `before` leaves are known by their peaks alone.
Tree tree_of(u64 leaves, u64 proved, u64 before = 0) {
    Lockchain known{};
    for (u64 i = 0; i < before; ++i) {
        known.append(leaf_of(i));
    }
    std::vector<Sha256Digest> peaks;
    for (u32 i = 0; i < known.peak_count(); ++i) {
        peaks.push_back(known.peak(i));
    }
    AuditPath audit;
    audit.restore(before, peaks);
    for (u64 i = before; i < leaves; ++i) {
        audit.append(leaf_of(i), i == proved);
    }
    EXPECT_EQ(audit.leaves(), leaves);
    return {audit.path(), audit.root()};
}

TEST(AuditPath, root_is_the_lockchains) {
    Lockchain chain{};
    EXPECT_EQ(tree_of(0, 0).root, chain.root());
    for (u64 leaves = 1; leaves <= 40; ++leaves) {
        chain.append(leaf_of(leaves - 1));
        EXPECT_EQ(tree_of(leaves, 0).root, chain.root()) << leaves;
    }
}

TEST(AuditPath, every_leaf_of_every_tree_leads_to_its_root) {
    for (u64 leaves = 1; leaves <= 40; ++leaves) {
        for (u64 index = 0; index < leaves; ++index) {
            const Tree tree = tree_of(leaves, index);
            EXPECT_TRUE(leads_to_root(leaf_of(index), index, leaves, tree.path, tree.root))
                << index << " of " << leaves;
        }
    }
}

TEST(AuditPath, leaves_behind_restored_peaks_lead_to_the_same_root) {
    for (u64 before = 1; before <= 20; ++before) {
        for (u64 index = before; index < 23; ++index) {
            const Tree tree = tree_of(23, index, before);
            EXPECT_EQ(tree.root, tree_of(23, 0).root);
            EXPECT_EQ(tree.path, tree_of(23, index).path) << before << ", " << index;
        }
    }
}

TEST(AuditPath, another_leaf_place_sibling_or_root_does_not_lead_there) {
    for (const u64 leaves : {2, 7, 8, 21}) {
        for (u64 index = 0; index < leaves; ++index) {
            const Tree tree = tree_of(leaves, index);
            EXPECT_FALSE(leads_to_root(leaf_of(99), index, leaves, tree.path, tree.root));
            EXPECT_FALSE(
                leads_to_root(leaf_of(index), (index + 1) % leaves, leaves, tree.path, tree.root));
            EXPECT_FALSE(leads_to_root(leaf_of(index), leaves, leaves, tree.path, tree.root));
            EXPECT_FALSE(leads_to_root(leaf_of(index), index, leaves, tree.path, leaf_of(index)));
            for (std::size_t i = 0; i < tree.path.size(); ++i) {
                auto path = tree.path;
                path[i][7] ^= 1;
                EXPECT_FALSE(leads_to_root(leaf_of(index), index, leaves, path, tree.root));
            }
        }
    }
}

TEST(AuditPath, path_that_is_too_short_or_too_long_does_not_lead_there) {
    Tree tree = tree_of(8, 3);
    tree.path.push_back(leaf_of(1));
    EXPECT_FALSE(leads_to_root(leaf_of(3), 3, 8, tree.path, tree.root));
    tree.path.resize(2);
    EXPECT_FALSE(leads_to_root(leaf_of(3), 3, 8, tree.path, tree.root));
    // It leads to the root of a part of the tree, which is not the tree's.
    EXPECT_TRUE(leads_to_root(leaf_of(3), 3, 4, tree.path, tree_of(4, 3).root));
    EXPECT_FALSE(leads_to_root(leaf_of(3), 3, 8, tree.path, tree_of(4, 3).root));
}

} // namespace
} // namespace knhk::tools
