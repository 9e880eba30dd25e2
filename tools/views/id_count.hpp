// SPDX-License-Identifier: MIT
// How many different task ids a log has, in bounded memory: counted up to a bound, estimated
// beyond it.
#pragma once

#include <vector>

#include "base/types.hpp"

namespace knhk::tools {

class IdCount {
  public:
    static constexpr u64 EXACT_MAX = u64{1} << 22;

    explicit IdCount(u64 exact_max = EXACT_MAX);

    void add(u64 id);
    [[nodiscard]] u64 count() const;
    /// Else the count is off by 0.4 % as a rule.
    [[nodiscard]] bool is_exact() const { return registers_.empty(); }

  private:
    void insert(u64 id);
    void grow();
    void estimate_from_now_on();
    void observe(u64 id);

    u64 exact_max_;
    u64 count_ = 0;
    bool has_zero_ = false;  ///< 0 marks a free slot, so it is not kept in one
    std::vector<u64> slots_; ///< open addressing, at most half full
    /// HyperLogLog: of the hashes that a register was chosen by, the longest run of leading zeros.
    std::vector<u8> registers_;
};

} // namespace knhk::tools
