// SPDX-License-Identifier: MIT
// A snapshot as a JSON text (docs/sigma.md): read, checked, and made into a snapshot with its
// receipt; and back into the same text but for its names. For the command sigma.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sigma/receipt.hpp"
#include "tools/host/json_tree.hpp"
#include "tools/workload/fields.hpp"

namespace knhk::tools {

/// A snapshot and its receipt, as SealedSnapshot::open takes them: all five invariants hold. `file`
/// names the text in errors: Failure (BadInput), "FILE:LINE: PATH: what is wrong".
[[nodiscard]] std::vector<std::byte> build_sigma(std::string_view text, const std::string& file);
/// Of a text that stands in another one.
[[nodiscard]] std::vector<std::byte> build_sigma(const Field& text);

/// What `build_sigma` makes the same bytes of, if the snapshot was built by it. Parts are called by
/// their numbers, as a snapshot has no names of them.
[[nodiscard]] Json sigma_json(const SealedSnapshot& sealed);

/// What a text calls the limit of a pattern that takes rounds.
[[nodiscard]] constexpr std::string_view rounds_name(PatternId pattern) {
    return pattern == PatternId::Retry ? "attempts" : "rounds";
}

/// For people: a line a part.
[[nodiscard]] std::string sigma_listing(const SealedSnapshot& sealed);

} // namespace knhk::tools
