// SPDX-License-Identifier: MIT
#include "bench/scheduler/command_runs.hpp"

#include <cstdio>
#include <filesystem>
#include <memory>
#include <stdexcept>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace knhk::bench {

namespace {

struct RingRun {
    double nanoseconds;
    std::string digest;
};

std::string output_of(const std::string& command) {
    const std::unique_ptr<FILE, int (*)(FILE*)> pipe(::popen(command.c_str(), "r"), ::pclose);
    if (!pipe) {
        throw std::runtime_error("cannot start a shell");
    }
    std::string output;
    char part[4096];
    for (std::size_t size = 0; (size = std::fread(part, 1, sizeof part, pipe.get())) != 0;) {
        output.append(part, size);
    }
    return output;
}

/// Throws std::runtime_error when there is no such run here.
RingRun run_ring(const Options& options, const std::string& platform, u32 workers, u64 tasks) {
    const std::string program = options.build_root + "/tools/knhk-command";
    if (!std::filesystem::exists(program)) {
        throw std::runtime_error("build the command first: './knhk --help' does");
    }
    unpin();
    const std::string output = output_of(fmt::format(
        "'{}' run ring --cores 8 --workers {} --tasks {} --on {} --timeout 30 --json 2>/dev/null",
        program, workers, tasks, platform));
    const auto json = nlohmann::json::parse(output, nullptr, false);
    if (!json.is_object() || !json.contains("elapsed_ns")) {
        throw std::runtime_error(fmt::format("'knhk run ring --on {}' says no", platform));
    }
    return {json["elapsed_ns"].get<double>(), json["run_digest"].get<std::string>()};
}

struct RingTimes {
    Sample two;
    Sample four;
};

RingTimes measure_ring(const Options& options, const std::string& platform, u64 tasks) {
    std::string digest;
    const auto candidate = [&](u32 workers) {
        return Candidate{fmt::format("{} workers", workers), [&, workers] {
                             const RingRun run = run_ring(options, platform, workers, tasks);
                             if (!digest.empty() && run.digest != digest) {
                                 throw std::logic_error("two digests of one ring");
                             }
                             digest = run.digest;
                             return run.nanoseconds / static_cast<double>(tasks);
                         }};
    };
    const auto samples = measure_in_turns({candidate(2), candidate(4)}, options.runs(5));
    return {samples[0], samples[1]};
}

struct Place {
    const char* name;
    const char* platform;
    u64 tasks;
};

Row ring_row(const Options& options, const Place& place) {
    Row row{.name = fmt::format("ring, 4 workers beside 2: {}", place.name),
            .ours = {},
            .bar = at_most(1.5),
            .aim = "1.1",
            .method = fmt::format("'knhk run ring --cores 8 --tasks {}', wall clock of the run, {} "
                                  "CPUs",
                                  place.tasks, usable_cpus().size()),
            .unit = "times"};
    tell_progress(row.name);
    try {
        const RingTimes times = measure_ring(options, place.platform, place.tasks);
        row.ours.name = "4 workers / 2 workers";
        row.ours.cycles = times.four.cycles / times.two.cycles;
        row.note = fmt::format("nanoseconds a task: 2 workers {:.0f} [{:.0f}..{:.0f}], 4 workers "
                               "{:.0f} [{:.0f}..{:.0f}]",
                               times.two.cycles, times.two.least, times.two.most, times.four.cycles,
                               times.four.least, times.four.most);
    } catch (const std::runtime_error& error) {
        row.ours = not_measured("4 workers / 2 workers", fmt::format("not run: {}", error.what()));
    }
    return row;
}

} // namespace

std::vector<Row> ring_rows(const Options& options) {
    std::vector<Row> rows;
    for (const Place& place :
         {Place{"threads", "linux", 100'000}, Place{"harts under QEMU", "qemu-x86_64", 20'000}}) {
        if (options.wants(fmt::format("ring, 4 workers beside 2: {}", place.name))) {
            rows.push_back(ring_row(options, place));
        }
    }
    return rows;
}

} // namespace knhk::bench
