// SPDX-License-Identifier: MIT
// Verifies a long log in parts, several at a time: between two records of epochs a log says all
// that is needed to look at what follows.
#pragma once

#include "tools/log/log_verify.hpp"

namespace knhk::tools {

/// None when something is wrong anywhere, or when the log has no two parts: who reads it from front
/// to back will say what.
[[nodiscard]] std::optional<Verification> verify_in_parts(const LogFile& file,
                                                          const LogPrologue& prologue,
                                                          const VerifyParts& parts,
                                                          const VerifyProgress& progress);

} // namespace knhk::tools
