// SPDX-License-Identifier: MIT
// `knhk test`: every test through Meson, and one plain line at the end.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <sstream>
#include <system_error>
#include <vector>

#include "tools/command.hpp"
#include "tools/host/descriptor.hpp"
#include "tools/host/failure.hpp"
#include "tools/host/process.hpp"
#include "tools/run/installation.hpp"
#include "tools/test_summary.hpp"

namespace knhk::tools {

namespace {

namespace fs = std::filesystem;

constexpr const char* FOOTER = "Examples:\n"
                               "  knhk test\n"
                               "  knhk test --filter loader\n"
                               "  knhk test --filter proof\n"
                               "  knhk test --long";

struct TestOptions {
    std::string filter;
    bool long_campaigns = false;
};

/// The names of Meson's tests that contain `part`, or whose suite does.
std::vector<std::string> find_tests(const std::string& part) {
    std::istringstream list(
        output_of({"meson", "test", "-C", build_root().string(), "--no-rebuild", "--list"}));
    std::vector<std::string> names;
    for (std::string line; std::getline(list, line);) {
        const std::size_t project = line.find(':'); // "knhk:unit / sched"
        const std::size_t slash = line.find(" / ");
        if (slash != std::string::npos && line.find(part, project + 1) != std::string::npos) {
            names.push_back(line.substr(slash + 3));
        }
    }
    std::ranges::sort(names);
    names.erase(std::ranges::unique(names).begin(), names.end());
    return names;
}

std::vector<std::string> meson_arguments(const TestOptions& options) {
    std::vector<std::string> arguments{
        "meson", "test", "-C", build_root().string(), "--no-rebuild", "--print-errorlogs"};
    if (options.long_campaigns) {
        arguments.insert(arguments.end(), {"--timeout-multiplier", "30"});
    }
    if (options.filter.empty()) {
        return arguments;
    }
    const std::vector<std::string> names = find_tests(options.filter);
    if (names.empty()) {
        throw bad_input("no test's name or suite contains '{}': see meson test -C {} --list",
                        options.filter, build_root().string());
    }
    arguments.insert(arguments.end(), names.begin(), names.end());
    return arguments;
}

/// Leaves no result of an earlier run that could be taken for this one's: neither Meson's nor those
/// that GoogleTest writes beside the build, which stay as they were when a test crashes.
void remove_old_results(const fs::path& logs) {
    std::error_code ignored;
    fs::remove(logs / "testlog.json", ignored);
    fs::remove(logs / "testlog.junit.xml", ignored);
    for (const fs::directory_entry& entry : fs::directory_iterator(build_root(), ignored)) {
        if (entry.path().extension() == ".xml") {
            fs::remove(entry.path(), ignored);
        }
    }
}

TestCounts read_counts(const fs::path& logs) {
    if (!fs::exists(logs / "testlog.json") || !fs::exists(logs / "testlog.junit.xml")) {
        return {};
    }
    return count_tests(read_text_file(logs / "testlog.json"),
                       read_text_file(logs / "testlog.junit.xml"));
}

ExitStatus run_tests(const TestOptions& options) {
    if (!is_installed("meson")) {
        throw bad_environment("meson is not installed: apt-get install meson");
    }
    const fs::path logs = build_root() / "meson-logs";
    const std::vector<std::string> arguments = meson_arguments(options);
    remove_old_results(logs);
    if (options.long_campaigns) {
        ::setenv("KNHK_LONG", "1", 1); // the tests that have a long form look for it
    }
    const bool meson_is_content = run_in_foreground(arguments).is_success();
    TestCounts counts = read_counts(logs);
    if (!meson_is_content && counts.failed == 0) {
        counts.failed = 1; // Meson saw something that its files do not show
    }
    fmt::print("{} passed, {} failed, {} skipped\n", counts.passed, counts.failed, counts.skipped);
    return counts.failed == 0 && counts.passed > 0 ? ExitStatus::Ok : ExitStatus::CheckSaysNo;
}

} // namespace

void add_test_command(Command& app, Action& action) {
    Command command = app.add_command("test", "run the tests");
    const auto options = std::make_shared<TestOptions>();
    command.text("--filter", options->filter, "only tests whose name or suite contains this")
        .value("NAME");
    command.flag(
        "--long", options->long_campaigns,
        "the proofs in larger bounds, a million inputs for each parser, two hundred kills, "
        "and all unit tests with sanitizers");
    command.footer(FOOTER);
    command.when_chosen([options, &action] { action = [options] { return run_tests(*options); }; });
}

} // namespace knhk::tools
