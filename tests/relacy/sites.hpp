// SPDX-License-Identifier: MIT
// The atomic accesses of the headers under proof, as they are met: where each stands, its order,
// and which one is weakened. Knows nothing of Relacy and never allocates, as it is called inside of
// it.
#pragma once

#include <array>
#include <atomic>
#include <source_location>
#include <span>
#include <string>
#include <vector>

#include "base/types.hpp"

namespace knhk::test {

/// An exchange that compares has two sites: its order when it succeeds, and when it fails.
enum class Access : u8 { Load, Store, ReadModifyWrite, Exchanged, NotExchanged };

struct Site {
    const char* file;
    const char* function;
    u32 line;
    u32 column;
    Access access;
    std::memory_order order;

    /// FOLDER/FILE.
    [[nodiscard]] std::string file_name() const;
    /// FOLDER/FILE:LINE:COLUMN access, order: for people.
    [[nodiscard]] std::string text() const;
    /// Orders to try in place of its own: each a step weaker, and for seq_cst the half steps too.
    [[nodiscard]] std::vector<std::memory_order> weaker() const;
};

[[nodiscard]] const char* name_of(std::memory_order order);

/// All sites that were met so far, numbered as they were met; and which of them one proof uses.
class Sites {
  public:
    static constexpr u32 MAX = 256;

    /// Called at each access: the order that it shall have.
    [[nodiscard]] std::memory_order met(const std::source_location& place, Access access,
                                        std::memory_order order);

    /// From here on `used` counts anew.
    void forget_uses() { used_.fill(false); }
    [[nodiscard]] std::vector<u32> used() const;

    void weaken(u32 site, std::memory_order order) {
        weakened_ = site;
        weak_order_ = order;
    }
    void weaken_none() { weakened_ = MAX; }

    [[nodiscard]] std::span<const Site> all() const { return std::span(sites_).first(count_); }

  private:
    [[nodiscard]] u32 number_of(const std::source_location& place, Access access,
                                std::memory_order order);

    std::array<Site, MAX> sites_{};
    std::array<bool, MAX> used_{};
    std::array<u16, 4 * MAX> table_{}; ///< by hash: 1 + a number, 0: none
    u32 count_ = 0;
    u32 weakened_ = MAX;
    std::memory_order weak_order_ = std::memory_order_relaxed;
};

/// The program's one list: proofs run one after the other, in one thread.
[[nodiscard]] Sites& sites();

} // namespace knhk::test
