// SPDX-License-Identifier: MIT
// One run from start to end, with a shell script where the image would be and a drain that the test
// has filled.
#include "tools/run/run_loop.hpp"

#include <gtest/gtest.h>

#include <csignal>

#include "tests/support/command.hpp"
#include "tools/run/interrupt.hpp"

namespace knhk::tools {
namespace {

constexpr u64 MEMORY_BYTES = DRAIN_BYTES;
constexpr u32 LONG_SECONDS = 600;
// Scripts that are to be ended sleep for 30 s: long enough, and a fault does not hang the test.

class ScriptRunner : public PlatformRunner {
  public:
    explicit ScriptRunner(std::string script) : script_(std::move(script)) {}

    [[nodiscard]] ProcessPlan plan() const override {
        return {.arguments = {"/bin/sh", "-c", script_}, .errors_join_output = errors_join};
    }
    void watch_console(std::string_view line) override {
        if (line == "spoil") {
            throw run_failed("the console was wrong");
        }
    }
    [[nodiscard]] bool shares_memory() const override { return !memory.bytes().empty(); }
    [[nodiscard]] std::span<std::byte> drain() const override { return memory.bytes(); }
    [[nodiscard]] ImageEnding interpret(const ProcessEnd&, std::string_view) const override {
        return {};
    }

    bool errors_join = false;
    Mapping memory;

  private:
    std::string script_;
};

class RunLoopTest : public testing::Test {
  protected:
    RunObservation run(ScriptRunner& runner, u32 timeout_seconds = LONG_SECONDS) {
        Progress progress("test", true);
        RunChannels channels{sink_};
        return RunLoop(runner, channels, progress, timeout_seconds).run();
    }
    RunObservation run_script(const std::string& script, u32 timeout_seconds = LONG_SECONDS) {
        ScriptRunner runner(script);
        return run(runner, timeout_seconds);
    }
    /// Gives the runner a drain that has started; the test may change what is in it.
    DrainControl<>& start_drain(ScriptRunner& runner) {
        const SharedFile file = SharedFile::of_size("knhk-test-drain", MEMORY_BYTES);
        runner.memory = Mapping(file.descriptor(), 0, MEMORY_BYTES);
        auto* const control = reinterpret_cast<DrainControl<>*>(runner.memory.bytes().data());
        control->version = DRAIN_VERSION;
        control->ring_bytes = DRAIN_RING_BYTES;
        control->magic.store(DRAIN_MAGIC);
        return *control;
    }
    void publish(ScriptRunner& runner, const std::string& bytes) {
        auto* const control = reinterpret_cast<DrainControl<>*>(runner.memory.bytes().data());
        const DrainProducer<> producer(&control->log,
                                       runner.memory.bytes().data() + DRAIN_CONTROL_BYTES);
        producer.write(0, bytes.data(), bytes.size());
        producer.publish(bytes.size());
    }

    test::Folder folder_;
    LogSink sink_ = LogSink::into_file(folder_.file("log"));
};

TEST_F(RunLoopTest, console_and_end_of_a_process_are_observed) {
    const RunObservation seen =
        run_script("echo one; echo 'knhk: exit status=0'; echo two >&2; printf last; exit 7");
    EXPECT_FALSE(seen.end.by_signal);
    EXPECT_EQ(seen.end.code, 7);
    EXPECT_EQ(seen.console.exit_status(), 0u);
    EXPECT_EQ(seen.console.last_lines(),
              (std::deque<std::string>{"one", "knhk: exit status=0", "last"}));
    EXPECT_EQ(seen.last_message, "two");
    EXPECT_FALSE(seen.passed_time_limit);
    EXPECT_FALSE(seen.was_interrupted);
    EXPECT_FALSE(seen.report);
    EXPECT_FALSE(seen.failure);
}

TEST_F(RunLoopTest, errors_that_join_the_console_are_lines_of_it) {
    ScriptRunner runner("echo one >&2");
    runner.errors_join = true;
    const RunObservation seen = run(runner);
    EXPECT_EQ(seen.console.last_line(), "one");
    EXPECT_EQ(seen.last_message, "");
}

TEST_F(RunLoopTest, signal_that_ends_the_process_is_observed) {
    const RunObservation seen = run_script("kill -KILL $$");
    EXPECT_TRUE(seen.end.by_signal);
    EXPECT_EQ(seen.end.code, SIGKILL);
}

TEST_F(RunLoopTest, long_console_is_read_to_its_end) {
    const RunObservation seen = run_script("seq 1 50000");
    EXPECT_EQ(seen.console.last_line(), "50000");
}

TEST_F(RunLoopTest, process_beyond_its_time_is_ended) {
    const RunObservation seen = run_script("exec sleep 30", 0);
    EXPECT_TRUE(seen.passed_time_limit);
    EXPECT_TRUE(seen.end.by_signal);
    EXPECT_EQ(seen.end.code, SIGTERM);
}

/// It ignores the first signal, and is given no choice by the second.
TEST_F(RunLoopTest, process_that_will_not_end_is_killed) {
    const RunObservation seen = run_script("trap '' TERM; sleep 30; exit 0", 1);
    EXPECT_TRUE(seen.passed_time_limit);
    EXPECT_TRUE(seen.end.by_signal);
    EXPECT_EQ(seen.end.code, SIGKILL);
}

TEST_F(RunLoopTest, console_that_is_wrong_ends_the_process) {
    const RunObservation seen = run_script("echo spoil; exec sleep 30");
    ASSERT_TRUE(seen.failure);
    EXPECT_STREQ(seen.failure->what(), "the console was wrong");
    EXPECT_EQ(seen.end.code, SIGKILL);
    EXPECT_FALSE(seen.passed_time_limit);
}

TEST_F(RunLoopTest, drain_of_a_run_that_ended_is_emptied_into_the_log) {
    ScriptRunner runner("exit 0");
    DrainControl<>& control = start_drain(runner);
    const std::string bytes(3'000'001, 'b');
    publish(runner, bytes);
    control.report.beats = 12;
    control.exit_status.store(2);
    control.phase.store(static_cast<u32>(DrainPhase::Ended));
    const RunObservation seen = run(runner);
    ASSERT_TRUE(seen.report);
    EXPECT_EQ(seen.report->beats, 12u);
    EXPECT_EQ(seen.drain_exit_status, 2u);
    EXPECT_FALSE(seen.failure);
    EXPECT_TRUE(test::read_file(folder_.file("log")) == bytes);
}

TEST_F(RunLoopTest, drain_of_a_run_that_was_cut_has_no_report) {
    ScriptRunner runner("exit 0");
    start_drain(runner).phase.store(static_cast<u32>(DrainPhase::Running));
    publish(runner, "what there was");
    const RunObservation seen = run(runner);
    EXPECT_FALSE(seen.report);
    EXPECT_FALSE(seen.drain_exit_status);
    EXPECT_EQ(test::read_file(folder_.file("log")), "what there was");
}

TEST_F(RunLoopTest, drain_gone_mad_ends_the_process) {
    ScriptRunner runner("exec sleep 30");
    start_drain(runner).log.head.store(~u64{0});
    const RunObservation seen = run(runner);
    ASSERT_TRUE(seen.failure);
    EXPECT_NE(std::string(seen.failure->what()).find("ahead of its tail"), std::string::npos);
    EXPECT_EQ(seen.end.code, SIGKILL);
}

TEST_F(RunLoopTest, log_that_cannot_be_written_is_a_failure) {
    ScriptRunner runner("exit 0");
    DrainControl<>& control = start_drain(runner);
    publish(runner, "lost");
    control.phase.store(static_cast<u32>(DrainPhase::Ended));
    LogSink full = LogSink::into_file("/dev/full");
    Progress progress("test", true);
    RunChannels channels{full};
    const RunObservation seen = RunLoop(runner, channels, progress, LONG_SECONDS).run();
    ASSERT_TRUE(seen.failure);
    EXPECT_EQ(seen.failure->status(), ExitStatus::Environment);
}

// Interrupts are counted for a whole program, so each of these runs in a program of its own.

TEST_F(RunLoopTest, interrupt_ends_a_process_that_shares_no_memory) {
    const auto interrupted = [this] {
        count_interrupts();
        std::raise(SIGINT);
        const RunObservation seen = run_script("exec sleep 30");
        const bool is_right = seen.was_interrupted && seen.end.code == SIGTERM;
        std::_Exit(is_right ? 0 : 1);
    };
    EXPECT_EXIT(interrupted(), testing::ExitedWithCode(0), "");
}

TEST_F(RunLoopTest, interrupt_asks_an_image_that_shares_memory) {
    const auto interrupted = [this] {
        count_interrupts();
        std::raise(SIGTERM);
        ScriptRunner runner("sleep 0.2; exit 6");
        DrainControl<>& control = start_drain(runner);
        const RunObservation seen = run(runner);
        const bool is_right = seen.was_interrupted && seen.end.code == 6 && !seen.end.by_signal &&
                              control.stop.load() == 1;
        std::_Exit(is_right ? 0 : 1);
    };
    EXPECT_EXIT(interrupted(), testing::ExitedWithCode(0), "");
}

TEST_F(RunLoopTest, second_interrupt_is_an_order) {
    const auto interrupted = [this] {
        count_interrupts();
        std::raise(SIGINT);
        std::raise(SIGINT);
        ScriptRunner runner("exec sleep 30");
        start_drain(runner);
        std::_Exit(run(runner).end.code == SIGKILL ? 0 : 1);
    };
    EXPECT_EXIT(interrupted(), testing::ExitedWithCode(0), "");
}

} // namespace
} // namespace knhk::tools
