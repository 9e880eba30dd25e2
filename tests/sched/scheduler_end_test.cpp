// SPDX-License-Identifier: MIT
// How runs end and for which reason, what a host is told meanwhile, and where workers are.
#include <gtest/gtest.h>

#include <memory>

#include "sched/scheduler.hpp"
#include "tests/sched/by_hand.hpp"

namespace knhk {
namespace {

using test::ByHand;
using test::Input;
using test::task_of;

/// What the host below was told, and what it says.
struct Told {
    std::vector<u64> epochs; ///< by the beat that follows
    std::vector<Digest> digests;
    u32 looks_until_stop = ~u32{0};
    u32 cycles = 0;
    u32 disturbances = 0;
} told_;

Host host_alone() {
    return {.pause = [] { ++told_.disturbances; },
            .relax = [] { ++told_.disturbances; },
            .wait = [](const u32*, u32) {},
            .wake = [](const u32*) {},
            .stop_requested = [] { return told_.looks_until_stop-- == 0; },
            .epoch_ended =
                [](Beat next, const Digest& digest) {
                    told_.epochs.push_back(next.raw);
                    told_.digests.push_back(digest);
                },
            .spins = 0};
}

class Ending : public testing::Test {
  protected:
    void SetUp() override { told_ = {}; }

    /// Inputs for these beats of one core, and a run by worker 0 alone.
    const RunState& run(const std::vector<u64>& beats, u64 beats_max = NO_BEAT_LIMIT,
                        u64 chaos_seed = 0) {
        std::vector<Input> inputs;
        for (const u64 beat : beats) {
            inputs.push_back({.task = task_of(0, handler_), .beat = beat});
        }
        hand_ = std::make_unique<ByHand>();
        hand_->handler([this](TaskContext& c) { body_(c); });
        hand_->describe(1, inputs);
        scheduler_ = std::make_unique<Scheduler>();
        scheduler_->setup(hand_->setup,
                          {.beats_max = beats_max, .identity = {5, 6}, .chaos_seed = chaos_seed},
                          host_, log_);
        scheduler_->work(0);
        return scheduler_->result();
    }
    static void expect_end(const RunState& state, EndReason reason, u64 beats) {
        EXPECT_EQ(static_cast<EndReason>(state.end_reason), reason);
        EXPECT_EQ(state.beats_executed, beats);
        EXPECT_EQ(state.finished, 1u);
    }

    Host host_ = host_alone();
    LogWriter log_;
    std::unique_ptr<ByHand> hand_;
    std::unique_ptr<Scheduler> scheduler_;
    HandlerId handler_ = ByHand::IDLE;
    ByHand::Body body_ = [](TaskContext&) {};
};

TEST_F(Ending, second_run_over_the_memory_of_the_first_is_a_bug) {
    run({0});
    Scheduler second;
    EXPECT_DEATH(second.setup(hand_->setup, {}, host_, log_), "magic == ");
}

TEST_F(Ending, run_with_nothing_left_is_quiescent) {
    expect_end(run({0, 1, 5}), EndReason::Quiescent, 3);
    EXPECT_EQ(scheduler_->result().tasks, 3u);
    EXPECT_EQ(scheduler_->result().events, 9u);
    EXPECT_EQ(scheduler_->tasks_of_worker(0), 3u);
}

TEST_F(Ending, run_without_inputs_is_quiescent_without_a_beat) {
    expect_end(run({}), EndReason::Quiescent, 0);
    EXPECT_EQ(scheduler_->digest(), run_digest({5, 6}, Digest{}));
}

TEST_F(Ending, operators_stop_ends_the_run_after_the_beat) {
    told_.looks_until_stop = 1;
    expect_end(run({0, 1, 5, 6}), EndReason::Stopped, 2);
    EXPECT_EQ(scheduler_->result().tasks, 2u);
    EXPECT_EQ(scheduler_->digest(), run_digest({5, 6}, scheduler_->result().step.previous));
}

TEST_F(Ending, beat_limit_ends_the_run_after_so_many_executed_beats) {
    expect_end(run({0, 1, 50, 51}, 3), EndReason::BeatLimit, 3);
}

TEST_F(Ending, quiescent_goes_before_stopped_and_stopped_before_the_beat_limit) {
    told_.looks_until_stop = 0;
    expect_end(run({0}, 1), EndReason::Quiescent, 1);
    told_.looks_until_stop = 0;
    expect_end(run({0, 1}, 1), EndReason::Stopped, 1);
    told_.looks_until_stop = 9;
    expect_end(run({0, 1}, 1), EndReason::BeatLimit, 1);
    expect_end(run({0}, 1), EndReason::Quiescent, 1);
}

TEST_F(Ending, shorter_run_is_a_prefix) {
    const Digest chain_of_2 = run({0, 1, 50, 51}, 2).step.previous;
    EXPECT_EQ(run({0, 1}).step.previous, chain_of_2);
}

TEST_F(Ending, host_is_told_of_each_pulse_that_lies_between_executed_beats) {
    run({0, 7, 8, 9, 30, 31, 32});
    EXPECT_EQ(told_.epochs, (std::vector<u64>{8, 30, 32}));
    run({0, 7}); // the run ends with no beat behind them
    EXPECT_EQ(told_.epochs.size(), 3u);
    EXPECT_EQ(told_.digests[0], scheduler_->digest()) << "of the beats before it";
    host_.epoch_ended = nullptr;
    run({0, 8});
}

TEST_F(Ending, chaos_disturbs_a_run_of_one_worker_too_and_seed_0_does_not) {
    const Digest chain = run({0, 1, 2, 3, 4, 5, 6, 7}).step.previous;
    EXPECT_EQ(told_.disturbances, 0u);
    EXPECT_EQ(run({0, 1, 2, 3, 4, 5, 6, 7}, NO_BEAT_LIMIT, 3).step.previous, chain);
    EXPECT_GT(told_.disturbances, 10u);
}

TEST_F(Ending, place_of_a_worker_names_its_task_while_it_runs_and_only_then) {
    handler_ = 1;
    u32 looks = 0;
    body_ = [&](TaskContext&) {
        const Scheduler::Place place = scheduler_->place_of(0);
        EXPECT_TRUE(place.known && place.in_task);
        EXPECT_FALSE(place.waiting_for_host);
        EXPECT_EQ(place.beat, 4u);
        EXPECT_EQ(place.core, 0u);
        EXPECT_EQ(place.task_id, 0u);
        EXPECT_EQ(place.handler, 1u);
        EXPECT_FALSE(scheduler_->place_of(1).known) << "there is one worker";
        ++looks;
    };
    run({4});
    EXPECT_EQ(looks, 1u);
    EXPECT_TRUE(scheduler_->place_of(0).known);
    EXPECT_FALSE(scheduler_->place_of(0).in_task);
    EXPECT_FALSE(std::make_unique<Scheduler>()->place_of(0).known);
}

TEST_F(Ending, measured_beats_are_told_by_kind_and_only_if_the_host_has_a_clock) {
    std::vector<u64> beats;
    for (u64 k = 0; k < 40; ++k) {
        beats.push_back(k);
    }
    run(beats);
    EXPECT_EQ(scheduler_->telemetry().records[0], 0u);
    const Digest digest = scheduler_->digest();
    host_.cycles = [] { return u64{told_.cycles += 10}; };
    host_.telemetry = true;
    run(beats);
    EXPECT_EQ(scheduler_->digest(), digest);
    for (u32 kind = 0; kind < TELEMETRY_KINDS; ++kind) {
        EXPECT_EQ(scheduler_->telemetry().records[kind], 3u) << "of beats 0, 16 and 32";
        EXPECT_EQ(scheduler_->telemetry().average(static_cast<TelemetryKind>(kind)),
                  static_cast<TelemetryKind>(kind) == TelemetryKind::Barrier ? 30u : 10u);
    }
}

} // namespace
} // namespace knhk
