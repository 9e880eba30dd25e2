// SPDX-License-Identifier: MIT
#include "tools/run/qemu_runner.hpp"

#include <cstring>

#include "base/memory_map.hpp"
#include "qemu/runner.hpp"
#include "tools/host/failure.hpp"
#include "tools/run/container_writer.hpp"

namespace knhk::tools {

namespace {

constexpr u64 MIB = u64{1} << 20;

std::optional<SharedFile> raw_image_of(const qemu::Machine& machine, const ImageFile& image) {
    if (!machine.takes_raw_image) {
        return std::nullopt;
    }
    return SharedFile::holding("knhk-raw-image", image.read_raw());
}

} // namespace

const qemu::Machine& machine_of(const RunOptions& options) {
    return *qemu::find_machine(options.platform.architecture, options.machine);
}

QemuRunner::QemuRunner(const RunOptions& options, const ImageFile& image)
    : image_(image.descriptor()), raw_image_(raw_image_of(machine_of(options), image)),
      container_(SharedFile::holding("knhk-container", pack_workload(options))) {
    boot_ = {.machine = &machine_of(options),
             .accelerator = options.accelerator,
             .cpu = options.cpu,
             .harts = options.workers,
             .memory_bytes = options.memory_mib * MIB,
             .memory_path = {},
             .image_path = raw_image_ ? raw_image_->path_in_child() : inherited_path(image_),
             .container_path = container_.path_in_child(),
             .command_line = image_command_line(options)};
    if (options.drain_shared) {
        memory_ = SharedFile::of_size("knhk-ram", boot_.memory_bytes);
        boot_.memory_path = memory_->path_in_child();
    }
}

ProcessPlan QemuRunner::plan() const {
    ProcessPlan plan;
    plan.arguments = qemu::arguments_for(boot_);
    plan.inherited = {image_, container_.descriptor()};
    if (raw_image_) {
        plan.inherited.push_back(raw_image_->descriptor());
    }
    if (memory_) {
        plan.inherited.push_back(memory_->descriptor());
    }
    return plan;
}

void QemuRunner::watch_console(std::string_view line) {
    const auto span = qemu::parse_drain_line(line);
    if (!span || !memory_ || !drain_.bytes().empty()) {
        return;
    }
    const auto offset = qemu::ram_file_offset(*boot_.machine, boot_.memory_bytes, *span);
    if (!offset || *offset % PAGE_BYTES != 0 || span->size_bytes != region::drain.size_bytes) {
        throw run_failed("the image says that its drain is {} bytes at {:#x}, where this machine "
                         "has no such RAM: build image and command again",
                         span->size_bytes, span->address);
    }
    drain_ = Mapping(memory_->descriptor(), *offset, span->size_bytes);
}

std::span<std::byte> QemuRunner::drain() const {
    return drain_.bytes();
}

ImageEnding QemuRunner::interpret(const ProcessEnd& end, std::string_view last_message) const {
    if (end.by_signal) {
        return {{},
                fmt::format("QEMU was killed by signal {} ({}): {}", end.code,
                            ::strsignal(end.code),
                            last_message.empty() ? "it said nothing" : last_message)};
    }
    qemu::Ending ending = qemu::interpret_exit(boot_.machine->exit_codes, end.code, last_message);
    return {ending.image_status, std::move(ending.failure)};
}

} // namespace knhk::tools
