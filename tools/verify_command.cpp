// SPDX-License-Identifier: MIT
// `knhk verify`: everything that logs say of themselves, checked.
#include <cstdio>

#include <fmt/format.h>

#include "tools/command.hpp"
#include "tools/host/failure.hpp"
#include "tools/log/log_verify.hpp"
#include "tools/run/progress.hpp"
#include "tools/run/report.hpp"

namespace knhk::tools {

namespace {

constexpr const char* FOOTER =
    "Computed again and compared: every record's check, the identity's hash, the SHA-256 of the\n"
    "workload, the digest of each core in each beat, the chain, every epoch's leaf, the root of "
    "the\n"
    "lockchain, the run digest, all counts, and every field that has a rule. Below level full the\n"
    "events are not there: the chain's steps are taken as their records' checks confirm them.\n"
    "\n"
    "The first thing that is wrong is located: byte, record, and beat, core and event where there "
    "is\n"
    "one. A log that was cut is verified up to its last whole beat.\n"
    "\n"
    "Exit status 0 when every LOG is whole and right; 1 when one is damaged or cut; 2 when one\n"
    "cannot be read, or is no log of this version. All of them are looked at in any case.\n"
    "\n"
    "Examples:\n"
    "  knhk verify run.log\n"
    "  knhk verify *.log --json";

struct VerifyOptions {
    std::vector<std::string> logs;
    bool json = false;
    bool quiet = false;
};

/// One log's line or object, and how bad it is.
ExitStatus verify_one(const std::string& path, const VerifyOptions& options, Json& list) {
    try {
        Progress progress("verify " + path, options.quiet || options.json);
        const Verification result = verify(LogFile::open(path), [&progress](u64 done, u64 size) {
            progress.show_part(done, size);
        });
        list.push_back(to_json(result));
        if (!options.json) {
            fmt::print("{}", to_text(result));
        }
        return result.ending == LogEnding::Whole ? ExitStatus::Ok : ExitStatus::CheckSaysNo;
    } catch (const Failure& failure) {
        list.push_back({{"path", path}, {"verdict", "unreadable"}, {"error", failure.what()}});
        if (!options.json) {
            fmt::print("{}: unreadable: {}\n", path, failure.what());
        }
        return failure.status();
    }
}

ExitStatus verify_all(const VerifyOptions& options) {
    Json list = Json::array();
    ExitStatus worst = ExitStatus::Ok;
    for (const std::string& path : options.logs) {
        worst = std::max(worst, verify_one(path, options, list));
    }
    if (options.json) {
        print_json({{"verified", worst == ExitStatus::Ok}, {"logs", list}});
    }
    return worst;
}

} // namespace

void add_verify_command(Command& app, Action& action) {
    Command command =
        app.add_command("verify", "check every digest, chain, hash and count of logs");
    const auto options = std::make_shared<VerifyOptions>();
    command.text("LOG", options->logs, "logs that 'knhk run --log' wrote").required();
    command.flag("--json", options->json, "one JSON object on stdout, nothing else");
    command.flag("--quiet", options->quiet, "no progress on stderr");
    command.footer(FOOTER);
    command.when_chosen(
        [options, &action] { action = [options] { return verify_all(*options); }; });
}

} // namespace knhk::tools
