// SPDX-License-Identifier: MIT
// Sockets that wait for producers of inputs.
#pragma once

#include <string>

#include "tools/host/descriptor.hpp"

namespace knhk::tools {

/// Listens at a path of the file system, which must not be there yet. Throws Failure (BadInput).
[[nodiscard]] Descriptor listen_on_path(const std::string& path);

/// Listens on HOST:PORT; port 0 is any that is free. `address` becomes "tcp:HOST:PORT" with the
/// port that it is. Throws Failure (BadInput).
[[nodiscard]] Descriptor listen_on_port(const std::string& host_and_port, std::string& address);

} // namespace knhk::tools
