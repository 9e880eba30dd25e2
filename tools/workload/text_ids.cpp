// SPDX-License-Identifier: MIT
#include "tools/workload/text_ids.hpp"

#include <fmt/format.h>

#include "base/fnv1a.hpp"

namespace knhk::tools {

namespace {

/// What a first byte of UTF-8 says: how many follow it, and which the first of these may be. Code
/// points that are spelt too long, halves of pairs and those above 0x10FFFF begin with none of
/// them.
struct Lead {
    u8 first, last; ///< the byte itself is between these
    u8 following;
    u8 second_first, second_last;
};
constexpr Lead LEADS[] = {
    {0x00, 0x7F, 0, 0x80, 0xBF}, {0xC2, 0xDF, 1, 0x80, 0xBF}, {0xE0, 0xE0, 2, 0xA0, 0xBF},
    {0xE1, 0xEC, 2, 0x80, 0xBF}, {0xED, 0xED, 2, 0x80, 0x9F}, {0xEE, 0xEF, 2, 0x80, 0xBF},
    {0xF0, 0xF0, 3, 0x90, 0xBF}, {0xF1, 0xF3, 3, 0x80, 0xBF}, {0xF4, 0xF4, 3, 0x80, 0x8F},
};

bool is_between(char c, u8 first, u8 last) {
    const u8 byte = static_cast<u8>(c);
    return byte >= first && byte <= last;
}

/// Takes one character off the front; false if there is none.
bool take_character(std::string_view& text) {
    for (const Lead& lead : LEADS) {
        if (!is_between(text.front(), lead.first, lead.last)) {
            continue;
        }
        if (text.size() <= lead.following) {
            return false;
        }
        for (u32 i = 1; i <= lead.following; ++i) {
            if (!is_between(text[i], i == 1 ? lead.second_first : 0x80,
                            i == 1 ? lead.second_last : 0xBF)) {
                return false;
            }
        }
        text.remove_prefix(lead.following + std::size_t{1});
        return true;
    }
    return false;
}

bool is_utf8(std::string_view text) {
    while (!text.empty()) {
        if (!take_character(text)) {
            return false;
        }
    }
    return true;
}

} // namespace

u64 TextIds::of(const Field& field) {
    if (!field.is_name()) {
        return field.number();
    }
    const std::string& text = field.text();
    if (text.empty() || text.size() > ID_TEXT_BYTES_MAX) {
        field.fail(fmt::format("has {} bytes: a text that is an id has 1 to {}", text.size(),
                               ID_TEXT_BYTES_MAX));
    }
    if (!is_utf8(text)) {
        field.fail("is not UTF-8");
    }
    const u64 id = fnv1a_64(text);
    const auto [known, is_new] = texts_.emplace(id, text);
    if (!is_new && known->second != text) {
        field.fail(fmt::format("'{}' and '{}' have one id, {}: call one of them otherwise",
                               clipped(text), clipped(known->second), id));
    }
    return id;
}

void TextIds::of_row(const Field& row, u64& subject, u64& object) {
    const std::vector<Field> words = row.elements(2, 2);
    subject = of(words[0]);
    object = of(words[1]);
}

} // namespace knhk::tools
