// SPDX-License-Identifier: MIT
// A run that goes on from a checkpoint is the run that was not interrupted, whoever took the
// checkpoint and whoever goes on.
#include <gtest/gtest.h>

#include "replay/checkpoint.hpp"
#include "tests/sched/everything.hpp"

namespace knhk {
namespace {

using test::NativeOptions;
using test::NativeResult;

struct Case {
    u32 cores;
    u64 seed;
    bool stealing;
};

class ResumedRuns : public testing::TestWithParam<Case> {
  protected:
    [[nodiscard]] static NativeOptions options() {
        NativeOptions options = test::everything(GetParam().cores, GetParam().seed);
        options.stealing = GetParam().stealing;
        return options;
    }
};

TEST_P(ResumedRuns, end_as_if_they_had_not_been_interrupted_from_every_epoch_with_any_workers) {
    NativeOptions uninterrupted = options();
    uninterrupted.checkpoint_beats = 1;
    const NativeResult whole = test::run_native(uninterrupted);
    ASSERT_GE(whole.checkpoints.size(), 5u);
    u32 workers = 1;
    for (const std::vector<std::byte>& checkpoint : whole.checkpoints) {
        NativeOptions rest = options();
        rest.checkpoint = &checkpoint;
        rest.workers = workers;
        rest.claiming = workers % 2 == 0 ? Claiming::Dynamic : Claiming::Static;
        rest.chaos_seed = workers == 3 ? 5 : 0;
        workers = workers % 4 + 1;
        const NativeResult resumed = test::run_native(rest);
        EXPECT_EQ(resumed.digest, whole.digest);
        EXPECT_EQ(resumed.beats, whole.beats);
        EXPECT_EQ(resumed.events, whole.events);
        EXPECT_EQ(resumed.tasks, whole.tasks);
        EXPECT_EQ(resumed.remote_messages, whole.remote_messages);
    }
}

TEST_P(ResumedRuns, execute_no_beat_again_and_log_what_the_rest_of_the_whole_log_holds) {
    NativeOptions uninterrupted = options();
    uninterrupted.checkpoint_beats = 1;
    const NativeResult whole = test::run_native(uninterrupted);
    const auto all = test::beats_of(whole.log);
    for (std::size_t i = 0; i < whole.checkpoints.size(); i += 3) {
        NativeOptions rest = options();
        rest.checkpoint = &whole.checkpoints[i];
        const auto beats = test::beats_of(test::run_native(rest).log);
        const auto header = load_le<CheckpointHeader>(whole.checkpoints[i].data());
        ASSERT_EQ(beats.size() + header.place.beats, all.size());
        ASSERT_FALSE(beats.empty());
        EXPECT_EQ(beats.front().header.beat, header.place.beat);
        for (std::size_t beat = 0; beat < beats.size(); ++beat) {
            const auto& expected = all[header.place.beats + beat];
            EXPECT_EQ(beats[beat].header.chain, expected.header.chain);
            EXPECT_EQ(beats[beat].events.size(), expected.events.size());
        }
    }
}

TEST_P(ResumedRuns, checkpoints_are_byte_equal_whoever_ran_them_and_take_nothing_from_the_log) {
    NativeOptions saved = options();
    saved.checkpoint_beats = 16;
    const NativeResult one = test::run_native(saved);
    ASSERT_FALSE(one.checkpoints.empty());
    const NativeResult without = test::run_native(options());
    EXPECT_EQ(one.log, without.log) << "a checkpoint changes no byte of the log";
    for (const u32 workers : {2u, 3u}) {
        saved.workers = workers;
        saved.chaos_seed = workers;
        saved.claiming = Claiming::Dynamic;
        EXPECT_EQ(test::run_native(saved).checkpoints, one.checkpoints);
    }
}

TEST_P(ResumedRuns, checkpoints_of_a_resumed_run_are_those_of_the_whole_one) {
    NativeOptions saved = options();
    saved.checkpoint_beats = 1;
    const NativeResult whole = test::run_native(saved);
    const std::size_t middle = whole.checkpoints.size() / 2;
    NativeOptions rest = saved;
    rest.checkpoint = &whole.checkpoints[middle];
    rest.workers = 2;
    const NativeResult resumed = test::run_native(rest);
    ASSERT_EQ(resumed.checkpoints.size(), whole.checkpoints.size() - middle - 1);
    for (std::size_t i = 0; i < resumed.checkpoints.size(); ++i) {
        EXPECT_EQ(resumed.checkpoints[i], whole.checkpoints[middle + 1 + i]) << i;
    }
}

INSTANTIATE_TEST_SUITE_P(Runs, ResumedRuns,
                         testing::Values(Case{1, 2, false}, Case{8, 3, true}, Case{64, 4, false},
                                         Case{256, 5, true}));

} // namespace
} // namespace knhk
