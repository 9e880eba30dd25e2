// SPDX-License-Identifier: MIT
// A log's identity, taken apart: what two runs were asked differently. docs/log-format.md has the
// bytes.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/types.hpp"
#include "replay/log_format.hpp"

namespace knhk::tools {

struct IdentityField {
    u16 tag;
    std::vector<std::byte> bytes;
};

/// None when the bytes are not a list of fields with ascending tags.
[[nodiscard]] std::optional<std::vector<IdentityField>>
parse_identity(std::span<const std::byte> bytes);

/// All the fields that docs/log-format.md names, and no other.
[[nodiscard]] bool has_all_fields(const std::vector<IdentityField>& identity);
/// The number of logical cores; none when it is missing or out of bounds.
[[nodiscard]] std::optional<u32> cores_of(const std::vector<IdentityField>& identity);

/// Why these fields cannot be an identity; empty if they can. Values that another version of the
/// contract might have are not refused: two logs that differ in them can be compared.
[[nodiscard]] std::string fault_of_identity(const std::vector<IdentityField>& identity);

/// A named value that two logs hold differently.
struct FieldDifference {
    std::string field;
    std::string a;
    std::string b;
};

[[nodiscard]] std::vector<FieldDifference> differences(const std::vector<IdentityField>& a,
                                                       const std::vector<IdentityField>& b);

} // namespace knhk::tools
