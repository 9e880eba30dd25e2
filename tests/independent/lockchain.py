# SPDX-License-Identifier: MIT
"""The lockchain of docs/log-format.md, by RFC 6962. For recompute_digest.py."""

import hashlib
import struct

LEAF_PREFIX = b"\0"
NODE_PREFIX = b"\1"
EPOCH_LEAF = struct.Struct("<BQQQ16s")
EPOCH_LEAF_TYPE = 1


def sha256(data):
    return hashlib.sha256(data).digest()


def epoch_leaf(index, beats, events, run_digest):
    """The hash of an epoch's leaf."""
    return sha256(LEAF_PREFIX + EPOCH_LEAF.pack(EPOCH_LEAF_TYPE, index, beats, events, run_digest))


def peak_sizes(leaves):
    """Of the full subtrees, largest first."""
    return [1 << bit for bit in reversed(range(leaves.bit_length())) if leaves >> bit & 1]


class Lockchain:
    """Full subtrees, each with the number of its leaves: two neighbours of one size become one."""

    def __init__(self):
        self.leaves = 0
        self.subtrees = []

    def restore(self, leaves, peaks):
        self.leaves = leaves
        self.subtrees = list(zip(peak_sizes(leaves), peaks))

    def append(self, leaf):
        self.leaves += 1
        self.subtrees.append((1, leaf))
        while len(self.subtrees) > 1 and self.subtrees[-2][0] == self.subtrees[-1][0]:
            size, right = self.subtrees.pop()
            _, left = self.subtrees.pop()
            self.subtrees.append((2 * size, sha256(NODE_PREFIX + left + right)))

    def root(self):
        if not self.subtrees:
            return sha256(b"")
        _, root = self.subtrees[-1]
        for _, left in reversed(self.subtrees[:-1]):
            root = sha256(NODE_PREFIX + left + root)
        return root
