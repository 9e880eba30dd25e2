// SPDX-License-Identifier: MIT
#include "tools/run/platform_runner.hpp"

#include <unistd.h>

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

void check_platform_is_installed(const RunOptions& options) {
    if (!options.platform.is_qemu) {
        if (!is_installed(loader_program().string())) {
            throw bad_environment("the loader {} is missing: build it with ninja -C {}",
                                  loader_program().string(), build_root().string());
        }
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
