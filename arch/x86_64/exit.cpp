// SPDX-License-Identifier: MIT
// Leaving QEMU by its isa-debug-exit, which ends with (value << 1) | 1.
#include "arch/x86_64/cpu.hpp"
#include "base/error.hpp"

namespace knhk::bare {

static_assert(static_cast<u32>(ExitStatus::Environment) == KNHK_STATUS_ENVIRONMENT);

void leave_machine(u32 status) {
    // The base keeps every status apart from 1, which is also what "QEMU did not start" gives.
    write_port(KNHK_DEBUG_EXIT_PORT, static_cast<u8>(KNHK_DEBUG_EXIT_BASE + status));
}

} // namespace knhk::bare
