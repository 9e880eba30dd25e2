// SPDX-License-Identifier: MIT
// Finds an event in a log and gathers what proves that it is there, in one pass.
#pragma once

#include <filesystem>
#include <optional>

#include "tools/views/proof.hpp"

namespace knhk::tools {

/// Which event: its number in canonical order, from 0, or its place.
struct EventChoice {
    std::optional<u64> ordinal;
    u64 beat = 0;
    u32 core = 0;
    u64 index = 0; ///< among its core's events of the beat
};

struct MadeProof {
    Proof proof;
    Sha256Digest root;
    bool is_final; ///< the root in the log's trailer; else that of the epochs so far
};

/// Throws Failure: BadInput where there is no such event, or nothing to prove it by; CheckSaysNo
/// when the log contradicts itself.
[[nodiscard]] MadeProof make_proof(const std::filesystem::path& path, const EventChoice& choice,
                                   bool quiet);

} // namespace knhk::tools
