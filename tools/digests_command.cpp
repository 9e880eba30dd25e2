// SPDX-License-Identifier: MIT
// `knhk digests`: a log in at most 10 KB, to be compared on another machine.
#include <cstdio>

#include <fmt/format.h>

#include <unistd.h>

#include "tools/command.hpp"
#include "tools/host/failure.hpp"
#include "tools/log/digests_file.hpp"
#include "tools/run/report.hpp"

namespace knhk::tools {

namespace {

constexpr const char* FOOTER =
    "The file holds the log's chain of digests at evenly spread beats of a range. 'knhk compare' "
    "of\n"
    "two such files, or of one and a log, says between which beats two runs part and which range "
    "to\n"
    "ask for next: three rounds find the first beat that differs among 134 million.\n"
    "\n"
    "Examples:\n"
    "  knhk digests run.log                             writes run.log.digests\n"
    "  knhk digests run.log --from 4097 --to 8192 -o next.digests\n"
    "  ssh there knhk digests run.log -o - > there.digests; knhk compare here.log there.digests";

struct DigestsOptions {
    std::string log;
    DigestsRange range;
    std::string output;
    bool json = false;
};

void write_digests(const std::string& output, std::span<const std::byte> bytes) {
    if (output != "-") {
        replace_file(output, {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
        return;
    }
    if (const int error = write_all(STDOUT_FILENO, bytes); error != 0) {
        throw bad_environment("cannot write digests to stdout: {}: make room where it goes",
                              system_text(error));
    }
}

ExitStatus make_digests(const DigestsOptions& options) {
    if (options.json && options.output == "-") {
        throw bad_input("--json and '-o -' both want stdout: name a file with -o");
    }
    const LogIndex log(LogFile::open(options.log));
    const Digests digests = digests_of(log, options.range);
    const std::string output = options.output.empty() ? options.log + ".digests" : options.output;
    write_digests(output, encode(digests));
    const DigestsHeader& header = digests.header;
    if (options.json) {
        print_json({{"path", output},
                    {"size_bytes", header.size_bytes},
                    {"samples", header.sample_count},
                    {"stride", header.stride},
                    {"first", header.first},
                    {"last", header.last},
                    {"log", log.tail().text}});
    } else if (output != "-") {
        fmt::print(
            "{}: {} bytes, {} samples of the executed beats {} to {}, every {}. (the log {})\n",
            output, header.size_bytes, header.sample_count, header.first, header.last,
            header.stride, log.tail().text);
    }
    return ExitStatus::Ok;
}

} // namespace

void add_digests_command(Command& app, Action& action) {
    Command command =
        app.add_command("digests", "a log in 10 KB, to compare with one on another machine");
    const auto options = std::make_shared<DigestsOptions>();
    command.text("LOG", options->log, "a log that 'knhk run --log' wrote").required();
    command.number("--from", options->range.from, "the first beat, by its number");
    command.number("--to", options->range.to, "the last beat, by its number");
    command.text("-o,--output", options->output, "the file; '-' is stdout (LOG.digests)");
    command.flag("--json", options->json, "one JSON object on stdout, nothing else");
    command.footer(FOOTER);
    command.when_chosen(
        [options, &action] { action = [options] { return make_digests(*options); }; });
}

} // namespace knhk::tools
