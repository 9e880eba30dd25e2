// SPDX-License-Identifier: MIT
#include "tools/demo.hpp"

#include <array>
#include <cerrno>
#include <cstdio>

#include <fcntl.h>

#include "tools/host/failure.hpp"
#include "tools/host/shared_file.hpp"
#include "tools/log/log_compare.hpp"
#include "tools/run/interrupt.hpp"
#include "tools/run/platform_runner.hpp"
#include "tools/run/report.hpp"
#include "tools/run/run.hpp"

namespace knhk::tools {

namespace {

constexpr u32 DEMO_CORES = 8;
constexpr u64 DEMO_TASKS = 200'000;

struct Station {
    bool is_qemu;
    u32 workers;
    const char* words;
};
constexpr std::array STATIONS = {
    Station{true, 4, "in a machine of its own: QEMU with 4 harts"},
    Station{false, 1, "in a Linux process with 1 worker"},
    Station{false, 2, "in a Linux process with 2 workers"},
};

/// A finished run whose log is still at hand. It has no name: nothing stays behind.
struct Recording {
    RunResult result;
    SharedFile log;
};

RunOptions options_for(const RunOptions& asked, const Station& station) {
    RunOptions options = asked;
    options.workload = "fanout";
    options.cores = DEMO_CORES;
    options.tasks = DEMO_TASKS;
    options.platform.is_qemu = station.is_qemu;
    options.workers = station.workers;
    return options;
}

/// Talks only when nobody asked for JSON.
template<class... Arguments>
void say(const RunOptions& options, fmt::format_string<Arguments...> text,
         Arguments&&... arguments) {
    if (!options.json) {
        fmt::print(text, std::forward<Arguments>(arguments)...);
        std::fflush(stdout);
    }
}

Recording record(const RunOptions& asked, const ImageFile& image, const Station& station) {
    const RunOptions options = options_for(asked, station);
    say(asked, "  {} ...\n", station.words);
    SharedFile log = SharedFile::growing("knhk-demo-log");
    LogSink sink = LogSink::into(log.descriptor());
    RunChannels channels{sink};
    RunResult result = run_image(options, image, channels, "  running");
    if (interrupts() > 0) {
        throw run_failed("interrupted: start it again");
    }
    const RunFigures& figures = result.figures;
    say(asked, "      {} tasks in {} beats, {} events, {} messages between cores: {:.3f} s\n",
        figures.tasks, figures.beats, figures.events, figures.remote_messages,
        static_cast<double>(result.elapsed_ns) / 1e9);
    say(asked, "      digest {}\n", figures.digest);
    return {std::move(result), std::move(log)};
}

LogReader reader_of(const Recording& recording) {
    const std::string path = inherited_path(recording.log.descriptor());
    Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC)); // a position of its own
    if (!file.valid()) {
        throw bad_environment("cannot read the recorded log again: {}: mount /proc",
                              system_text(errno));
    }
    const RunOptions& options = recording.result.options;
    return LogReader::from(
        std::move(file),
        fmt::format("log of {} with {} workers", name_of(options.platform), options.workers));
}

/// The first comparison that is no exact match, or the last one.
Comparison compare_all(const RunOptions& options, const std::vector<Recording>& recordings) {
    Comparison comparison;
    for (std::size_t i = 1; i < recordings.size(); ++i) {
        LogReader first = reader_of(recordings[0]);
        LogReader other = reader_of(recordings[i]);
        comparison = compare(first, other);
        if (comparison.verdict != Verdict::ExactMatch) {
            break;
        }
        say(options, "  {} events of run 1 and run {}: equal\n", comparison.a.events, i + 1);
    }
    return comparison;
}

void print_verdict(const RunOptions& options, const std::vector<Recording>& recordings,
                   const Comparison& comparison) {
    if (!options.json) {
        fmt::print("{}", comparison.verdict == Verdict::ExactMatch
                             ? fmt::format("ExactMatch {}\n", comparison.a.run_digest)
                             : to_text(comparison));
        return;
    }
    Json object;
    object["runs"] = Json::array();
    for (const Recording& recording : recordings) {
        object["runs"].push_back(to_json(recording.result));
    }
    object["match"] = comparison.verdict == Verdict::ExactMatch;
    object["verdict"] = name_of(comparison.verdict);
    object["run_digest"] = comparison.a.run_digest;
    print_json(object);
}

} // namespace

ExitStatus run_demo(const RunOptions& options) {
    const ImageFile image = open_image(options);
    for (const Station& station : STATIONS) {
        check_platform_is_installed(options_for(options, station));
    }
    count_interrupts();
    say(options,
        "One workload, one image file, three places: the logs must be equal, bit for bit.\n");
    say(options, "Workload: fanout, {} tasks that spawn others across {} logical cores.\n",
        DEMO_TASKS, DEMO_CORES);
    std::vector<Recording> recordings;
    for (const Station& station : STATIONS) {
        recordings.push_back(record(options, image, station));
    }
    say(options, "Comparing the logs, event by event:\n");
    const Comparison comparison = compare_all(options, recordings);
    print_verdict(options, recordings, comparison);
    return comparison.verdict == Verdict::ExactMatch ? ExitStatus::Ok : ExitStatus::CheckSaysNo;
}

} // namespace knhk::tools
