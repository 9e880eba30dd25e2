// SPDX-License-Identifier: MIT
#include "tools/run/report.hpp"

#include <fmt/format.h>

namespace knhk::tools {

Json to_json(const RunResult& result) {
    const RunOptions& options = result.options;
    const RunFigures& figures = result.figures;
    Json object;
    object["platform"] = name_of(options.platform);
    object["arch"] = name_of(options.platform.architecture);
    object["seen_platform"] = figures.platform;
    object["seen_harts"] = figures.harts;
    object["isa"] = figures.isa;
    object["image"] = result.image_path;
    object["image_sha256"] = result.image_sha256;
    object["workload"] = options.workload;
    object["seed"] = options.seed;
    // A file's own topology is in the file.
    const bool has_latency = !options.topology && !options.packed_file;
    object["latency"] = has_latency ? Json(options.latency) : nullptr;
    object["topology"] = Json::from(options.topology);
    object["cores"] = figures.cores;
    object["workers"] = figures.workers;
    object["level"] = options.level;
    object["beats"] = figures.beats;
    object["tasks"] = figures.tasks;
    object["events"] = figures.events;
    object["remote_messages"] = figures.remote_messages;
    object["tasks_by_worker"] = nullptr; // the console does not say
    if (!figures.tasks_by_worker.empty()) {
        object["tasks_by_worker"] = figures.tasks_by_worker;
    }
    object["run_digest"] = figures.digest;
    object["elapsed_ns"] = result.elapsed_ns;
    object["end_reason"] = figures.end_reason;
    object["claim"] = options.claim;
    object["chaos"] = options.chaos;
    object["telemetry"] = nullptr;
    if (!result.telemetry.empty()) {
        object["telemetry"] = result.telemetry;
    }
    object["log"] = nullptr;
    if (options.log) {
        object["log"] = options.log->string();
    }
    object["runs"] = options.repeat;
    object["inputs"] = nullptr;
    if (result.inputs) {
        object["inputs"] = {{"accepted", result.inputs->accepted},
                            {"refused", result.inputs->refused},
                            {"first_refused", result.inputs->first_refused}};
    }
    return object;
}

std::string to_text(const RunResult& result) {
    const RunOptions& options = result.options;
    const RunFigures& figures = result.figures;
    std::string text;
    const auto line = [&text](const char* name, const std::string& value) {
        text += fmt::format("{:<16}{}\n", name, value);
    };
    line("platform", name_of(options.platform));
    line("seen there", fmt::format("{}, {} harts", figures.platform, figures.harts));
    line("kernels", figures.isa);
    line("image", fmt::format("{} (sha256 {})", result.image_path, result.image_sha256));
    line("workload", fmt::format("{}, seed {}", options.workload, options.seed));
    line("cores", fmt::format("{} on {} workers", figures.cores, figures.workers));
    line("beats", fmt::format("{}, end: {}", figures.beats, figures.end_reason));
    line("tasks", fmt::format("{}", figures.tasks));
    if (!figures.tasks_by_worker.empty()) {
        line("  by worker", fmt::format("{}", fmt::join(figures.tasks_by_worker, " ")));
    }
    line("events", fmt::format("{}", figures.events));
    line("remote messages", fmt::format("{}", figures.remote_messages));
    line("elapsed", fmt::format("{:.3f} s", static_cast<double>(result.elapsed_ns) / 1e9));
    if (!result.telemetry.empty()) {
        line("cycles", result.telemetry);
    }
    if (options.log) {
        line("log", options.log->string());
    }
    if (result.inputs) {
        const InputReport& inputs = *result.inputs;
        line("inputs", fmt::format("{} accepted, {} refused", inputs.accepted, inputs.refused));
        if (inputs.refused > 0) {
            line("first refused", inputs.first_refused);
        }
    }
    line("run digest", figures.digest);
    return text;
}

void print_json(const Json& object) {
    fmt::print("{}\n", object.text());
}

} // namespace knhk::tools
