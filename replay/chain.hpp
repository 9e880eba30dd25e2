// SPDX-License-Identifier: MIT
// The chain of digests: E over the executed beats, D = the digest of a run after each of them.
#pragma once

#include "base/bytes.hpp"
#include "base/hash.hpp"
#include "base/types.hpp"

namespace knhk {

/// What one step of the chain hashes, laid out so that it is hashed in place:
/// previous E | k | G at the start of k | h_0 .. h_{C-1}.
struct ChainStep {
    Digest previous;
    u64 beat;
    u64 start_time;
    Digest core_digests[CORES_MAX];
};
static_assert(sizeof(ChainStep) == 32 + 16 * CORES_MAX);

/// E after the step.
inline Digest chain_digest(const ChainStep& step, u32 cores) {
    return xxh3_128(&step, 32 + 16 * std::size_t{cores});
}

/// D: the digest of a run of this identity whose chain stands at `chain`.
inline Digest run_digest(const Digest& identity, const Digest& chain) {
    const Digest words[2] = {identity, chain};
    return xxh3_128(words, sizeof words);
}

} // namespace knhk
