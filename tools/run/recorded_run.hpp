// SPDX-License-Identifier: MIT
// A run that was recorded, asked for again: what its identity and its workload say, as options.
#pragma once

#include <string>
#include <vector>

#include "tools/log/log_identity.hpp"
#include "tools/run/options.hpp"

namespace knhk::tools {

/// Sets in `options` all that is identity: workload, cores, seed, latencies, policies. `name` is
/// for messages. Throws Failure (BadInput) when the texts do not say it.
void ask_again(RunOptions& options, const std::vector<IdentityField>& identity,
               const std::string& workload, const std::string& name);

} // namespace knhk::tools
