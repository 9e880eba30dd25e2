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
        for (std::size_t platform = 0; platform < plan_.platforms.size(); ++platform) {
            for (const u32 workers : fitting_workers()) {
                for (const std::string& claim : plan_.claims) {
                    for (const u64 chaos : plan_.chaos) {
                        runs.push_back(run({platform, workers}, claim, chaos));
                    }
                }
            }
            if (!plan_.folder.empty()) {
                runs.push_back(recording(platform));
            }
            runs.push_back(control(platform));
        }
    }

    /// With the fewest and with the most workers.
    void add_repetitions(std::vector<MatrixRun>& runs) const {
        const std::size_t platforms = plan_.platforms.size();
        for (std::size_t source = 0; source < platforms; ++source) {
            for (std::size_t platform = 0; platform < platforms; ++platform) {
                if (plan_.all_pairs || platform == (source + 1) % platforms) {
                    add_repetitions_between(source, platform, runs);
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

    struct Place {
        std::size_t platform;
        u32 workers;
    };

    [[nodiscard]] MatrixRun made(MatrixWay way, Place place, Words words,
                                 const Words& more = {}) const {
        words.insert(words.end(), {"--on", plan_.platforms[place.platform], "--workers",
                                   std::to_string(place.workers)});
        words.insert(words.end(), more.begin(), more.end());
        return {index_, way, place.platform, place.workers, std::move(words)};
    }

    [[nodiscard]] MatrixRun made_of_workload(MatrixWay way, Place place, const Words& more) const {
        Words words{"run", workload_.name};
        words.insert(words.end(), workload_.arguments.begin(), workload_.arguments.end());
        return made(way, place, std::move(words), more);
    }

    [[nodiscard]] MatrixRun run(Place place, const std::string& claim, u64 chaos) const {
        Words words{"--claim", claim, "--level", "digest"};
        if (chaos != 0) {
            words.insert(words.end(),
                         {"--chaos", std::to_string(chaos + index_)}); // others for each
        }
        return made_of_workload(MatrixWay::Run, place, words);
    }

    [[nodiscard]] MatrixRun control(std::size_t platform) const {
        return made_of_workload(MatrixWay::OtherSeed, {platform, 1},
                                {"--level", "digest", "--seed", OTHER_SEED});
    }

    [[nodiscard]] std::string recorded(const std::string& platform, const char* what) const {
        return (plan_.folder / fmt::format("{}-{}.{}", index_, platform, what)).string();
    }

    [[nodiscard]] MatrixRun recording(std::size_t platform) const {
        const std::string& name = plan_.platforms[platform];
        return made_of_workload(MatrixWay::Record, {platform, 1},
                                {"--level", "inputs", "--log", recorded(name, "log"),
                                 "--checkpoints", recorded(name, "checkpoints"),
                                 "--checkpoint-every", std::to_string(workload_.checkpoint_every),
                                 "--checkpoint-keep", "32"});
    }

    void add_repetitions_between(std::size_t source, std::size_t platform,
                                 std::vector<MatrixRun>& runs) const {
        const std::vector<u32> workers = fitting_workers();
        if (!workers.empty()) {
            add_repetitions_of(plan_.platforms[source], {platform, workers.front()}, runs);
        }
        if (workers.size() > 1) {
            add_repetitions_of(plan_.platforms[source], {platform, workers.back()}, runs);
        }
    }

    void add_repetitions_of(const std::string& source, Place place,
                            std::vector<MatrixRun>& runs) const {
        const std::string log = recorded(source, "log");
        runs.push_back(made(MatrixWay::Replay, place, {"replay", log}));
        // A short run has none: its row will say how many were resumed.
        const auto checkpoints = stored_checkpoints(recorded(source, "checkpoints"));
        if (!checkpoints.empty()) {
            const Words inputs = workload_.has_inputs ? Words{"--input", "log:" + log} : Words{};
            runs.push_back(made(MatrixWay::Resume, place,
                                {"resume", checkpoints[checkpoints.size() / 2].path.string()},
                                inputs));
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
