// SPDX-License-Identifier: MIT
// Little-endian fields into bounded buffers and back.
#include "base/bytes.hpp"

#include <gtest/gtest.h>

#include <array>
#include <vector>

namespace knhk {
namespace {

std::vector<u8> values_of(std::span<const std::byte> bytes) {
    std::vector<u8> values;
    for (const std::byte byte : bytes) {
        values.push_back(std::to_integer<u8>(byte));
    }
    return values;
}

TEST(ByteWriterTest, fields_stand_little_endian_without_padding) {
    std::array<std::byte, 32> buffer{};
    ByteWriter out(buffer);
    out.put(u8{0x01});
    out.put(u16{0x0302});
    out.put(u32{0x07060504});
    out.put(u64{0x0F0E'0D0C'0B0A'0908});
    out.put_bytes("\x10\x11", 2);
    EXPECT_EQ(out.size(), 17u);
    EXPECT_EQ(values_of(out.written()),
              (std::vector<u8>{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17}));
}

TEST(ByteWriterTest, full_buffer_is_used_to_its_last_byte) {
    std::array<std::byte, 8> buffer{};
    ByteWriter out(buffer);
    out.put(u32{1});
    out.put_bytes("abcd", 4);
    EXPECT_EQ(out.size(), 8u);
}

TEST(ByteWriterDeathTest, field_beyond_the_buffer_panics) {
    std::array<std::byte, 7> buffer{};
    ByteWriter out(buffer);
    out.put(u32{1});
    EXPECT_DEATH(out.put(u32{2}), "panic: .*bytes.hpp");
    EXPECT_DEATH(out.put_bytes("abcd", 4), "panic: .*bytes.hpp");
}

TEST(ByteReaderTest, fields_come_back_as_written) {
    std::array<std::byte, 15> buffer{};
    ByteWriter out(buffer);
    out.put(u64{0x1122'3344'5566'7788});
    out.put(u32{0xAABB'CCDD});
    out.put_bytes("xyz", 3);
    ByteReader in(buffer);
    EXPECT_EQ(in.get<u64>(), 0x1122'3344'5566'7788u);
    EXPECT_EQ(in.get<u32>(), 0xAABB'CCDDu);
    EXPECT_EQ(values_of(in.get_bytes(3)), (std::vector<u8>{'x', 'y', 'z'}));
    EXPECT_TRUE(in.ok());
    EXPECT_EQ(in.left(), 0u);
    EXPECT_EQ(in.position(), 15u);
}

TEST(ByteReaderTest, field_beyond_the_end_is_zero_and_not_ok) {
    const std::array<std::byte, 3> bytes{std::byte{1}, std::byte{2}, std::byte{3}};
    ByteReader in(bytes);
    EXPECT_EQ(in.get<u32>(), 0u);
    EXPECT_FALSE(in.ok());
}

TEST(ByteReaderTest, bytes_beyond_the_end_are_none_and_not_ok) {
    const std::array<std::byte, 3> bytes{};
    ByteReader in(bytes);
    EXPECT_EQ(in.get_bytes(3).size(), 3u);
    EXPECT_TRUE(in.ok());
    EXPECT_EQ(in.get_bytes(1).size(), 0u);
    EXPECT_FALSE(in.ok());
    ByteReader other(bytes);
    EXPECT_EQ(other.get_bytes(~std::size_t{0}).size(), 0u);
    EXPECT_FALSE(other.ok());
}

TEST(ByteReaderTest, failed_reader_stays_not_ok) {
    const std::array<std::byte, 3> bytes{};
    ByteReader in(bytes);
    static_cast<void>(in.get<u64>());
    EXPECT_EQ(in.left(), 3u);
    static_cast<void>(in.get<u8>());
    EXPECT_FALSE(in.ok());
}

TEST(BytesTest, load_reads_what_store_wrote_at_any_alignment) {
    std::array<std::byte, 16> buffer{};
    for (std::size_t at = 0; at <= 8; ++at) {
        store_le(buffer.data() + at, u64{0x0102'0304'0506'0708});
        EXPECT_EQ(buffer[at], std::byte{8});
        EXPECT_EQ(buffer[at + 7], std::byte{1});
        EXPECT_EQ(load_le<u64>(buffer.data() + at), 0x0102'0304'0506'0708u);
    }
}

} // namespace
} // namespace knhk
