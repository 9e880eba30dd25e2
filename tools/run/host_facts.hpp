// SPDX-License-Identifier: MIT
// What this host is: for manifests only.
#pragma once

#include <string>

namespace knhk::tools {

[[nodiscard]] std::string host_name();
[[nodiscard]] std::string kernel_release();
[[nodiscard]] std::string cpu_model();
/// The first line of its --version; empty when it cannot be run.
[[nodiscard]] std::string qemu_version(const std::string& program);
/// As 2024-01-31T12:00:00Z.
[[nodiscard]] std::string utc_now();

} // namespace knhk::tools
