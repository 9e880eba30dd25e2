// SPDX-License-Identifier: MIT
// Whole runs on threads: the log is a function of the run's identity, and of nothing else.
#include "sched/scheduler.hpp"

#include <gtest/gtest.h>

#include <map>
#include <random>

#include "tests/support/native_run.hpp"

namespace knhk {
namespace {

using test::NativeOptions;
using test::NativeResult;
using test::run_native;

NativeOptions options_for(const std::string& workload, u32 cores, u64 tasks) {
    NativeOptions options;
    options.workload = workload;
    options.cores = cores;
    options.tasks = tasks;
    return options;
}

class EveryWorkload : public testing::TestWithParam<const char*> {};

TEST_P(EveryWorkload, log_is_the_same_for_every_number_of_workers) {
    for (const u32 cores : {1u, 2u, 8u, 64u, 256u}) {
        NativeOptions options = options_for(GetParam(), cores, 3000);
        const NativeResult one = run_native(options);
        EXPECT_EQ(one.tasks, 3000u);
        for (const u32 workers : {2u, 3u, 5u, 8u}) {
            if (workers > cores) {
                continue;
            }
            options.workers = workers;
            options.claiming = workers % 2 == 0 ? Claiming::Static : Claiming::Dynamic;
            options.chaos_seed = workers % 3;
            const NativeResult several = run_native(options);
            EXPECT_EQ(several.digest, one.digest) << cores << " cores, " << workers << " workers";
            EXPECT_TRUE(several.log == one.log) << cores << " cores, " << workers << " workers";
        }
    }
}

TEST_P(EveryWorkload, seed_and_size_change_the_digest) {
    NativeOptions options = options_for(GetParam(), 8, 1000);
    const NativeResult base = run_native(options);
    options.seed = 2;
    EXPECT_NE(run_native(options).digest, base.digest);
    options.seed = 1;
    options.tasks = 1001;
    EXPECT_NE(run_native(options).digest, base.digest);
}

TEST_P(EveryWorkload, digest_is_the_same_at_every_level) {
    NativeOptions options = options_for(GetParam(), 8, 2000);
    const NativeResult full = run_native(options);
    options.level = LogLevel::DigestOnly;
    const NativeResult chain = run_native(options);
    EXPECT_EQ(chain.digest, full.digest);
    EXPECT_LT(chain.log.size(), full.log.size() / 2);
}

TEST_P(EveryWorkload, shorter_run_is_a_prefix) {
    NativeOptions options = options_for(GetParam(), 4, 3000);
    const auto whole = test::beats_of(run_native(options).log);
    options.beats_max = 3;
    const NativeResult cut = run_native(options);
    const auto part = test::beats_of(cut.log);
    ASSERT_EQ(part.size(), std::min<std::size_t>(3, whole.size()));
    for (std::size_t i = 0; i < part.size(); ++i) {
        EXPECT_EQ(part[i].header.chain, whole[i].header.chain);
    }
}

TEST_P(EveryWorkload, merged_log_has_unique_keys_and_time_never_goes_back) {
    const NativeResult result = run_native(options_for(GetParam(), 8, 3000));
    u64 events = 0;
    u64 latest_before = 0;
    for (const auto& beat : test::beats_of(result.log)) {
        std::map<std::pair<u64, u16>, u32> keys;
        u64 latest = latest_before;
        for (const Event& event : beat.events) {
            EXPECT_GT(event.timestamp, latest_before) << "after everything of earlier beats";
            EXPECT_EQ(++keys[std::pair(event.timestamp, event.core)], 1u);
            latest = std::max(latest, event.timestamp);
        }
        latest_before = latest;
        events += beat.events.size();
    }
    EXPECT_EQ(events, result.events);
}

INSTANTIATE_TEST_SUITE_P(Builtin, EveryWorkload, testing::Values("pure", "ring", "fanout"),
                         [](const auto& test) { return std::string(test.param); });

TEST(Scheduler, slow_sink_stops_the_run_and_changes_no_byte) {
    NativeOptions options = options_for("pure", 4, 200'000);
    const NativeResult fast = run_native(options);
    ASSERT_GT(fast.log.size(), DRAIN_RING_BYTES) << "the ring fills";
    options.slow_sink = true;
    options.workers = 2;
    EXPECT_EQ(run_native(options).log, fast.log);
}

TEST(Scheduler, random_latencies_give_one_log_for_every_number_of_workers) {
    for (u64 seed = 0; seed < 5; ++seed) {
        NativeOptions options = options_for("fanout", 32, 4000);
        options.seed = seed;
        options.latencies = [seed](u8* latencies, u32 cores) {
            std::mt19937_64 random(seed);
            for (u32 cell = 0; cell < cores * cores; ++cell) {
                latencies[cell] = static_cast<u8>(1 + random() % LATENCY_MAX);
            }
        };
        const NativeResult one = run_native(options);
        EXPECT_EQ(one.tasks, 4000u) << "nothing accepted is lost";
        options.workers = 4;
        const NativeResult four = run_native(options);
        EXPECT_EQ(four.log, one.log) << "seed " << seed;
    }
}

TEST(Scheduler, at_least_one_task_in_eight_of_fanout_is_remote_and_no_worker_idles) {
    NativeOptions options = options_for("fanout", 64, 20'000);
    options.workers = 2;
    const NativeResult result = run_native(options);
    EXPECT_GE(result.remote_messages, result.tasks / 8);
    for (const u64 tasks : result.tasks_by_worker) {
        EXPECT_GT(tasks, result.tasks / 4);
    }
}

u64 sum_of(const std::vector<u64>& numbers) {
    u64 sum = 0;
    for (const u64 number : numbers) {
        sum += number;
    }
    return sum;
}

TEST(Scheduler, static_claims_are_neighbouring_cores_in_equal_parts) {
    // One task a core: worker w has cores floor(w C / W) to floor((w + 1) C / W).
    NativeOptions options = options_for("pure", 8, 8);
    options.workers = 3;
    EXPECT_EQ(run_native(options).tasks_by_worker, (std::vector<u64>{2, 3, 3}));
}

TEST(Scheduler, dynamic_claims_run_each_core_once_a_beat) {
    NativeOptions options = options_for("fanout", 64, 20'000);
    options.workers = 3;
    options.claiming = Claiming::Dynamic;
    const NativeResult result = run_native(options);
    EXPECT_EQ(result.tasks, 20'000u);
    EXPECT_EQ(sum_of(result.tasks_by_worker), 20'000u);
}

TEST(Scheduler, run_ends_in_the_beat_in_which_the_last_task_ends) {
    // Two hops: beat 0 executes the first, beat 1 the second, and no empty beat follows although
    // the first message's credit only comes back after beat 1.
    NativeOptions options = options_for("ring", 2, 2);
    const NativeResult result = run_native(options);
    EXPECT_EQ(result.tasks, 2u);
    EXPECT_EQ(result.beats, 1u) << "two tokens of one hop each";
    options.tasks = 4;
    EXPECT_EQ(run_native(options).beats, 2u);
}

TEST(Scheduler, message_travels_the_latency_from_its_source_to_its_destination) {
    // Token 0 makes a hop from core 0 to core 1, which takes 3 beats; the way back would take 6.
    NativeOptions options = options_for("ring", 2, 3);
    options.latencies = [](u8* latencies, u32) {
        latencies[0 * 2 + 1] = 3;
        latencies[1 * 2 + 0] = 6;
    };
    const auto beats = test::beats_of(run_native(options).log);
    ASSERT_EQ(beats.size(), 4u) << "beats 1 and 2 are executed, and nothing happens in them";
    EXPECT_EQ(beats[1].events.size() + beats[2].events.size(), 0u);
    ASSERT_EQ(beats[3].events.size(), 2u);
    EXPECT_EQ(beats[3].events[0].core, 1u);
}

TEST(Scheduler, inputs_are_cut_at_the_first_that_does_not_fit_for_all_cores) {
    // Core 1 takes 32 Low inputs, so position 65 is the first that does not fit, and core 0 gets
    // positions 0, 2, ..., 64 although its own Normal ring would take 128.
    static const WorkloadEntry lopsided{
        "lopsided", 1, [](const WorkloadParameters&) { return u64{400}; },
        [](const WorkloadParameters&, u64 index) {
            return Task{.level = index % 2 == 0 ? Level::Normal : Level::Low};
        }};
    NativeOptions options;
    options.cores = 2;
    options.own_workload = &lopsided;
    const auto beats = test::beats_of(run_native(options).log);
    u32 inputs[2] = {};
    for (const Event& event : beats[0].events) {
        inputs[event.core] += event.kind == static_cast<u8>(EventKind::ExternalInput);
    }
    EXPECT_EQ(inputs[0], 33u);
    EXPECT_EQ(inputs[1], 32u);
}

TEST(Scheduler, workload_without_inputs_ends_without_a_beat) {
    static const WorkloadEntry nothing{"nothing", 1,
                                       [](const WorkloadParameters&) { return u64{0}; },
                                       [](const WorkloadParameters&, u64) { return Task{}; }};
    NativeOptions options;
    options.own_workload = &nothing;
    const NativeResult result = run_native(options);
    EXPECT_EQ(result.beats, 0u);
    EXPECT_EQ(result.reason, EndReason::Quiescent);
    EXPECT_EQ(result.digest, run_digest(Digest{}, Digest{}));
}

void leave_a_mark(TaskContext& context) {
    context.state()[0] = std::byte{1};
}

TEST(Scheduler, state_left_at_the_end_is_logged_at_the_pulse_that_the_run_skips_to) {
    static const WorkloadEntry mark{
        "mark", 1, [](const WorkloadParameters&) { return u64{1}; },
        [](const WorkloadParameters&, u64) { return Task{.handler = user_handler(0)}; }};
    NativeOptions options;
    options.own_workload = &mark;
    options.own_handlers = {{"mark", 1, leave_a_mark}};
    const auto beats = test::beats_of(run_native(options).log);
    ASSERT_EQ(beats.size(), 2u);
    EXPECT_EQ(beats[1].header.beat, 8u);
    ASSERT_EQ(beats[1].events.size(), 1u);
    EXPECT_EQ(beats[1].events[0].kind, static_cast<u8>(EventKind::StateChange));
}

TEST(Scheduler, chain_can_be_recomputed_from_the_events) {
    const NativeResult result = run_native(options_for("fanout", 4, 500));
    Digest chain{};
    for (const auto& beat : test::beats_of(result.log)) {
        ChainStep step{chain, beat.header.beat, beat.header.start_time, {}};
        for (u16 core = 0; core < 4; ++core) {
            std::vector<Event> own;
            for (const Event& event : beat.events) {
                if (event.core == core) {
                    own.push_back(event);
                }
            }
            step.core_digests[core] =
                own.empty() ? Digest{} : xxh3_128(own.data(), own.size() * sizeof(Event));
        }
        chain = chain_digest(step, 4);
        ASSERT_EQ(chain, beat.header.chain) << "beat " << beat.header.beat;
    }
    EXPECT_EQ(run_digest(Digest{}, chain), result.digest);
}

} // namespace
} // namespace knhk
