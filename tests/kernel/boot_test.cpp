// SPDX-License-Identifier: MIT
// The steps of the boot list, one by one, over memory of the test's own.
#include "kernel/boot.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <string>

#include "base/instruction_set.hpp"
#include "base/sha256.hpp"
#include "base/sha256_code.hpp"
#include "isa/kernels.hpp"
#include "tests/kernel/container_builder.hpp"
#include "tests/kernel/script_builder.hpp"
#include "tests/replay/log_bytes.hpp"
#include "tests/support/native_run.hpp"

namespace knhk {
namespace {

std::string console_;

Platform test_platform() {
    Platform platform{};
    platform.version = Platform::VERSION;
    platform.hart_count = 4;
    platform.cycles = [] { return u64{5000}; };
    platform.console = [](const char* text, u64 size) { console_.append(text, size); };
    return platform;
}

class BootTest : public testing::Test {
  protected:
    BootTest() {
        console_.clear();
        kernel_->boot_info = info_.get();
        kernel_->run.memory = span_.memory();
        kernel_->host = {.pause = [] {},
                         .relax = [] { FAIL() << "the log does not fit the ring"; },
                         .wait = [](const u32*, u32) {},
                         .wake = [](const u32*) {},
                         .stop_requested = [] { return false; },
                         .epoch_ended = nullptr,
                         .spins = 0};
        info_->magic = BOOT_INFO_MAGIC;
        info_->version = IMAGE_ABI_VERSION;
        info_->size_bytes = sizeof(BootInfo);
        info_->platform = &platform_;
    }

    void command_line(const std::string& words) {
        info_->command_line_size = words.size();
        std::memcpy(info_->command_line, words.data(), words.size());
    }
    void hand_in(const test::ContainerBytes& bytes) {
        info_->container_size_bytes = bytes.size();
        std::memcpy(kernel_->run.memory.at(region::container), bytes.data(), bytes.size());
    }
    /// The whole boot list as worker 0 alone goes through it; returns the drained log.
    test::ParsedLog run(const std::string& words) {
        command_line(words + " drain=shared");
        EXPECT_TRUE(read_config(*kernel_).has_value());
        EXPECT_TRUE(set_up_run(*kernel_).has_value());
        open_log(*kernel_);
        EXPECT_TRUE(set_up_scheduler(*kernel_).has_value());
        kernel_->scheduler.work(0);
        report_result(*kernel_);
        return test::parse_log(drained());
    }
    test::LogBytes drained() {
        const std::byte* ring = kernel_->run.memory.at(region::drain) + DRAIN_CONTROL_BYTES;
        const auto* begin = reinterpret_cast<const u8*>(ring);
        return {begin, begin + control().log.head.load()};
    }
    DrainControl<>& control() { return *kernel_->run.memory.as<DrainControl<>>(region::drain); }

    test::RegionSpan span_;
    Platform platform_ = test_platform();
    std::unique_ptr<BootInfo> info_ = std::make_unique<BootInfo>();
    std::unique_ptr<Kernel> kernel_ = std::make_unique<Kernel>();
};

void expect_refused(const BootResult& result, Error error) {
    ASSERT_FALSE(result.has_value());
    EXPECT_EQ(result.error().error, error);
    EXPECT_EQ(result.error().status, ExitStatus::BadInput);
    EXPECT_FALSE(result.error().where.empty());
}

// --- boot information ------------------------------------------------------------------------

TEST_F(BootTest, good_boot_information_is_accepted) {
    EXPECT_TRUE(check_boot_info(info_.get()).has_value());
}

TEST_F(BootTest, missing_boot_information_is_refused) {
    expect_refused(check_boot_info(nullptr), Error::BadBootInfo);
}

TEST_F(BootTest, boot_information_with_any_wrong_field_is_refused) {
    const BootInfo good = *info_;
    const auto expect_refusal_of = [&](auto change) {
        *info_ = good;
        platform_.version = Platform::VERSION;
        change(*info_);
        expect_refused(check_boot_info(info_.get()), Error::BadBootInfo);
    };
    expect_refusal_of([](BootInfo& info) { info.magic ^= 1; });
    expect_refusal_of([](BootInfo& info) { ++info.version; });
    expect_refusal_of([](BootInfo& info) { --info.size_bytes; });
    expect_refusal_of([](BootInfo& info) { info.platform = nullptr; });
    expect_refusal_of([](BootInfo& info) { info.command_line_size = COMMAND_LINE_MAX_CHARS + 1; });
    expect_refusal_of([this](BootInfo&) { ++platform_.version; });
}

// --- configuration ---------------------------------------------------------------------------

TEST_F(BootTest, command_line_is_read_up_to_its_size) {
    command_line("seed=7 cores=8 workers=99");
    info_->command_line_size = std::strlen("seed=7 cores=8");
    ASSERT_TRUE(read_config(*kernel_).has_value());
    EXPECT_EQ(kernel_->config.seed, 7u);
    EXPECT_EQ(kernel_->config.cores, 8u);
}

TEST_F(BootTest, wrong_word_on_the_command_line_is_refused_with_the_word) {
    command_line("seed=7 color=red");
    const BootResult read = read_config(*kernel_);
    expect_refused(read, Error::UnknownKey);
    EXPECT_EQ(read.error().where, "color=red");
}

TEST_F(BootTest, more_workers_than_harts_are_refused) {
    command_line("cores=8 workers=5");
    expect_refused(read_config(*kernel_), Error::WorkersAboveHarts);
}

TEST_F(BootTest, container_s_workload_goes_before_the_command_line_s) {
    command_line("workload=pure tasks=1");
    hand_in(test::container_of("workload=ring tasks=55\n"));
    ASSERT_TRUE(read_config(*kernel_).has_value());
    EXPECT_STREQ(kernel_->config.workload, "ring");
    EXPECT_EQ(kernel_->config.tasks, 55u);
}

TEST_F(BootTest, container_with_a_seed_is_refused) {
    hand_in(test::container_of("workload=ring seed=5\n"));
    const BootResult read = read_config(*kernel_);
    expect_refused(read, Error::UnknownKey);
    EXPECT_EQ(read.error().where, "seed=5");
}

TEST_F(BootTest, damaged_container_is_refused) {
    test::ContainerBytes bytes = test::container_of("workload=ring tasks=55\n");
    bytes[66] ^= std::byte{4};
    hand_in(bytes);
    expect_refused(read_config(*kernel_), Error::BadContainer);
}

TEST_F(BootTest, container_larger_than_its_region_is_refused_unread) {
    hand_in(test::container_of("workload=ring")); // what follows a container does not count
    info_->container_size_bytes = region::container.size_bytes;
    EXPECT_TRUE(read_config(*kernel_).has_value());
    info_->container_size_bytes = region::container.size_bytes + 1;
    expect_refused(read_config(*kernel_), Error::BadContainer);
    info_->container_size_bytes = ~u64{0};
    expect_refused(read_config(*kernel_), Error::BadContainer);
}

TEST_F(BootTest, unknown_workload_is_refused_by_its_name) {
    command_line("workload=nonesuch");
    ASSERT_TRUE(read_config(*kernel_).has_value());
    const BootResult set = set_up_run(*kernel_);
    expect_refused(set, Error::UnknownWorkload);
    EXPECT_EQ(set.error().where, "nonesuch");
}

TEST_F(BootTest, latency_fills_the_matrix_and_nothing_behind_it) {
    command_line("cores=16 latency=5");
    ASSERT_TRUE(read_config(*kernel_).has_value());
    ASSERT_TRUE(set_up_run(*kernel_).has_value());
    for (u32 cell = 0; cell < 256; ++cell) {
        EXPECT_EQ(kernel_->run.latencies[cell], 5);
    }
    EXPECT_EQ(kernel_->run.latencies[256], 0);
}

TEST_F(BootTest, kernels_are_scalar_where_the_platform_says_of_nothing_better) {
    command_line("tasks=10");
    ASSERT_TRUE(read_config(*kernel_).has_value());
    ASSERT_TRUE(set_up_run(*kernel_).has_value());
    EXPECT_EQ(kernel_->run.kernels, &SCALAR_KERNELS);
}

TEST_F(BootTest, kernels_are_the_best_that_the_platform_says_of) {
    command_line("isa=auto");
    info_->instruction_sets = ~SHA256_BIT;
    ASSERT_TRUE(read_config(*kernel_).has_value());
    ASSERT_TRUE(set_up_run(*kernel_).has_value());
    EXPECT_EQ(kernel_->run.kernels, kernel_tables().front());
}

TEST_F(BootTest, hashes_are_made_by_instructions_where_the_platform_says_of_them) {
    ASSERT_NE(SHA256_INSTRUCTIONS, &sha256_portable);
    command_line("isa=scalar");
    info_->instruction_sets = SHA256_BIT;
    ASSERT_TRUE(read_config(*kernel_).has_value());
    ASSERT_TRUE(set_up_run(*kernel_).has_value());
    EXPECT_EQ(used_sha256(), SHA256_INSTRUCTIONS);
    use_sha256(sha256_portable); // whatever this machine has, the tests behind this one can run
}

TEST_F(BootTest, hashes_are_made_by_portable_code_where_the_platform_says_of_nothing) {
    use_sha256(SHA256_INSTRUCTIONS);
    command_line("isa=scalar");
    info_->instruction_sets = ~SHA256_BIT;
    ASSERT_TRUE(read_config(*kernel_).has_value());
    ASSERT_TRUE(set_up_run(*kernel_).has_value());
    EXPECT_EQ(used_sha256(), &sha256_portable);
}

TEST_F(BootTest, kernels_that_are_asked_for_are_taken) {
    command_line("isa=scalar");
    info_->instruction_sets = ~SHA256_BIT;
    ASSERT_TRUE(read_config(*kernel_).has_value());
    ASSERT_TRUE(set_up_run(*kernel_).has_value());
    EXPECT_EQ(kernel_->run.kernels, &SCALAR_KERNELS);
}

TEST_F(BootTest, kernels_that_the_machine_cannot_run_are_refused_by_their_name) {
    const char* const best = kernel_tables().front()->name;
    command_line("isa=" + std::string(best));
    ASSERT_TRUE(read_config(*kernel_).has_value());
    const BootResult set = set_up_run(*kernel_);
    expect_refused(set, Error::NoInstructionSet);
    EXPECT_EQ(set.error().where, best);
}

TEST_F(BootTest, topology_that_does_not_fit_the_cores_is_refused_with_the_reason) {
    command_line("cores=8 topology=mesh:2x2:1:1");
    ASSERT_TRUE(read_config(*kernel_).has_value());
    const BootResult set = set_up_run(*kernel_);
    expect_refused(set, Error::BadTopology);
    EXPECT_EQ(set.error().where, "the product of its dimensions is not the number of cores");
}

// --- workload files -----------------------------------------------------------------------------

test::ContainerBytes container_of_file(const test::ScriptBuilder& builder) {
    const auto packed = builder.bytes();
    test::ContainerBytes bytes =
        test::container_with({{.kind = 2, .offset = 64, .size = packed.size()}}, packed.size());
    std::memcpy(bytes.data() + 64, packed.data(), packed.size());
    test::seal(bytes);
    return bytes;
}

TEST_F(BootTest, workload_file_says_what_the_command_line_does_not) {
    test::ScriptBuilder builder;
    builder.header.flags |= SCRIPT_STEALING;
    hand_in(container_of_file(builder));
    command_line("workers=1 workload=pure tasks=5");
    ASSERT_TRUE(read_config(*kernel_).has_value());
    EXPECT_EQ(kernel_->config.cores, 4u);
    EXPECT_EQ(kernel_->config.seed, 9u);
    EXPECT_TRUE(kernel_->config.stealing);
    ASSERT_TRUE(set_up_run(*kernel_).has_value());
    EXPECT_EQ(kernel_->run.latencies[3], 3) << "a mesh of 2 x 2: 1 + 2 hops";
    EXPECT_TRUE(kernel_->run.stealing);
    EXPECT_EQ(kernel_->run.input_count, 4u);
    EXPECT_EQ(kernel_->run.guards[999].rule, &kernel_->script.guards()[4]);
    EXPECT_EQ(kernel_->run.observations.size(), 2u);
}

TEST_F(BootTest, command_line_goes_before_the_workload_file) {
    test::ScriptBuilder builder;
    builder.header.flags |= SCRIPT_STEALING;
    hand_in(container_of_file(builder));
    command_line("cores=2 seed=1 latency=2 stealing=off");
    ASSERT_TRUE(read_config(*kernel_).has_value());
    ASSERT_TRUE(set_up_run(*kernel_).has_value());
    EXPECT_EQ(kernel_->run.cores, 2u);
    EXPECT_EQ(kernel_->run.seed, 1u);
    EXPECT_EQ(kernel_->run.latencies[3], 2);
    EXPECT_FALSE(kernel_->run.stealing);
}

TEST_F(BootTest, workers_are_held_against_the_workload_file_s_cores) {
    test::ScriptBuilder builder;
    builder.header.cores = 0;
    builder.header.topology_counts[0] = 1;
    builder.header.topology_counts[1] = 1;
    hand_in(container_of_file(builder));
    command_line("cores=1 workers=2");
    expect_refused(read_config(*kernel_), Error::WorkersAboveCores);
}

TEST_F(BootTest, topology_of_a_workload_file_must_fit_the_cores_that_are_used) {
    hand_in(container_of_file({}));
    command_line("cores=8");
    ASSERT_TRUE(read_config(*kernel_).has_value());
    expect_refused(set_up_run(*kernel_), Error::BadTopology);
}

TEST_F(BootTest, damaged_or_empty_workload_file_is_refused) {
    test::ScriptBuilder builder;
    builder.header.version = 1;
    hand_in(container_of_file(builder));
    expect_refused(read_config(*kernel_), Error::BadContainer);
    hand_in(test::container_with({{.kind = 2, .offset = 64, .size = 0}}, 0));
    expect_refused(read_config(*kernel_), Error::BadContainer);
}

TEST_F(BootTest, input_of_a_handler_that_the_image_does_not_have_is_refused) {
    test::ScriptBuilder builder;
    builder.groups[1].task.handler = 99;
    hand_in(container_of_file(builder));
    ASSERT_TRUE(read_config(*kernel_).has_value());
    expect_refused(set_up_run(*kernel_), Error::InvalidTask);
}

TEST_F(BootTest, workload_text_of_a_file_is_what_it_was_packed_into) {
    const auto packed = test::ScriptBuilder().bytes();
    hand_in(container_of_file({}));
    const test::ParsedLog log = run("workers=1");
    ASSERT_EQ(log.workload.size(), packed.size());
    EXPECT_EQ(std::memcmp(log.workload.data(), packed.data(), packed.size()), 0);
    const Sha256Digest digest = sha256(packed);
    EXPECT_NE(std::ranges::search(log.identity, digest).begin(), log.identity.end());
}

// --- the whole list --------------------------------------------------------------------------

TEST_F(BootTest, workload_text_is_canonical_and_its_hash_is_in_the_identity) {
    const test::ParsedLog log = run("tasks=0x10 workload=ring cores=2");
    const std::string text(log.workload.begin(), log.workload.end());
    EXPECT_EQ(text, "workload=ring version=1 tasks=16\n");
    const Sha256Digest digest = sha256(std::as_bytes(std::span(text)));
    ASSERT_GT(log.identity.size(), digest.size());
    EXPECT_NE(std::ranges::search(log.identity, digest).begin(), log.identity.end());
}

TEST_F(BootTest, identity_hash_is_the_hash_of_the_identity) {
    const test::ParsedLog log = run("tasks=10");
    EXPECT_EQ(log.identity_hash, xxh3_128(log.identity.data(), log.identity.size()));
}

TEST_F(BootTest, run_reports_its_figures_on_the_console_and_beside_the_log) {
    const test::ParsedLog log = run("tasks=321 cores=2");
    EXPECT_EQ(control().magic.load(), DRAIN_MAGIC);
    EXPECT_EQ(control().phase.load(), static_cast<u32>(DrainPhase::Ended));
    EXPECT_EQ(control().exit_status.load(), 0u);
    const RunReport& report = control().report;
    EXPECT_EQ(report.tasks, 321u);
    EXPECT_EQ(report.tasks_by_worker[0], 321u);
    EXPECT_EQ(report.beats, log.beats.size());
    EXPECT_EQ(report.events, log.events_in_trailer);
    EXPECT_EQ((Digest{report.digest_low, report.digest_high}), log.run_digest);
    EXPECT_EQ(report.cores, 2u);
    EXPECT_EQ(report.workers, 1u);
    const std::string digest(TextLine().digest(log.run_digest).view());
    EXPECT_NE(console_.find("knhk: result beats="), std::string::npos) << console_;
    EXPECT_NE(console_.find(" tasks=321 "), std::string::npos) << console_;
    EXPECT_NE(console_.find(" digest=" + digest + " reason=quiescent platform="),
              std::string::npos);
    EXPECT_NE(console_.find(" harts="), std::string::npos) << console_;
    EXPECT_NE(console_.find(" isa=scalar"), std::string::npos) << console_;
}

TEST_F(BootTest, run_on_the_console_leaves_the_drain_alone) {
    command_line("tasks=10");
    ASSERT_TRUE(read_config(*kernel_).has_value());
    ASSERT_TRUE(set_up_run(*kernel_).has_value());
    open_log(*kernel_);
    ASSERT_TRUE(set_up_scheduler(*kernel_).has_value());
    kernel_->scheduler.work(0);
    report_result(*kernel_);
    EXPECT_EQ(control().magic.load(), 0u);
    EXPECT_EQ(control().log.head.load(), 0u);
    EXPECT_NE(console_.find(" tasks=10 "), std::string::npos) << console_;
}

/// The identity of a run with these words.
test::LogBytes identity_of(const std::string& words) {
    struct Run : BootTest {
        void TestBody() override {}
        using BootTest::run;
    };
    return Run().run(words).identity;
}

TEST(BootIdentityTest, what_events_cannot_depend_on_is_not_in_the_identity) {
    const test::LogBytes identity = identity_of("tasks=20 cores=4");
    for (const std::string words : {"spin=5", "level=inputs", "level=digest", "beats=2"}) {
        EXPECT_EQ(identity_of("tasks=20 cores=4 " + words), identity) << words;
    }
}

TEST(BootIdentityTest, what_events_depend_on_is_in_the_identity) {
    const test::LogBytes identity = identity_of("tasks=20 cores=4");
    for (const std::string words : {"seed=2", "cores=8", "tasks=21", "latency=2", "workload=ring",
                                    "stealing=on", "topology=mesh:2x2:1:1"}) {
        EXPECT_NE(identity_of("tasks=20 cores=4 " + words), identity) << words;
    }
}

} // namespace
} // namespace knhk
