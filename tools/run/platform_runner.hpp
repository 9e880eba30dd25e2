// SPDX-License-Identifier: MIT
// What differs between the places an image can run in: how it is started, where its log drain lies,
// what its exit status means. Everything else is the same code for all (tools/run_loop.*).
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "tools/host/process.hpp"
#include "tools/host/shared_file.hpp"
#include "tools/run/image_file.hpp"
#include "tools/run/options.hpp"

namespace knhk::tools {

/// How the process that held an image ended.
struct ImageEnding {
    std::optional<ExitStatus> image_status; ///< set when the image itself ended the run
    std::string failure;                    ///< else: what happened, and what to do
};

class PlatformRunner {
  public:
    virtual ~PlatformRunner() = default;

    /// The process to start. What it inherits stays open in this object. Its output is the image's
    /// console; its errors, unless joined, are the platform's own.
    [[nodiscard]] virtual ProcessPlan plan() const = 0;
    /// A line of the image's console: it may say where the drain lies.
    virtual void watch_console(std::string_view line) = 0;
    /// Whether a drain is to be expected.
    [[nodiscard]] virtual bool shares_memory() const = 0;
    /// The image's region::drain; empty while unknown, and always when no memory is shared.
    [[nodiscard]] virtual std::span<std::byte> drain() const = 0;
    /// `last_message` is the last line of the platform's own errors.
    [[nodiscard]] virtual ImageEnding interpret(const ProcessEnd& end,
                                                std::string_view last_message) const = 0;
};

/// A runner for one run. Throws Failure (Environment) when the platform is not installed.
[[nodiscard]] std::unique_ptr<PlatformRunner> make_runner(const RunOptions& options,
                                                          const ImageFile& image);

/// Throws Failure (Environment) when what a run on this platform needs is not there.
void check_platform_is_installed(const RunOptions& options);

} // namespace knhk::tools
