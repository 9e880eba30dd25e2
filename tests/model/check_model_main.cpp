// SPDX-License-Identifier: MIT
// The program behind `knhk check-model`.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iostream>

#include "tests/model/campaign.hpp"
#include "tests/model/random_file.hpp"
#include "tests/model/script.hpp"
#include "tests/model/snapshot.hpp"

namespace {

using namespace knhk::model;

constexpr const char* FOOTER =
    "Each workload runs with other workers (1, 2, 3, 5 or 8), claimed in one way or the other,\n"
    "with chaos or without. A difference is made as small as possible and shown as a workload "
    "file.\n"
    "\n"
    "Examples:\n"
    "  knhk check-model --count 10000 --seed 1 --jobs 2\n"
    "  knhk check-model --on qemu-x86_64 --count 20\n"
    "  knhk check-model --seed 32 --count 4 --size 300     deltas, more than a million\n"
    "  knhk check-model --mutants --count 1000\n"
    "  knhk check-model --fault no_spawn_reserve\n"
    "\n"
    "Exit status: 0 all agree (with --mutants: all are caught), 1 they do not, 2 wrong usage.";

struct Options {
    CampaignOptions campaign;
    bool mutants = false;
    std::string write_to;
};

int write_files(const Options& options) {
    write_snapshot_files(options.write_to);
    for (u64 i = 0; i < options.campaign.count; ++i) {
        const u64 seed = options.campaign.first_seed + i;
        const std::string file = random_workload_file(seed, options.campaign.size);
        const auto path =
            std::filesystem::path(options.write_to) / ("random-" + std::to_string(seed) + ".json");
        std::ofstream out(path);
        out << file;
        out.close();
        if (!out) {
            std::cerr << "knhk: error: cannot write " << path.string() << ": make room there\n";
            return 3;
        }
        std::cout << path.string() << " " << config_of(read_script(file)).cores << "\n";
    }
    return 0;
}

void print_cases(const CampaignResult& result) {
    for (std::size_t i = 0; i < std::size(HARD_CASES); ++i) {
        std::printf("  %-64s %10llu in %6llu runs\n", HARD_CASES[i].text,
                    static_cast<unsigned long long>(result.cases.times[i]),
                    static_cast<unsigned long long>(result.cases.runs_with[i]));
    }
}

int run_campaign(const CampaignOptions& options) {
    const CampaignResult result = check_model(options);
    std::printf("hard cases met:\n");
    print_cases(result);
    std::printf("%llu workloads (%llu of 256 cores), %llu beats, %llu events: ",
                static_cast<unsigned long long>(result.runs),
                static_cast<unsigned long long>(result.with_256_cores),
                static_cast<unsigned long long>(result.beats),
                static_cast<unsigned long long>(result.events));
    if (!result.finding) {
        std::printf("scheduler and model agree\n");
        return 0;
    }
    std::printf("seed %llu DIFFERS\n%s\n%s\n",
                static_cast<unsigned long long>(result.finding->seed), result.finding->what.c_str(),
                result.finding->file.c_str());
    return 1;
}

int run_mutants(const CampaignOptions& options) {
    std::size_t missed = 0;
    u64 latest = 0;
    const auto verdicts = check_mutants(options);
    for (const MutantVerdict& mutant : verdicts) {
        if (mutant.caught_by) {
            latest = std::max(latest, *mutant.caught_by);
            std::printf("caught by workload %4llu: %s: %s\n",
                        static_cast<unsigned long long>(*mutant.caught_by), mutant.text.c_str(),
                        mutant.difference.c_str());
        } else {
            ++missed;
            std::printf("NOT CAUGHT: %s (%s)\n", mutant.text.c_str(), mutant.name.c_str());
        }
    }
    std::printf("%zu of %zu mutants caught, the last one by workload %llu\n",
                verdicts.size() - missed, verdicts.size(), static_cast<unsigned long long>(latest));
    return missed == 0 ? 0 : 1;
}

void add_options(CLI::App& app, Options& options) {
    CampaignOptions& campaign = options.campaign;
    app.footer(FOOTER);
    app.add_option("--count", campaign.count, "so many random workloads (100)")
        ->check(CLI::Range(u64{1}, u64{100'000'000}));
    app.add_option("--seed", campaign.first_seed, "of the first; they ascend (1)");
    app.add_option("--size", campaign.size, "so many times as many tasks in each (1)")
        ->check(CLI::Range(u64{1}, u64{10'000}));
    app.add_option("--jobs", campaign.jobs, "so many at once (1)")->check(CLI::Range(1, 256));
    app.add_option("--on", campaign.platform,
                   "run the image there, and compare digests: linux, or qemu- and an architecture")
        ->check(CLI::IsMember({"linux", "linux-aarch64", "linux-riscv64", "qemu-x86_64",
                               "qemu-aarch64", "qemu-riscv64"}));
    app.add_option("--fault", campaign.fault, "plant this misreading in the model");
    app.add_flag("--mutants", options.mutants, "plant every misreading, and see each noticed");
    app.add_option("--write", options.write_to, "only write the files there, and list them")
        ->check(CLI::ExistingDirectory);
    app.add_flag("--quiet", campaign.quiet, "no progress");
}

} // namespace

int main(int argc, char** argv) {
    CLI::App app("Random workload files through the scheduler and through a naive model that was\n"
                 "written from docs/ alone: every event and every digest must be equal.",
                 "knhk check-model");
    Options options;
    add_options(app, options);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        if (error.get_exit_code() == 0) {
            return app.exit(error);
        }
        std::cerr << "knhk: error: " << error.what() << ": see 'knhk check-model --help'\n";
        return 2;
    }
    const auto build = std::filesystem::read_symlink("/proc/self/exe").parent_path() / "../..";
    options.campaign.knhk_command = (build / "tools/knhk-command").lexically_normal().string();
    try {
        if (!options.write_to.empty()) {
            return write_files(options);
        }
        return options.mutants ? run_mutants(options.campaign) : run_campaign(options.campaign);
    } catch (const std::invalid_argument& error) {
        std::cerr << "knhk: error: " << error.what() << ": see tests/model/model_faults.def\n";
        return 2;
    }
}
