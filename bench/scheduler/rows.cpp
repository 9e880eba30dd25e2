// SPDX-License-Identifier: MIT
#include "bench/scheduler/rows.hpp"

#include <algorithm>
#include <iterator>

#include <fmt/format.h>

#include "bench/scheduler/command_runs.hpp"
#include "bench/scheduler/growth.hpp"
#include "bench/scheduler/limits.hpp"
#include "bench/scheduler/loose.hpp"
#include "bench/scheduler/our_runs.hpp"
#include "bench/scheduler/peers.hpp"

namespace knhk::bench {

namespace {

/// Bars were set where the bare handler loop takes so many cycles.
constexpr double BARE_LOOP_OF_BARS = 11;

struct Subject {
    const char* name;
    ChainsKind kind;
    u32 workers;
    double bar;
    const char* aim;
    bool has_peers; ///< who have no cores to send to
    u32 handlers = 1;
};

constexpr Subject SUBJECTS[] = {
    {"scheduler, 1 worker", ChainsKind::Home, 1, 32, "20", true},
    {"scheduler, 2 workers", ChainsKind::Home, 2, 16, "12", true},
    {"scheduler, 1 in 8 remote, 1 worker", ChainsKind::Remote, 1, 48, "36", false},
    {"scheduler, 1 in 8 remote, 2 workers", ChainsKind::Remote, 2, 26, "18", false},
    {"scheduler, 8 handlers, 1 worker", ChainsKind::RemoteMixed, 1, 75, "50", false, 8},
    {"scheduler, 8 handlers, 2 workers", ChainsKind::RemoteMixed, 2, 40, "28", false, 8},
};

constexpr const char* METHODS[] = {
    "a task is enqueued, stamped, dequeued and run; 2 events of it are recorded and digested; "
    "1000000 tasks, 8 cores, wall clock",
    "the same, and 1 in 8 successors goes to another core",
    "the same remote ones, and each successor has one of 8 handlers, in random order",
};

Row row_of(const Subject& subject) {
    return {.name = subject.name,
            .ours = {},
            .bar = at_most_or_loops(subject.bar, subject.bar / BARE_LOOP_OF_BARS),
            .aim = subject.aim,
            .method = METHODS[static_cast<u32>(subject.kind)]};
}

/// The loop takes the same cycles whenever it has its CPU for itself.
std::string disturbance(const Sample& bare_loop) {
    constexpr double ALONE = 1.3;
    return bare_loop.most < ALONE * bare_loop.least
               ? ""
               : fmt::format(
                     "the machine was not alone: the bare loop took {:.1f} to {:.1f} cycles",
                     bare_loop.least, bare_loop.most);
}

/// Two CPUs of one core, as virtual machines have them, are not twice one.
std::string sharing(const Sample& one_loop, const Sample& loops, u32 workers) {
    constexpr double APART = 1.15;
    return loops.cycles < APART * one_loop.least
               ? ""
               : fmt::format("{} bare loops at once took {:.1f} cycles each, one alone {:.1f}: the "
                             "CPUs share a core, or are not there all the time",
                             workers, loops.cycles, one_loop.least);
}

constexpr const char* PASSING = "the work and two lines passed on, nothing else";
constexpr const char* RECORDING = "the work and its records, nothing else";

/// What the machine takes for the row's work alone.
Candidate limit_of(const Subject& subject) {
    if (subject.kind == ChainsKind::Home) {
        return {RECORDING, [&subject] { return recorded_cycles() / subject.workers; }};
    }
    return {PASSING, [&subject] { return passing_cycles(subject.workers, subject.handlers); }};
}

std::vector<Peer> all_peers() {
    std::vector<Peer> peers;
    for (const auto peers_of : {openmp_peers, pool_peers, tbb_peers}) {
        std::ranges::move(peers_of(), std::back_inserter(peers));
    }
    peers.push_back({"taskflow", "", "not built: not in Debian 12", 0, {}});
    return peers;
}

Row measure_subject(const Options& options, OurRuns& ours, const Subject& subject) {
    Row row = row_of(subject);
    tell_progress(row.name);
    const RunOfOurs run{.chains = {.kind = subject.kind}, .workers = subject.workers};
    std::vector<Candidate> candidates{{"ours", [&ours, run] { return ours.cycles(run); }},
                                      {"bare handler loop", bare_loop_cycles}};
    std::vector<Peer> peers;
    for (const Peer& peer : subject.has_peers ? all_peers() : std::vector<Peer>{}) {
        if (!peer.missing.empty()) {
            row.peers.push_back(not_measured(peer.name, peer.missing));
            continue;
        }
        peers.push_back(peer);
        candidates.push_back({peer.name, [peer, workers = subject.workers] {
                                  return peer.run(workers, peer.tasks);
                              }});
    }
    candidates.push_back(limit_of(subject));
    const std::size_t limit = candidates.size() - 1;
    if (subject.workers > 1) {
        candidates.push_back(
            {"bare handler loops at once", [&] { return bare_loops_cycles(subject.workers); }});
    }
    const std::vector<Sample> samples = measure_in_turns(candidates, options.runs());
    row.ours = value_of("ours", samples[0]);
    row.bare_loop = samples[1].least; // a disturbed loop must not lift the bar
    row.note = disturbance(samples[1]);
    if (row.note.empty() && subject.workers > 1) {
        row.note = sharing(samples[1], samples.back(), subject.workers);
    }
    for (std::size_t i = 0; i < peers.size(); ++i) {
        row.peers.push_back(value_of(peers[i].name, samples[2 + i], peers[i].note));
    }
    row.peers.push_back(value_of(candidates[limit].name, samples[limit], "a limit"));
    return row;
}

std::vector<Row> subject_rows(const Options& options, OurRuns& ours) {
    std::vector<Row> rows;
    for (const Subject& subject : SUBJECTS) {
        if (!options.wants(subject.name)) {
            continue;
        }
        if (subject.workers > usable_cpus().size()) {
            Row row = row_of(subject);
            row.ours = not_measured("ours", "not run: there is one CPU");
            rows.push_back(std::move(row));
            continue;
        }
        rows.push_back(measure_subject(options, ours, subject));
    }
    return rows;
}

/// What a user pays who keeps the log: no bar, because it depends on who reads it.
std::vector<Row> drained_rows(const Options& options, OurRuns& ours) {
    constexpr const char* NAME = "scheduler with its log drained, 1 worker";
    if (!options.wants(NAME) || usable_cpus().size() < 2) {
        return {};
    }
    tell_progress(NAME);
    const RunOfOurs run{.chains = {}, .workers = 1, .sink = LogSinkKind::Discard};
    const auto samples = measure_in_turns(
        {{"ours", [&] { return ours.cycles(run); }}, {"bare handler loop", bare_loop_cycles}},
        options.runs());
    return {{.name = NAME,
             .ours = value_of("ours", samples[0]),
             .method = "level full, 64 bytes a task through the drain; a reader on the other CPU "
                       "throws them away",
             .bare_loop = samples[1].least,
             .note = disturbance(samples[1])}};
}

std::vector<Row> determinism_rows(const Options& options, OurRuns& ours) {
    constexpr const char* NAME = "what determinism costs, 1 worker";
    if (!options.wants(NAME)) {
        return {};
    }
    tell_progress(NAME);
    const Chains chains;
    const auto samples =
        measure_in_turns({{"scheduler", [&] { return ours.cycles({.chains = chains}); }},
                          {"loose", [&] { return loose_cycles(chains); }},
                          {"recorded", recorded_cycles},
                          {"unrecorded", unrecorded_cycles}},
                         options.runs());
    Row row{.name = NAME,
            .ours = {"scheduler / loose", samples[0].cycles / samples[1].cycles},
            .bar = at_most(1.5),
            .aim = "1.1",
            .method = "the same tasks, rings and handler without timestamps, events, digests, "
                      "beats and a barrier",
            .unit = "times"};
    const double records = samples[2].cycles - samples[3].cycles;
    Value limit{"the loose run, and what a log must have of a task",
                1 + records / samples[1].cycles};
    limit.note = fmt::format("a limit: its bytes' hash, two stamped records and their digest take "
                             "{:.1f} cycles in a loop of their own",
                             records);
    row.peers.push_back(limit);
    row.note = fmt::format("cycles a task: scheduler {:.1f} [{:.1f}..{:.1f}], loose {:.1f} "
                           "[{:.1f}..{:.1f}]",
                           samples[0].cycles, samples[0].least, samples[0].most, samples[1].cycles,
                           samples[1].least, samples[1].most);
    return {row};
}

} // namespace

std::vector<Row> scheduler_rows(const Options& options) {
    pin_to(0);
    OurRuns ours;
    std::vector<Row> rows;
    for (const auto rows_of : {subject_rows, drained_rows, determinism_rows, growth_rows}) {
        std::ranges::move(rows_of(options, ours), std::back_inserter(rows));
    }
    std::ranges::move(ring_rows(options), std::back_inserter(rows));
    return rows;
}

} // namespace knhk::bench
