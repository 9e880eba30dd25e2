// SPDX-License-Identifier: MIT
// Reads JSON into a tree that remembers lines, so that every error names one. Bounded in size,
// depth and number of values. Numbers stay as they were written: who wants one says in which
// bounds.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/types.hpp"

namespace knhk::tools {

inline constexpr std::size_t JSON_BYTES_MAX = std::size_t{64} << 20;
inline constexpr u32 JSON_DEPTH_MAX = 32;
inline constexpr u32 JSON_VALUES_MAX = 1u << 21;

struct JsonValue {
    enum class Kind : u8 { Null, False, True, Number, String, Array, Object };
    Kind kind = Kind::Null;
    u32 line = 0;                   ///< where it begins, from 1
    std::string text;               ///< of a string, decoded; of a number, as it stands there
    std::vector<JsonValue> items;   ///< elements, or the values of members
    std::vector<std::string> names; ///< of members, in their order; a name may be there twice
};

/// "a number", "an object", ... for messages.
[[nodiscard]] const char* name_of(JsonValue::Kind kind);

/// `text` without what a terminal could take amiss, and not too long.
[[nodiscard]] std::string clipped(std::string_view text);

/// ".name" or "[index]" behind the path of the value that has it.
[[nodiscard]] std::string member_path(const std::string& path, std::string_view name);
[[nodiscard]] std::string element_path(const std::string& path, std::size_t index);

/// One value and nothing behind it. Throws Failure (BadInput): "FILE:LINE: PATH: what is wrong".
/// `text` begins in line `first_line`.
[[nodiscard]] JsonValue parse_json(std::string_view text, const std::string& file,
                                   u32 first_line = 1);

} // namespace knhk::tools
