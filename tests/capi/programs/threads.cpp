// SPDX-License-Identifier: MIT
// The header in C++23: one thread admits, one executes, one commits; each receipt is checked. With
// an argument a row is changed on its way, which must be noticed.
#include <knhk.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <thread>

namespace {

constexpr std::uint64_t RUNS = 20'000;
constexpr std::uint64_t PREDICATE = 5;
constexpr knhk_hook_t HOOK{KNHK_COMPARE_O_GE, 0, 0, PREDICATE, 0};

/// Memory for a ring, aligned.
struct Memory {
    explicit Memory(std::uint64_t size)
        : bytes(size), first(static_cast<std::byte*>(std::aligned_alloc(64, size))) {}
    std::uint64_t bytes;
    std::unique_ptr<std::byte, decltype([](void* memory) { std::free(memory); })> first;
};

Memory delta_memory{knhk_ring_bytes_delta(64)};
Memory assertion_memory{knhk_ring_bytes_assertion(64, 16)};
Memory park_memory{knhk_ring_bytes_park(8)};
knhk_delta_ring_t deltas;
knhk_assertion_ring_t assertions;
knhk_park_ring_t parked;

void admit() {
    alignas(64) std::array<std::uint64_t, 8> subjects{};
    alignas(64) std::array<std::uint64_t, 8> predicates{};
    predicates.fill(PREDICATE);
    for (std::uint64_t run = 0; run < RUNS; ++run) {
        subjects.fill(run);
        const std::uint64_t rows = 1 + run % 8;
        while (knhk_ring_enqueue_delta(&deltas, 0, subjects.data(), predicates.data(),
                                       subjects.data(), rows, 0) == KNHK_E_FULL) {
            std::this_thread::yield();
        }
    }
}

void execute() {
    constexpr knhk_limits_t limits{KNHK_BUDGET_MAX, KNHK_R1};
    for (std::uint64_t done = 0; done < RUNS;) {
        const knhk_place_t place{0, 1, knhk_hook_id(1, PREDICATE), done};
        // What would be parked for want of room waits instead.
        const int rows =
            knhk_ring_is_empty_assertion(&assertions, 0) == 1
                ? knhk_fiber_process_tick(&deltas, &assertions, &parked, &HOOK, &place, &limits)
                : 0;
        done += rows > 0 ? 1 : 0;
        if (rows == 0) {
            std::this_thread::yield();
        }
    }
}

/// How many executions were not what they should be.
std::uint64_t commit(bool spoils) {
    std::uint64_t wrong = 0;
    for (std::uint64_t run = 0; run < RUNS;) {
        alignas(64) std::uint64_t words[3][8];
        std::uint32_t receipt_of[8];
        knhk_sealed_receipt_t receipt;
        std::uint64_t count = 0;
        const int rows = knhk_ring_dequeue_assertion(&assertions, 0, words[0], words[1], words[2],
                                                     receipt_of, 8, &receipt, 1, &count);
        if (count == 0) {
            std::this_thread::yield();
            continue;
        }
        words[2][0] ^= spoils && run == RUNS / 2 ? 1 : 0;
        knhk_context_t context;
        const auto length = static_cast<std::uint64_t>(rows);
        const bool holds = knhk_init_ctx(&context, words[0], words[1], words[2], 8) == KNHK_OK &&
                           knhk_pin_run(&context, {PREDICATE, 0, length}, nullptr) == KNHK_OK &&
                           knhk_receipt_verify(&context, &HOOK, &receipt) == KNHK_OK;
        wrong += !holds || length != 1 + run % 8 || words[0][0] != run ||
                         receipt.receipt.span != knhk_span_id(0, 1, knhk_hook_id(1, PREDICATE), run)
                     ? 1
                     : 0;
        ++run;
    }
    return wrong;
}

} // namespace

int main(int argc, char**) {
    const bool ready =
        knhk_ring_init_delta(&deltas, 64, delta_memory.first.get(), delta_memory.bytes) == 0 &&
        knhk_ring_init_assertion(&assertions, 64, 16, assertion_memory.first.get(),
                                 assertion_memory.bytes) == 0 &&
        knhk_ring_init_park(&parked, 8, park_memory.first.get(), park_memory.bytes) == 0;
    if (!ready) {
        return 2;
    }
    std::thread admits(admit);
    std::thread executes(execute);
    const std::uint64_t wrong = commit(argc > 1);
    admits.join();
    executes.join();
    std::printf("%d executions, %d wrong\n", static_cast<int>(RUNS), static_cast<int>(wrong));
    return wrong == 0 ? 0 : 1;
}
