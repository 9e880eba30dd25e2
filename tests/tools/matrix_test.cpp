// SPDX-License-Identifier: MIT
// What the matrix makes of the runs that it is told about: no process is started here.
#include "tools/matrix/matrix.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>

#include "tools/host/temporary_directory.hpp"

namespace knhk::tools {
namespace {

MatrixPlan small_plan() {
    MatrixPlan plan;
    plan.workloads = {{"ring", {"--cores", "4"}, 4}, {"file.json", {}, 2}};
    plan.platforms = {"linux", "qemu-x86_64"};
    plan.workers = {1, 2, 8};
    plan.all_pairs = true;
    return plan;
}

/// With places for logs, and one checkpoint of the first workload on the first platform.
class RecordingMatrix : public testing::Test {
  protected:
    RecordingMatrix() {
        plan_.folder = folder_.path();
        const auto checkpoints = folder_.path() / "0-linux.checkpoints";
        std::filesystem::create_directory(checkpoints);
        std::ofstream(checkpoints / "beats-00000000000000000016.checkpoint") << "any";
    }

    TemporaryDirectory folder_;
    MatrixPlan plan_ = small_plan();
};

bool has(const MatrixRun& run, const std::string& word) {
    return std::ranges::find(run.arguments, word) != run.arguments.end();
}

/// A digest for each workload, another one for another seed.
std::string digest_of(const MatrixRun& run) {
    return std::to_string(run.workload) + (has(run, "--seed") ? "other" : "same");
}

std::string output_with(const std::string& digest) {
    return R"({"events": 5, "run_digest": ")" + digest + "\"}\n";
}

using Answer = std::function<std::string(const MatrixRun& run, std::size_t index)>;

MatrixResult result_of(const MatrixPlan& plan, const Answer& answer) {
    const auto run_all = [&](const std::vector<MatrixRun>& runs, u32, const RunEnded& ended) {
        for (std::size_t index = 0; index < runs.size(); ++index) {
            const std::string digest = answer(runs[index], index);
            ended(index, !digest.empty(), digest.empty() ? "broken" : output_with(digest));
        }
    };
    return run_matrix(plan, run_all, [](u64, u64) {});
}

MatrixResult result_with(const Answer& answer) {
    return result_of(small_plan(), answer);
}

TEST(Matrix, each_workload_runs_with_all_but_too_many_workers) {
    const auto runs = runs_of(small_plan());
    // Two platforms, two numbers of workers (8 are too many), two claims, chaos and none.
    // And a control on each platform.
    EXPECT_EQ(std::ranges::count(runs, 0u, &MatrixRun::workload), 18);
    EXPECT_EQ(std::ranges::count(runs, 1u, &MatrixRun::workload), 18);
    EXPECT_EQ(std::ranges::count(runs, MatrixWay::OtherSeed, &MatrixRun::way), 4);
    for (const char* word : {"linux", "qemu-x86_64", "static", "dynamic", "--chaos"}) {
        const auto with = std::ranges::count_if(
            runs, [&](const auto& run) { return run.way == MatrixWay::Run && has(run, word); });
        EXPECT_EQ(with, 16) << word;
    }
    EXPECT_TRUE(std::ranges::none_of(runs, [](const auto& run) { return has(run, "8"); }));
}

TEST_F(RecordingMatrix, each_workload_is_recorded_on_each_platform) {
    const auto runs = runs_of(plan_);
    EXPECT_EQ(std::ranges::count(runs, MatrixWay::Record, &MatrixRun::way), 4);
    EXPECT_TRUE(repetitions_of(small_plan()).empty()) << "nowhere to record";
}

TEST_F(RecordingMatrix, recordings_are_repeated_on_each_platform_from_each) {
    const auto runs = repetitions_of(plan_);
    // Two workloads, recorded twice, on two platforms, with the fewest and the most workers.
    EXPECT_EQ(std::ranges::count(runs, MatrixWay::Replay, &MatrixRun::way), 16);
    EXPECT_EQ(std::ranges::count(runs, MatrixWay::Resume, &MatrixRun::way), 4);
    for (const MatrixRun& run : runs) {
        EXPECT_NE(has(run, "1"), has(run, "2"));
        EXPECT_FALSE(has(run, "--input"));
    }
}

TEST_F(RecordingMatrix, or_from_its_neighbour_only) {
    plan_.all_pairs = false;
    const auto runs = repetitions_of(plan_);
    EXPECT_EQ(std::ranges::count(runs, MatrixWay::Replay, &MatrixRun::way), 8);
    for (const MatrixRun& run : runs) {
        EXPECT_NE(run.arguments[1].find(run.platform == 0 ? "-qemu-x86_64." : "-linux."),
                  std::string::npos);
    }
}

TEST_F(RecordingMatrix, resumed_run_gets_the_inputs_that_were_recorded) {
    plan_.workloads[0].has_inputs = true;
    for (const MatrixRun& run : repetitions_of(plan_)) {
        EXPECT_EQ(has(run, "--input"), run.way == MatrixWay::Resume);
    }
}

TEST_F(RecordingMatrix, repetition_that_differs_is_found) {
    const MatrixResult result = result_of(plan_, [](const MatrixRun& run, std::size_t) {
        return run.way == MatrixWay::Resume && has(run, "qemu-x86_64") ? "different"
                                                                       : digest_of(run);
    });
    EXPECT_EQ(result.wrong.size(), 2u);
    EXPECT_EQ(result.rows[0].replays, 8u);
    EXPECT_EQ(result.rows[0].resumes, 2u);
    EXPECT_EQ(result.rows[1].resumes, 0u);
    EXPECT_EQ(result.rows[1].cells[0].equal, 8u + 1 + 4);
    EXPECT_EQ(result.rows[0].cells[1].equal, 8u + 1 + 4);
}

TEST(Matrix, equal_digests_and_another_for_another_seed_are_content) {
    const MatrixResult result =
        result_with([](const MatrixRun& run, std::size_t) { return digest_of(run); });
    EXPECT_TRUE(result.wrong.empty());
    EXPECT_EQ(result.all.size(), 36u);
    ASSERT_EQ(result.rows.size(), 2u);
    EXPECT_EQ(result.rows[0].digest, "0same");
    EXPECT_EQ(result.rows[0].cells[0].equal, 8u);
    EXPECT_EQ(result.rows[0].cells[1].equal, 8u);
    EXPECT_EQ(result.rows[0].events, 5u);
    EXPECT_TRUE(result.rows[1].other_seed_differs);
}

TEST(Matrix, one_run_that_differs_is_found) {
    const MatrixResult result = result_with([](const MatrixRun& run, std::size_t index) {
        return index == 20 ? std::string("different") : digest_of(run);
    });
    ASSERT_EQ(result.wrong.size(), 1u);
    EXPECT_EQ(result.wrong[0].digest, "different");
    EXPECT_EQ(result.wrong[0].workload, 1u);
    EXPECT_EQ(result.rows[1].cells[0].equal, 7u);
    EXPECT_EQ(result.rows[1].cells[0].runs, 8u);
}

TEST(Matrix, a_run_that_fails_is_found_with_what_it_said) {
    const MatrixResult result = result_with([](const MatrixRun& run, std::size_t index) {
        return index == 3 ? std::string() : digest_of(run);
    });
    ASSERT_EQ(result.wrong.size(), 1u);
    EXPECT_EQ(result.wrong[0].output, "broken");
}

TEST(Matrix, another_seed_that_changes_nothing_is_found) {
    const MatrixResult result =
        result_with([](const MatrixRun& run, std::size_t) { return std::to_string(run.workload); });
    EXPECT_EQ(result.wrong.size(), 4u);
    EXPECT_FALSE(result.rows[0].other_seed_differs);
}

TEST(Matrix, another_seed_that_is_not_the_same_everywhere_is_found) {
    const MatrixResult result = result_with([](const MatrixRun& run, std::size_t) {
        const bool is_odd = run.way == MatrixWay::OtherSeed && has(run, "qemu-x86_64");
        return is_odd ? "odd" : digest_of(run);
    });
    EXPECT_EQ(result.wrong.size(), 2u);
    EXPECT_FALSE(result.rows[1].other_seed_differs);
}

TEST(Matrix, runs_say_where_they_found_themselves) {
    const auto run_all = [](const std::vector<MatrixRun>& runs, u32, const RunEnded& ended) {
        for (std::size_t index = 0; index < runs.size(); ++index) {
            ended(index, true,
                  R"({"run_digest": "d", "seen_platform": "bare-x86_64", "seen_harts": 2})");
        }
    };
    const MatrixResult result = run_matrix(small_plan(), run_all, [](u64, u64) {});
    EXPECT_EQ(result.all[0].seen.platform, "bare-x86_64");
    EXPECT_EQ(result.all[0].seen.harts, 2u);
}

} // namespace
} // namespace knhk::tools
