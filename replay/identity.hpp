// SPDX-License-Identifier: MIT
// The identity of a run: everything that its log depends on, as bytes that are hashed and kept.
#pragma once

#include <span>
#include <string_view>

#include "base/hash.hpp"
#include "base/sha256.hpp"
#include "base/types.hpp"

namespace knhk {

/// A handler, or a guard that is a function.
struct HandlerName {
    u16 id;
    u32 version;
    std::string_view name;
};

struct Identity {
    u32 cores;
    std::span<const u8> latencies;
    std::span<const u32> capacities;
    std::span<const Tick> costs;
    u64 seed;
    std::span<const HandlerName> handlers;
    Sha256Digest workload_sha256;
    u32 policies = 0;                         ///< POLICY_ bits
    std::span<const HandlerName> guards = {}; ///< by id
};

/// Encodes into `buffer` (IDENTITY_BYTES_MAX are enough) and returns the part that was used.
[[nodiscard]] std::span<const std::byte> encode_identity(const Identity& identity,
                                                         std::span<std::byte> buffer);

} // namespace knhk
