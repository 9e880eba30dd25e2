// SPDX-License-Identifier: MIT
#include "tools/matrix/matrix.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace knhk::tools {

namespace {

constexpr std::size_t WRONG_MAX = 10;

/// A plan without a seed of its own has the command's: 1.
constexpr const char* OTHER_SEED = "77777";

MatrixRun run_of(const MatrixPlan& plan, std::size_t index, const std::string& platform,
                 u32 workers) {
    const MatrixWorkload& workload = plan.workloads[index];
    MatrixRun run{index, {"run", workload.name}, {}, {}, 0};
    run.arguments.insert(run.arguments.end(), workload.arguments.begin(), workload.arguments.end());
    for (const std::string& word :
         {std::string("--on"), platform, std::string("--workers"), std::to_string(workers)}) {
        run.arguments.push_back(word);
    }
    return run;
}

void add(MatrixRun& run, const std::string& option, const std::string& value) {
    run.arguments.push_back(option);
    run.arguments.push_back(value);
}

void add_runs_of(const MatrixPlan& plan, std::size_t index, const std::string& platform,
                 u32 workers, std::vector<MatrixRun>& runs) {
    for (const std::string& claim : plan.claims) {
        for (const u64 chaos : plan.chaos) {
            MatrixRun run = run_of(plan, index, platform, workers);
            add(run, "--claim", claim);
            if (chaos != 0) {
                add(run, "--chaos", std::to_string(chaos + index)); // other delays for each
            }
            runs.push_back(std::move(run));
        }
    }
}

void read_output(MatrixRun& run, bool success, const std::string& output) {
    const auto object = nlohmann::json::parse(output, nullptr, false);
    if (success && object.is_object() && object.contains("run_digest")) {
        run.digest = object["run_digest"].get<std::string>();
        run.events = object.value("events", u64{0});
    } else {
        run.output = output;
    }
}

} // namespace

std::vector<MatrixRun> runs_of(const MatrixPlan& plan) {
    std::vector<MatrixRun> runs;
    for (std::size_t index = 0; index < plan.workloads.size(); ++index) {
        for (const std::string& platform : plan.platforms) {
            for (const u32 workers : plan.workers) {
                if (workers <= plan.workloads[index].cores) {
                    add_runs_of(plan, index, platform, workers, runs);
                }
            }
        }
    }
    return runs;
}

MatrixResult run_matrix(const MatrixPlan& plan, const RunAll& run_all,
                        const std::function<void(u64, u64)>& progress) {
    std::vector<MatrixRun> runs = runs_of(plan);
    const std::size_t controls = runs.size();
    for (std::size_t index = 0; index < plan.workloads.size(); ++index) {
        runs.push_back(run_of(plan, index, plan.platforms.front(), 1));
        add(runs.back(), "--seed", OTHER_SEED);
    }
    u64 done = 0;
    run_all(runs, plan.jobs, [&](std::size_t index, bool success, const std::string& output) {
        read_output(runs[index], success, output);
        progress(++done, runs.size());
    });

    MatrixResult result;
    for (const MatrixWorkload& workload : plan.workloads) {
        result.rows.push_back({workload.name, {}, 0, 0, false});
    }
    for (std::size_t index = 0; index < runs.size(); ++index) {
        MatrixRun& run = runs[index];
        MatrixRow& row = result.rows[run.workload];
        if (row.digest.empty()) {
            row.digest = run.digest;
            row.events = run.events;
        }
        const bool equal = !run.digest.empty() && run.digest == row.digest;
        const bool is_control = index >= controls;
        row.other_seed_differs = is_control && !run.digest.empty() && !equal;
        row.runs += equal && !is_control ? 1 : 0;
        if (is_control ? !row.other_seed_differs : !equal) {
            if (result.wrong.size() < WRONG_MAX) {
                result.wrong.push_back(run);
            }
        }
    }
    result.runs = runs.size();
    return result;
}

} // namespace knhk::tools
