// SPDX-License-Identifier: MIT
// Runs that go wrong: a handler that faults, panics, hangs or takes the machine down must be told
// from a good run on every platform, and in words.
#include <gtest/gtest.h>

#include "tests/support/command.hpp"

namespace knhk::test {
namespace {

/// What a platform calls a failure.
struct Terms {
    std::string platform;
    const char* page_fault;
    const char* undefined;
    const char* divide; ///< none: dividing by zero is no failure there
    const char* register_name;
    const char* stack_overflow;
    const char* lost; ///< a machine that cannot deliver an exception
};

std::vector<Terms> terms_of_all() {
    const Terms known[] = {
        {"linux", "SIGSEGV", "SIGILL", "SIGFPE", "rip", "SIGSEGV", nullptr},
        {"qemu-x86_64", "page fault", "invalid opcode", "divide", "rip", "address 0x56", "reset"},
        {"qemu-aarch64", "page fault", "undefined instruction", nullptr, "spsr", "address 0x56",
         "time limit"},
        {"qemu-riscv64", "page fault", "illegal instruction", nullptr, "sstatus", "address 0x56",
         "time limit"},
    };
    std::vector<Terms> found;
    for (const std::string& platform : platforms()) {
        for (const Terms& terms : known) {
            if (terms.platform == platform) {
                found.push_back(terms);
            }
        }
    }
    EXPECT_EQ(found.size(), platforms().size()) << "a platform has no terms here";
    return found;
}

/// Built once: the images of tests/programs/faulty.
class FaultyProgram : public testing::Test {
  protected:
    static void SetUpTestSuite() {
        folder_ = new Folder;
        build_for_all(source_root() + "/tests/programs/faulty", folder_->file("faulty"));
    }
    static void TearDownTestSuite() {
        delete folder_;
        folder_ = nullptr;
    }
    static std::string image(const std::string& platform) {
        return image_for(platform, folder_->file("faulty"));
    }
    static CommandResult run(const std::string& workload, const std::string& platform) {
        return knhk({"run", workload, "--image", image(platform), "--on", platform, "--timeout",
                     workload == "triple" ? "5" : "30"});
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
    for (const std::string& platform : platforms()) {
        EXPECT_EQ(run("pure", platform).status, 0) << platform;
    }
}

TEST_F(FaultyProgram, null_pointer_is_reported_with_its_address_and_place) {
    for (const Terms& terms : terms_of_all()) {
        expect_failure("null", terms.platform,
                       {terms.page_fault, "address 0x0", "core 0", "beat 0", terms.register_name});
    }
}

TEST_F(FaultyProgram, text_cannot_be_written_and_data_not_executed) {
    for (const Terms& terms : terms_of_all()) {
        expect_failure("text", terms.platform, {terms.page_fault, "address 0x400"});
        expect_failure("data", terms.platform, {terms.page_fault});
    }
}

TEST_F(FaultyProgram, stack_overflow_meets_a_guard_page) {
    for (const Terms& terms : terms_of_all()) {
        expect_failure("stack", terms.platform, {terms.stack_overflow}); // region `stacks`
    }
}

TEST_F(FaultyProgram, division_and_undefined_instruction_are_named) {
    for (const Terms& terms : terms_of_all()) {
        expect_failure("undefined", terms.platform, {terms.undefined});
        if (terms.divide != nullptr) {
            expect_failure("divide", terms.platform, {terms.divide});
        }
    }
}

TEST_F(FaultyProgram, panic_says_what_was_expected_and_found) {
    for (const std::string& platform : platforms()) {
        expect_failure("panic", platform, {"faulty.cpp:1", "a handler that behaves", "core 0"});
    }
}

TEST_F(FaultyProgram, workload_with_invalid_inputs_is_told_what_they_must_be) {
    for (const std::string& platform : platforms()) {
        expect_failure("invalid", platform, {"each input to be a task that could be spawned"});
    }
}

TEST_F(FaultyProgram, workers_that_fail_together_leave_one_report_and_the_status_last) {
    for (int run = 0; run < 40; ++run) {
        const auto result = run_command({loader_path(), "--image", image("linux"), "--workers", "2",
                                         "--command-line", "cores=16 workers=2 workload=invalid"});
        EXPECT_EQ(result.status, 4);
        const auto lines = lines_of(result.err);
        ASSERT_EQ(lines.size(), 2u) << result.err;
        EXPECT_EQ(lines[1], "knhk: exit status=4");
    }
}

TEST_F(FaultyProgram, machine_that_is_lost_is_a_failed_run) {
    for (const Terms& terms : terms_of_all()) {
        if (terms.lost != nullptr) {
            expect_failure("triple", terms.platform, {terms.lost});
        } else {
            EXPECT_EQ(run("triple", terms.platform).status, 4) << "refused by the processor";
        }
    }
}

TEST_F(FaultyProgram, hang_is_ended_by_the_time_limit) {
    for (const std::string& platform : platforms()) {
        const auto result = knhk({"run", "hang", "--image", image(platform), "--on", platform,
                                  "--timeout", "5", "--quiet"});
        EXPECT_EQ(result.status, 4) << result.err;
        EXPECT_NE(result.err.find("time limit"), std::string::npos) << result.err;
    }
}

} // namespace
} // namespace knhk::test
