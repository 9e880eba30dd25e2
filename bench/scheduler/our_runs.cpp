// SPDX-License-Identifier: MIT
#include "bench/scheduler/our_runs.hpp"

#include <stdexcept>

#include <fmt/format.h>

namespace knhk::bench {

double OurRuns::cycles(const RunOfOurs& what) {
    const ResultOfOurs result = harness_.run(what);
    const Key key{what.chains.kind, what.chains.cores, what.chains.tasks};
    const auto [known, first] = digests_.try_emplace(key, result.digest);
    if (!first && known->second != result.digest) {
        throw std::runtime_error(
            fmt::format("two digests of {} tasks on {} cores, now with {} workers: this is a bug",
                        what.chains.tasks, what.chains.cores, what.workers));
    }
    return result.cycles;
}

} // namespace knhk::bench
