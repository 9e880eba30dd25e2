// SPDX-License-Identifier: MIT
// Who holds an address range of this process, from the text of /proc/self/maps: for the message
// when a fixed address is taken.
#pragma once

#include <string>
#include <string_view>

#include "base/types.hpp"

namespace knhk::loader {

/// What `maps` says lies within [begin, end), as in "/lib/x.so (0x5000-0x7000)" or "anonymous
/// memory (...)", the first few of them; empty when nothing does.
[[nodiscard]] std::string occupants_of(std::string_view maps, u64 begin, u64 end);

} // namespace knhk::loader
