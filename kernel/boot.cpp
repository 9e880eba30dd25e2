// SPDX-License-Identifier: MIT
#include "kernel/boot.hpp"

#include <cstring>

#include "base/text.hpp"
#include "isa/cost.hpp"
#include "kernel/container.hpp"
#include "kernel/memory_layout.hpp"
#include "kernel/program_table.hpp"
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
    const auto text = container->section(SectionKind::Workload);
    return apply(kernel, {reinterpret_cast<const char*>(text.data()), text.size()},
                 ConfigSource::WorkloadSection);
}

/// The workload in one canonical spelling, however it was asked for: its SHA-256 is identity.
void write_workload_text(Kernel& kernel) {
    TextLine text;
    text.text("workload=").text(kernel.config.workload);
    text.text(" version=").number(kernel.run.workload->version);
    text.text(" tasks=").number(kernel.config.tasks).text("\n");
    static_assert(sizeof kernel.workload_text >= WORKLOAD_NAME_MAX + 60);
    kernel.workload_text_size = text.view().size();
    std::memcpy(kernel.workload_text, text.view().data(), text.view().size());
}

std::span<const std::byte> workload_bytes(const Kernel& kernel) {
    return std::as_bytes(std::span(kernel.workload_text, kernel.workload_text_size));
}

std::span<const std::byte> encode_identity_of(const Kernel& kernel, std::span<std::byte> buffer) {
    static constinit HandlerName names[HANDLERS_MAX] = {};
    const u32 cores = kernel.run.cores;
    return encode_identity(Identity{.cores = cores,
                                    .latencies = {kernel.run.latencies, u64{cores} * cores},
                                    .capacities = CAPACITIES,
                                    .costs = COSTS,
                                    .seed = kernel.run.seed,
                                    .handlers = list_handlers(names),
                                    .workload_sha256 = sha256(workload_bytes(kernel))},
                           buffer);
}

void open_drain(Kernel& kernel) {
    DrainControl<>* control = drain_control(kernel);
    control->version = DRAIN_VERSION;
    control->ring_bytes = DRAIN_RING_BYTES;
    control->phase.store(static_cast<u32>(DrainPhase::Running), std::memory_order_relaxed);
    // Pairs with the reader's acquire: the lines above are valid once the magic is there.
    control->magic.store(DRAIN_MAGIC, std::memory_order_release);
    kernel.log.open(control, kernel.run.memory.at(region::drain) + DRAIN_CONTROL_BYTES,
                    kernel.config.level, kernel.run.cores, kernel.host.relax);
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
    const RunConfig& config = kernel.config;
    RunSetup& run = kernel.run;
    run.cores = config.cores;
    run.seed = config.seed;
    u8* latencies = run.memory.as<u8>(region::latencies);
    make_flat_latencies(latencies, config.cores, config.latency);
    run.latencies = latencies;
    const Result<void> installed = install_program(run);
    if (!installed) {
        return refuse(installed.error(), "the image's program");
    }
    run.workload = find_workload(config.workload);
    if (run.workload == nullptr) {
        return refuse(Error::UnknownWorkload, config.workload);
    }
    run.parameters = {config.tasks, config.seed, config.cores};
    run.input_count = run.workload->input_count(run.parameters);
    write_workload_text(kernel);
    return {};
}

void open_log(Kernel& kernel) {
    static constinit std::byte buffer[IDENTITY_BYTES_MAX];
    const std::span<const std::byte> identity = encode_identity_of(kernel, buffer);
    const Digest identity_hash = xxh3_128(identity.data(), identity.size());
    if (kernel.config.drain == DrainMode::Shared) {
        open_drain(kernel);
    }
    kernel.log.write_prologue(identity_hash, identity, workload_bytes(kernel));
    kernel.scheduler.setup(kernel.run,
                           {kernel.config.workers, kernel.config.beats_max, identity_hash},
                           kernel.host, kernel.log);
}

void start_workers(const Kernel& kernel) {
    for (u32 worker = 1; worker < kernel.config.workers; ++worker) {
        kernel.boot_info->platform->start_hart(worker);
    }
}

} // namespace knhk
