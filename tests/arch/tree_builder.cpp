// SPDX-License-Identifier: MIT
#include "tests/arch/tree_builder.hpp"

#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>

namespace knhk::bare {
namespace {

std::string cell(u64 value) {
    std::string bytes;
    for (int shift = 24; shift >= 0; shift -= 8) {
        bytes += static_cast<char>(value >> shift & 0xFF);
    }
    return bytes;
}

void pad(std::string& bytes) {
    bytes.resize((bytes.size() + 3) / 4 * 4);
}

} // namespace

TreeBuilder& TreeBuilder::begin(std::string_view name) {
    token(1);
    structure_.append(name).push_back('\0');
    pad(structure_);
    return *this;
}

TreeBuilder& TreeBuilder::end() {
    return token(2);
}

TreeBuilder& TreeBuilder::cells(std::string_view name, std::initializer_list<u32> values) {
    std::string bytes;
    for (const u32 value : values) {
        bytes += cell(value);
    }
    property(name, bytes);
    return *this;
}

TreeBuilder& TreeBuilder::text(std::string_view name, std::string_view value) {
    property(name, std::string(value) + '\0');
    return *this;
}

TreeBuilder& TreeBuilder::token(u32 value) {
    structure_ += cell(value);
    return *this;
}

TreeBuilder& TreeBuilder::reserve(u64 base, u64 size_bytes) {
    reserved_ += cell(base >> 32) + cell(base) + cell(size_bytes >> 32) + cell(size_bytes);
    return *this;
}

void TreeBuilder::property(std::string_view name, std::string_view value) {
    token(3);
    structure_ += cell(value.size()) + cell(strings_.size());
    strings_.append(name).push_back('\0');
    structure_ += value;
    pad(structure_);
}

std::vector<std::byte> TreeBuilder::tree() const {
    static constexpr u64 HEADER_BYTES = 40;
    const std::string reserved = reserved_ + std::string(16, '\0');
    const std::string structure = structure_ + cell(9);
    const u64 structure_at = HEADER_BYTES + reserved.size();
    const u64 strings_at = structure_at + structure.size();
    const std::string whole = cell(0xD00DFEED) + cell(strings_at + strings_.size()) +
                              cell(structure_at) + cell(strings_at) + cell(HEADER_BYTES) +
                              cell(17) + cell(16) + cell(0) + cell(strings_.size()) +
                              cell(structure.size()) + reserved + structure + strings_;
    std::vector<std::byte> bytes(whole.size());
    std::memcpy(bytes.data(), whole.data(), whole.size());
    return bytes;
}

void put_cell(std::vector<std::byte>& tree, std::size_t at, u32 value) {
    std::memcpy(&tree[at], cell(value).data(), sizeof value);
}

std::vector<std::byte> stored_tree(std::string_view name) {
    const char* folder = std::getenv("KNHK_TREES");
    std::ifstream file(std::string(folder == nullptr ? "." : folder) + "/" + std::string(name),
                       std::ios::binary);
    const std::string text((std::istreambuf_iterator<char>(file)), {});
    std::vector<std::byte> bytes(text.size());
    std::memcpy(bytes.data(), text.data(), text.size());
    return bytes;
}

} // namespace knhk::bare
