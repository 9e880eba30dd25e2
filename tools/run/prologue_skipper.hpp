// SPDX-License-Identifier: MIT
// Of the bytes of a resumed run's log, those behind what it says before its first record of its
// own.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "base/types.hpp"

namespace knhk::tools {

/// Lets everything pass but what stands before a resumed log's first record of its own.
class PrologueSkipper {
  public:
    /// The part of `bytes`, which come next, that is to be kept.
    [[nodiscard]] std::span<const std::byte> pass(std::span<const std::byte> bytes);

  private:
    [[nodiscard]] std::optional<u64> end_of_prologue() const;

    std::vector<std::byte> head_;
    u64 position_ = 0;
    std::optional<u64> end_;
};

} // namespace knhk::tools
