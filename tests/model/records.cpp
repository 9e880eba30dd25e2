// SPDX-License-Identifier: MIT
// Bytes and hashes of docs/log-format.md, field by field, little-endian.
#include "tests/model/records.hpp"

#include <algorithm>

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace knhk::model {
void append(Bytes& bytes, u64 value, u32 size) {
    for (u32 i = 0; i < size; ++i) {
        bytes.push_back(static_cast<std::byte>(value >> (8 * i)));
    }
}

u64 number_at(std::span<const std::byte> bytes, u64 at, u64 size) {
    u64 value = 0;
    for (u64 i = 0; i < size; ++i) {
        value |= static_cast<u64>(bytes[at + i]) << 8 * i;
    }
    return value;
}

void append(Bytes& bytes, std::span<const std::byte> more) {
    bytes.insert(bytes.end(), more.begin(), more.end());
}

void append(Bytes& bytes, const std::string& text) {
    append(bytes, std::as_bytes(std::span(text)));
}

std::array<std::byte, 64> ModelTask::encode() const {
    Bytes bytes;
    append(bytes, id, 8);
    for (const u16 guard : guards) {
        append(bytes, guard, 2);
    }
    append(bytes, handler, 2);
    append(bytes, level, 1);
    append(bytes, budget, 1);
    append(bytes, guard_count, 1);
    append(bytes, flags, 1);
    for (const u8 byte : reserved) {
        append(bytes, byte, 1);
    }
    for (const u64 word : payload) {
        append(bytes, word, 8);
    }
    std::array<std::byte, 64> result{};
    std::ranges::copy(bytes, result.begin());
    return result;
}

std::array<std::byte, 32> ModelEvent::encode() const {
    Bytes bytes;
    append(bytes, timestamp, 8);
    append(bytes, task_id, 8);
    append(bytes, hash, 8);
    append(bytes, ticks, 4);
    append(bytes, core, 2);
    append(bytes, kind, 1);
    append(bytes, status, 1);
    std::array<std::byte, 32> result{};
    std::ranges::copy(bytes, result.begin());
    return result;
}

ModelEvent ModelEvent::decode(std::span<const std::byte, 32> bytes) {
    return {.timestamp = number_at(bytes, 0, 8),
            .task_id = number_at(bytes, 8, 8),
            .hash = number_at(bytes, 16, 8),
            .ticks = static_cast<u32>(number_at(bytes, 24, 4)),
            .core = static_cast<u16>(number_at(bytes, 28, 2)),
            .kind = static_cast<u8>(number_at(bytes, 30, 1)),
            .status = static_cast<u8>(number_at(bytes, 31, 1))};
}

u64 hash64(std::span<const std::byte> bytes) {
    return XXH3_64bits(bytes.data(), bytes.size());
}

ModelDigest hash128(std::span<const std::byte> bytes) {
    const XXH128_hash_t hash = XXH3_128bits(bytes.data(), bytes.size());
    Bytes stored;
    append(stored, hash.low64, 8);
    append(stored, hash.high64, 8);
    ModelDigest digest{};
    std::ranges::copy(stored, digest.begin());
    return digest;
}

std::string hex(const ModelDigest& digest) {
    constexpr char DIGITS[] = "0123456789abcdef";
    std::string text;
    for (u32 i = 16; i > 0; --i) {
        const u32 byte = static_cast<u32>(digest[i - 1]);
        text += DIGITS[byte >> 4];
        text += DIGITS[byte & 15];
    }
    return text;
}

ModelDigest core_digest(const std::vector<ModelEvent>& events) {
    if (events.empty()) {
        return {};
    }
    Bytes bytes;
    for (const ModelEvent& event : events) {
        append(bytes, event.encode());
    }
    return hash128(bytes);
}

ModelDigest next_chain(const ModelDigest& before, u64 beat, u64 start_time,
                       const std::vector<std::vector<ModelEvent>>& events_by_core) {
    Bytes bytes;
    append(bytes, before);
    append(bytes, beat, 8);
    append(bytes, start_time, 8);
    for (const std::vector<ModelEvent>& events : events_by_core) {
        append(bytes, core_digest(events));
    }
    return hash128(bytes);
}

ModelDigest digest_of_run(const ModelDigest& identity, const ModelDigest& chain) {
    Bytes bytes;
    append(bytes, identity);
    append(bytes, chain);
    return hash128(bytes);
}

} // namespace knhk::model
