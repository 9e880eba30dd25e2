// SPDX-License-Identifier: MIT
// JSON texts changed without a plan, for tests of what reads them.
#pragma once

#include <random>
#include <string>
#include <string_view>

#include "base/types.hpp"

namespace knhk::test {

inline constexpr std::string_view PIECES[] = {"{",
                                              "}",
                                              "[",
                                              "]",
                                              ",",
                                              ":",
                                              "\"",
                                              "\\",
                                              "0",
                                              "1",
                                              "-1",
                                              "8",
                                              "1024",
                                              "18446744073709551615",
                                              "18446744073709551616",
                                              "4294967296",
                                              "1.5",
                                              "1e9",
                                              "\"0x\"",
                                              "\"0xff\"",
                                              "true",
                                              "null",
                                              "[]",
                                              "{}",
                                              "\"do\"",
                                              "\"spawn\"",
                                              "\"kind\"",
                                              "\"at\": 1",
                                              "\"times\": 65536",
                                              "\n",
                                              "\x80",
                                              "\\u0000"};

/// One to three changes without a plan.
inline void mutate(std::string& text, std::mt19937_64& random) {
    const u64 changes = 1 + random() % 3;
    for (u64 i = 0; i < changes && !text.empty(); ++i) {
        const std::size_t at = random() % text.size();
        const std::string piece(PIECES[random() % std::size(PIECES)]);
        switch (random() % 6) {
        case 0:
            text[at] = static_cast<char>(random());
            break;
        case 1:
            text.erase(at, 1 + random() % 8);
            break;
        case 2:
            text.insert(at, piece);
            break;
        case 3: // a digit becomes another one: mostly still a good file
            for (std::size_t digit = at; digit < text.size(); ++digit) {
                if (text[digit] >= '0' && text[digit] <= '9') {
                    text[digit] = static_cast<char>('0' + random() % 10);
                    break;
                }
            }
            break;
        case 4: // a value of the file stands elsewhere too
            text.insert(at, text.substr(random() % text.size(), random() % 40));
            break;
        default:
            text.resize(random() % 16 == 0 ? at : text.size());
        }
    }
}

/// Whether a complaint of "f.json" is one line that begins with file and line.
inline bool names_its_place(const std::string& complaint) {
    const std::string file = "f.json:";
    std::size_t at = file.size();
    while (at < complaint.size() && complaint[at] >= '0' && complaint[at] <= '9') {
        ++at;
    }
    return complaint.starts_with(file) && at > file.size() && complaint.substr(at, 2) == ": " &&
           complaint.find('\n') == std::string::npos;
}

} // namespace knhk::test
