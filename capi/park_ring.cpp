// SPDX-License-Identifier: MIT
// The park ring, for C.
#include "capi/handles.hpp"

namespace {

using namespace knhk;
using namespace knhk::capi;

} // namespace

uint64_t knhk_ring_bytes_park(uint64_t size) {
    const bool valid = size <= RING_SIZE_MAX && RunParkRing::valid_size(static_cast<u32>(size));
    return valid ? RunParkRing::bytes(static_cast<u32>(size)) : 0;
}

int knhk_ring_init_park(knhk_park_ring_t* ring, uint64_t size, void* memory, uint64_t bytes) {
    const int code =
        first_error(check(ring), check_memory(memory, bytes, knhk_ring_bytes_park(size)));
    if (code != KNHK_OK) {
        return code;
    }
    auto* const first = static_cast<std::byte*>(memory);
    static_cast<void>(RunParkRing::make(first, static_cast<u32>(size)));
    close_handle(ring, {RingKind::Park, first, static_cast<u32>(size), 0});
    return KNHK_OK;
}

int knhk_ring_dequeue_park(knhk_park_ring_t* ring, knhk_parked_t* parked) {
    const int code = first_error(check_ring(ring), check(parked));
    if (code != KNHK_OK) {
        return code;
    }
    return int{park_ring(ring).pop(*reinterpret_cast<ParkedRun*>(parked))};
}

int knhk_ring_is_empty_park(const knhk_park_ring_t* ring) {
    const int code = check_ring(ring);
    return code != KNHK_OK ? code : int{park_ring(ring).size() == 0};
}

int knhk_ring_refused_park(const knhk_park_ring_t* ring, uint64_t* refused) {
    const int code = first_error(check_ring(ring), check(refused));
    if (code == KNHK_OK) {
        *refused = park_ring(ring).refused();
    }
    return code;
}

int knhk_ring_cleanup_park(knhk_park_ring_t* ring) {
    return clean_up(ring);
}
