// SPDX-License-Identifier: MIT
// `knhk prove` and `knhk check-proof`: one event, and that it belongs to a run.
#include <cstdio>
#include <limits>

#include <fmt/format.h>

#include "base/bytes.hpp"
#include "tools/command.hpp"
#include "tools/host/failure.hpp"
#include "tools/log/event_names.hpp"
#include "tools/log/hex_text.hpp"
#include "tools/run/options.hpp"
#include "tools/run/report.hpp"
#include "tools/views/byte_sink.hpp"
#include "tools/views/proof_maker.hpp"

namespace knhk::tools {

namespace {

constexpr u64 ANY = std::numeric_limits<u64>::max();

constexpr const char* PROVE_FOOTER =
    "The proof holds the events of the same core and beat, the digests of the beats up to the end\n"
    "of the epoch, and the way up the lockchain's tree: docs/log-format.md, Proof file. It says\n"
    "nothing about who made the root. Needs a log of --level full.\n"
    "\n"
    "Examples:\n"
    "  knhk prove run.log --event 4711\n"
    "  knhk prove run.log --beat 700 --core 3 --index 0 -o late.proof";

constexpr const char* CHECK_FOOTER =
    "Needs the proof and the root alone, not the log. Exit status 1 when the proof does not hold,\n"
    "2 when the file cannot be read as a proof.\n"
    "\n"
    "Examples:\n"
    "  knhk check-proof run.log.event-4711.proof --root $(knhk stats run.log --json | jq -r "
    ".lockchain_root)";

Json event_json(const Proof& proof) {
    const Event& event = proof.event();
    const std::string_view status = status_name(event.kind, event.status);
    return {{"beat", proof.beat()},
            {"timestamp", event.timestamp},
            {"core", event.core},
            {"index", proof.index},
            {"kind", kind_name(event.kind)},
            {"task_id", event.task_id},
            {"hash", fmt::format("{:016x}", event.hash)},
            {"ticks", event.ticks},
            {"status", status.empty() ? Json() : Json(status)}};
}

std::string event_line(const Proof& proof) {
    const Event& event = proof.event();
    return fmt::format("beat {}, core {}, event {}: time {}, {}, task {}, hash {:016x}, ticks {}, "
                       "status {}",
                       proof.beat(), event.core, proof.index, event.timestamp,
                       kind_name(event.kind), event.task_id, event.hash, event.ticks,
                       status_text(event.kind, event.status));
}

std::string root_text(const Sha256Digest& root) {
    return hex_text(std::as_bytes(std::span(root)));
}

struct ProveOptions {
    std::string log;
    std::string event;
    std::string beat;
    std::string core;
    std::string index;
    std::string output;
    bool json = false;
    bool quiet = false;
};

EventChoice choice_of(const ProveOptions& options) {
    const bool by_place = !options.beat.empty() || !options.core.empty() || !options.index.empty();
    const bool has_place = !options.beat.empty() && !options.core.empty() && !options.index.empty();
    if (options.event.empty() ? !has_place : by_place) {
        throw bad_input("which event? give --event N, or --beat, --core and --index together");
    }
    EventChoice choice;
    if (!by_place) {
        choice.ordinal = parse_number_option("--event", options.event, 0, ANY);
        return choice;
    }
    choice.beat = parse_number_option("--beat", options.beat, 0, ANY);
    choice.core = static_cast<u32>(parse_number_option("--core", options.core, 0, CORES_MAX - 1));
    choice.index = parse_number_option("--index", options.index, 0, PROOF_EVENTS_MAX - 1);
    return choice;
}

std::string output_of(const ProveOptions& options, const EventChoice& choice) {
    if (!options.output.empty()) {
        return options.output;
    }
    const std::string name = choice.ordinal
                                 ? fmt::format("{}", *choice.ordinal)
                                 : fmt::format("{}-{}-{}", choice.beat, choice.core, choice.index);
    return fmt::format("{}.event-{}.proof", options.log, name);
}

ExitStatus prove(const ProveOptions& options) {
    const EventChoice choice = choice_of(options);
    const std::string output = output_of(options, choice);
    check_is_another_file(output, options.log);
    const MadeProof made = make_proof(options.log, choice, options.quiet);
    replace_file(output, bytes_of(made.proof));
    if (options.json) {
        print_json({{"proof", output},
                    {"root", root_text(made.root)},
                    {"is_final", made.is_final},
                    {"event", event_json(made.proof)}});
        return ExitStatus::Ok;
    }
    fmt::print("{}\n{:<6}{}{}\n{:<6}{}\n", event_line(made.proof), "root", root_text(made.root),
               made.is_final ? "" : " (of the epochs so far: the log is cut)", "proof", output);
    return ExitStatus::Ok;
}

struct CheckOptions {
    std::string proof;
    std::string root;
    bool json = false;
};

Sha256Digest parse_root(const std::string& text) {
    Sha256Digest root{};
    const bool has_length = text.size() == 2 * root.size();
    for (std::size_t i = 0; i < root.size() && has_length; ++i) {
        root[i] = static_cast<u8>(std::stoul("0" + text.substr(2 * i, 2), nullptr, 16));
    }
    if (!has_length || text.find_first_not_of("0123456789abcdefABCDEF") != std::string::npos) {
        throw bad_input("--root {}: use the 64 hexadecimal digits that 'knhk stats' prints", text);
    }
    return root;
}

std::string read_proof(const std::string& path) {
    std::error_code error;
    const auto size = std::filesystem::file_size(path, error);
    if (error) {
        throw bad_input("cannot read {}: {}: give the path of a proof", path, error.message());
    }
    if (size > PROOF_BYTES_MAX) {
        throw bad_input("{} is not a proof: it is too large for one", path);
    }
    return read_text_file(path);
}

ExitStatus check_proof(const CheckOptions& options) {
    const Sha256Digest root = parse_root(options.root);
    const std::string bytes = read_proof(options.proof);
    const Proof proof = parse_proof(std::as_bytes(std::span(bytes)), options.proof);
    const auto flaw = flaw_of(proof, root);
    if (options.json) {
        print_json({{"match", !flaw},
                    {"reason", Json::from(flaw)},
                    {"root", root_text(root)},
                    {"identity_hash", digest_text(proof.identity_hash)},
                    {"event", flaw ? Json() : event_json(proof)}});
    } else if (flaw) {
        fmt::print("NotProved: {}\n", *flaw);
    } else {
        fmt::print("Proved: {}\n{:<10}{}\n", event_line(proof), "identity",
                   digest_text(proof.identity_hash));
    }
    return flaw ? ExitStatus::CheckSaysNo : ExitStatus::Ok;
}

} // namespace

void add_prove_command(Command& app, Action& action) {
    Command command = app.add_command("prove", "prove that an event belongs to a run's lockchain");
    const auto options = std::make_shared<ProveOptions>();
    command.text("LOG", options->log, "a log that 'knhk run --log' wrote").required();
    command.text("--event", options->event, "which: its number, as 'knhk show' counts").value("N");
    command.text("--beat", options->beat, "or its beat,").value("N");
    command.text("--core", options->core, "core,").value("N");
    command.text("--index", options->index, "and number among the core's of that beat").value("N");
    command.text("-o,--output", options->output, "the proof (LOG.event-N.proof)").value("FILE");
    command.flag("--json", options->json, "one JSON object on stdout, nothing else");
    command.flag("--quiet", options->quiet, "no progress");
    command.footer(PROVE_FOOTER);
    command.when_chosen([options, &action] { action = [options] { return prove(*options); }; });
}

void add_check_proof_command(Command& app, Action& action) {
    Command command =
        app.add_command("check-proof", "check such a proof against a root, without the log");
    const auto options = std::make_shared<CheckOptions>();
    command.text("PROOF", options->proof, "a file that 'knhk prove' wrote").required();
    command.text("--root", options->root, "the lockchain's root, from who is trusted")
        .value("HEX64")
        .required();
    command.flag("--json", options->json, "one JSON object on stdout, nothing else");
    command.footer(CHECK_FOOTER);
    command.when_chosen(
        [options, &action] { action = [options] { return check_proof(*options); }; });
}

} // namespace knhk::tools
