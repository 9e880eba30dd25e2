// SPDX-License-Identifier: MIT
#include "arch/bare/sleep.hpp"

#include <atomic>
#include <bit>

#include "arch/bare/machine.hpp"

namespace knhk::bare {
namespace {

constexpr u32 HARTS_IN_WORD = 64;
constexpr u32 WORDS = CORES_MAX / HARTS_IN_WORD;

/// Sets of harts. A set's words lie together, because wake reads all of them.
struct alignas(SEPARATION_BYTES) HartSet {
    std::atomic<u64> words[WORDS];
};

/// A store and then a load on each side (the sleeper marks itself and reads the word, the waker has
/// changed the word and reads the marks) lose a wake unless one of the two sees the other. Both
/// sides here read, modify and write the same word of this set, and such operations have one order:
///   the sleeper's first: the waker reads the mark and interrupts;
///   the waker's first:   the sleeper's acquires it and so sees the changed word.
/// That makes it correct without fences and whatever order the caller's store has.
constinit HartSet sleepers{};

/// Keeps interrupts off while it lives, and leaves them as they were.
class InterruptsOff {
  public:
    InterruptsOff() : before_(mask_interrupts()) {}
    ~InterruptsOff() { restore_interrupts(before_); }
    InterruptsOff(const InterruptsOff&) = delete;
    InterruptsOff& operator=(const InterruptsOff&) = delete;

  private:
    u64 before_;
};

/// What a marked hart sleeps on; written before the mark, read after it.
constinit std::atomic<const u32*> slept_on[CORES_MAX]{};

void wake_marked(u64 marked, u32 first_hart, const u32* word) {
    while (marked != 0) {
        const u32 hart = first_hart + static_cast<u32>(std::countr_zero(marked));
        if (slept_on[hart].load(std::memory_order_relaxed) == word) {
            send_wake(id_of_hart(hart));
        }
        marked &= marked - 1;
    }
}

} // namespace

void wait_on(const u32* word, u32 expected) {
    // A wake that came between the look at the word and the halt, and was taken, would be lost.
    const InterruptsOff until_halted;
    const u32 hart = current_hart();
    std::atomic<u64>& marks = sleepers.words[hart / HARTS_IN_WORD];
    const u64 mark = u64{1} << (hart % HARTS_IN_WORD);
    slept_on[hart].store(word, std::memory_order_relaxed);
    marks.fetch_or(mark, std::memory_order_acq_rel); // pairs with the fetch_add in wake_sleepers
    // Interrupts are off from here to the halt, so a wake that comes in between stays pending and
    // ends the halt at once.
    if (__atomic_load_n(word, __ATOMIC_ACQUIRE) == expected) {
        sleep_until_interrupt();
    }
    marks.fetch_and(~mark, std::memory_order_relaxed); // a late wake only ends the next wait early
}

void wake_sleepers(const u32* word) {
    for (u32 i = 0; i < WORDS; ++i) {
        // Adding 0 reads the newest value, as a plain load need not; pairs with wait_on.
        const u64 marked = sleepers.words[i].fetch_add(0, std::memory_order_acq_rel);
        wake_marked(marked, i * HARTS_IN_WORD, word);
    }
}

} // namespace knhk::bare
