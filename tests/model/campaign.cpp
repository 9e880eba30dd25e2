// SPDX-License-Identifier: MIT
#include "tests/model/campaign.hpp"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <thread>

#include <unistd.h>

#include "tests/model/comparison.hpp"
#include "tests/model/random_file.hpp"
#include "tests/model/random_outside.hpp"
#include "tests/model/script.hpp"
#include "tests/model/shrink.hpp"
#include "tests/model/snapshot.hpp"
#include "tests/support/usable_kernels.hpp"

namespace knhk::model {

namespace {

/// Files end by their lives long before; a mutant or a shrunken file may not.
constexpr u64 BEATS_MAX = 50'000;
constexpr std::size_t SHRINK_TRIES_MAX = 2000;

ModelFaults planted(const std::string& name) {
    if (name.empty()) {
        return {};
    }
    const auto found = std::ranges::find_if(
        PLANTED_FAULTS, [&](const PlantedFault& fault) { return name == fault.name; });
    if (found == std::end(PLANTED_FAULTS)) {
        throw std::invalid_argument("no fault is called '" + name + "'");
    }
    return found->alone();
}

/// How a seed is run: all of it outside of what a log may show.
struct Circumstances {
    u32 workers;
    Claiming claiming;
    u64 chaos_seed;
    const KernelTable* kernels;
};

Circumstances circumstances_of(u64 seed, u32 cores) {
    constexpr u32 WORKERS[] = {1, 2, 3, 5, 8};
    const std::vector<const KernelTable*> kernels = test::usable_kernels();
    return {std::min(WORKERS[seed % 5], cores),
            seed / 5 % 2 == 0 ? Claiming::Static : Claiming::Dynamic, seed / 10 % 2 == 0 ? 0 : seed,
            kernels[seed % kernels.size()]};
}

ModelConfig configure(const std::string& file, u64 seed) {
    ModelConfig config = config_of(read_script(file));
    config.beats_max = BEATS_MAX;
    config.outside = random_outside(seed, config, seed % 4 != 0);
    return config;
}

NativeRun run_natively(const std::string& file, u64 seed) {
    const NativeScript script(file);
    test::NativeOptions options = script.options();
    const Circumstances how = circumstances_of(seed, options.cores);
    options.workers = how.workers;
    options.claiming = how.claiming;
    options.chaos_seed = how.chaos_seed;
    options.kernels = how.kernels;
    options.beats_max = BEATS_MAX;
    feed(options, configure(file, seed));
    return NativeRun(options);
}

std::optional<std::string> differs_natively(const std::string& file, u64 seed,
                                            const ModelRun& run) {
    return difference(run_natively(file, seed), run);
}

/// Any path as one word for a shell.
std::string shell_word(const std::string& path) {
    std::string word = "'";
    for (const char c : path) {
        word += c == '\'' ? std::string("'\\''") : std::string(1, c);
    }
    return word + "'";
}

/// The image's digest against the one that is predicted from the file's text alone.
std::optional<std::string> differs_on_platform(const CampaignOptions& options,
                                               const std::string& file, u64 seed, u32 cores) {
    const Circumstances how = circumstances_of(seed, cores);
    const auto folder = std::filesystem::temp_directory_path() /
                        ("knhk-" + std::to_string(::getpid()) + "-" + std::to_string(seed));
    std::filesystem::create_directory(folder);
    write_snapshot_files(folder);
    const auto path = folder / "random.json";
    std::ofstream(path) << file;
    const std::string command =
        shell_word(options.knhk_command) + " run " + shell_word(path.string()) +
        " --json --quiet --level digest --on " + options.platform + " --workers " +
        std::to_string(how.workers) + " --claim " +
        (how.claiming == Claiming::Dynamic ? "dynamic" : "static") + " --chaos " +
        std::to_string(how.chaos_seed) + (seed % 2 == 0 ? "" : " --isa scalar") + " --beats " +
        std::to_string(BEATS_MAX) + " 2>&1";
    std::string output;
    if (FILE* const pipe = ::popen(command.c_str(), "r")) {
        char buffer[4096];
        for (std::size_t got = 0; (got = std::fread(buffer, 1, sizeof buffer, pipe)) > 0;) {
            output.append(buffer, got);
        }
        ::pclose(pipe);
    }
    std::filesystem::remove_all(folder);
    const std::string predicted = hex(digest_of_file(file, BEATS_MAX));
    if (output.find("\"run_digest\":\"" + predicted + "\"") != std::string::npos) {
        return std::nullopt;
    }
    return "the model predicts digest " + predicted + "; " + command + " says: " + output;
}

class Campaign {
  public:
    explicit Campaign(const CampaignOptions& options)
        : options_(options), faults_(planted(options.fault)) {}

    CampaignResult run() {
        std::vector<std::jthread> others;
        for (u32 job = 1; job < options_.jobs; ++job) {
            others.emplace_back([this] { work(); });
        }
        work();
        others.clear();
        if (result_.finding && options_.platform.empty()) {
            make_small(*result_.finding);
        }
        return result_;
    }

  private:
    void work() {
        for (u64 i = next_++; i < options_.count && !stop_; i = next_++) {
            check(options_.first_seed + i);
        }
    }

    void check(u64 seed) {
        const std::string file = random_workload_file(seed, options_.size);
        ModelConfig config = configure(file, seed);
        if (!options_.platform.empty()) {
            config.outside.clear(); // nobody could time them there
        }
        Model model(config, faults_);
        const ModelRun run = model.run();
        const auto found = options_.platform.empty()
                               ? differs_natively(file, seed, run)
                               : differs_on_platform(options_, file, seed, config.cores);
        const std::scoped_lock lock(mutex_);
        add(model.counters(), run, config.cores);
        if (found && (!result_.finding || seed < result_.finding->seed)) {
            result_.finding = {seed, *found, file};
            stop_ = true;
        }
    }

    void add(const ModelCounters& counters, const ModelRun& run, u32 cores) {
        ++result_.runs;
        result_.beats += run.beats.size();
        result_.events += run.event_count();
        result_.with_256_cores += cores == 256;
        result_.cases.add(counters);
        if (!options_.quiet && (result_.runs % 100 == 0 || options_.size > 1)) {
            std::fprintf(stderr, "%llu of %llu workloads, %llu events\n",
                         static_cast<unsigned long long>(result_.runs),
                         static_cast<unsigned long long>(options_.count),
                         static_cast<unsigned long long>(result_.events));
        }
    }

    void make_small(CampaignFinding& finding) {
        if (!options_.quiet) {
            std::fprintf(stderr, "seed %llu differs: making it small ...\n",
                         static_cast<unsigned long long>(finding.seed));
        }
        const auto still_differs = [&](const std::string& file) {
            Model model(configure(file, finding.seed), faults_);
            return differs_natively(file, finding.seed, model.run()).has_value();
        };
        const Shrunk small =
            shrink(nlohmann::ordered_json::parse(finding.file), still_differs, SHRINK_TRIES_MAX);
        finding.file = text_of(small.file);
        const ModelConfig config = configure(finding.file, finding.seed);
        Model model(config, faults_);
        finding.what = differs_natively(finding.file, finding.seed, model.run())
                           .value_or("differs no longer when run again: " + finding.what);
        if (!config.outside.empty()) {
            finding.what +=
                " (with " + std::to_string(config.outside.size()) + " inputs from outside)";
        }
    }

    CampaignOptions options_;
    ModelFaults faults_;
    std::atomic<u64> next_{0};
    std::atomic<bool> stop_{false};
    std::mutex mutex_;
    CampaignResult result_;
};

} // namespace

CampaignResult check_model(const CampaignOptions& options) {
    return Campaign(options).run();
}

std::vector<MutantVerdict> check_mutants(const CampaignOptions& options) {
    std::vector<MutantVerdict> verdicts;
    for (const PlantedFault& fault : PLANTED_FAULTS) {
        verdicts.push_back({fault.name, fault.text, {}, {}});
    }
    std::size_t left = verdicts.size();
    for (u64 i = 0; i < options.count && left > 0; ++i) {
        const u64 seed = options.first_seed + i;
        const std::string file = random_workload_file(seed, options.size);
        const NativeRun native = run_natively(file, seed);
        ModelConfig config = configure(file, seed);
        config.beats_max = std::min<u64>(BEATS_MAX, native.logged.beats.size() + 1);
        for (std::size_t at = 0; at < std::size(PLANTED_FAULTS); ++at) {
            if (verdicts[at].caught_by) {
                continue;
            }
            const ModelFaults faults = PLANTED_FAULTS[at].alone();
            if (const auto found = difference(native, Model(config, faults).run())) {
                verdicts[at].caught_by = i + 1;
                verdicts[at].difference = *found;
                --left;
            }
        }
    }
    return verdicts;
}

} // namespace knhk::model
