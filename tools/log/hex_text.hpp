// SPDX-License-Identifier: MIT
// Digests and hashes as hexadecimal text, in the one spelling that logs, JSON and people see.
#pragma once

#include <span>
#include <string>

#include "base/hash.hpp"

namespace knhk::tools {

/// 32 digits, the high word first.
[[nodiscard]] inline std::string digest_text(const Digest& digest) {
    std::string text(DIGEST_TEXT_CHARS, '0');
    write_hex(digest, text.data());
    return text;
}

/// Two digits a byte, in the order of the bytes.
[[nodiscard]] inline std::string hex_text(std::span<const std::byte> bytes) {
    static constexpr char DIGITS[] = "0123456789abcdef";
    std::string text;
    for (const std::byte byte : bytes) {
        text.push_back(DIGITS[std::to_integer<unsigned>(byte) >> 4]);
        text.push_back(DIGITS[std::to_integer<unsigned>(byte) & 15]);
    }
    return text;
}

} // namespace knhk::tools
