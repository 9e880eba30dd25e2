// SPDX-License-Identifier: MIT
// A set of CPUs by the kernel's numbers, as a plain value.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "base/types.hpp"

namespace knhk::hosted {

/// CPUs are numbered below this; Linux itself stops here.
inline constexpr unsigned CPU_NUMBERS_MAX = 8192;

class CpuSet {
  public:
    /// `cpu` is below CPU_NUMBERS_MAX.
    void add(unsigned cpu) { words_[cpu / WORD_BITS] |= u64{1} << cpu % WORD_BITS; }
    [[nodiscard]] bool contains(unsigned cpu) const {
        return cpu < CPU_NUMBERS_MAX && (words_[cpu / WORD_BITS] >> cpu % WORD_BITS & 1) != 0;
    }
    [[nodiscard]] bool is_empty() const { return *this == CpuSet(); }
    [[nodiscard]] bool includes(const CpuSet& other) const { return (other - *this).is_empty(); }
    /// Ascending.
    [[nodiscard]] std::vector<unsigned> members() const;

    friend CpuSet operator&(const CpuSet& a, const CpuSet& b);
    friend CpuSet operator|(const CpuSet& a, const CpuSet& b);
    friend CpuSet operator-(const CpuSet& a, const CpuSet& b);
    friend bool operator==(const CpuSet&, const CpuSet&) = default;

  private:
    static constexpr unsigned WORD_BITS = 64;

    std::array<u64, CPU_NUMBERS_MAX / WORD_BITS> words_{};
};

/// "0-3,7"
[[nodiscard]] std::string text_of(const CpuSet& set);

} // namespace knhk::hosted
