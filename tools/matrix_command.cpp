// SPDX-License-Identifier: MIT
// `knhk matrix`: which workloads, on what, and how the result is shown.
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <unistd.h>

#include "tools/command.hpp"
#include "tools/host/failure.hpp"
#include "tools/host/process.hpp"
#include "tools/host/temporary_directory.hpp"
#include "tools/matrix/matrix.hpp"
#include "tools/run/installation.hpp"
#include "tools/run/interrupt.hpp"
#include "tools/run/options.hpp"
#include "tools/run/platform_runner.hpp"
#include "tools/run/report.hpp"

namespace knhk::tools {

namespace {

namespace fs = std::filesystem;

constexpr const char* FOOTER =
    "Without a workload: the built-in ones, one with inputs from outside, and --random N files "
    "made\n"
    "from --seed. Each is recorded on every platform, and from there replayed, and resumed from a\n"
    "checkpoint in its middle, on another one (with --full on all).\n"
    "\n"
    "Examples:\n"
    "  knhk matrix\n"
    "  knhk matrix --full\n"
    "  knhk matrix --random 200 --jobs 8\n"
    "  knhk matrix mixed pipeline.json --on linux --workers 1,2,8\n"
    "\n"
    "Exit status 1 when two runs of a workload differ, or when a run with another seed does not.";

constexpr u32 RANDOM_MAX = 100'000;
constexpr u32 JOBS_MAX = 256;
constexpr u32 INPUTS = 50;

struct MatrixOptions {
    MatrixPlan plan;
    std::vector<std::string> workloads;
    bool is_full = false;
    std::optional<u64> random; ///< files
    u64 seed = 1;
    bool without_records = false;
    bool json = false;
    bool quiet = false;
};

std::vector<std::string> split(const std::string& text) {
    std::vector<std::string> parts;
    std::istringstream stream(text);
    for (std::string part; std::getline(stream, part, ',');) {
        parts.push_back(part);
    }
    return parts;
}

/// A few tasks that come from outside while the run goes on, whenever that is: what is repeated are
/// the inputs that one run recorded.
MatrixWorkload with_inputs(MatrixWorkload workload, const fs::path& folder) {
    const fs::path lines = folder / "inputs.jsonl";
    std::ofstream file(lines);
    for (u32 id = 1; id <= INPUTS; ++id) {
        file << fmt::format(R"({{"handler": "ring", "id": {0}, "payload": [{0}, 0, 0, 0]}})", id)
             << '\n';
    }
    file.close();
    const fs::path log = folder / "inputs.log";
    std::vector<std::string> words{"/proc/self/exe", "run", workload.name};
    words.insert(words.end(), workload.arguments.begin(), workload.arguments.end());
    words.insert(words.end(), {"--quiet", "--level", "inputs", "--input", lines.string(), "--log",
                               log.string()});
    (void)output_of(words);
    workload.arguments.insert(workload.arguments.end(), {"--input", "log:" + log.string()});
    workload.has_inputs = true;
    return workload;
}

/// Built-in ones in a size that a machine under emulation can repeat a hundred times.
MatrixWorkload builtin(const std::string& name) {
    MatrixWorkload workload{name, {"--cores", "16", "--tasks", "2000"}, 16};
    if (name == "ordered") { // thousands of beats with hardly a task in each
        workload.checkpoint_every = 400;
    }
    return workload;
}

MatrixWorkload named(const std::string& name) {
    const bool is_file = name.find('/') != std::string::npos || name.ends_with(".json");
    return is_file ? MatrixWorkload{name, {}, CORES_MAX} : builtin(name);
}

/// Random files say how many cores they have; the command for them is the model's.
std::vector<MatrixWorkload> make_random(const MatrixOptions& options, const fs::path& folder) {
    const std::string program = (build_root() / "tests/model/knhk-check-model").string();
    const std::string list =
        output_of({program, "--write", folder.string(), "--count", std::to_string(*options.random),
                   "--seed", std::to_string(options.seed)});
    std::vector<MatrixWorkload> workloads;
    std::istringstream lines(list);
    std::string file;
    u32 cores = 0;
    while (lines >> file >> cores) {
        workloads.push_back({file, {}, cores});
    }
    if (workloads.size() != *options.random) {
        throw bad_environment("{} made {} of {} random workloads: build it with ninja -C {}",
                              program, workloads.size(), *options.random, build_root().string());
    }
    return workloads;
}

std::string command_of(const MatrixRun& run) {
    return fmt::format("knhk {}", fmt::join(run.arguments, " "));
}

/// The file of a wrong run is kept: without it nobody could look closer.
void keep_file(const MatrixRun& run) {
    const fs::path file = run.arguments[1];
    std::error_code ignored;
    if (fs::exists(file)) {
        fs::copy_file(file, file.filename(), fs::copy_options::overwrite_existing, ignored);
    }
}

std::string label_of(const MatrixRow& row) {
    return fs::path(row.name).filename().string() + (row.has_inputs ? " with inputs" : "");
}

u64 equal_runs_of(const MatrixRow& row) {
    u64 equal = 0;
    for (const MatrixCell& cell : row.cells) {
        equal += cell.equal;
    }
    return equal;
}

const char* name_of(MatrixWay way) {
    constexpr const char* NAMES[] = {"run", "record", "replay", "resume", "other seed"};
    return NAMES[static_cast<std::size_t>(way)];
}

Json json_of(const MatrixRun& run, const MatrixPlan& plan, const MatrixResult& result) {
    return {{"workload", label_of(result.rows[run.workload])},
            {"way", name_of(run.way)},
            {"platform", plan.platforms[run.platform]},
            {"workers", run.workers},
            {"run_digest", run.digest.empty() ? Json() : Json(run.digest)},
            {"seen_platform", run.seen.platform.empty() ? Json() : Json(run.seen.platform)},
            {"seen_harts", run.seen.harts == 0 ? Json() : Json(run.seen.harts)},
            {"arguments", run.arguments}};
}

/// As wide as its name, or as "100/100".
std::size_t column_of(const std::string& platform) {
    return std::max<std::size_t>(platform.size(), 7);
}

/// A line a workload, a column a platform: so many runs of so many have the line's digest.
void print_table(const MatrixPlan& plan, const MatrixResult& result) {
    fmt::print("{:<24} {:<32}", "workload", "run digest");
    for (const std::string& platform : plan.platforms) {
        fmt::print(" {:>{}}", platform, column_of(platform));
    }
    fmt::print("  replays resumes\n");
    for (const MatrixRow& row : result.rows) {
        fmt::print("{:<24} {:<32}", label_of(row), row.digest);
        for (std::size_t i = 0; i < row.cells.size(); ++i) {
            fmt::print(" {:>{}}", fmt::format("{}/{}", row.cells[i].equal, row.cells[i].runs),
                       column_of(plan.platforms[i]));
        }
        fmt::print("  {:>7} {:>7}{}\n", row.replays, row.resumes,
                   row.other_seed_differs ? "" : "  ANOTHER SEED IS NOT RIGHT");
    }
}

void print(const MatrixOptions& options, const MatrixResult& result) {
    if (options.json) {
        Json object;
        object["match"] = result.wrong.empty();
        object["platforms"] = options.plan.platforms;
        object["workloads"] = Json::array();
        for (const MatrixRow& row : result.rows) {
            object["workloads"].push_back({{"workload", label_of(row)},
                                           {"run_digest", row.digest},
                                           {"events", row.events},
                                           {"equal_runs", equal_runs_of(row)},
                                           {"replays", row.replays},
                                           {"resumes", row.resumes},
                                           {"other_seed_differs", row.other_seed_differs}});
        }
        object["runs"] = Json::array();
        for (const MatrixRun& run : result.all) {
            object["runs"].push_back(json_of(run, options.plan, result));
        }
        print_json(object);
        return;
    }
    print_table(options.plan, result);
    fmt::print("{} runs of {} workloads: {}\n", result.all.size(), result.rows.size(),
               result.wrong.empty() ? "one digest each" : "NOT EQUAL");
}

/// What was not asked for.
void fill_in(MatrixOptions& options) {
    MatrixPlan& plan = options.plan;
    if (plan.platforms.empty()) {
        plan.platforms = platform_names();
    }
    if (plan.workers.empty()) {
        plan.workers =
            options.is_full ? std::vector<u32>{1, 2, 3, 4, 5, 8} : std::vector<u32>{1, 2, 4};
    }
    plan.all_pairs = options.is_full;
    options.random = options.random.value_or(options.is_full ? 8 : 2);
}

ExitStatus run(MatrixOptions options) {
    const TemporaryDirectory folder;
    MatrixPlan& plan = options.plan;
    fill_in(options);
    plan.folder = options.without_records ? fs::path() : folder.path();
    for (const std::string& name : options.workloads) {
        plan.workloads.push_back(named(name));
    }
    if (options.workloads.empty()) {
        for (const char* name : {"pure", "ring", "fanout", "ordered", "mixed"}) {
            plan.workloads.push_back(builtin(name));
        }
        plan.workloads.push_back(with_inputs(builtin("ring"), folder.path()));
        const auto random = make_random(options, folder.path());
        plan.workloads.insert(plan.workloads.end(), random.begin(), random.end());
    }
    count_interrupts();
    const bool show = !options.quiet && !options.json;
    const bool terminal = ::isatty(STDERR_FILENO) == 1;
    const MatrixResult result = run_matrix(plan, run_processes, [&](u64 done, u64 all) {
        if (show && (terminal || done % 100 == 0)) {
            fmt::print(stderr, "{}{} of {} runs{}", terminal ? "\r" : "", done, all,
                       terminal ? "" : "\n");
        }
    });
    if (show && terminal) {
        fmt::print(stderr, "\r\x1b[K");
    }
    print(options, result);
    for (const MatrixRun& wrong : result.wrong) {
        keep_file(wrong);
        fmt::print(stderr, "differs or failed: {}\n    {}\n", command_of(wrong),
                   wrong.digest.empty() ? wrong.output : wrong.digest);
    }
    return result.wrong.empty() ? ExitStatus::Ok : ExitStatus::CheckSaysNo;
}

void add_list(Command& command, const char* name, const char* help,
              std::function<void(const std::vector<std::string>&)> take) {
    command
        .word(
            name, [take = std::move(take)](const std::string& text) { take(split(text)); }, help)
        .value("LIST");
}

void add_options(Command& command, MatrixOptions& options) {
    MatrixPlan& plan = options.plan;
    command.text("workloads", options.workloads, "built-in names or files");
    add_list(command, "--on", "platforms (all)", [&plan](const auto& list) {
        plan.platforms = list;
        std::ranges::for_each(list, [](const auto& name) { (void)parse_platform(name); });
    });
    add_list(command, "--workers", "numbers of workers (1,2,4; with --full 1,2,3,4,5,8)",
             [&plan](const auto& list) {
                 plan.workers.clear();
                 for (const std::string& text : list) {
                     plan.workers.push_back(
                         static_cast<u32>(parse_number_option("--workers", text, 1, CORES_MAX)));
                 }
             });
    const auto add_number = [&command](const char* name, auto& to, u64 max, const char* help) {
        command
            .word(
                name,
                [name, &to, max](const std::string& text) {
                    to = parse_number_option(name, text, 0, max);
                },
                help)
            .value("N");
    };
    add_number("--random", options.random, RANDOM_MAX,
               "so many random workload files (2; with --full 8)");
    add_number("--seed", options.seed, ~u64{0}, "of the random files (1)");
    command
        .word(
            "--jobs",
            [&plan](const std::string& text) {
                plan.jobs = static_cast<u32>(parse_number_option("--jobs", text, 1, JOBS_MAX));
            },
            "so many runs at once (1)")
        .value("N");
    command.flag("--full", options.is_full, "more workers and more files: minutes");
    command.flag("--no-records", options.without_records,
                 "without recording, replaying and resuming");
    command.flag("--json", options.json, "one JSON object on stdout, nothing else");
    command.flag("--quiet", options.quiet, "no progress");
}

} // namespace

void add_matrix_command(Command& app, Action& action) {
    Command command = app.add_command(
        "matrix", "one digest on every platform, with any workers, claims and chaos");
    const auto options = std::make_shared<MatrixOptions>();
    add_options(command, *options);
    command.footer(FOOTER);
    command.when_chosen([options, &action] { action = [options] { return run(*options); }; });
}

} // namespace knhk::tools
