// SPDX-License-Identifier: MIT
#include "tests/tools/allocation_record.hpp"

#include <atomic>
#include <cstdlib>
#include <new>

namespace {

/// No test needs more; one that finds a fault must not take the machine's memory.
constexpr std::size_t REQUEST_BYTES_MAX = std::size_t{256} << 20;

std::atomic<std::size_t> largest{0};
std::atomic<std::size_t> total{0};

} // namespace

void* operator new(std::size_t size) {
    // Relaxed: a tally that orders nothing.
    total.fetch_add(size, std::memory_order_relaxed);
    std::size_t seen = largest.load(std::memory_order_relaxed);
    while (seen < size && !largest.compare_exchange_weak(seen, size, std::memory_order_relaxed)) {
    }
    void* const memory = size > REQUEST_BYTES_MAX ? nullptr : std::malloc(size == 0 ? 1 : size);
    if (memory == nullptr) {
        throw std::bad_alloc();
    }
    return memory;
}
// The library's own would do, but not a sanitizer's: what it gives could not be freed below.
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
    return std::malloc(size == 0 ? 1 : size);
}
void operator delete(void* memory) noexcept {
    std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
    std::free(memory);
}

namespace knhk::test {

void restart_allocation_record() {
    largest.store(0, std::memory_order_relaxed);
    total.store(0, std::memory_order_relaxed);
}

std::size_t largest_allocation_bytes() {
    return largest.load(std::memory_order_relaxed);
}

std::size_t allocated_bytes() {
    return total.load(std::memory_order_relaxed);
}

} // namespace knhk::test
