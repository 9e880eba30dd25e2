// SPDX-License-Identifier: MIT
#include "loader/occupants.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>

namespace knhk::loader {
namespace {

// More than these say nothing new: the message is one line.
constexpr u32 NAMED_MAX = 3;

struct Occupant {
    u64 begin;
    u64 end;
    std::string_view name;
};

std::string_view take_line(std::string_view& text) {
    const std::size_t length = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, length);
    text.remove_prefix(std::min(length + 1, text.size()));
    return line;
}

/// "begin-end perms offset dev inode   name"; the name holds the first '/' or '[' of the line.
std::optional<Occupant> parse_line(std::string_view line) {
    Occupant occupant{};
    const char* const line_end = line.data() + line.size();
    const auto [dash, error] = std::from_chars(line.data(), line_end, occupant.begin, 16);
    if (error != std::errc{} || dash == line_end || *dash != '-') {
        return std::nullopt;
    }
    if (std::from_chars(dash + 1, line_end, occupant.end, 16).ec != std::errc{}) {
        return std::nullopt;
    }
    const std::size_t name = line.find_first_of("/[");
    occupant.name = name == std::string_view::npos ? "anonymous memory" : line.substr(name);
    return occupant;
}

} // namespace

std::string occupants_of(std::string_view maps, u64 begin, u64 end) {
    std::string text;
    u32 count = 0;
    while (!maps.empty()) {
        const std::optional<Occupant> occupant = parse_line(take_line(maps));
        if (!occupant || occupant->end <= begin || occupant->begin >= end) {
            continue;
        }
        if (++count <= NAMED_MAX) {
            text += fmt::format("{}{} ({:#x}-{:#x})", count > 1 ? ", " : "", occupant->name,
                                occupant->begin, occupant->end);
        }
    }
    if (count > NAMED_MAX) {
        text += fmt::format(" and {} more", count - NAMED_MAX);
    }
    return text;
}

} // namespace knhk::loader
