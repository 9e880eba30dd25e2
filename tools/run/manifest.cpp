// SPDX-License-Identifier: MIT
#include "tools/run/manifest.hpp"

#include "tools/host/descriptor.hpp"
#include "tools/run/host_facts.hpp"
#include "tools/run/qemu_runner.hpp"

namespace knhk::tools {

Manifest Manifest::at_start(const RunOptions& options, const ImageFile& image,
                            const LogSink& sink) {
    Manifest manifest(sink);
    if (!sink.is_plain_file()) {
        return manifest;
    }
    auto& facts = manifest.facts_;
    facts["started_utc"] = utc_now();
    facts["platform"] = name_of(options.platform);
    facts["host"] = host_name();
    facts["kernel"] = kernel_release();
    facts["cpu_model"] = cpu_model();
    if (options.platform.is_qemu) {
        const qemu::Machine& machine = machine_of(options);
        facts["qemu_version"] = qemu_version(std::string(machine.program));
        facts["machine"] = machine.name;
        facts["accelerator"] = options.accelerator;
        facts["memory_mib"] = options.memory_mib;
    }
    facts["image"] = image.path().string();
    facts["image_sha256"] = image.sha256_text();
    facts["workload"] = options.workload;
    facts["tasks_asked"] = options.tasks;
    facts["command_line"] = image_command_line(options);
    facts["workers"] = options.workers;
    return manifest;
}

void Manifest::write_succeeded(const RunFigures& figures, u64 elapsed_ns) {
    if (!is_wanted()) {
        return;
    }
    facts_["exit_status"] = 0;
    facts_["seen_platform"] = figures.platform;
    facts_["seen_harts"] = figures.harts;
    facts_["end_reason"] = figures.end_reason;
    facts_["run_digest"] = figures.digest;
    write(elapsed_ns);
}

void Manifest::write_failed(const Failure& failure, u64 elapsed_ns) noexcept {
    try {
        if (is_wanted()) {
            facts_["exit_status"] = static_cast<unsigned>(failure.status());
            facts_["error"] = failure.what();
            facts_["run_digest"] = nullptr;
            write(elapsed_ns);
        }
    } catch (const std::exception&) {
        return; // the disk that refused the log refuses this too, and the first failure says so
    }
}

bool Manifest::is_wanted() const {
    return sink_->is_plain_file() && sink_->has_begun();
}

void Manifest::write(u64 elapsed_ns) {
    constexpr u32 INDENT = 2;
    facts_["elapsed_ns"] = elapsed_ns;
    replace_file(manifest_path(*sink_->path()), facts_.indented_text(INDENT) + "\n");
}

std::filesystem::path manifest_path(const std::filesystem::path& log) {
    std::filesystem::path path = log;
    path += ".manifest.json";
    return path;
}

} // namespace knhk::tools
