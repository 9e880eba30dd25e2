// SPDX-License-Identifier: MIT
#include "tests/kernel/container_builder.hpp"

#include <cstring>

#include "base/hash.hpp"

namespace knhk::test {

void put_number(ContainerBytes& bytes, std::size_t at, u64 value, u32 size) {
    for (u32 i = 0; i < size; ++i) {
        bytes.at(at + i) = static_cast<std::byte>(value >> (8 * i));
    }
}

void seal(ContainerBytes& bytes) {
    const u64 hash = xxh3_64(bytes.data() + HEADER_BYTES, bytes.size() - HEADER_BYTES);
    put_number(bytes, 24, hash, 8);
}

ContainerBytes container_with(const std::vector<SectionEntry>& table, std::size_t payload_bytes) {
    ContainerBytes bytes(HEADER_BYTES + table.size() * SECTION_BYTES + payload_bytes);
    std::memcpy(bytes.data(), "KNHKCONT", 8);
    put_number(bytes, 8, 1, 4);
    put_number(bytes, 12, table.size(), 4);
    put_number(bytes, 16, bytes.size(), 8);
    for (std::size_t i = 0; i < table.size(); ++i) {
        const std::size_t at = HEADER_BYTES + i * SECTION_BYTES;
        put_number(bytes, at, table[i].kind, 4);
        put_number(bytes, at + 4, table[i].version, 4);
        put_number(bytes, at + 8, table[i].offset, 8);
        put_number(bytes, at + 16, table[i].size, 8);
        put_number(bytes, at + 24, table[i].reserved, 8);
    }
    seal(bytes);
    return bytes;
}

ContainerBytes container_of(const std::string& workload) {
    constexpr std::size_t PAYLOAD_AT = HEADER_BYTES + SECTION_BYTES;
    ContainerBytes bytes = container_with({{.offset = PAYLOAD_AT, .size = workload.size()}},
                                          (workload.size() + 7) / 8 * 8);
    std::memcpy(bytes.data() + PAYLOAD_AT, workload.data(), workload.size());
    seal(bytes);
    return bytes;
}

} // namespace knhk::test
