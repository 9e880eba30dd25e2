// SPDX-License-Identifier: MIT
#include "bench/replay/rows.hpp"

#include <algorithm>
#include <filesystem>
#include <stdexcept>

#include <fmt/format.h>

#include "bench/replay/files.hpp"

namespace knhk::bench {

namespace {

constexpr u32 RUNS = 5;
constexpr double BYTES_OF_A_TASK = 66; // of fanout, at level full

/// What all rows share: a log, its equal, and one that differs late.
struct Logs {
    explicit Logs(const Options& of)
        : options(of), tasks(static_cast<u64>((of.quick ? 1e8 : 1e9) / BYTES_OF_A_TASK)) {}

    [[nodiscard]] std::string run(const std::string& more) const {
        return fmt::format("run fanout --cores 8 --workers 2 --tasks {} --timeout 600 {}", tasks,
                           more);
    }
    void record() {
        tell_progress("recording the logs");
        record_with(1, a());
        record_with(2, late());
        std::filesystem::copy_file(a(), b());
    }
    /// An input from outside comes when the run has nothing left to do, and so always in one beat.
    void record_with(u32 value, const std::string& log) const {
        const std::string line =
            fmt::format(R"({{"handler": "pure", "id": 1, "payload": [{}, 0, 0, 0]}})", value);
        (void)milliseconds_of(fmt::format("(sleep {}; echo '{}') | {} {} >/dev/null 2>&1",
                                          options.quick ? 4 : 20, line, knhk(options),
                                          run("--input - --log " + log)));
    }
    [[nodiscard]] std::string a() const { return folder.file("a.log"); }
    [[nodiscard]] std::string b() const { return folder.file("b.log"); }
    [[nodiscard]] std::string late() const { return folder.file("late.log"); }

    const Options& options;
    WorkFolder folder;
    u64 tasks;
};

Candidate command(std::string name, const std::string& line, int status = 0) {
    return {std::move(name), [line, status] { return milliseconds_of(line, status); }};
}

/// Ours beside one peer, each a process over the same files.
Row processes_row(const Logs& logs, Row row, const std::string& ours, int ours_status,
                  const std::string& peer, int peer_status) {
    row.unit = "ms";
    const std::string program = peer.substr(0, peer.find(' '));
    std::vector<Candidate> candidates{
        command("knhk", knhk(logs.options) + " " + ours + " >/dev/null 2>&1", ours_status)};
    if (has_program(program)) {
        candidates.push_back(command(peer, peer + " >/dev/null 2>&1", peer_status));
    }
    const auto samples = measure_in_turns(candidates, logs.options.runs(RUNS));
    row.ours = value_of("knhk " + ours.substr(0, ours.find(' ')), samples[0]);
    row.peers.push_back(samples.size() > 1 ? value_of(program, samples[1])
                                           : not_measured(program, "not run: not installed"));
    return row;
}

double elapsed_of(const Options& options, const std::string& arguments) {
    return json_of(options, arguments)["elapsed_ns"].get<double>() / 1e6;
}

/// Two runs of the image beside each other: how many times longer the first one took.
struct Pair {
    Sample first;
    Sample second;
};
Pair pair_of(const Options& options, const std::string& first, const std::string& second) {
    const auto samples = measure_in_turns({{"first", [&] { return elapsed_of(options, first); }},
                                           {"second", [&] { return elapsed_of(options, second); }}},
                                          options.runs(RUNS));
    return {samples[0], samples[1]};
}

Row times_row(Row row, const Pair& pair, const char* what) {
    row.unit = "times";
    row.ours = {what, pair.first.cycles / pair.second.cycles};
    row.note = fmt::format("{:.0f} ms [{:.0f}..{:.0f}] beside {:.0f} [{:.0f}..{:.0f}]",
                           pair.first.cycles, pair.first.least, pair.first.most, pair.second.cycles,
                           pair.second.least, pair.second.most);
    return row;
}

Row recording_row(Logs& logs) {
    const std::string out = logs.folder.file("recorded.log");
    const Pair pair = pair_of(logs.options, logs.run("--log " + out), logs.run("--level digest"));
    Row row = times_row({.name = "recording at level full",
                         .ours = {},
                         .bar = at_most(2),
                         .method = "the same run to a file, beside level digest without one; or "
                                   "80 % of what dd writes beside it"},
                        pair, "full / digest");
    const std::string copy = logs.folder.file("dd.out");
    const double dd = milliseconds_of(
        fmt::format("dd if=/dev/zero of={} bs=1M count={} 2>/dev/null", copy, size_of(out) >> 20));
    row.note += fmt::format("; dd of as many bytes {:.0f} ms", dd);
    if (pair.first.cycles <= dd / 0.8) {
        row.bar = at_most(std::max(2.0, row.ours.cycles));
    }
    std::filesystem::remove(copy);
    std::filesystem::remove(out);
    return row;
}

Row verify_row(Logs& logs) {
    return processes_row(logs,
                         {.name = "verify",
                          .ours = {},
                          .bar = faster_than_peers(1),
                          .method = "every digest, chain, leaf and count, beside one hash"},
                         "verify " + logs.a(), 0, "xxhsum -H2 " + logs.a(), 0);
}

Row compare_row(Logs& logs) {
    return processes_row(
        logs, {.name = "compare, equal, from digests", .ours = {}, .bar = faster_than_peers(20)},
        fmt::format("compare {} {}", logs.a(), logs.b()), 0,
        fmt::format("cmp {} {}", logs.a(), logs.b()), 0);
}

Row compare_bytes_row(Logs& logs) {
    return processes_row(
        logs, {.name = "compare, equal, all bytes", .ours = {}, .bar = faster_than_peers(2)},
        fmt::format("compare --bytes {} {}", logs.a(), logs.b()), 0,
        fmt::format("cmp {} {}", logs.a(), logs.b()), 0);
}

/// Two runs whose last input differs in one byte.
Row divergence_row(Logs& logs) {
    return processes_row(
        logs,
        {.name = "compare, first difference late",
         .ours = {},
         .bar = faster_than_peers(20),
         .method = "down to event and field; the peer reads both to the same place"},
        fmt::format("compare {} {}", logs.a(), logs.late()), 1,
        fmt::format("cmp {} {}", logs.a(), logs.late()), 1);
}

Row replay_row(Logs& logs) {
    const std::string log = logs.folder.file("inputs.log");
    const std::string record = logs.run("--level inputs --log " + log);
    (void)json_of(logs.options, record);
    const Pair pair = pair_of(logs.options, "replay " + log + " --workers 2 --timeout 600",
                              logs.run("--level inputs --log " + logs.folder.file("again.log")));
    return times_row({.name = "replay from level inputs",
                      .ours = {},
                      .bar = at_most(1 / 0.9),
                      .method = "beside the run that recorded it"},
                     pair, "replay / recording");
}

Row checkpoint_row(Logs& logs) {
    const std::string folder = logs.folder.file("checkpoints");
    const std::string run = "run fanout --cores 256 --workers 2 --tasks 2000000 --level digest";
    const auto with = fmt::format("{} --checkpoints {} --checkpoint-every 8", run, folder);
    const auto done = json_of(logs.options, with);
    const double count = static_cast<double>(done["beats"].get<u64>() / 8);
    const Pair pair = pair_of(logs.options, with, run);
    std::string stored;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        stored = entry.path();
    }
    const std::string copy = logs.folder.file("copy");
    const Sample plain = measure_in_turns({command("cp", fmt::format("cp {} {}", stored, copy))},
                                          logs.options.runs(RUNS))[0];
    Row row{.name = "checkpoint of all regions",
            .ours = {},
            .peers = {value_of("cp", plain)},
            .bar = faster_than_peers(0.5),
            .method = "what a run of 256 cores takes longer with one after each epoch, for each"};
    row.unit = "ms";
    row.ours = {"checkpoint", (pair.first.cycles - pair.second.cycles) / count};
    row.note = fmt::format("{} bytes, {} checkpoints", size_of(stored), count);
    return row;
}

Row listing_row(Logs& logs, const char* name, const std::string& line, double nanoseconds) {
    const auto events = json_of(logs.options, "stats " + logs.a())["events"].get<double>();
    const Sample sample =
        measure_in_turns({command(name, knhk(logs.options) + " " + line + " >/dev/null 2>&1")},
                         logs.options.runs(3))[0];
    Row row{.name = name,
            .ours = {},
            .bar = at_most(nanoseconds),
            .method = "an event, wall clock of the process"};
    row.unit = "ns";
    row.ours = {"knhk", sample.cycles * 1e6 / events};
    row.note = fmt::format("{:.1f} M events a second", events / sample.cycles / 1e3);
    return row;
}

Row show_row(Logs& logs) {
    return listing_row(logs, "show", "show " + logs.a(), 1e9 / 5e6);
}

Row trace_row(Logs& logs) {
    return listing_row(logs, "trace", "trace " + logs.a() + " -o /dev/null", 1e9 / 2e6);
}

struct RowMaker {
    const char* name;
    Row (*make)(Logs& logs);
};

} // namespace

std::vector<Row> replay_rows(const Options& options) {
    constexpr RowMaker MAKERS[] = {
        {"recording at level full", recording_row},
        {"verify", verify_row},
        {"compare, equal, from digests", compare_row},
        {"compare, equal, all bytes", compare_bytes_row},
        {"compare, first difference late", divergence_row},
        {"replay from level inputs", replay_row},
        {"checkpoint of all regions", checkpoint_row},
        {"show", show_row},
        {"trace", trace_row},
    };
    std::vector<Row> rows;
    Logs logs(options);
    bool recorded = false;
    for (const RowMaker& maker : MAKERS) {
        if (!options.wants(maker.name)) {
            continue;
        }
        if (!recorded) {
            logs.record();
            recorded = true;
        }
        tell_progress(maker.name);
        try {
            rows.push_back(maker.make(logs));
        } catch (const std::runtime_error& error) {
            rows.push_back({.name = maker.name, .ours = not_measured("knhk", error.what())});
        }
    }
    return rows;
}

} // namespace knhk::bench
