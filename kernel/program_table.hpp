// SPDX-License-Identifier: MIT
// The handlers and workloads of this image: the built-in program's and the user program's, as one.
#pragma once

#include <span>
#include <string_view>

#include "base/error.hpp"
#include "replay/identity.hpp"
#include "replay/log_format.hpp"
#include "sched/run_setup.hpp"

namespace knhk {

inline constexpr std::size_t HANDLER_NAME_MAX = 64;
static_assert(CORES_MAX * CORES_MAX + (HANDLERS_MAX + GUARD_IDS) * (8 + HANDLER_NAME_MAX) + 1024 <=
                  IDENTITY_BYTES_MAX,
              "an identity holds the largest latency matrix and every handler that there can be");

/// Fills the handler table by id. Refuses programs with too many or incomplete entries, and
/// workloads of which two have one name: the name is what an identity knows of them.
[[nodiscard]] Result<void> install_program(RunSetup& run);

/// Null if neither program has it.
[[nodiscard]] const WorkloadEntry* find_workload(std::string_view name);

/// Names and versions for the identity, by id; returns the part of `buffer` that was used.
[[nodiscard]] std::span<const HandlerName> list_handlers(std::span<HandlerName> buffer);
/// The guards that are functions, by id; `buffer` has a place for each id.
[[nodiscard]] std::span<const HandlerName> list_guards(std::span<HandlerName> buffer);

} // namespace knhk
