// SPDX-License-Identifier: MIT
#include "tools/matrix/matrix.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>

namespace knhk::tools {

namespace {

constexpr std::size_t WRONG_MAX = 10;

void read_output(MatrixRun& run, bool success, const std::string& output) {
    const auto object = nlohmann::json::parse(output, nullptr, false);
    if (success && object.is_object() && object.contains("run_digest")) {
        run.digest = object["run_digest"].get<std::string>();
        run.events = object.value("events", u64{0});
        run.seen = {object.value("seen_platform", std::string()),
                    object.value("seen_harts", u64{0})};
    } else {
        run.output = output;
    }
}

/// Another seed: another digest, and the same one everywhere.
bool judge_control(const MatrixRun& run, MatrixRow& row) {
    if (row.other_digest.empty()) {
        row.other_digest = run.digest;
    }
    const bool is_right =
        !run.digest.empty() && run.digest != row.digest && run.digest == row.other_digest;
    row.other_seed_differs = row.other_seed_differs && is_right;
    return is_right;
}

/// The row's digest is that of its first run; says whether this one is as it should be.
bool judge(const MatrixRun& run, MatrixRow& row) {
    if (run.way == MatrixWay::OtherSeed) {
        return judge_control(run, row);
    }
    if (row.digest.empty()) {
        row.digest = run.digest;
        row.events = run.events;
    }
    const bool is_equal = !run.digest.empty() && run.digest == row.digest;
    MatrixCell& cell = row.cells[run.platform];
    ++cell.runs;
    cell.equal += is_equal ? 1 : 0;
    row.replays += is_equal && run.way == MatrixWay::Replay ? 1 : 0;
    row.resumes += is_equal && run.way == MatrixWay::Resume ? 1 : 0;
    return is_equal;
}

} // namespace

MatrixResult run_matrix(const MatrixPlan& plan, const RunAll& run_all,
                        const std::function<void(u64, u64)>& progress) {
    MatrixResult result;
    for (const MatrixWorkload& workload : plan.workloads) {
        result.rows.push_back({.name = workload.name,
                               .has_inputs = workload.has_inputs,
                               .cells = std::vector<MatrixCell>(plan.platforms.size())});
    }
    const auto run_and_judge = [&](std::vector<MatrixRun> runs) {
        u64 done = 0;
        run_all(runs, plan.jobs, [&](std::size_t index, bool success, const std::string& output) {
            read_output(runs[index], success, output);
            progress(++done, runs.size());
        });
        for (const MatrixRun& run : runs) {
            if (!judge(run, result.rows[run.workload]) && result.wrong.size() < WRONG_MAX) {
                result.wrong.push_back(run);
            }
        }
        std::ranges::move(runs, std::back_inserter(result.all));
    };
    run_and_judge(runs_of(plan));
    run_and_judge(repetitions_of(plan)); // of what is recorded by now
    return result;
}

} // namespace knhk::tools
