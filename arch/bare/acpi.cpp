// SPDX-License-Identifier: MIT
#include "arch/bare/acpi.hpp"

#include <cstring>

#include "base/bytes.hpp"

namespace knhk::bare {
namespace {

constexpr std::string_view ROOT_POINTER_SIGNATURE = "RSD PTR ";
constexpr std::string_view RSDT_SIGNATURE = "RSDT";
constexpr std::string_view XSDT_SIGNATURE = "XSDT";

constexpr std::size_t ROOT_POINTER_BYTES_OLD = 20;
constexpr std::size_t ROOT_POINTER_REVISION = 15;
constexpr std::size_t ROOT_POINTER_RSDT = 16;
constexpr std::size_t ROOT_POINTER_XSDT = 24;

constexpr std::size_t TABLE_SIZE_OFFSET = 4;
constexpr std::size_t TABLE_BYTES_MAX = 64 * 1024;

bool has_signature(std::span<const std::byte> bytes, std::string_view signature) {
    return bytes.size() >= signature.size() &&
           std::memcmp(bytes.data(), signature.data(), signature.size()) == 0;
}

bool sums_to_zero(std::span<const std::byte> bytes) {
    u32 sum = 0;
    for (const std::byte byte : bytes) {
        sum += std::to_integer<u32>(byte);
    }
    return sum % 256 == 0;
}

/// A whole, undamaged table with this signature, or nothing.
std::span<const std::byte> table_at(u64 address, std::string_view signature) {
    const auto header = physical_bytes({address, TABLE_HEADER_BYTES});
    if (header.empty() || !has_signature(header, signature)) {
        return {};
    }
    const u32 size_bytes = load_le<u32>(&header[TABLE_SIZE_OFFSET]);
    if (size_bytes < TABLE_HEADER_BYTES || size_bytes > TABLE_BYTES_MAX) {
        return {};
    }
    const auto table = physical_bytes({address, size_bytes});
    return sums_to_zero(table) ? table : std::span<const std::byte>{};
}

template<class Address>
std::span<const std::byte> find_in(std::span<const std::byte> root, std::string_view signature) {
    if (root.empty()) {
        return {};
    }
    ByteReader entries(root.subspan(TABLE_HEADER_BYTES));
    while (entries.left() >= sizeof(Address)) {
        const auto table = table_at(entries.get<Address>(), signature);
        if (!table.empty()) {
            return table;
        }
    }
    return {};
}

} // namespace

bool is_root_pointer(std::span<const std::byte> bytes) {
    if (bytes.size() < ROOT_POINTER_BYTES_OLD || !has_signature(bytes, ROOT_POINTER_SIGNATURE) ||
        !sums_to_zero(bytes.first(ROOT_POINTER_BYTES_OLD))) {
        return false;
    }
    return std::to_integer<u32>(bytes[ROOT_POINTER_REVISION]) < 2 ||
           (bytes.size() >= ROOT_POINTER_BYTES && sums_to_zero(bytes.first(ROOT_POINTER_BYTES)));
}

/// Some machines have only the table with 64-bit addresses, some only the one with 32-bit ones.
std::span<const std::byte> find_table(const Firmware& firmware, std::string_view signature) {
    if (!firmware.has_root_pointer) {
        return {};
    }
    const std::byte* root = firmware.root_pointer.data();
    if (std::to_integer<u32>(root[ROOT_POINTER_REVISION]) >= 2) {
        const u64 xsdt = load_le<u64>(root + ROOT_POINTER_XSDT);
        const auto table = find_in<u64>(table_at(xsdt, XSDT_SIGNATURE), signature);
        if (!table.empty()) {
            return table;
        }
    }
    const u32 rsdt = load_le<u32>(root + ROOT_POINTER_RSDT);
    return find_in<u32>(table_at(rsdt, RSDT_SIGNATURE), signature);
}

} // namespace knhk::bare
