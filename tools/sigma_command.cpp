// SPDX-License-Identifier: MIT
// `knhk sigma`: builds snapshots from texts, and shows what is in them.
#include <cstdio>
#include <filesystem>

#include <fmt/format.h>

#include "tools/command.hpp"
#include "tools/host/descriptor.hpp"
#include "tools/host/failure.hpp"
#include "tools/log/hex_text.hpp"
#include "tools/run/report.hpp"
#include "tools/sigma/sigma_file.hpp"
#include "tools/sigma/sigma_text.hpp"

namespace knhk::tools {

namespace {

constexpr const char* FOOTER =
    "'build' makes a snapshot and its receipt of a text (docs/sigma.md): OUT, or FILE with .sigma\n"
    "in place of .json. It refuses what no image would promote. 'show' says what is in a "
    "snapshot,\n"
    "or would be in that of a text: with --json as a text that 'build' makes the same snapshot "
    "of.\n"
    "\n"
    "Examples:\n"
    "  knhk sigma build examples/sigma/access.json -o access.sigma\n"
    "  knhk sigma show access.sigma\n"
    "  knhk sigma show access.sigma --json >again.json";

struct SigmaOptions {
    std::string action;
    std::string file;
    std::string output;
    bool json = false;
};

std::string output_of(const SigmaOptions& options) {
    return options.output.empty()
               ? std::filesystem::path(options.file).replace_extension(".sigma").string()
               : options.output;
}

ExitStatus build(const SigmaOptions& options) {
    const std::vector<std::byte> bytes = build_sigma(read_sigma(options.file), options.file);
    const SealedSnapshot sealed = open_sealed(bytes, options.file);
    const std::string output = output_of(options);
    std::error_code ignored; // a file that is not there is another one
    if (std::filesystem::equivalent(output, options.file, ignored)) {
        throw bad_input("{} is the text itself: write somewhere else with --output", output);
    }
    replace_file(output, {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
    fmt::print("{}: {} bytes, {} tasks, id {}\n", output, bytes.size(),
               sealed.snapshot.tables().tasks.size(),
               hex_text(std::as_bytes(std::span(sealed.snapshot.id()))));
    return ExitStatus::Ok;
}

ExitStatus show(const SigmaOptions& options) {
    const std::vector<std::byte> bytes = sealed_bytes(read_sigma(options.file), options.file);
    const SealedSnapshot sealed = open_sealed(bytes, options.file);
    if (options.json) {
        print_json(sigma_json(sealed));
    } else {
        fmt::print("{}", sigma_listing(sealed));
    }
    return ExitStatus::Ok;
}

ExitStatus build_or_show(const SigmaOptions& options) {
    if (options.action == "build" && !options.json) {
        return build(options);
    }
    if (options.action == "show" && options.output.empty()) {
        return show(options);
    }
    if (options.action == "build" || options.action == "show") {
        throw bad_input("'{}' takes no {}: see 'knhk sigma --help'", options.action,
                        options.action == "build" ? "--json" : "--output");
    }
    throw bad_input("'{}' is not known to 'knhk sigma': use build or show", options.action);
}

} // namespace

void add_sigma_command(Command& app, Action& action) {
    Command command = app.add_command("sigma", "build a snapshot from its text, or show it");
    const auto options = std::make_shared<SigmaOptions>();
    command.text("ACTION", options->action, "what to do").value("build|show").required();
    command.text("FILE", options->file, "the text, or to be shown a snapshot").required();
    command.text("-o,--output", options->output, "the snapshot that is built").value("OUT");
    command.flag("--json", options->json, "shown: one JSON object on stdout, nothing else");
    command.footer(FOOTER);
    command.when_chosen(
        [options, &action] { action = [options] { return build_or_show(*options); }; });
}

} // namespace knhk::tools
