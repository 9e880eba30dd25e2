// SPDX-License-Identifier: MIT
#include "tools/run/linux_runner.hpp"

#include <csignal>
#include <cstring>

#include <fmt/format.h>

#include "base/memory_map.hpp"
#include "qemu/user_mode.hpp"
#include "tools/run/container_writer.hpp"
#include "tools/run/installation.hpp"

namespace knhk::tools {

namespace {

std::vector<std::string> loader_words(Architecture architecture) {
    std::vector<std::string> words;
    if (architecture != loader::host_architecture()) {
        words = qemu::user_mode_words(architecture);
    }
    words.push_back(loader_program(architecture).string());
    return words;
}

} // namespace

LinuxRunner::LinuxRunner(const RunOptions& options, const ImageFile& image)
    : loader_(loader_words(options.platform.architecture)),
      command_line_(image_command_line(options)), workers_(options.workers),
      image_(image.descriptor()),
      container_(SharedFile::holding("knhk-container", pack_workload(options))) {
    if (options.drain_shared) {
        drain_file_ = SharedFile::of_size("knhk-drain", region::drain.size_bytes);
        drain_ = Mapping(drain_file_->descriptor(), 0, region::drain.size_bytes);
    }
}

ProcessPlan LinuxRunner::plan() const {
    ProcessPlan plan;
    plan.arguments = loader_;
    plan.arguments.insert(plan.arguments.end(),
                          {"--image", inherited_path(image_), "--command-line", command_line_,
                           "--container", container_.path_in_child(), "--workers",
                           fmt::format("{}", workers_)});
    plan.inherited = {image_, container_.descriptor()};
    if (drain_file_) {
        plan.arguments.insert(plan.arguments.end(), {"--drain", drain_file_->path_in_child()});
        plan.inherited.push_back(drain_file_->descriptor());
    }
    plan.errors_join_output = true;
    return plan;
}

std::span<std::byte> LinuxRunner::drain() const {
    return drain_.bytes();
}

ImageEnding LinuxRunner::interpret(const ProcessEnd& end, std::string_view last_message) const {
    if (end.by_signal) {
        return {{},
                fmt::format("the loader was killed by signal {} ({}): {}", end.code,
                            ::strsignal(end.code),
                            last_message.empty() ? "it said nothing" : last_message)};
    }
    if (end.code <= static_cast<int>(EXIT_STATUS_LAST)) {
        return {static_cast<ExitStatus>(end.code), {}};
    }
    return {{},
            fmt::format("the loader ended with the unknown status {}: build it again", end.code)};
}

} // namespace knhk::tools
