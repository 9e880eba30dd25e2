// SPDX-License-Identifier: MIT
// An image with a user program: this executable is linked with one of its own instead of the empty
// one. Its tables can be changed, so that each test may make them invalid in its way.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <memory>
#include <string>
#include <vector>

#include "kernel/program_table.hpp"
#include "sched/program.hpp"
#include "tests/support/native_run.hpp"

namespace {

using namespace knhk;

void run_answer(TaskContext& context) {
    context.output(42);
}

u64 one_input(const WorkloadParameters&) {
    return 1;
}

Task answer_input(const WorkloadParameters&, u64) {
    return Task{.handler = user_handler(1)};
}

const std::array<HandlerEntry, 2> GOOD_HANDLERS{
    {{"first", 3, run_answer}, {"second", 4, run_answer}}};
const std::array<WorkloadEntry, 2> GOOD_WORKLOADS{
    {{"answer", 1, one_input, answer_input}, {"question", 1, one_input, answer_input}}};

constinit std::array<HandlerEntry, 2> handlers_{};
constinit std::array<WorkloadEntry, 2> workloads_{};

class UserProgramTest : public testing::Test {
  protected:
    UserProgramTest() {
        handlers_ = GOOD_HANDLERS;
        workloads_ = GOOD_WORKLOADS;
    }
    std::unique_ptr<RunSetup> run_ = std::make_unique<RunSetup>();
};

void expect_invalid(RunSetup& run) {
    const Result<void> installed = install_program(run);
    ASSERT_FALSE(installed.has_value());
    EXPECT_EQ(installed.error(), Error::InvalidProgram);
}

} // namespace

constinit const knhk::Program knhk_user_program{handlers_, workloads_};

namespace {

TEST_F(UserProgramTest, handlers_are_installed_from_256_on) {
    ASSERT_TRUE(install_program(*run_).has_value());
    EXPECT_EQ(run_->handlers[255], nullptr);
    EXPECT_EQ(run_->handlers[256], run_answer);
    EXPECT_EQ(run_->handlers[257], run_answer);
    EXPECT_EQ(run_->handlers[258], nullptr);
    EXPECT_NE(run_->handlers[0], nullptr) << "the built-in ones are there too";
}

TEST_F(UserProgramTest, handlers_are_listed_behind_the_built_in_ones) {
    std::vector<HandlerName> buffer(HANDLERS_MAX);
    const auto listed = list_handlers(buffer);
    ASSERT_GT(listed.size(), 2u);
    EXPECT_TRUE(std::ranges::is_sorted(listed, {}, &HandlerName::id));
    const HandlerName& last = listed.back();
    EXPECT_EQ(last.id, 257);
    EXPECT_EQ(last.name, "second");
    EXPECT_EQ(last.version, 4u);
}

TEST_F(UserProgramTest, workload_of_the_user_runs_its_handler) {
    const auto result = test::run_native({.workload = "answer", .cores = 1});
    EXPECT_EQ(result.tasks, 1u);
    const u64 output[PAYLOAD_WORDS] = {42};
    const auto beats = test::beats_of(result.log);
    ASSERT_EQ(beats.size(), 1u);
    ASSERT_EQ(beats[0].events.size(), 3u) << "input, enqueued, executed";
    EXPECT_EQ(beats[0].events[2].hash, xxh3_64(output, sizeof output));
}

TEST_F(UserProgramTest, workloads_of_the_user_are_found_beside_the_built_in_ones) {
    EXPECT_EQ(find_workload("question"), &workloads_[1]);
    ASSERT_NE(find_workload("ring"), nullptr);
}

TEST_F(UserProgramTest, workload_that_takes_the_name_of_another_is_refused) {
    workloads_[1].name = "pure"; // built in
    expect_invalid(*run_);
    workloads_[1].name = "answer";
    expect_invalid(*run_);
}

TEST_F(UserProgramTest, workload_without_its_functions_or_name_is_refused) {
    workloads_[0].input = nullptr;
    expect_invalid(*run_);
    workloads_ = GOOD_WORKLOADS;
    workloads_[1].input_count = nullptr;
    expect_invalid(*run_);
    workloads_ = GOOD_WORKLOADS;
    workloads_[1].name = nullptr;
    expect_invalid(*run_);
}

TEST_F(UserProgramTest, handler_without_a_function_is_refused) {
    handlers_[1].run = nullptr;
    expect_invalid(*run_);
}

TEST_F(UserProgramTest, handler_without_a_name_is_refused) {
    handlers_[0].name = nullptr;
    expect_invalid(*run_);
}

TEST_F(UserProgramTest, handler_name_is_taken_up_to_64_characters) {
    const std::string longest(64, 'h');
    handlers_[0].name = longest.c_str();
    EXPECT_TRUE(install_program(*run_).has_value());
    const std::string longer(65, 'h');
    handlers_[0].name = longer.c_str();
    expect_invalid(*run_);
}

} // namespace
