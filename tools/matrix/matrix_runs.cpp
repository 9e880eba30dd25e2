// SPDX-License-Identifier: MIT
#include <algorithm>

#include <fmt/format.h>

#include "tools/matrix/matrix.hpp"
#include "tools/run/checkpoint_folder.hpp"

namespace knhk::tools {

namespace {

/// A plan without a seed of its own has the command's: 1.
constexpr const char* OTHER_SEED = "77777";

using Words = std::vector<std::string>;

class Planner {
  public:
    Planner(const MatrixPlan& plan, std::size_t index)
        : plan_(plan), index_(index), workload_(plan.workloads[index]) {}

    void add_runs(std::vector<MatrixRun>& runs) const {
        for (const std::string& platform : plan_.platforms) {
            for (const u32 workers : fitting_workers()) {
                for (const std::string& claim : plan_.claims) {
                    for (const u64 chaos : plan_.chaos) {
                        runs.push_back(run(platform, workers, claim, chaos));
                    }
                }
            }
            if (!plan_.folder.empty()) {
                runs.push_back(recording(platform));
            }
        }
        runs.push_back(control());
    }

    /// The fewest and the most workers, on each platform.
    void add_repetitions(std::vector<MatrixRun>& runs) const {
        Words workers;
        for (const u32 count : fitting_workers()) {
            workers.push_back(std::to_string(count));
        }
        for (const std::string& source : plan_.platforms) {
            for (const std::string& platform : plan_.platforms) {
                if (!workers.empty()) {
                    add_repetitions_of(source, platform, workers.front(), runs);
                }
                if (workers.size() > 1) {
                    add_repetitions_of(source, platform, workers.back(), runs);
                }
            }
        }
    }

  private:
    [[nodiscard]] std::vector<u32> fitting_workers() const {
        std::vector<u32> fitting;
        std::ranges::copy_if(plan_.workers, std::back_inserter(fitting),
                             [this](u32 workers) { return workers <= workload_.cores; });
        return fitting;
    }

    [[nodiscard]] MatrixRun made(MatrixWay way, Words first, const Words& more) const {
        first.insert(first.end(), more.begin(), more.end());
        return {index_, way, std::move(first)};
    }

    [[nodiscard]] MatrixRun made_of_workload(MatrixWay way, const Words& more) const {
        Words words{"run", workload_.name};
        words.insert(words.end(), workload_.arguments.begin(), workload_.arguments.end());
        return made(way, std::move(words), more);
    }

    [[nodiscard]] MatrixRun run(const std::string& platform, u32 workers, const std::string& claim,
                                u64 chaos) const {
        Words words{"--on",    platform, "--workers", std::to_string(workers),
                    "--claim", claim,    "--level",   "digest"};
        if (chaos != 0) {
            words.insert(words.end(),
                         {"--chaos", std::to_string(chaos + index_)}); // others for each
        }
        return made_of_workload(MatrixWay::Run, words);
    }

    [[nodiscard]] MatrixRun control() const {
        return made_of_workload(MatrixWay::OtherSeed,
                                {"--on", plan_.platforms.front(), "--workers", "1", "--level",
                                 "digest", "--seed", OTHER_SEED});
    }

    [[nodiscard]] std::string recorded(const std::string& platform, const char* what) const {
        return (plan_.folder / fmt::format("{}-{}.{}", index_, platform, what)).string();
    }

    [[nodiscard]] MatrixRun recording(const std::string& platform) const {
        return made_of_workload(MatrixWay::Record,
                                {"--on", platform, "--workers", "1", "--level", "inputs", "--log",
                                 recorded(platform, "log"), "--checkpoints",
                                 recorded(platform, "checkpoints"), "--checkpoint-every", "8",
                                 "--checkpoint-keep", "32"});
    }

    void add_repetitions_of(const std::string& source, const std::string& platform,
                            const std::string& workers, std::vector<MatrixRun>& runs) const {
        const Words where{"--on", platform, "--workers", workers};
        const std::string log = recorded(source, "log");
        runs.push_back(made(MatrixWay::Replay, {"replay", log}, where));
        // A short run has none: its row will say how many were resumed.
        const auto checkpoints = stored_checkpoints(recorded(source, "checkpoints"));
        if (!checkpoints.empty()) {
            Words words{"resume", checkpoints[checkpoints.size() / 2].path.string()};
            if (workload_.has_inputs) {
                words.insert(words.end(), {"--input", "log:" + log});
            }
            runs.push_back(made(MatrixWay::Resume, std::move(words), where));
        }
    }

    const MatrixPlan& plan_;
    std::size_t index_;
    const MatrixWorkload& workload_;
};

} // namespace

std::vector<MatrixRun> runs_of(const MatrixPlan& plan) {
    std::vector<MatrixRun> runs;
    for (std::size_t index = 0; index < plan.workloads.size(); ++index) {
        Planner(plan, index).add_runs(runs);
    }
    return runs;
}

std::vector<MatrixRun> repetitions_of(const MatrixPlan& plan) {
    std::vector<MatrixRun> runs;
    for (std::size_t index = 0; !plan.folder.empty() && index < plan.workloads.size(); ++index) {
        Planner(plan, index).add_repetitions(runs);
    }
    return runs;
}

} // namespace knhk::tools
