// SPDX-License-Identifier: MIT
#include "tools/run/run.hpp"

#include <cstdio>

#include "tools/host/failure.hpp"
#include "tools/run/installation.hpp"
#include "tools/run/interrupt.hpp"
#include "tools/run/manifest.hpp"
#include "tools/run/platform_runner.hpp"
#include "tools/run/progress.hpp"
#include "tools/run/run_loop.hpp"
#include "tools/run/run_roots.hpp"
#include "tools/run/run_verdict.hpp"
#include "tools/run/symbols.hpp"

namespace knhk::tools {

namespace {

/// The lines before a failure, for whoever looks for its cause. Nobody needs them after an error
/// that the image itself states, or after his own Ctrl-C.
void show_console(const RunObservation& seen) {
    if (!seen.console.error().empty() || seen.was_interrupted) {
        return;
    }
    for (const std::string& line : seen.console.last_lines()) {
        fmt::print(stderr, "console| {}\n", line);
    }
}

RunObservation observe(PlatformRunner& runner, RunChannels& channels, const RunOptions& options,
                       const std::string& label) {
    Progress progress(label, options.quiet || options.json);
    return RunLoop(runner, channels, progress, options.timeout_seconds).run();
}

std::optional<std::string> function_in(const ImageFile& image, u64 address) {
    try {
        return function_at(image.read(), address);
    } catch (const Failure&) {
        return std::nullopt; // the run's own failure is what has to be told
    }
}

RunFigures judge_run(const RunOptions& options, const ImageFile& image,
                     const PlatformRunner& runner, const RunObservation& seen,
                     const LogSink& sink) {
    const std::string_view last_message =
        seen.last_message.empty() ? seen.console.last_line() : seen.last_message;
    const auto name_function = [&image](u64 address) { return function_in(image, address); };
    return judge({options.cores, options.workers, options.timeout_seconds, options.drain_shared,
                  image_name_of(options.platform), name_function},
                 seen, runner.interpret(seen.end, last_message), sink.ends());
}

} // namespace

ImageFile open_image(const RunOptions& options) {
    const Architecture architecture = options.platform.architecture;
    if (options.image) {
        return ImageFile::open(*options.image, architecture);
    }
    const std::filesystem::path image = default_image(architecture);
    if (!std::filesystem::exists(image)) {
        throw bad_environment("the image {} is missing: build it with ninja -C {}", image.string(),
                              build_root().string());
    }
    return ImageFile::open(image, architecture);
}

std::unique_ptr<CheckpointFolder> open_checkpoints(const RunOptions& options) {
    return options.checkpoints
               ? std::make_unique<CheckpointFolder>(*options.checkpoints, options.checkpoints_kept)
               : nullptr;
}

RunResult run_image(const RunOptions& options, const ImageFile& image, RunChannels& channels,
                    const std::string& label) {
    if (options.roots) {
        prepare_roots(*options.roots);
    }
    RunResult result{options, image.path().string(), image.sha256_text(), {}, 0, {}, {}};
    const std::unique_ptr<PlatformRunner> runner = make_runner(options, image);
    Manifest manifest = Manifest::at_start(options, image, channels.log);
    const RunObservation seen = observe(*runner, channels, options, label);
    result.elapsed_ns = seen.elapsed_ns;
    try {
        result.figures = judge_run(options, image, *runner, seen, channels.log);
    } catch (const Failure& failure) {
        manifest.write_failed(failure, seen.elapsed_ns);
        if (!options.quiet && !options.json && failure.status() == ExitStatus::RunFailed) {
            show_console(seen);
        }
        throw;
    }
    result.telemetry = seen.console.telemetry();
    manifest.write_succeeded(result.figures, seen.elapsed_ns);
    if (options.roots) {
        append_root(*options.roots, root_of(channels.log.ends(), options.seed));
    }
    return result;
}

} // namespace knhk::tools
