// SPDX-License-Identifier: MIT
#include "tests/model/snapshot.hpp"

#include <algorithm>
#include <fstream>
#include <stdexcept>

#include "tests/model/identity.hpp"

namespace knhk::model {
namespace {

constexpr u64 MAGIC = 0x4D4749534B484E4B;
constexpr u64 RECEIPT_MAGIC = 0x545043524B484E4B;
constexpr u64 ID_AT = 32;
constexpr u64 NO_TASK = 0xFFFF;
constexpr u64 ALL_INVARIANTS = 31;

void append_hash(Bytes& bytes, std::span<const std::byte> of) {
    append(bytes, sha256(of));
}

// One task with one hook, which differs from file to file.
Bytes snapshot(u32 number) {
    Bytes tables;
    for (const u64 field : {u64{0}, u64{1} << 8, NO_TASK, NO_TASK}) {
        append(tables, field, 2);
    }
    tables.resize(64);
    append(tables, 1, 8); // ask_sp, no flags, no threshold
    append(tables, 5, 8);
    append(tables, number, 8);
    append(tables, 0, 8);
    append(tables, u64{1} << 16, 8); // the pattern sequence, of one tick
    Bytes bytes;
    append(bytes, MAGIC, 8);
    for (const u64 field : {u64{1}, 128 + tables.size(), u64{1}, u64{1}, u64{0}, u64{1}}) {
        append(bytes, field, 4);
    }
    bytes.resize(64);
    append(bytes, "random-" + std::to_string(number));
    bytes.resize(128);
    append(bytes, tables);
    std::ranges::copy(sha256(bytes), bytes.begin() + ID_AT);
    return bytes;
}

} // namespace

std::string snapshot_file_name(u32 number) {
    return "snapshot-" + std::to_string(number) + ".sigma";
}

Bytes snapshot_file(const std::string& name) {
    for (u32 number = 0; number < RANDOM_SNAPSHOT_FILES; ++number) {
        if (name == snapshot_file_name(number)) {
            Bytes bytes = snapshot(number);
            Bytes receipt;
            append(receipt, RECEIPT_MAGIC, 8);
            append(receipt, 1, 4);
            append(receipt, ALL_INVARIANTS, 4);
            append(receipt, std::span(bytes).subspan(ID_AT, 32));
            append_hash(receipt, Bytes(receipt));
            append(bytes, receipt);
            return bytes;
        }
    }
    throw std::runtime_error("there is no snapshot " + name);
}

void write_snapshot_files(const std::filesystem::path& folder) {
    for (u32 number = 0; number < RANDOM_SNAPSHOT_FILES; ++number) {
        const std::string name = snapshot_file_name(number);
        const Bytes bytes = snapshot_file(name);
        std::ofstream(folder / name, std::ios::binary)
            .write(reinterpret_cast<const char*>(bytes.data()),
                   static_cast<std::streamsize>(bytes.size()));
    }
}

u64 snapshot_id_word(const Bytes& file) {
    u64 word = 0;
    for (u64 i = 0; i < 8; ++i) {
        word |= static_cast<u64>(file.at(ID_AT + i)) << 8 * i;
    }
    return word;
}

} // namespace knhk::model
