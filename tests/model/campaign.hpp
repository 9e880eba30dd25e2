// SPDX-License-Identifier: MIT
// Random workload files through the scheduler and the model, many of them: what `knhk check-model`
// does.
#pragma once

#include <atomic>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "tests/model/planted.hpp"

namespace knhk::model {

struct CampaignOptions {
    u64 count = 100;
    u64 first_seed = 1;
    u64 size = 1; ///< so many times as many tasks in each
    u32 jobs = 1;
    bool quiet = false;
    std::string platform;     ///< empty: the scheduler in this process; else one of `knhk run`
    std::string knhk_command; ///< for a platform
    std::string fault;        ///< planted in the model, by its name in model_faults.def
};

struct CampaignFinding {
    u64 seed;
    std::string what;
    std::string file; ///< as small as it could be made
};

struct CampaignResult {
    u64 runs = 0;
    u64 beats = 0;
    u64 events = 0;
    u64 with_256_cores = 0;
    CaseTally cases;
    std::optional<CampaignFinding> finding; ///< of the smallest seed that differs
};

/// Each seed's run with other workers, another claim, with chaos or without. Progress to stderr.
[[nodiscard]] CampaignResult check_model(const CampaignOptions& options);

struct MutantVerdict {
    std::string name; ///< in model_faults.def
    std::string text;
    std::optional<u64> caught_by; ///< the how many-th workload
    std::string difference;
};

/// Plants every fault of model_faults.def and looks for a workload of `options` that shows it.
[[nodiscard]] std::vector<MutantVerdict> check_mutants(const CampaignOptions& options);

} // namespace knhk::model
