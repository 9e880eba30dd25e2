// SPDX-License-Identifier: MIT
// Runs of ours as figures, with the promise behind them: one digest for one workload, whoever ran
// it and wherever its log went.
#pragma once

#include <map>
#include <tuple>

#include "bench/scheduler/harness.hpp"

namespace knhk::bench {

class OurRuns {
  public:
    /// Cycles for each task. Throws std::runtime_error when the same chains had another digest
    /// before.
    [[nodiscard]] double cycles(const RunOfOurs& what);

  private:
    using Key = std::tuple<ChainsKind, u32, u64>;
    Harness harness_;
    std::map<Key, Digest> digests_;
};

} // namespace knhk::bench
