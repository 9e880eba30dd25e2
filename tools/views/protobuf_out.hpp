// SPDX-License-Identifier: MIT
// The protobuf wire format, as far as a trace needs it: varints, 64-bit fields, and messages of
// less than 16 KiB, whose length is written when they end. Without a check for room.
#pragma once

#include <cstring>
#include <string_view>

#include "base/check.hpp"
#include "base/types.hpp"

namespace knhk::tools {

class ProtobufOut {
  public:
    explicit ProtobufOut(char* to) : to_(to) {}

    void number(u32 field, u64 value) {
        tag(field, VARINT);
        varint(value);
    }
    void fixed64(u32 field, u64 value) {
        tag(field, FIXED64);
        std::memcpy(to_, &value, sizeof value);
        to_ += sizeof value;
    }
    void text(u32 field, std::string_view value) {
        tag(field, LENGTH);
        varint(value.size());
        std::memcpy(to_, value.data(), value.size());
        to_ += value.size();
    }
    /// A message inside; what it returns goes to `close`.
    [[nodiscard]] char* open(u32 field) {
        tag(field, LENGTH);
        to_ += LENGTH_BYTES;
        return to_;
    }
    /// A length of two bytes, also where one would do: it is written in place.
    void close(char* begin) {
        const auto size = static_cast<u64>(to_ - begin);
        KNHK_CHECK(size < MESSAGE_BYTES_END, size);
        begin[-2] = static_cast<char>(size | 0x80);
        begin[-1] = static_cast<char>(size >> 7);
    }
    [[nodiscard]] char* end() const { return to_; }

  private:
    static constexpr u32 VARINT = 0;
    static constexpr u32 FIXED64 = 1;
    static constexpr u32 LENGTH = 2;
    static constexpr std::size_t LENGTH_BYTES = 2;
    static constexpr u64 MESSAGE_BYTES_END = u64{1} << 14;

    void tag(u32 field, u32 wire_type) { varint(u64{field} << 3 | wire_type); }
    void varint(u64 value) {
        while (value >= 0x80) {
            *to_++ = static_cast<char>(value | 0x80);
            value >>= 7;
        }
        *to_++ = static_cast<char>(value);
    }

    char* to_;
};

} // namespace knhk::tools
