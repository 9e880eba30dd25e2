// SPDX-License-Identifier: MIT
// `knhk checkpoint`: whether checkpoints are sound, and what they hold.
#include <cstdio>

#include <fmt/format.h>

#include "tools/command.hpp"
#include "tools/host/json_tree.hpp"
#include "tools/log/hex_text.hpp"
#include "tools/run/checkpoint_file.hpp"
#include "tools/run/checkpoint_folder.hpp"
#include "tools/run/report.hpp"

namespace knhk::tools {

namespace {

constexpr const char* FOOTER =
    "'knhk run --checkpoints DIR --checkpoint-every BEATS' makes them; so does the signal USR1 to "
    "such\n"
    "a run. 'knhk resume' goes on from one.\n"
    "\n"
    "Examples:\n"
    "  knhk checkpoint m.cp\n"
    "  knhk checkpoint m.cp/beats-00000000000000000800.checkpoint --json";

struct CheckpointOptions {
    std::string path;
    bool json = false;
};

Json to_json(const CheckpointFile& checkpoint) {
    const CheckpointPlace& place = checkpoint.header.place;
    return {{"path", checkpoint.path.string()},
            {"beats", place.beats},
            {"next_beat", place.beat},
            {"events", place.events},
            {"epochs", place.epochs},
            {"chain", digest_text(place.chain)},
            {"identity", digest_text(checkpoint.header.identity_hash)},
            {"cores", checkpoint.header.cores},
            {"pages", checkpoint.pages},
            {"size_bytes", checkpoint.size_bytes}};
}

ExitStatus describe(const CheckpointOptions& options) {
    std::vector<std::filesystem::path> paths;
    for (const StoredCheckpoint& stored : stored_checkpoints(options.path)) {
        paths.push_back(stored.path);
    }
    if (paths.empty()) {
        paths.emplace_back(options.path);
    }
    auto objects = Json::array();
    for (const std::filesystem::path& path : paths) {
        const CheckpointFile checkpoint = read_checkpoint(path);
        const CheckpointPlace& place = checkpoint.header.place;
        objects.push_back(to_json(checkpoint));
        if (!options.json) {
            fmt::print("{}: sound; {} beats executed, beat {} comes next, {} events, {} cores, {} "
                       "bytes, chain {}\n",
                       path.string(), place.beats, place.beat, place.events,
                       checkpoint.header.cores, checkpoint.size_bytes, digest_text(place.chain));
        }
    }
    if (options.json) {
        print_json({{"checkpoints", objects}});
    }
    return ExitStatus::Ok;
}

} // namespace

void add_checkpoint_command(Command& app, Action& action) {
    Command command =
        app.add_command("checkpoint", "whether checkpoints are sound, and what they hold");
    const auto options = std::make_shared<CheckpointOptions>();
    command.text("PATH", options->path, "a checkpoint, or a folder of them").required();
    command.flag("--json", options->json, "one JSON object on stdout, nothing else");
    command.footer(FOOTER);
    command.when_chosen([options, &action] { action = [options] { return describe(*options); }; });
}

} // namespace knhk::tools
