// SPDX-License-Identifier: MIT
#include "tools/run/run_verdict.hpp"

#include "tools/log/hex_text.hpp"

namespace knhk::tools {

namespace {

std::string quote_last_line(const ConsoleRecord& console) {
    return console.last_lines().empty() ? "its console stayed empty"
                                        : fmt::format("its last line: {}", console.last_line());
}

/// What ended the run from outside, before the image could end it.
void check_outside(const RunQuestion& question, const RunObservation& seen) {
    if (seen.failure) {
        throw *seen.failure;
    }
    if (seen.passed_time_limit) {
        throw run_failed("the time limit of {} s passed ({}): give a longer --timeout or a "
                         "smaller run",
                         question.timeout_seconds, quote_last_line(seen.console));
    }
    if (seen.was_interrupted && !seen.console.exit_status()) {
        throw run_failed("interrupted before the run could end: start it again");
    }
}

/// What the image itself says went wrong.
void check_image_error(const RunObservation& seen, const ImageEnding& ending) {
    const ExitStatus status = ending.image_status.value_or(ExitStatus::RunFailed);
    if (!seen.console.error().empty()) {
        throw Failure(status == ExitStatus::Ok ? ExitStatus::RunFailed : status,
                      seen.console.error());
    }
    if (!seen.console.crash().empty()) {
        throw run_failed("the image failed: {}: see its console", seen.console.crash());
    }
    if (!ending.image_status) {
        throw Failure(ExitStatus::RunFailed, ending.failure);
    }
}

/// Process, console and drain must name one exit status, and it must be success.
void check_statuses(const RunQuestion& question, const RunObservation& seen, ExitStatus status) {
    const u32 process_status = static_cast<u32>(status);
    const std::optional<u32> console_status = seen.console.exit_status();
    if (!console_status) {
        throw run_failed("the image ended with status {} without its last line, 'knhk: exit "
                         "status=' ({}): see its console",
                         process_status, quote_last_line(seen.console));
    }
    if (*console_status != process_status ||
        seen.drain_exit_status.value_or(process_status) != process_status) {
        throw run_failed("the exit statuses disagree: {} by the process, {} on the console, {} in "
                         "the drain: report it as a bug",
                         process_status, *console_status,
                         seen.drain_exit_status.value_or(process_status));
    }
    if (status == ExitStatus::BeatTooLong && !seen.console.late_beat().empty()) {
        throw BeatTooLong::from(seen.console.late_beat(), question.function_at);
    }
    if (status != ExitStatus::Ok) {
        throw Failure(status, fmt::format("the image ended with status {} ({}): see its console",
                                          process_status, quote_last_line(seen.console)));
    }
}

RunFigures figures_from(const RunReport& report, const RunFigures& on_console) {
    const u32 workers = std::min(report.workers, CORES_MAX); // anybody may have written there
    return {.beats = report.beats,
            .tasks = report.tasks,
            .events = report.events,
            .remote_messages = report.remote_messages,
            .cores = report.cores,
            .workers = report.workers,
            .digest = digest_text({report.digest_low, report.digest_high}),
            .end_reason = end_reason_text(report.end_reason),
            .platform = on_console.platform,
            .harts = on_console.harts,
            .isa = on_console.isa,
            .tasks_by_worker = {report.tasks_by_worker, report.tasks_by_worker + workers}};
}

/// Not what was asked for, but what the image found there.
void check_machine(const RunQuestion& question, const RunFigures& figures) {
    if (figures.platform != question.machine || figures.harts != question.workers) {
        throw run_failed("the image found itself on '{}' with {} harts, asked was {} with {}: "
                         "report it as a bug",
                         figures.platform, figures.harts, question.machine, question.workers);
    }
}

void check_log(const RunFigures& figures, const LogEnds& log) {
    const std::optional<LogTrailer> trailer = log.trailer();
    if (!log.begins_as_log() || !trailer) {
        throw run_failed("what came out of the drain is no whole log: report it as a bug");
    }
    if (digest_text(trailer->run_digest) != figures.digest ||
        end_reason_text(trailer->end_reason) != figures.end_reason) {
        throw run_failed("the log ends with digest {} ({}), the run with {} ({}): report it as a "
                         "bug",
                         digest_text(trailer->run_digest), end_reason_text(trailer->end_reason),
                         figures.digest, figures.end_reason);
    }
}

RunFigures figures_of(const RunQuestion& question, const RunObservation& seen) {
    const std::optional<RunFigures>& result = seen.console.result();
    if (!result) {
        throw run_failed("the image printed no 'knhk: result' line that can be read ({}): see its "
                         "console",
                         quote_last_line(seen.console));
    }
    if (!question.drain_shared) {
        return *result;
    }
    if (!seen.report) {
        throw run_failed("the image never said in its drain that the run ended ({}): see its "
                         "console",
                         quote_last_line(seen.console));
    }
    RunFigures figures = figures_from(*seen.report, *result);
    if (!figures.agrees_with(*result)) {
        throw run_failed("the drain and the console report different figures (digests {} and {}): "
                         "report it as a bug",
                         figures.digest, result->digest);
    }
    return figures;
}

} // namespace

RunFigures judge(const RunQuestion& question, const RunObservation& seen, const ImageEnding& ending,
                 const LogEnds& log) {
    check_outside(question, seen);
    check_image_error(seen, ending);
    check_statuses(question, seen, *ending.image_status);
    RunFigures figures = figures_of(question, seen);
    if (figures.cores != question.cores || figures.workers != question.workers) {
        throw run_failed("the image ran {} cores on {} workers, asked were {} on {}: report it as "
                         "a bug",
                         figures.cores, figures.workers, question.cores, question.workers);
    }
    check_machine(question, figures);
    if (question.drain_shared) {
        check_log(figures, log);
    }
    return figures;
}

} // namespace knhk::tools
