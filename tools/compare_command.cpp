// SPDX-License-Identifier: MIT
// `knhk compare`: two logs, one verdict.
#include <cstdio>

#include <fmt/format.h>

#include "tools/command.hpp"
#include "tools/host/failure.hpp"
#include "tools/log/digests_compare.hpp"
#include "tools/log/log_compare.hpp"
#include "tools/run/progress.hpp"
#include "tools/run/report.hpp"

namespace knhk::tools {

namespace {

constexpr const char* FOOTER =
    "Without options the logs' digests are compared, which takes no time: ends, then epoch "
    "records,\n"
    "halving, then the beats of one epoch, then the cores and events of one beat. Whether a log's\n"
    "events are those of its digests is for 'knhk verify' to say. The first difference is named "
    "down\n"
    "to the field, with what stands around it and what it came from.\n"
    "\n"
    "A and B may be files that 'knhk digests' made, for logs that lie on two machines: then the "
    "range\n"
    "of beats in which they part is named, and the commands that narrow it.\n"
    "\n"
    "A log that begins with a checkpoint is compared over the beats that both have.\n"
    "\n"
    "Verdicts: ExactMatch; Diverged; and MinorDifference, when --count or --bytes found 1 to 10 "
    "events\n"
    "that differ, at equal length and identity. Exit status 0 only for ExactMatch, which takes "
    "whole\n"
    "logs of one identity, digest, length and end; 1 for the others; 2 when a file cannot be "
    "read.\n"
    "\n"
    "Examples:\n"
    "  knhk compare linux.log qemu.log\n"
    "  knhk compare a.log b.log --count --json\n"
    "  knhk digests a.log -o a.digests; knhk compare a.digests b.digests";

struct CompareOptions {
    std::string a;
    std::string b;
    bool count = false;
    bool bytes = false;
    bool json = false;
    bool quiet = false;
};

/// What an event-by-event comparison found, with what stands around it.
void add_stories(Comparison& comparison, const LogIndex& a, const LogIndex& b) {
    const auto& first = comparison.first;
    if (!first || !first->beat || !first->core || !first->index) {
        return;
    }
    const auto story_in = [&first](const LogIndex& log) -> std::optional<EventStory> {
        const auto place = log.first_beat_from(*first->beat);
        return place && place->header.beat == *first->beat
                   ? std::optional(tell_story(log, *place, *first->core, *first->index))
                   : std::nullopt;
    };
    comparison.story_a = story_in(a);
    comparison.story_b = story_in(b);
}

LogReader reader_of(const LogIndex& log) {
    return LogReader::open(log.file().name(), Reading::Ahead);
}

Comparison compare_events(const LogIndex& a, const LogIndex& b, Progress& progress) {
    LogReader reader_a = reader_of(a);
    LogReader reader_b = reader_of(b);
    const u64 size = a.file().size_bytes();
    Comparison comparison =
        compare(reader_a, reader_b, [&](u64 done, u64) { progress.show_part(done, size); });
    add_stories(comparison, a, b);
    return comparison;
}

Comparison compare_bytes(const LogIndex& a, const LogIndex& b, Progress& progress) {
    if (a.prologue().level() != b.prologue().level()) {
        throw bad_input("{} and {} have different levels, so no byte need be equal: compare them "
                        "without --bytes",
                        a.file().name(), b.file().name());
    }
    const auto differing = first_differing_byte(
        a.file(), b.file(), [&](u64 done, u64 whole) { progress.show_part(done, whole); });
    std::optional<Comparison> comparison = differing ? std::nullopt : compare_digests(a, b);
    if (!comparison) {
        comparison = compare_events(a, b, progress);
    }
    comparison->evidence = Evidence::Bytes;
    comparison->is_counted = true;
    comparison->differing_byte = differing;
    if (differing && comparison->verdict == Verdict::ExactMatch) { // in what nobody else looks at
        comparison->verdict = Verdict::Diverged;
        comparison->first = LogDifference{
            {}, {}, {}, {fmt::format("byte {}", *differing), "as written", "another"}};
    }
    return std::move(*comparison);
}

ExitStatus compare_logs(const CompareOptions& options, LogFile file_a, LogFile file_b) {
    const LogIndex a(std::move(file_a));
    const LogIndex b(std::move(file_b));
    Progress progress("compare", options.quiet || options.json);
    std::optional<Comparison> comparison;
    if (options.bytes) {
        comparison = compare_bytes(a, b, progress);
    } else if (!options.count) {
        comparison = compare_digests(a, b);
    }
    if (!comparison) {
        comparison = compare_events(a, b, progress);
    }
    if (options.json) {
        print_json(to_json(*comparison));
    } else {
        fmt::print("{}", to_text(*comparison));
    }
    return comparison->verdict == Verdict::ExactMatch ? ExitStatus::Ok : ExitStatus::CheckSaysNo;
}

/// At least one of the two is a digests file; of a log, digests of the same beats are made.
ExitStatus compare_with_digests(const CompareOptions& options, LogFile file_a, LogFile file_b) {
    if (options.bytes || options.count) {
        throw bad_input("digests files hold no events: compare logs with --count and --bytes");
    }
    Digests a;
    Digests b;
    if (is_digests_file(file_a)) {
        a = read_digests(file_a);
        b = is_digests_file(file_b) ? read_digests(file_b)
                                    : digests_like(LogIndex(std::move(file_b)), a.header);
    } else {
        b = read_digests(file_b);
        a = digests_like(LogIndex(std::move(file_a)), b.header);
    }
    const DigestsComparison comparison = compare(a, b);
    if (options.json) {
        print_json(to_json(comparison));
    } else {
        fmt::print("{}", to_text(comparison));
    }
    return comparison.verdict == DigestsVerdict::ExactMatch ? ExitStatus::Ok
                                                            : ExitStatus::CheckSaysNo;
}

ExitStatus compare_files(const CompareOptions& options) {
    LogFile a = LogFile::open(options.a);
    LogFile b = LogFile::open(options.b);
    const bool has_digests = is_digests_file(a) || is_digests_file(b);
    return has_digests ? compare_with_digests(options, std::move(a), std::move(b))
                       : compare_logs(options, std::move(a), std::move(b));
}

} // namespace

void add_compare_command(Command& app, Action& action) {
    Command command = app.add_command("compare", "compare two logs: the first difference, by name");
    const auto options = std::make_shared<CompareOptions>();
    command.text("A", options->a, "a log that 'knhk run --log' wrote, or digests of one")
        .required();
    command.text("B", options->b, "another").required();
    command.flag("--count", options->count, "read all of both, and count events that differ");
    command.flag("--bytes", options->bytes, "compare every byte of both files");
    command.flag("--json", options->json, "one JSON object on stdout, nothing else");
    command.flag("--quiet", options->quiet, "no progress on stderr");
    command.footer(FOOTER);
    command.when_chosen(
        [options, &action] { action = [options] { return compare_files(*options); }; });
}

} // namespace knhk::tools
