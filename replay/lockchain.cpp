// SPDX-License-Identifier: MIT
#include "replay/lockchain.hpp"

#include <cstring>

#include "base/bytes.hpp"

namespace knhk {

namespace {

// What RFC 6962 puts before a leaf and before two hashes, so that neither passes for the other.
constexpr u8 LEAF_PREFIX = 0;
constexpr u8 NODE_PREFIX = 1;

} // namespace

Sha256Digest leaf_hash(const EpochLeaf& leaf) {
    std::byte buffer[42]; // one block of SHA-256
    ByteWriter out(buffer);
    out.put(LEAF_PREFIX);
    out.put(static_cast<u8>(LeafType::Epoch));
    out.put(leaf.index);
    out.put(leaf.beats);
    out.put(leaf.events);
    out.put(leaf.run_digest.low);
    out.put(leaf.run_digest.high);
    return sha256(out.written());
}

Sha256Digest node_hash(const Sha256Digest& left, const Sha256Digest& right) {
    std::byte buffer[1 + 2 * sizeof(Sha256Digest)];
    ByteWriter out(buffer);
    out.put(NODE_PREFIX);
    out.put_bytes(left.data(), left.size());
    out.put_bytes(right.data(), right.size());
    return sha256(out.written());
}

/// Two full subtrees of one size make one of twice the size.
void Lockchain::append(const Sha256Digest& leaf) {
    u32 count = peak_count();
    Sha256Digest hash = leaf;
    for (u64 rest = leaves_; (rest & 1) != 0; rest >>= 1) {
        hash = node_hash(peaks_[--count], hash);
        peaks_[count] = {}; // what is not used is zero: these bytes are a function of the run
    }
    peaks_[count] = hash;
    ++leaves_;
}

Sha256Digest Lockchain::root() const {
    u32 count = peak_count();
    if (count == 0) {
        return sha256({});
    }
    Sha256Digest hash = peaks_[--count];
    while (count > 0) {
        hash = node_hash(peaks_[--count], hash);
    }
    return hash;
}

void Lockchain::restore(u64 leaves, const Sha256Digest* peaks) {
    *this = {};
    leaves_ = leaves;
    std::memcpy(peaks_, peaks, peak_count() * sizeof(Sha256Digest));
}

} // namespace knhk
