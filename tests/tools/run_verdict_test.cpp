// SPDX-License-Identifier: MIT
// A run counts only if process, console, drain and log tell one story: a good story first, then
// the same with one thing wrong in it.
#include "tools/run/run_verdict.hpp"

#include <gtest/gtest.h>

#include "tests/tools/log_builder.hpp"

namespace knhk::tools {
namespace {

/// All that was seen of a run of the log that LogBuilder builds.
class RunVerdictTest : public testing::Test {
  protected:
    RunVerdictTest() {
        builder_.end_reason = 1;
        const test::BuiltLog log = builder_.build();
        Digest digest;
        std::memcpy(&digest, log.bytes.data() + log.trailer_at + 40, sizeof digest);
        digest_ = test::text_of(digest);
        log_.add(std::as_bytes(std::span(log.bytes)));
        result_line_ = "knhk: result beats=3 tasks=5 events=11 remote_messages=2 cores=4 "
                       "workers=2 digest=" +
                       digest_ + " reason=beat-limit platform=bare-x86_64 harts=2";
        RunReport report{};
        report.beats = 3;
        report.tasks = 5;
        report.events = 11;
        report.remote_messages = 2;
        report.digest_low = digest.low;
        report.digest_high = digest.high;
        report.cores = 4;
        report.workers = 2;
        report.end_reason = 1;
        report.tasks_by_worker[0] = 3;
        report.tasks_by_worker[1] = 2;
        seen_.report = report;
        seen_.drain_exit_status = 0;
        say(result_line_, "knhk: exit status=0");
    }
    /// Replaces what the console said.
    template<class... Lines>
    void say(const Lines&... lines) {
        seen_.console = ConsoleRecord();
        (seen_.console.add_line(lines), ...);
    }
    /// The line with one part of it replaced.
    [[nodiscard]] std::string result_with(const std::string& part, const std::string& by) const {
        std::string line = result_line_;
        return line.replace(line.find(part), part.size(), by);
    }
    [[nodiscard]] RunFigures judge_it() const { return judge(question_, seen_, ending_, log_); }
    void expect_failure(ExitStatus status, const std::string& part) const {
        try {
            (void)judge_it();
            ADD_FAILURE() << "was a success, not: " << part;
        } catch (const Failure& failure) {
            EXPECT_EQ(failure.status(), status) << failure.what();
            EXPECT_NE(std::string(failure.what()).find(part), std::string::npos)
                << failure.what() << " without " << part;
        }
    }
    void expect_run_failed(const std::string& part) const {
        expect_failure(ExitStatus::RunFailed, part);
    }

    test::LogBuilder builder_;
    std::string digest_;
    std::string result_line_;
    RunQuestion question_{.cores = 4,
                          .workers = 2,
                          .timeout_seconds = 30,
                          .drain_shared = true,
                          .machine = "bare-x86_64"};
    RunObservation seen_;
    ImageEnding ending_{.image_status = ExitStatus::Ok, .failure = {}};
    LogEnds log_;
};

TEST_F(RunVerdictTest, run_that_all_sides_agree_on_succeeds) {
    const RunFigures figures = judge_it();
    EXPECT_EQ(figures.beats, 3u);
    EXPECT_EQ(figures.tasks, 5u);
    EXPECT_EQ(figures.events, 11u);
    EXPECT_EQ(figures.remote_messages, 2u);
    EXPECT_EQ(figures.cores, 4u);
    EXPECT_EQ(figures.workers, 2u);
    EXPECT_EQ(figures.digest, digest_);
    EXPECT_EQ(figures.end_reason, "beat-limit");
    EXPECT_EQ(figures.tasks_by_worker, (std::vector<u64>{3, 2}));
}

TEST_F(RunVerdictTest, run_over_the_console_succeeds_without_drain_and_log) {
    question_.drain_shared = false;
    seen_.report.reset();
    seen_.drain_exit_status.reset();
    log_ = LogEnds();
    const RunFigures figures = judge_it();
    EXPECT_EQ(figures.digest, digest_);
    EXPECT_TRUE(figures.tasks_by_worker.empty());
}

TEST_F(RunVerdictTest, failure_of_the_drain_comes_first) {
    seen_.failure = bad_environment("the disk is full");
    seen_.passed_time_limit = true;
    say("knhk: error: something");
    expect_failure(ExitStatus::Environment, "the disk is full");
}

TEST_F(RunVerdictTest, time_limit_that_passed_is_no_success) {
    seen_.passed_time_limit = true;
    expect_run_failed("the time limit of 30 s passed");
    expect_run_failed("its last line: knhk: exit status=0");
    seen_.console = ConsoleRecord();
    expect_run_failed("its console stayed empty");
}

TEST_F(RunVerdictTest, interrupt_before_the_end_is_no_success) {
    seen_.was_interrupted = true;
    say(result_line_);
    expect_run_failed("interrupted");
}

TEST_F(RunVerdictTest, interrupted_run_that_ended_well_succeeds) {
    seen_.was_interrupted = true;
    EXPECT_EQ(judge_it().beats, 3u);
}

TEST_F(RunVerdictTest, error_of_the_image_is_passed_on_with_its_status) {
    say("knhk: error: unknown workload", "knhk: exit status=2");
    ending_.image_status = ExitStatus::BadInput;
    expect_failure(ExitStatus::BadInput, "unknown workload");
}

TEST_F(RunVerdictTest, error_beside_a_good_status_is_no_success) {
    say("knhk: error: but still", result_line_, "knhk: exit status=0");
    expect_run_failed("but still");
}

TEST_F(RunVerdictTest, error_without_an_image_status_is_passed_on) {
    say("knhk-loader: error: no memory");
    ending_ = {.image_status = {}, .failure = "killed"};
    expect_run_failed("no memory");
}

TEST_F(RunVerdictTest, crash_is_told) {
    say("knhk: panic: core.cpp:7", "knhk: exit status=4");
    ending_.image_status = ExitStatus::RunFailed;
    expect_run_failed("panic: core.cpp:7");
}

TEST_F(RunVerdictTest, crash_beside_a_good_status_is_no_success) {
    say("knhk: fault: page fault", result_line_, "knhk: exit status=0");
    expect_run_failed("fault: page fault");
}

TEST_F(RunVerdictTest, end_from_outside_is_told_as_the_platform_says_it) {
    ending_ = {.image_status = {}, .failure = "QEMU was killed by signal 9"};
    expect_run_failed("QEMU was killed by signal 9");
}

TEST_F(RunVerdictTest, console_without_its_last_line_is_no_success) {
    say(result_line_);
    expect_run_failed("without its last line");
}

TEST_F(RunVerdictTest, console_that_names_another_status_is_no_success) {
    say(result_line_, "knhk: exit status=3");
    expect_run_failed("disagree: 0 by the process, 3 on the console, 0 in the drain");
}

TEST_F(RunVerdictTest, drain_that_names_another_status_is_no_success) {
    seen_.drain_exit_status = 4;
    expect_run_failed("disagree: 0 by the process, 0 on the console, 4 in the drain");
}

TEST_F(RunVerdictTest, process_that_names_another_status_is_no_success) {
    ending_.image_status = ExitStatus::RunFailed;
    expect_run_failed("disagree: 4 by the process, 0 on the console, 0 in the drain");
}

TEST_F(RunVerdictTest, status_that_all_agree_on_is_passed_on) {
    ending_.image_status = ExitStatus::Environment;
    seen_.drain_exit_status = 3;
    say("knhk: exit status=3");
    expect_failure(ExitStatus::Environment, "the image ended with status 3");
}

const char* const LATE_LINE = "knhk: beat limit: beat 7 on core 3 for more than 0.5 s: task 9, "
                              "handler 256 (slow) at 0x4000";

TEST_F(RunVerdictTest, beat_limit_is_told_with_core_task_and_function) {
    question_.function_at = [](u64 address) { return fmt::format("function_{:x}()", address); };
    ending_.image_status = ExitStatus::BeatTooLong;
    seen_.drain_exit_status.reset();
    seen_.report.reset();
    say(LATE_LINE, "knhk: exit status=5");
    expect_failure(ExitStatus::BeatTooLong, "beat 7 on core 3 took more than 0.5 s: task 9, "
                                            "handler 256 (slow), function_4000()");
    EXPECT_THROW((void)judge_it(), BeatTooLong);
}

TEST_F(RunVerdictTest, beat_limit_without_its_line_keeps_its_status) {
    ending_.image_status = ExitStatus::BeatTooLong;
    seen_.drain_exit_status.reset();
    say("knhk: exit status=5");
    expect_failure(ExitStatus::BeatTooLong, "the image ended with status 5");
}

TEST_F(RunVerdictTest, beat_limit_that_not_all_sides_know_of_is_a_failed_run) {
    say(LATE_LINE, "knhk: exit status=5");
    expect_run_failed("disagree: 0 by the process, 5 on the console");
    ending_.image_status = ExitStatus::BeatTooLong;
    say(LATE_LINE);
    expect_run_failed("without its last line");
}

TEST_F(RunVerdictTest, line_of_a_beat_limit_beside_another_status_does_not_decide) {
    ending_.image_status = ExitStatus::Environment;
    seen_.drain_exit_status = 3;
    say(LATE_LINE, "knhk: exit status=3");
    expect_failure(ExitStatus::Environment, "the image ended with status 3");
}

TEST_F(RunVerdictTest, console_without_a_result_is_no_success) {
    say("knhk: exit status=0");
    expect_run_failed("no 'knhk: result' line");
    say(result_with("beats=3", "beats=x"), "knhk: exit status=0");
    expect_run_failed("no 'knhk: result' line");
}

TEST_F(RunVerdictTest, drain_without_an_end_is_no_success) {
    seen_.report.reset();
    seen_.drain_exit_status.reset();
    expect_run_failed("never said in its drain");
}

TEST_F(RunVerdictTest, drain_and_console_with_different_figures_are_no_success) {
    const std::string zeros(32, '0');
    const std::vector<std::pair<std::string, std::string>> changes = {
        {"beats=3", "beats=4"},     {"tasks=5", "tasks=6"},
        {"events=11", "events=12"}, {"messages=2", "messages=3"},
        {"cores=4", "cores=8"},     {"workers=2", "workers=1"},
        {digest_, zeros},           {"beat-limit", "quiescent"},
    };
    for (const auto& [part, by] : changes) {
        say(result_with(part, by), "knhk: exit status=0");
        expect_run_failed("different figures");
    }
}

TEST_F(RunVerdictTest, run_that_was_not_asked_for_is_no_success) {
    question_.cores = 8;
    expect_run_failed("ran 4 cores on 2 workers, asked were 8 on 2");
    question_ = {.cores = 4, .workers = 1, .timeout_seconds = 30, .drain_shared = true};
    expect_run_failed("asked were 4 on 1");
    question_.drain_shared = false;
    expect_run_failed("asked were 4 on 1");
}

TEST_F(RunVerdictTest, run_on_another_machine_than_asked_for_is_no_success) {
    question_.machine = "linux-x86_64";
    expect_run_failed("found itself on 'bare-x86_64' with 2 harts, asked was linux-x86_64");
    question_.machine = "bare-x86_64";
    say(result_with("harts=2", "harts=1"), "knhk: exit status=0");
    expect_run_failed("with 1 harts");
    say(result_with(" platform=bare-x86_64 harts=2", ""), "knhk: exit status=0");
    expect_run_failed("found itself on '' with 0 harts");
}

/// Somebody overwrote the report: no more is read than it has room for.
TEST_F(RunVerdictTest, absurd_number_of_workers_reads_nothing_beyond_the_report) {
    seen_.report->workers = ~0u;
    expect_run_failed("different figures");
    say(result_with("workers=2", "workers=4294967295"), "knhk: exit status=0");
    expect_run_failed("asked were 4 on 2");
}

TEST_F(RunVerdictTest, log_that_is_missing_or_cut_is_no_success) {
    const std::string bytes = builder_.bytes();
    const auto use = [&](const std::string& log) {
        log_ = LogEnds();
        log_.add(std::as_bytes(std::span(log)));
    };
    use("");
    expect_run_failed("no whole log");
    use(bytes.substr(0, bytes.size() - 1));
    expect_run_failed("no whole log");
    use("x" + bytes);
    expect_run_failed("no whole log");
    use(bytes);
    EXPECT_NO_THROW((void)judge_it());
}

TEST_F(RunVerdictTest, log_of_another_run_is_no_success) {
    builder_.beats[0].events[0][0].hash = 1;
    log_ = LogEnds();
    const std::string bytes = builder_.bytes();
    log_.add(std::as_bytes(std::span(bytes)));
    expect_run_failed("the log ends with digest");
}

TEST_F(RunVerdictTest, log_with_another_end_reason_is_no_success) {
    builder_.end_reason = 2;
    log_ = LogEnds();
    const std::string bytes = builder_.bytes();
    log_.add(std::as_bytes(std::span(bytes)));
    expect_run_failed("(stopped)");
}

} // namespace
} // namespace knhk::tools
