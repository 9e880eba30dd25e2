// SPDX-License-Identifier: MIT
#include "tools/run/options.hpp"

#include <algorithm>
#include <bit>
#include <initializer_list>

#include "base/text.hpp"
#include "qemu/machine.hpp"
#include "tools/host/cpus.hpp"
#include "tools/host/failure.hpp"

namespace knhk::tools {

namespace {

void check_choice(std::string_view option, std::string_view value,
                  std::initializer_list<std::string_view> allowed) {
    if (std::ranges::find(allowed, value) == allowed.end()) {
        throw bad_input("unknown {} '{}': use {}", option, value, fmt::join(allowed, ", "));
    }
}

/// The name stands in key=value text, so a blank in it would be another word.
void check_workload_name(std::string_view name) {
    const bool is_name = std::ranges::all_of(name, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '_' || c == '-' || c == '.';
    });
    if (name.empty() || name.size() > WORKLOAD_NAME_MAX || !is_name) {
        throw bad_input("bad workload name '{}': use 1 to {} letters, digits, '_', '-' or '.'",
                        name, WORKLOAD_NAME_MAX);
    }
}

void check_cores_and_workers(const RunOptions& options) {
    if (!std::has_single_bit(options.cores) || options.cores > CORES_MAX) {
        throw bad_input("--cores {} is not a power of two from 1 to {}: use {}", options.cores,
                        CORES_MAX, std::bit_ceil(std::min(options.cores, CORES_MAX)));
    }
    if (options.workers < 1 || options.workers > options.cores) {
        throw bad_input("--workers {} is not from 1 to the number of cores: use --workers {} or "
                        "more --cores",
                        options.workers, options.cores);
    }
}

void check_topology_text(const RunOptions& options) {
    if (!options.topology) {
        return;
    }
    const auto topology = parse_topology(*options.topology);
    if (!topology) {
        throw bad_input("bad --topology '{}': {}", *options.topology, topology.error());
    }
    const TopologyResult fits = check_topology(*topology, options.cores);
    if (!fits) {
        throw bad_input("--topology {} with --cores {}: {}", *options.topology, options.cores,
                        fits.error());
    }
}

void check_qemu(const RunOptions& options) {
    check_choice("--accel", options.accelerator, {"tcg", "kvm"});
    const Architecture architecture = options.platform.architecture;
    const qemu::Machine* const machine = qemu::find_machine(architecture, options.machine);
    if (machine == nullptr && (options.platform.is_qemu || !options.machine.empty())) {
        throw bad_input("unknown --machine '{}' of {}: use {}", options.machine,
                        name_of(architecture), qemu::machine_names(architecture));
    }
    if (options.platform.is_qemu && options.workers > machine->harts_max) {
        throw bad_input("--workers {} is more than QEMU's {} has harts: use {} or fewer",
                        options.workers, machine->name, machine->harts_max);
    }
}

/// How often a barrier polls before it sleeps. With more workers than CPUs, the one that is waited
/// for needs the CPU of the one that polls.
u32 barrier_spins(u32 workers) {
    constexpr u32 SPINS_WITH_OWN_CPU = 4000;
    constexpr u32 SPINS_WITH_SHARED_CPU = 20;
    return workers <= online_cpus() ? SPINS_WITH_OWN_CPU : SPINS_WITH_SHARED_CPU;
}

void check_input(const RunOptions& options) {
    if (!options.input) {
        return;
    }
    if (!options.drain_shared) {
        throw bad_input("--input needs shared memory, and --drain console shares none: leave one "
                        "of them out");
    }
    if (options.repeat > 1 && !recorded_input(options)) {
        throw bad_input("--input comes once, and --repeat {} wants the same again: record with "
                        "--log, and repeat that with --input log:FILE",
                        options.repeat);
    }
}

void check_roots_option(const RunOptions& options) {
    if (!options.roots) {
        return;
    }
    if (!options.drain_shared) {
        throw bad_input("--roots needs the log's end, and --drain console brings no log: leave one "
                        "of them out");
    }
    if (options.log && options.log->lexically_normal() == options.roots->lexically_normal()) {
        throw bad_input("--roots and --log are one file, {}: write somewhere else",
                        options.log->string());
    }
}

} // namespace

std::string name_of(const RunPlatform& platform) {
    if (!platform.is_qemu && platform.architecture == loader::host_architecture()) {
        return "linux";
    }
    return fmt::format("{}-{}", platform.is_qemu ? "qemu" : "linux",
                       name_of(platform.architecture));
}

std::string image_name_of(const RunPlatform& platform) {
    return fmt::format("{}-{}", platform.is_qemu ? "bare" : "linux",
                       name_of(platform.architecture));
}

const std::vector<std::string>& platform_names() {
    static const std::vector<std::string> names = [] {
        std::vector<std::string> all{"linux"};
        for (const ArchitectureFacts& facts : ARCHITECTURES) {
            if (facts.architecture != loader::host_architecture()) {
                all.push_back(name_of(RunPlatform{false, facts.architecture}));
            }
        }
        for (const ArchitectureFacts& facts : ARCHITECTURES) {
            if (qemu::find_machine(facts.architecture) != nullptr) {
                all.push_back(name_of(RunPlatform{true, facts.architecture}));
            }
        }
        return all;
    }();
    return names;
}

u64 parse_number_option(std::string_view option, std::string_view text, u64 min, u64 max) {
    const Result<u64> number = parse_number(text);
    if (!number || *number < min || *number > max) {
        throw bad_input("{} {}: use a whole number from {} to {}", option, text, min, max);
    }
    return *number;
}

u32 parse_beat_limit_option(std::string_view text) {
    const Result<u32> milliseconds = parse_beat_limit(text);
    if (!milliseconds) {
        throw bad_input("--beat-limit {}: use seconds from {} to {}, as in 2 or 0.5", text,
                        BEAT_LIMIT_MS_MIN / 1000.0, BEAT_LIMIT_MS_MAX / 1000);
    }
    return *milliseconds;
}

RunPlatform parse_platform(std::string_view text) {
    const std::vector<std::string>& names = platform_names();
    if (std::ranges::find(names, text) == names.end()) {
        throw bad_input("unknown platform '{}': use --on {}", text, fmt::join(names, " or --on "));
    }
    if (text == "linux") {
        return {};
    }
    const std::size_t dash = text.find('-');
    return {text.starts_with("qemu-"), architecture_named(text.substr(dash + 1)).value()};
}

std::optional<std::filesystem::path> recorded_input(const RunOptions& options) {
    constexpr std::string_view LOG_PREFIX = "log:";
    if (!options.input || !options.input->starts_with(LOG_PREFIX)) {
        return std::nullopt;
    }
    return options.input->substr(LOG_PREFIX.size());
}

void check(const RunOptions& options) {
    if (!options.packed_file) {
        check_workload_name(options.workload);
    }
    check_cores_and_workers(options);
    check_topology_text(options);
    check_choice("--stealing", options.stealing.value_or("off"), {"on", "off"});
    check_choice("--claim", options.claim, {"static", "dynamic"});
    check_choice("--level", options.level, {"digest", "inputs", "full"});
    check_choice("--isa", options.isa, {"auto", "scalar", "avx2", "avx512", "neon", "rvv"});
    check_qemu(options);
    check_roots_option(options);
    if (options.log && !options.drain_shared) {
        throw bad_input("--log needs the whole log, and --drain console brings only digests: "
                        "leave one of them out");
    }
    check_input(options);
    if (options.checkpoint_beats && !options.checkpoints) {
        throw bad_input("--checkpoint-every without a folder for them: give --checkpoints too");
    }
    if (options.checkpoints && !options.drain_shared) {
        throw bad_input("--checkpoints need shared memory: leave --drain console out");
    }
}

std::string image_command_line(const RunOptions& options) {
    std::string line =
        fmt::format("cores={} workers={} seed={} level={} drain={} spin={}", options.cores,
                    options.workers, options.seed, options.level,
                    options.drain_shared ? "shared" : "console", barrier_spins(options.workers));
    if (options.latencies) {
        // the container has them
    } else if (options.topology) {
        line += fmt::format(" topology={}", *options.topology);
    } else if (!options.packed_file) {
        line += fmt::format(" latency={}", options.latency);
    }
    if (options.stealing) {
        line += fmt::format(" stealing={}", *options.stealing);
    }
    if (options.beats) {
        line += fmt::format(" beats={}", *options.beats);
    }
    if (options.beat_limit_ms) {
        line += fmt::format(" beat-limit={}.{:03}", *options.beat_limit_ms / 1000,
                            *options.beat_limit_ms % 1000);
    }
    if (options.claim != "static") {
        line += fmt::format(" claim={}", options.claim);
    }
    if (options.chaos != 0) {
        line += fmt::format(" chaos={}", options.chaos);
    }
    if (options.isa != "auto") {
        line += fmt::format(" isa={}", options.isa);
    }
    if (options.telemetry) {
        line += " telemetry=on";
    }
    if (options.recorded || recorded_input(options)) {
        line += " inputs=recorded";
    } else if (options.input) {
        line += " inputs=open";
    }
    if (options.checkpoint_beats) {
        line += fmt::format(" checkpoint={}", *options.checkpoint_beats);
    }
    if (options.resume) {
        line += " resume=on";
    }
    return line;
}

} // namespace knhk::tools
