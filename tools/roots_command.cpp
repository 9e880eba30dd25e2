// SPDX-License-Identifier: MIT
// `knhk roots`: what runs came to, one line each, and whether runs that must be equal are.
#include <cstdio>

#include <fmt/format.h>

#include "tools/command.hpp"
#include "tools/log/hex_text.hpp"
#include "tools/run/report.hpp"
#include "tools/run/run_roots.hpp"

namespace knhk::tools {

namespace {

constexpr const char* FOOTER =
    "FILE is what --roots of run, replay and resume appends to: a record of each run that ended "
    "as\n"
    "it should. Two runs of one identity that executed as many beats must have one digest and one\n"
    "root; runs that were open to inputs are listed and not compared. Exit status 1 when two\n"
    "contradict each other, 2 when the file is another one, cut or damaged.\n"
    "\n"
    "Examples:\n"
    "  knhk run mixed --repeat 20 --workers 3 --roots nightly.roots\n"
    "  knhk roots nightly.roots\n"
    "  knhk roots nightly.roots --json | jq '.runs[-1].lockchain_root'";

struct RootsOptions {
    std::string file;
    bool json = false;
};

using Contradiction = std::optional<std::pair<std::size_t, std::size_t>>;

std::string lockchain_text(const RunRoot& root) {
    return hex_text(std::as_bytes(std::span(root.lockchain)));
}

bool is_open(const RunRoot& root) {
    return (root.flags & LOG_FLAG_OPEN) != 0;
}

Json to_json(const RunRoot& root) {
    return {{"identity", digest_text(root.identity_hash)},
            {"run_digest", digest_text(root.run_digest)},
            {"lockchain_root", lockchain_text(root)},
            {"seed", root.seed},
            {"beats", root.beats},
            {"events", root.events},
            {"leaves", root.leaves},
            {"end_reason", text_of(static_cast<EndReason>(root.end_reason))},
            {"open_to_inputs", is_open(root)}};
}

Json to_json(const std::string& file, const std::vector<RunRoot>& roots,
             const Contradiction& contradiction) {
    Json runs = Json::array();
    for (const RunRoot& root : roots) {
        runs.push_back(to_json(root));
    }
    Json pair;
    if (contradiction) {
        pair = std::vector<std::size_t>{contradiction->first, contradiction->second};
    }
    return {{"path", file},
            {"identities", count_identities(roots)},
            {"agree", !contradiction},
            {"contradiction", pair},
            {"runs", runs}};
}

void print(const std::vector<RunRoot>& roots, const Contradiction& contradiction) {
    for (std::size_t i = 0; i < roots.size(); ++i) {
        const RunRoot& root = roots[i];
        fmt::print("run {}: identity {}, seed {}, {} beats, {} events, {} leaves, {}{}\n"
                   "    digest {}, root {}\n",
                   i, digest_text(root.identity_hash), root.seed, root.beats, root.events,
                   root.leaves, text_of(static_cast<EndReason>(root.end_reason)),
                   is_open(root) ? ", open to inputs" : "", digest_text(root.run_digest),
                   lockchain_text(root));
    }
    fmt::print("{} runs, {} different identities: ", roots.size(), count_identities(roots));
    if (contradiction) {
        fmt::print("runs {} and {} are of one identity and as many beats, and differ\n",
                   contradiction->first, contradiction->second);
    } else {
        fmt::print("no two contradict each other\n");
    }
}

ExitStatus list_roots(const RootsOptions& options) {
    const std::vector<RunRoot> roots = read_roots(options.file);
    const Contradiction contradiction = find_contradiction(roots);
    if (options.json) {
        print_json(to_json(options.file, roots, contradiction));
    } else {
        print(roots, contradiction);
    }
    return contradiction ? ExitStatus::CheckSaysNo : ExitStatus::Ok;
}

} // namespace

void add_roots_command(Command& app, Action& action) {
    Command command = app.add_command("roots", "what runs came to, listed and checked");
    const auto options = std::make_shared<RootsOptions>();
    command.text("FILE", options->file, "what --roots of run, replay and resume wrote").required();
    command.flag("--json", options->json, "one JSON object on stdout, nothing else");
    command.footer(FOOTER);
    command.when_chosen(
        [options, &action] { action = [options] { return list_roots(*options); }; });
}

} // namespace knhk::tools
