// SPDX-License-Identifier: MIT
// What tests of rings share: memory that is aligned to a line and to no more than that, and dice.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <memory>
#include <new>
#include <random>

#include "base/types.hpp"
#include "beat/ring_ends.hpp"

namespace knhk::test {

/// 0 to `end` - 1.
inline u32 below(std::mt19937_64& random, u32 end) {
    return static_cast<u32>(random() % end);
}

class RingMemory {
  public:
    explicit RingMemory(u64 bytes, std::byte filled_with = {}) : bytes_(bytes) {
        // One line more, so that the ring begins in the middle of a pair of lines.
        const std::align_val_t pair{SEPARATION_BYTES};
        memory_.reset(static_cast<std::byte*>(::operator new(bytes + LINE_BYTES, pair)));
        std::fill_n(memory_.get(), bytes + LINE_BYTES, filled_with);
    }
    [[nodiscard]] std::byte* get() const { return memory_.get() + LINE_BYTES; }
    [[nodiscard]] u64 size() const { return bytes_; }

  private:
    struct Free {
        void operator()(std::byte* memory) const {
            ::operator delete(memory, std::align_val_t{SEPARATION_BYTES});
        }
    };
    std::unique_ptr<std::byte, Free> memory_;
    u64 bytes_;
};

/// A slot's ends as they are when its positions have come so far.
inline void set_positions(std::byte* slot, u64 position) {
    for (const u64 offset : {u64{0}, u64{8}, u64{SEPARATION_BYTES}, SEPARATION_BYTES + u64{8}}) {
        std::memcpy(slot + offset, &position, sizeof position);
    }
}

} // namespace knhk::test
