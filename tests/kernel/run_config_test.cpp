// SPDX-License-Identifier: MIT
// Every key of the command line with its bounds, and what an operator is told of a wrong word.
#include "kernel/run_config.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <string>

namespace knhk {
namespace {

/// What the words make of the defaults; the words must be good.
RunConfig configured(std::string_view words) {
    RunConfig config;
    const auto applied = apply_words(config, words, ConfigSource::CommandLine);
    EXPECT_TRUE(applied.has_value()) << words << ": " << text_of(applied.error().error);
    return config;
}

/// The error that the words give, if any.
std::optional<Error> error_of(std::string_view words,
                              ConfigSource source = ConfigSource::CommandLine) {
    RunConfig config;
    const auto applied = apply_words(config, words, source);
    return applied ? std::nullopt : std::optional(applied.error().error);
}

/// Whether two configurations ask for the same.
bool same(const RunConfig& a, const RunConfig& b) {
    return a.cores == b.cores && a.workers == b.workers && a.seed == b.seed &&
           a.beats_max == b.beats_max && a.level == b.level && a.drain == b.drain &&
           a.spins == b.spins && a.topology.kind == b.topology.kind &&
           a.topology.latencies[0] == b.topology.latencies[0] && a.stealing == b.stealing &&
           a.tasks == b.tasks && a.cores_given == b.cores_given && a.seed_given == b.seed_given &&
           a.topology_given == b.topology_given && a.stealing_given == b.stealing_given &&
           std::string_view(a.workload) == b.workload;
}

TEST(RunConfigTest, no_words_leave_the_defaults) {
    EXPECT_TRUE(same(configured(""), RunConfig{}));
    EXPECT_TRUE(same(configured(" \n"), RunConfig{}));
}

TEST(RunConfigTest, each_key_sets_its_value) {
    const RunConfig config =
        configured("cores=64 workers=8 seed=0xFEED beats=77 level=inputs drain=shared spin=9 "
                   "latency=3 workload=ring tasks=123");
    EXPECT_EQ(config.cores, 64u);
    EXPECT_EQ(config.workers, 8u);
    EXPECT_EQ(config.seed, 0xFEEDu);
    EXPECT_EQ(config.beats_max, 77u);
    EXPECT_EQ(config.level, LogLevel::Inputs);
    EXPECT_EQ(config.drain, DrainMode::Shared);
    EXPECT_EQ(config.spins, 9u);
    EXPECT_EQ(config.topology.kind, TopologyKind::Flat);
    EXPECT_EQ(config.topology.latencies[0], 3);
    EXPECT_STREQ(config.workload, "ring");
    EXPECT_EQ(config.tasks, 123u);
}

TEST(RunConfigTest, each_key_leaves_the_others_alone) {
    RunConfig config;
    config.seed = 5;
    config.seed_given = true;
    EXPECT_TRUE(same(configured("seed=5"), config));
    config = {};
    config.tasks = 5;
    EXPECT_TRUE(same(configured("tasks=5"), config));
    config = {};
    config.workers = 2;
    EXPECT_TRUE(same(configured("workers=2"), config));
}

TEST(RunConfigTest, last_of_two_equal_keys_holds) {
    EXPECT_EQ(configured("seed=1 cores=8 seed=2").seed, 2u);
    EXPECT_STREQ(configured("workload=fanout workload=a").workload, "a");
}

struct Bounds {
    std::string key;
    std::string min;
    std::string max;
    std::string below; ///< empty: nothing is below
    std::string above;
    Error error_above = Error::OutOfRange;
};

const Bounds BOUNDS[] = {
    {"cores", "1", "256", "0", "257"},
    {"workers", "1", "256", "0", "257"},
    {"seed", "0", "18446744073709551615", "", "18446744073709551616"},
    {"beats", "1", "18446744073709551615", "0", "18446744073709551616"},
    {"spin", "0", "1000000", "", "1000001"},
    {"latency", "1", "7", "0", "8"},
    {"tasks", "1", "1099511627776", "0", "1099511627777"},
};

TEST(RunConfigTest, numbers_are_taken_up_to_their_bounds_and_not_beyond) {
    for (const Bounds& bounds : BOUNDS) {
        EXPECT_EQ(error_of(bounds.key + "=" + bounds.min), std::nullopt) << bounds.key;
        EXPECT_EQ(error_of(bounds.key + "=" + bounds.max), std::nullopt) << bounds.key;
        EXPECT_EQ(error_of(bounds.key + "=" + bounds.above), bounds.error_above) << bounds.key;
        if (!bounds.below.empty()) {
            EXPECT_EQ(error_of(bounds.key + "=" + bounds.below), Error::OutOfRange) << bounds.key;
        }
    }
}

TEST(RunConfigTest, value_above_32_bits_does_not_wrap_around) {
    EXPECT_EQ(error_of("cores=4294967297"), Error::OutOfRange);
    EXPECT_EQ(error_of("latency=0x100000001"), Error::OutOfRange);
}

TEST(RunConfigTest, numeric_keys_refuse_what_is_no_number) {
    for (const Bounds& bounds : BOUNDS) {
        for (const std::string value : {"", "=", "=x", "=-1", "=1,", "=0x"}) {
            EXPECT_EQ(error_of(bounds.key + value), Error::BadNumber) << bounds.key << value;
        }
    }
}

TEST(RunConfigTest, refused_value_changes_nothing) {
    for (const std::string_view word :
         {"cores=0", "seed=x", "tasks=0", "level=x", "workload=", "latency=8", "topology=flat:8",
          "topology=", "stealing=yes", "stealing"}) {
        RunConfig config;
        EXPECT_FALSE(apply_words(config, word, ConfigSource::CommandLine));
        EXPECT_TRUE(same(config, RunConfig{})) << word;
    }
}

TEST(RunConfigTest, inputs_from_outside_come_by_a_shared_drain_alone) {
    EXPECT_EQ(configured("").inputs, InputsMode::None);
    EXPECT_EQ(configured("inputs=none").inputs, InputsMode::None);
    EXPECT_EQ(configured("inputs=open").inputs, InputsMode::Open);
    EXPECT_EQ(configured("inputs=recorded").inputs, InputsMode::Recorded);
    EXPECT_EQ(error_of("inputs=yes"), Error::UnknownInputs);
    EXPECT_EQ(error_of("inputs"), Error::UnknownInputs);
    EXPECT_EQ(error_of("inputs=open", ConfigSource::WorkloadSection), Error::UnknownKey);
    EXPECT_TRUE(check_config(configured("inputs=open drain=shared"), 4).has_value());
    EXPECT_TRUE(check_config(configured("inputs=none"), 4).has_value());
    const auto refused = check_config(configured("inputs=open"), 4);
    ASSERT_FALSE(refused.has_value());
    EXPECT_EQ(refused.error().error, Error::InputsNeedDrain);
}

TEST(RunConfigTest, levels_and_drains_are_known_by_name_alone) {
    EXPECT_EQ(configured("level=digest").level, LogLevel::DigestOnly);
    EXPECT_EQ(configured("level=full").level, LogLevel::Full);
    EXPECT_EQ(configured("drain=console").drain, DrainMode::Console);
    for (const std::string value : {"", "=", "=Full", "=2", "=full "}) {
        EXPECT_EQ(error_of("level" + value) == Error::UnknownLevel, value != "=full ") << value;
    }
    EXPECT_EQ(error_of("drain=file"), Error::UnknownDrain);
    EXPECT_EQ(error_of("drain"), Error::UnknownDrain);
}

TEST(RunConfigTest, topology_is_a_latency_or_a_text_and_the_last_one_holds) {
    EXPECT_EQ(configured("topology=mesh:4x2:1:2").topology.kind, TopologyKind::Mesh);
    EXPECT_EQ(configured("latency=5 topology=flat:2").topology.latencies[0], 2);
    EXPECT_EQ(configured("topology=mesh:4x2:1:2 latency=5").topology.kind, TopologyKind::Flat);
    EXPECT_EQ(error_of("topology=mesh:4x2:9:2"), Error::BadTopology);
}

TEST(RunConfigTest, stealing_is_on_or_off) {
    EXPECT_FALSE(configured("").stealing);
    EXPECT_TRUE(configured("stealing=on").stealing);
    EXPECT_FALSE(configured("stealing=on stealing=off").stealing);
    EXPECT_EQ(error_of("stealing=On"), Error::NotOnOrOff);
}

TEST(RunConfigTest, what_a_workload_file_may_not_override_is_noted) {
    const RunConfig none = configured("workers=2 tasks=3 level=full");
    EXPECT_FALSE(none.cores_given || none.seed_given || none.topology_given || none.stealing_given);
    EXPECT_TRUE(configured("cores=4").cores_given);
    EXPECT_TRUE(configured("seed=1").seed_given);
    EXPECT_TRUE(configured("latency=1").topology_given);
    EXPECT_TRUE(configured("topology=flat:1").topology_given);
    EXPECT_TRUE(configured("stealing=off").stealing_given);
}

TEST(RunConfigTest, unknown_key_names_the_word) {
    RunConfig config;
    const auto applied = apply_words(config, "seed=3 kores=4 cores=8", ConfigSource::CommandLine);
    ASSERT_FALSE(applied.has_value());
    EXPECT_EQ(applied.error().error, Error::UnknownKey);
    EXPECT_EQ(applied.error().word, "kores=4");
}

TEST(RunConfigTest, keys_are_matched_whole) {
    for (const std::string_view word : {"core=4", "coress=4", "Cores=4", "=4", "=", "4"}) {
        EXPECT_EQ(error_of(word), Error::UnknownKey) << word;
    }
}

TEST(RunConfigTest, wrong_value_names_the_word) {
    RunConfig config;
    const auto applied = apply_words(config, "cores=4 workers=2x", ConfigSource::CommandLine);
    ASSERT_FALSE(applied.has_value());
    EXPECT_EQ(applied.error().word, "workers=2x");
}

TEST(RunConfigTest, workload_name_is_taken_up_to_63_characters) {
    const std::string longest(63, 'w');
    EXPECT_EQ(configured("workload=" + longest).workload, longest);
    EXPECT_EQ(error_of("workload=" + longest + "w"), Error::UnknownWorkload);
    EXPECT_EQ(error_of("workload="), Error::UnknownWorkload);
}

TEST(RunConfigTest, shorter_workload_name_leaves_nothing_of_a_longer_one) {
    EXPECT_STREQ(configured("workload=much-longer-name workload=ring").workload, "ring");
}

TEST(WorkloadSectionTest, section_sets_workload_and_tasks) {
    RunConfig config;
    ASSERT_TRUE(apply_words(config, "workload=pure tasks=9\n", ConfigSource::WorkloadSection));
    EXPECT_STREQ(config.workload, "pure");
    EXPECT_EQ(config.tasks, 9u);
}

TEST(WorkloadSectionTest, section_may_not_set_what_belongs_to_the_operator) {
    for (const std::string_view word :
         {"cores=8", "workers=1", "seed=2", "beats=1", "level=full", "drain=shared", "spin=1",
          "latency=2", "topology=flat:1", "stealing=on"}) {
        EXPECT_EQ(error_of(word, ConfigSource::CommandLine), std::nullopt) << word;
        EXPECT_EQ(error_of(word, ConfigSource::WorkloadSection), Error::UnknownKey) << word;
    }
}

/// The error of the relations, if any.
std::optional<Error> check_of(std::string_view words, u32 hart_count) {
    const auto checked = check_config(configured(words), hart_count);
    return checked ? std::nullopt : std::optional(checked.error().error);
}

TEST(CheckConfigTest, cores_must_be_a_power_of_two) {
    for (u32 cores = 1; cores <= 256; ++cores) {
        const bool power = (cores & (cores - 1)) == 0;
        EXPECT_EQ(check_of("cores=" + std::to_string(cores), 1),
                  power ? std::nullopt : std::optional(Error::CoresNotPowerOfTwo));
    }
}

TEST(CheckConfigTest, workers_may_be_as_many_as_cores_and_harts) {
    EXPECT_EQ(check_of("cores=8 workers=8", 8), std::nullopt);
    EXPECT_EQ(check_of("cores=4 workers=5", 8), Error::WorkersAboveCores);
    EXPECT_EQ(check_of("cores=8 workers=5", 4), Error::WorkersAboveHarts);
    EXPECT_EQ(check_of("cores=8 workers=4", 4), std::nullopt);
}

TEST(RunConfigTest, instruction_sets_are_taken_by_their_names_and_auto_takes_one_back) {
    EXPECT_FALSE(configured("").isa_given);
    const RunConfig config = configured("isa=rvv");
    EXPECT_TRUE(config.isa_given);
    EXPECT_EQ(config.isa, InstructionSet::Rvv);
    EXPECT_FALSE(configured("isa=rvv isa=auto").isa_given);
    EXPECT_EQ(error_of("isa=sse2"), Error::UnknownInstructionSet);
    EXPECT_EQ(error_of("isa="), Error::UnknownInstructionSet);
    EXPECT_EQ(error_of("isa=auto", ConfigSource::WorkloadSection), Error::UnknownKey);
}

} // namespace
} // namespace knhk
