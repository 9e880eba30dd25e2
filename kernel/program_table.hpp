// SPDX-License-Identifier: MIT
// The handlers and workloads of this image: the built-in program's and the user program's, as one.
#pragma once

#include <span>
#include <string_view>

#include "base/error.hpp"
#include "replay/identity.hpp"
#include "sched/run_setup.hpp"

namespace knhk {

/// Fills the handler table by id. Refuses programs with too many or unnamed entries.
[[nodiscard]] Result<void> install_handlers(RunSetup& run);

/// Null if neither program has it.
[[nodiscard]] const WorkloadEntry* find_workload(std::string_view name);

/// Names and versions for the identity, by id; returns the part of `buffer` that was used.
[[nodiscard]] std::span<const HandlerName> list_handlers(std::span<HandlerName> buffer);

} // namespace knhk
