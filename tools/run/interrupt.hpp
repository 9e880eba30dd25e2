// SPDX-License-Identifier: MIT
// SIGINT and SIGTERM as a count: the first asks a run to end well, the second ends it. SIGUSR1 as
// another: each asks for a checkpoint.
#pragma once

namespace knhk::tools {

/// From here on the signals are counted; a write to a closed pipe is an error, not the end.
void count_interrupts();
[[nodiscard]] unsigned interrupts();
[[nodiscard]] unsigned checkpoint_requests();

} // namespace knhk::tools
