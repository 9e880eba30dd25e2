// SPDX-License-Identifier: MIT
#include "tools/run/platform_runner.hpp"

#include <unistd.h>

#include "qemu/user_mode.hpp"
#include "tools/host/failure.hpp"
#include "tools/run/installation.hpp"
#include "tools/run/linux_runner.hpp"
#include "tools/run/qemu_runner.hpp"

namespace knhk::tools {

std::unique_ptr<PlatformRunner> make_runner(const RunOptions& options, const ImageFile& image) {
    if (!options.platform.is_qemu) {
        return std::make_unique<LinuxRunner>(options, image);
    }
    return std::make_unique<QemuRunner>(options, image);
}

namespace {

void check_loader(Architecture architecture) {
    const std::string program = loader_program(architecture).string();
    if (!is_installed(program)) {
        throw bad_environment("the loader {} is missing: build it with ninja -C {}", program,
                              build_root().string());
    }
    if (architecture == loader::host_architecture()) {
        return;
    }
    const std::string emulator = qemu::user_mode_words(architecture).front();
    if (!is_installed(emulator)) {
        throw bad_environment("{} is not installed: apt-get install {}", emulator,
                              qemu::USER_MODE_PACKAGE);
    }
}

} // namespace

void check_platform_is_installed(const RunOptions& options) {
    if (!options.platform.is_qemu) {
        check_loader(options.platform.architecture);
        return;
    }
    const qemu::Machine& machine = machine_of(options);
    if (!is_installed(std::string(machine.program))) {
        throw bad_environment("{} is not installed: apt-get install {}", machine.program,
                              machine.package);
    }
    if (options.accelerator == "kvm" && ::access("/dev/kvm", R_OK | W_OK) != 0) {
        throw bad_environment("/dev/kvm cannot be used here: leave --accel kvm out");
    }
}

} // namespace knhk::tools
