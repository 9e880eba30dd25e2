// SPDX-License-Identifier: MIT
#include "kernel/boot.hpp"

#include <cstring>

#include "base/sha256.hpp"
#include "base/text.hpp"
#include "isa/cost.hpp"
#include "isa/kernels.hpp"
#include "kernel/checkpoints.hpp"
#include "kernel/container.hpp"
#include "kernel/memory_layout.hpp"
#include "kernel/program_table.hpp"
#include "kernel/script_program.hpp"
#include "kernel/topology.hpp"
#include "replay/identity.hpp"

namespace knhk {

namespace {

std::unexpected<BootError> refuse(Error error, std::string_view where) {
    return std::unexpected(BootError{ExitStatus::BadInput, error, where});
}

BootResult apply(Kernel& kernel, std::string_view words, ConfigSource source) {
    const auto applied = apply_words(kernel.config, words, source);
    if (!applied) {
        return refuse(applied.error().error, applied.error().word);
    }
    return {};
}

/// What a workload file states, where the command line is silent.
void apply_script(RunConfig& config, const Script& script) {
    const ScriptHeader& header = script.header();
    if (header.cores != 0 && !config.cores_given) {
        config.cores = header.cores;
    }
    if (script.states_seed() && !config.seed_given) {
        config.seed = header.seed;
    }
    if (!config.stealing_given) {
        config.stealing = script.stealing();
    }
    const Topology topology = script.topology();
    if (topology.kind != TopologyKind::None && !config.topology_given) {
        config.topology = topology;
    }
}

BootResult open_script(Kernel& kernel, std::span<const std::byte> file) {
    const auto script = Script::open(file);
    if (!script) {
        return refuse(script.error(), "its workload file");
    }
    kernel.script = *script;
    kernel.runs_script = true;
    apply_script(kernel.config, kernel.script);
    return {};
}

BootResult read_container(Kernel& kernel) {
    const u64 size = kernel.boot_info->container_size_bytes;
    if (size == 0) {
        return {};
    }
    if (size > region::container.size_bytes) {
        return refuse(Error::BadContainer, "larger than its region");
    }
    const auto container =
        Container::open({kernel.run.memory.at(region::container), static_cast<std::size_t>(size)});
    if (!container) {
        return refuse(container.error(), "what was handed in beside the image");
    }
    kernel.latencies = container->section(SectionKind::Latencies);
    const auto file = container->section(SectionKind::WorkloadFile);
    if (file.data() != nullptr) {
        return open_script(kernel, file);
    }
    const auto text = container->section(SectionKind::Workload);
    return apply(kernel, {reinterpret_cast<const char*>(text.data()), text.size()},
                 ConfigSource::WorkloadSection);
}

/// The workload in one canonical spelling, however it was asked for: its SHA-256 is identity.
void write_workload_line(Kernel& kernel) {
    TextLine text;
    text.text("workload=").text(kernel.config.workload);
    text.text(" version=").number(kernel.run.workload->version);
    text.text(" tasks=").number(kernel.config.tasks).text("\n");
    static_assert(sizeof kernel.workload_line >= WORKLOAD_NAME_MAX + 60);
    std::memcpy(kernel.workload_line, text.view().data(), text.view().size());
    kernel.workload_text = std::as_bytes(std::span(kernel.workload_line).first(text.view().size()));
}

/// As they were handed in, of a run that is replayed or goes on.
BootResult copy_latencies(const Kernel& kernel, u8* to) {
    if (kernel.latencies.size() != u64{kernel.run.cores} * kernel.run.cores) {
        return refuse(Error::BadTopology, "the container's latencies are not for so many cores");
    }
    for (const std::byte latency : kernel.latencies) {
        if (latency == std::byte{0} || latency > std::byte{LATENCY_MAX}) {
            return refuse(Error::BadTopology, "the container's latencies");
        }
    }
    std::memcpy(to, kernel.latencies.data(), kernel.latencies.size());
    return {};
}

BootResult set_up_latencies(Kernel& kernel) {
    u8* const latencies = kernel.run.memory.as<u8>(region::latencies);
    kernel.run.latencies = latencies;
    if (!kernel.latencies.empty()) {
        return copy_latencies(kernel, latencies);
    }
    const auto made = make_latencies(kernel.config.topology, kernel.run.cores,
                                     {latencies, region::latencies.size_bytes});
    return made ? BootResult() : refuse(Error::BadTopology, made.error());
}

/// A program's or built-in workload.
BootResult set_up_named_workload(Kernel& kernel) {
    const RunConfig& config = kernel.config;
    RunSetup& run = kernel.run;
    run.workload = find_workload(config.workload);
    if (run.workload == nullptr) {
        return refuse(Error::UnknownWorkload, config.workload);
    }
    run.parameters = {config.tasks, config.seed, config.cores};
    write_workload_line(kernel);
    return {};
}

/// Each where its columns fill lines of their own.
std::span<const TripleRun> lay_out_runs(const Script& script, const Memory& memory) {
    auto* const runs = memory.as<TripleRun>(region::triple_runs);
    for (std::size_t i = 0; i < script.runs().size(); ++i) {
        const ScriptRun& packed = script.runs()[i];
        std::memcpy(runs[i].subjects, packed.subjects, sizeof packed.subjects);
        std::memcpy(runs[i].objects, packed.objects, sizeof packed.objects);
        runs[i].predicate = packed.predicate;
        runs[i].length = packed.length;
    }
    return {runs, script.runs().size()};
}

BootResult set_up_script(Kernel& kernel) {
    RunSetup& run = kernel.run;
    const Script& script = kernel.script;
    for (const GuardRule& rule : script.guards()) {
        if (run.guards[rule.id].function != nullptr) {
            return refuse(Error::InvalidProgram, "it has a guard of the workload file's id");
        }
        run.guards[rule.id].rule = &rule;
    }
    run.observations = script.observations();
    run.snapshots = script.snapshots();
    run.runs = lay_out_runs(script, run.memory);
    for (const ScriptGroup& group : script.groups()) { // deltas among them are of these runs
        if (!run.accepts(group.task)) {
            return refuse(Error::InvalidTask, "an input of the workload file");
        }
    }
    run.workload = &SCRIPT_WORKLOAD;
    run.parameters = {0, run.seed, run.cores, &script};
    kernel.workload_text = script.bytes();
    return {};
}

/// Of the instruction set that is asked for, or of the best. What hashes is not asked for.
BootResult choose_kernels(Kernel& kernel) {
    const u64 usable = kernel.boot_info->instruction_sets;
    choose_sha256(usable);
    choose_xxh3(usable);
    const RunConfig& config = kernel.config;
    kernel.run.kernels =
        config.isa_given ? find_kernels(config.isa, usable) : &best_kernels(usable);
    if (kernel.run.kernels == nullptr) {
        return refuse(Error::NoInstructionSet, name_of(config.isa));
    }
    return {};
}

std::span<const std::byte> encode_identity_of(const Kernel& kernel, std::span<std::byte> buffer) {
    static constinit HandlerName names[HANDLERS_MAX] = {};
    static constinit HandlerName guards[GUARD_IDS] = {};
    const u32 cores = kernel.run.cores;
    return encode_identity(Identity{.cores = cores,
                                    .latencies = {kernel.run.latencies, u64{cores} * cores},
                                    .capacities = CAPACITIES,
                                    .costs = ALL_COSTS,
                                    .seed = kernel.run.seed,
                                    .handlers = list_handlers(names),
                                    .workload_sha256 = sha256(kernel.workload_text),
                                    .policies = kernel.run.stealing ? POLICY_STEALING : 0,
                                    .guards = list_guards(guards)},
                           buffer);
}

void open_shared_memory(Kernel& kernel) {
    DrainControl<>* control = drain_control(kernel);
    control->version = DRAIN_VERSION;
    control->ring_bytes = DRAIN_RING_BYTES;
    control->phase.store(static_cast<u32>(DrainPhase::Running), std::memory_order_relaxed);
    // Pairs with the reader's acquire: the lines above are valid once the magic is there.
    control->magic.store(DRAIN_MAGIC, std::memory_order_release);
    std::byte* const rings = kernel.run.memory.at(region::drain) + DRAIN_CONTROL_BYTES;
    const u16 flags = kernel.config.inputs == InputsMode::None ? 0 : LOG_FLAG_OPEN;
    kernel.log.open(control, rings, kernel.config.level, kernel.run.cores, kernel.host.relax,
                    flags);
    kernel.intake = Intake(control, rings + DRAIN_RING_BYTES, kernel.host.relax);
    connect_checkpoints(kernel);
}

} // namespace

BootResult check_boot_info(const BootInfo* boot_info) {
    if (boot_info == nullptr || boot_info->magic != BOOT_INFO_MAGIC ||
        boot_info->version != IMAGE_ABI_VERSION || boot_info->size_bytes != sizeof(BootInfo) ||
        boot_info->platform == nullptr || boot_info->platform->version != Platform::VERSION ||
        boot_info->command_line_size > COMMAND_LINE_MAX_CHARS) {
        return refuse(Error::BadBootInfo, "boot information");
    }
    return {};
}

BootResult read_config(Kernel& kernel) {
    const BootInfo& info = *kernel.boot_info;
    BootResult applied =
        apply(kernel, {info.command_line, static_cast<std::size_t>(info.command_line_size)},
              ConfigSource::CommandLine);
    if (!applied) {
        return applied;
    }
    applied = read_container(kernel);
    if (!applied) {
        return applied;
    }
    const auto checked = check_config(kernel.config, info.platform->hart_count);
    if (!checked) {
        return refuse(checked.error().error, checked.error().word);
    }
    return {};
}

BootResult set_up_run(Kernel& kernel) {
    RunSetup& run = kernel.run;
    run.cores = kernel.config.cores;
    run.seed = kernel.config.seed;
    run.stealing = kernel.config.stealing;
    BootResult done = choose_kernels(kernel);
    if (!done) {
        return done;
    }
    done = set_up_latencies(kernel);
    if (!done) {
        return done;
    }
    const Result<void> installed = install_program(run);
    if (!installed) {
        return refuse(installed.error(), "the image's program");
    }
    done = kernel.runs_script ? set_up_script(kernel) : set_up_named_workload(kernel);
    if (done) {
        run.input_count = run.workload->input_count(run.parameters);
    }
    return done;
}

void open_log(Kernel& kernel) {
    static constinit std::byte buffer[IDENTITY_BYTES_MAX];
    kernel.identity = encode_identity_of(kernel, buffer);
    kernel.identity_hash = xxh3_128(kernel.identity.data(), kernel.identity.size());
    if (kernel.config.drain == DrainMode::Shared) {
        open_shared_memory(kernel);
    }
    kernel.log.write_prologue(kernel.identity_hash, kernel.identity, kernel.workload_text);
}

BootResult set_up_scheduler(Kernel& kernel) {
    if (kernel.config.resume) {
        BootResult restored = restore_checkpoint(kernel);
        if (!restored) {
            return restored;
        }
    }
    kernel.scheduler.setup(kernel.run,
                           {.workers = kernel.config.workers,
                            .beats_max = kernel.config.beats_max,
                            .identity = kernel.identity_hash,
                            .claiming = kernel.config.claiming,
                            .chaos_seed = kernel.config.chaos_seed,
                            .inputs = kernel.config.inputs,
                            .intake = &kernel.intake,
                            .resumed = kernel.config.resume},
                           kernel.host, kernel.log);
    return {};
}

void start_workers(const Kernel& kernel) {
    for (u32 worker = 1; worker < kernel.config.workers; ++worker) {
        kernel.boot_info->platform->start_hart(worker);
    }
}

} // namespace knhk
