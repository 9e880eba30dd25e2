// SPDX-License-Identifier: MIT
// Runs that go wrong: a handler that faults, panics, hangs or takes the machine down must be told
// from a good run on every platform, and in words.
#include <gtest/gtest.h>

#include "tests/support/command.hpp"

namespace knhk::test {
namespace {

/// Built once: the image of tests/programs/faulty.
class FaultyProgram : public testing::Test {
  protected:
    static void SetUpTestSuite() {
        folder_ = new Folder;
        const auto built = knhk(
            {"build", source_root() + "/tests/programs/faulty", "-o", folder_->file("faulty.elf")});
        ASSERT_EQ(built.status, 0) << built.err;
    }
    static void TearDownTestSuite() {
        delete folder_;
        folder_ = nullptr;
    }
    static CommandResult run(const std::string& workload, const std::string& platform) {
        return knhk({"run", workload, "--image", folder_->file("faulty.elf"), "--on", platform,
                     "--timeout", "30"});
    }
    /// The run fails with status 4, and what was printed holds each of `words`.
    static void expect_failure(const std::string& workload, const std::string& platform,
                               const std::vector<std::string>& words) {
        const auto result = run(workload, platform);
        EXPECT_EQ(result.status, 4) << workload << " on " << platform << "\n" << result.err;
        for (const std::string& word : words) {
            EXPECT_NE(result.err.find(word), std::string::npos)
                << workload << " on " << platform << " does not say '" << word << "':\n"
                << result.err;
        }
    }

    static Folder* folder_;
};

Folder* FaultyProgram::folder_ = nullptr;

TEST_F(FaultyProgram, good_workload_of_the_same_image_passes) {
    EXPECT_EQ(run("pure", "linux").status, 0);
    EXPECT_EQ(run("pure", "qemu-x86_64").status, 0);
}

TEST_F(FaultyProgram, null_pointer_is_reported_with_its_address_and_place) {
    expect_failure("null", "linux", {"SIGSEGV", "address 0x0", "core 0", "beat 0", "rip"});
    expect_failure("null", "qemu-x86_64", {"page fault", "address 0x0", "core 0", "beat 0", "rip"});
}

TEST_F(FaultyProgram, text_cannot_be_written) {
    expect_failure("text", "linux", {"SIGSEGV", "address 0x400"});
    expect_failure("text", "qemu-x86_64", {"page fault", "address 0x400"});
}

TEST_F(FaultyProgram, data_cannot_be_executed) {
    expect_failure("data", "linux", {"SIGSEGV"});
    expect_failure("data", "qemu-x86_64", {"page fault"});
}

TEST_F(FaultyProgram, stack_overflow_meets_a_guard_page) {
    expect_failure("stack", "linux", {"SIGSEGV"});
    expect_failure("stack", "qemu-x86_64", {"address 0x56"}); // in region `stacks`
}

TEST_F(FaultyProgram, division_and_undefined_instruction_are_named) {
    expect_failure("divide", "linux", {"SIGFPE"});
    expect_failure("divide", "qemu-x86_64", {"divide"});
    expect_failure("undefined", "linux", {"SIGILL"});
    expect_failure("undefined", "qemu-x86_64", {"invalid opcode"});
}

TEST_F(FaultyProgram, panic_says_what_was_expected_and_found) {
    for (const char* platform : {"linux", "qemu-x86_64"}) {
        expect_failure("panic", platform, {"faulty.cpp:1", "a handler that behaves", "core 0"});
    }
}

TEST_F(FaultyProgram, workload_with_invalid_inputs_is_told_what_they_must_be) {
    for (const char* platform : {"linux", "qemu-x86_64"}) {
        expect_failure("invalid", platform, {"each input to be a task that could be spawned"});
    }
}

TEST_F(FaultyProgram, workers_that_fail_together_leave_one_report_and_the_status_last) {
    for (int run = 0; run < 40; ++run) {
        const auto result =
            run_command({loader_path(), "--image", folder_->file("faulty.elf"), "--workers", "2",
                         "--command-line", "cores=16 workers=2 workload=invalid"});
        EXPECT_EQ(result.status, 4);
        const auto lines = lines_of(result.err);
        ASSERT_EQ(lines.size(), 2u) << result.err;
        EXPECT_EQ(lines[1], "knhk: exit status=4");
    }
}

TEST_F(FaultyProgram, triple_fault_is_a_failed_run) {
    expect_failure("triple", "qemu-x86_64", {"reset"});
    EXPECT_EQ(run("triple", "linux").status, 4) << "refused by the processor";
}

TEST_F(FaultyProgram, hang_is_ended_by_the_time_limit) {
    for (const char* platform : {"linux", "qemu-x86_64"}) {
        const auto result = knhk({"run", "hang", "--image", folder_->file("faulty.elf"), "--on",
                                  platform, "--timeout", "5", "--quiet"});
        EXPECT_EQ(result.status, 4) << result.err;
        EXPECT_NE(result.err.find("time limit"), std::string::npos) << result.err;
    }
}

} // namespace
} // namespace knhk::test
