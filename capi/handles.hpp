// SPDX-License-Identifier: MIT
// What is in the handles of rings: which kind they are, where the memory is, and how large. One
// that was never initialised or was cleaned up says so.
#pragma once

#include <bit>

#include "capi/checks.hpp"

namespace knhk::capi {

/// Words that no memory holds by chance.
enum class RingKind : u64 {
    None = 0,
    Delta = 0x6B6E'686B'2D64'656C,     // "knhk-del"
    Assertion = 0x6B6E'686B'2D61'7373, // "knhk-ass"
    Park = 0x6B6E'686B'2D70'6172,      // "knhk-par"
};

struct RingHandle {
    RingKind kind;
    std::byte* memory;
    u32 size;
    u32 receipts; ///< of assertion rings
};

template<class Handle>
[[nodiscard]] inline RingHandle open_handle(const Handle* handle) {
    static_assert(sizeof(Handle) == sizeof(RingHandle));
    return std::bit_cast<RingHandle>(*handle);
}
template<class Handle>
inline void close_handle(Handle* handle, const RingHandle& ring) {
    *handle = std::bit_cast<Handle>(ring);
}

template<class Handle>
[[nodiscard]] inline int check_ring(const Handle* handle, RingKind kind) {
    const int code = check(handle);
    if (code != KNHK_OK) [[unlikely]] {
        return code;
    }
    return open_handle(handle).kind == kind ? KNHK_OK : KNHK_E_HANDLE;
}
[[nodiscard]] inline int check_ring(const knhk_delta_ring_t* ring) {
    return check_ring(ring, RingKind::Delta);
}
[[nodiscard]] inline int check_ring(const knhk_assertion_ring_t* ring) {
    return check_ring(ring, RingKind::Assertion);
}
[[nodiscard]] inline int check_ring(const knhk_park_ring_t* ring) {
    return check_ring(ring, RingKind::Park);
}

/// Of memory that a ring of so many bytes is made in; 0 bytes: no ring is of that size.
[[nodiscard]] inline int check_memory(const void* memory, u64 given, u64 needed) {
    if (needed == 0) {
        return KNHK_E_RING_SIZE;
    }
    const int code = check(static_cast<const std::byte*>(memory), LINE_BYTES);
    return code != KNHK_OK ? code : given >= needed ? KNHK_OK : KNHK_E_MEMORY;
}

template<class Handle>
[[nodiscard]] inline int clean_up(Handle* handle) {
    const int code = check_ring(handle);
    if (code == KNHK_OK) {
        close_handle(handle, {});
    }
    return code;
}

[[nodiscard]] inline DeltaRing delta_ring(const knhk_delta_ring_t* handle) {
    const RingHandle ring = open_handle(handle);
    return {ring.memory, ring.size};
}
[[nodiscard]] inline AssertionRing assertion_ring(const knhk_assertion_ring_t* handle) {
    const RingHandle ring = open_handle(handle);
    return {ring.memory, ring.size, ring.receipts};
}
[[nodiscard]] inline RunParkRing park_ring(const knhk_park_ring_t* handle) {
    const RingHandle ring = open_handle(handle);
    return {ring.memory, ring.size};
}

} // namespace knhk::capi
