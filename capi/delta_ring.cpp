// SPDX-License-Identifier: MIT
// The delta ring, for C.
#include "capi/handles.hpp"

namespace {

using namespace knhk;
using namespace knhk::capi;

/// Of rows that go in: none is too few.
int check_rows(const uint64_t* S, const uint64_t* P, const uint64_t* O, uint64_t count) {
    const bool counts = count >= 1 && count <= RUN_ROWS;
    return first_error(check(S), check(P), check(O), counts ? KNHK_OK : KNHK_E_ROWS);
}

} // namespace

uint64_t knhk_ring_bytes_delta(uint64_t size) {
    const bool valid = size <= RING_SIZE_MAX && DeltaRing::valid_size(static_cast<u32>(size));
    return valid ? DeltaRing::bytes(static_cast<u32>(size)) : 0;
}

int knhk_ring_init_delta(knhk_delta_ring_t* ring, uint64_t size, void* memory, uint64_t bytes) {
    const int code =
        first_error(check(ring), check_memory(memory, bytes, knhk_ring_bytes_delta(size)));
    if (code != KNHK_OK) {
        return code;
    }
    auto* const first = static_cast<std::byte*>(memory);
    static_cast<void>(DeltaRing::make(first, static_cast<u32>(size)));
    close_handle(ring, {RingKind::Delta, first, static_cast<u32>(size), 0});
    return KNHK_OK;
}

int knhk_ring_enqueue_delta(knhk_delta_ring_t* ring, uint64_t tick, const uint64_t* S,
                            const uint64_t* P, const uint64_t* O, uint64_t count, uint64_t cycle) {
    const int code = first_error(check_ring(ring), check_slot(tick), check_rows(S, P, O, count));
    if (code != KNHK_OK) [[unlikely]] {
        return code;
    }
    const auto done =
        delta_ring(ring).enqueue(static_cast<u32>(tick), S, P, O, static_cast<u32>(count), cycle);
    return done ? KNHK_OK : code_of(done.error());
}

int knhk_ring_dequeue_delta(knhk_delta_ring_t* ring, uint64_t tick, uint64_t* S, uint64_t* P,
                            uint64_t* O, uint64_t* cycles, uint64_t capacity) {
    const int code = first_error(check_ring(ring), check_slot(tick), check(S), check(P), check(O),
                                 check(cycles));
    if (code != KNHK_OK) [[unlikely]] {
        return code;
    }
    const u32 wanted = capacity < RUN_ROWS ? static_cast<u32>(capacity) : RUN_ROWS;
    return static_cast<int>(
        delta_ring(ring).dequeue(static_cast<u32>(tick), S, P, O, cycles, wanted));
}

int knhk_ring_is_empty_delta(const knhk_delta_ring_t* ring, uint64_t tick) {
    const int code = first_error(check_ring(ring), check_slot(tick));
    return code != KNHK_OK ? code : int{delta_ring(ring).is_empty(static_cast<u32>(tick))};
}

int knhk_ring_park_delta(knhk_delta_ring_t* ring, uint64_t tick, knhk_park_ring_t* park,
                         uint32_t cause) {
    const int code =
        first_error(check_ring(ring), check_slot(tick), check_ring(park), check_cause(cause));
    if (code != KNHK_OK) {
        return code;
    }
    RunParkRing parked = park_ring(park);
    const auto rows =
        delta_ring(ring).park(static_cast<u32>(tick), parked, unchecked<ParkCause>(cause));
    return rows ? static_cast<int>(*rows) : code_of(rows.error());
}

int knhk_ring_refused_delta(const knhk_delta_ring_t* ring, uint64_t tick, uint64_t* refused) {
    const int code = first_error(check_ring(ring), check_slot(tick), check(refused));
    if (code == KNHK_OK) {
        *refused = delta_ring(ring).refused(static_cast<u32>(tick));
    }
    return code;
}

int knhk_ring_cleanup_delta(knhk_delta_ring_t* ring) {
    return clean_up(ring);
}
