// SPDX-License-Identifier: MIT
// The assertion ring, for C.
#include "capi/handles.hpp"

namespace {

using namespace knhk;
using namespace knhk::capi;

/// Of rows that go in: without any, nobody looks at where they are.
int check_rows(const uint64_t* S, const uint64_t* P, const uint64_t* O, uint64_t count) {
    if (count == 0) {
        return KNHK_OK;
    }
    return first_error(check(S), check(P), check(O), count <= RUN_ROWS ? KNHK_OK : KNHK_E_ROWS);
}

u32 at_most(uint64_t count) {
    return count < RING_SIZE_MAX ? static_cast<u32>(count) : RING_SIZE_MAX;
}

} // namespace

uint64_t knhk_ring_bytes_assertion(uint64_t rows, uint64_t receipts) {
    const bool valid =
        rows <= RING_SIZE_MAX && receipts <= RING_SIZE_MAX &&
        AssertionRing::valid_size(static_cast<u32>(rows), static_cast<u32>(receipts));
    return valid ? AssertionRing::bytes(static_cast<u32>(rows), static_cast<u32>(receipts)) : 0;
}

int knhk_ring_init_assertion(knhk_assertion_ring_t* ring, uint64_t rows, uint64_t receipts,
                             void* memory, uint64_t bytes) {
    const u64 needed = knhk_ring_bytes_assertion(rows, receipts);
    const int code = first_error(check(ring), check_memory(memory, bytes, needed));
    if (code != KNHK_OK) {
        return code;
    }
    auto* const first = static_cast<std::byte*>(memory);
    const RingHandle made{RingKind::Assertion, first, static_cast<u32>(rows),
                          static_cast<u32>(receipts)};
    static_cast<void>(AssertionRing::make(first, made.size, made.receipts));
    close_handle(ring, made);
    return KNHK_OK;
}

int knhk_ring_enqueue_assertion(knhk_assertion_ring_t* ring, uint64_t tick, const uint64_t* S,
                                const uint64_t* P, const uint64_t* O, uint64_t count,
                                const knhk_sealed_receipt_t* receipt) {
    const int code =
        first_error(check_ring(ring), check_slot(tick), check(receipt), check_rows(S, P, O, count));
    if (code != KNHK_OK) [[unlikely]] {
        return code;
    }
    const auto done =
        assertion_ring(ring).enqueue(static_cast<u32>(tick), S, P, O, static_cast<u32>(count),
                                     std::bit_cast<SealedReceipt>(*receipt));
    return done ? KNHK_OK : code_of(done.error());
}

int knhk_ring_dequeue_assertion(knhk_assertion_ring_t* ring, uint64_t tick, uint64_t* S,
                                uint64_t* P, uint64_t* O, uint32_t* receipt_of, uint64_t capacity,
                                knhk_sealed_receipt_t* receipts, uint64_t receipts_capacity,
                                uint64_t* receipts_count) {
    if (S == nullptr || P == nullptr || O == nullptr || receipt_of == nullptr ||
        receipts == nullptr) [[unlikely]] {
        return KNHK_E_NULL;
    }
    const int code = first_error(check_ring(ring), check_slot(tick), check(S), check(P), check(O),
                                 check(receipt_of), check(receipts), check(receipts_count));
    if (code != KNHK_OK) [[unlikely]] {
        return code;
    }
    // The slot is one, so what is refused is for want of room.
    const auto count = assertion_ring(ring).dequeue(static_cast<u32>(tick),
                                                    {S, P, O, receipt_of, at_most(capacity),
                                                     reinterpret_cast<SealedReceipt*>(receipts),
                                                     at_most(receipts_capacity)});
    *receipts_count = count ? count->receipts : 0;
    return count ? static_cast<int>(count->rows) : KNHK_E_CAPACITY;
}

int knhk_ring_is_empty_assertion(const knhk_assertion_ring_t* ring, uint64_t tick) {
    const int code = first_error(check_ring(ring), check_slot(tick));
    return code != KNHK_OK ? code : int{assertion_ring(ring).is_empty(static_cast<u32>(tick))};
}

int knhk_ring_refused_assertion(const knhk_assertion_ring_t* ring, uint64_t tick,
                                uint64_t* refused) {
    const int code = first_error(check_ring(ring), check_slot(tick), check(refused));
    if (code == KNHK_OK) {
        *refused = assertion_ring(ring).refused(static_cast<u32>(tick));
    }
    return code;
}

int knhk_ring_cleanup_assertion(knhk_assertion_ring_t* ring) {
    return clean_up(ring);
}
