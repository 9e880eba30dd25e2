// SPDX-License-Identifier: MIT
// The fields of an identity, tag by tag, and the SHA-256 that one of them holds.
#include "tests/model/identity.hpp"

#include <bit>

#include "tests/model/builtin_workloads.hpp"

namespace knhk::model {
namespace {

constexpr u32 LOG_FORMAT = 4;
constexpr u32 CONTRACT = 5;

// FIPS 180-4, 4.2.2 and 5.3.3: the first 32 bits of the fractional parts of the cube roots, and of
// the square roots, of the first primes. Found by searching the largest root, in integers.
constexpr u32 fraction_of_root(u64 prime, u32 power) {
    __extension__ typedef unsigned __int128 Wide; // which -Wpedantic does not know
    u64 low = 0;
    u64 high = u64{1} << 40;
    while (high - low > 1) {
        const u64 middle = low + (high - low) / 2;
        // The root times 2^32, or less: middle^power <= prime * 2^(32 power).
        Wide value = Wide{middle} * middle;
        bool above = false;
        if (power == 3) {
            above = value > (Wide{prime} << 96) / middle;
        } else {
            above = value > Wide{prime} << 64;
        }
        (above ? high : low) = middle;
    }
    return static_cast<u32>(low);
}

template<u32 count>
constexpr std::array<u32, count> fractions(u32 power) {
    std::array<u32, count> result{};
    u32 found = 0;
    for (u64 candidate = 2; found < count; ++candidate) {
        bool prime = true;
        for (u64 divisor = 2; divisor * divisor <= candidate; ++divisor) {
            prime = prime && candidate % divisor != 0;
        }
        if (prime) {
            result[found++] = fraction_of_root(candidate, power);
        }
    }
    return result;
}

// FIPS 180-4, 6.2.2: one block.
void add_block(std::array<u32, 8>& hash, std::span<const std::byte> block) {
    constexpr std::array<u32, 64> K = fractions<64>(3);
    std::array<u32, 64> w{};
    for (u32 t = 0; t < 16; ++t) {
        for (u32 byte = 0; byte < 4; ++byte) {
            w[t] = w[t] << 8 | static_cast<u32>(block[4 * t + byte]);
        }
    }
    for (u32 t = 16; t < 64; ++t) {
        const u32 s0 = std::rotr(w[t - 15], 7) ^ std::rotr(w[t - 15], 18) ^ w[t - 15] >> 3;
        const u32 s1 = std::rotr(w[t - 2], 17) ^ std::rotr(w[t - 2], 19) ^ w[t - 2] >> 10;
        w[t] = s1 + w[t - 7] + s0 + w[t - 16];
    }
    auto [a, b, c, d, e, f, g, h] = hash;
    for (u32 t = 0; t < 64; ++t) {
        const u32 sum1 = std::rotr(e, 6) ^ std::rotr(e, 11) ^ std::rotr(e, 25);
        const u32 t1 = h + sum1 + ((e & f) ^ (~e & g)) + K[t] + w[t];
        const u32 sum0 = std::rotr(a, 2) ^ std::rotr(a, 13) ^ std::rotr(a, 22);
        const u32 t2 = sum0 + ((a & b) ^ (a & c) ^ (b & c));
        h = g, g = f, f = e, e = d + t1, d = c, c = b, b = a, a = t1 + t2;
    }
    const std::array<u32, 8> worked = {a, b, c, d, e, f, g, h};
    for (u32 i = 0; i < 8; ++i) {
        hash[i] += worked[i];
    }
}

void append_field(Bytes& identity, u16 tag, const Bytes& contents) {
    append(identity, tag, 2);
    append(identity, 0, 2);
    append(identity, contents.size(), 4);
    append(identity, contents);
}

Bytes words(std::initializer_list<u32> values) {
    Bytes bytes;
    for (const u32 value : values) {
        append(bytes, value, 4);
    }
    return bytes;
}

Bytes names(const std::vector<NamedVersion>& entries) {
    Bytes bytes;
    for (const NamedVersion& entry : entries) {
        append(bytes, entry.id, 2);
        append(bytes, entry.name.size(), 2);
        append(bytes, entry.version, 4);
        append(bytes, entry.name);
    }
    return bytes;
}

// log-format.md, the table of capacities.
Bytes capacities() {
    return words({256, 512,  128, 4, 4,  256, 256, 7,    8,  2,  7,  4096, 8192, 256, 4, 32,  64,
                  8,   1024, 32,  8, 16, 32,  16,  1024, 32, 16, 64, 32,   8,    16,  3, 512, 42});
}

} // namespace

std::array<std::byte, 32> sha256(std::span<const std::byte> bytes) {
    std::array<u32, 8> hash = fractions<8>(2);
    Bytes padded(bytes.begin(), bytes.end());
    padded.push_back(std::byte{0x80});
    while (padded.size() % 64 != 56) {
        padded.push_back(std::byte{0});
    }
    for (u32 byte = 8; byte > 0; --byte) {
        padded.push_back(static_cast<std::byte>(u64{8} * bytes.size() >> (8 * (byte - 1))));
    }
    for (u64 begin = 0; begin < padded.size(); begin += 64) {
        add_block(hash, std::span(padded).subspan(begin, 64));
    }
    std::array<std::byte, 32> result{};
    for (u32 i = 0; i < 32; ++i) {
        result[i] = static_cast<std::byte>(hash[i / 4] >> (8 * (3 - i % 4)));
    }
    return result;
}

Bytes identity_of(const ModelConfig& config, std::span<const std::byte> workload) {
    Bytes identity;
    append_field(identity, 1, words({LOG_FORMAT}));
    append_field(identity, 2, words({CONTRACT}));
    append_field(identity, 3, words({config.cores}));
    append_field(identity, 4,
                 Bytes(std::as_bytes(std::span(config.latencies)).begin(),
                       std::as_bytes(std::span(config.latencies)).end()));
    append_field(identity, 5, capacities());
    append_field(identity, 6, words({1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 7, 1, 0}));
    Bytes seed;
    append(seed, config.seed, 8);
    append_field(identity, 7, seed);
    append_field(identity, 8, names(builtin_handler_names()));
    const std::array<std::byte, 32> hash = sha256(workload);
    append_field(identity, 9, Bytes(hash.begin(), hash.end()));
    append_field(identity, 10, words({config.stealing ? 1u : 0u}));
    append_field(identity, 11, names(builtin_guard_names()));
    return identity;
}

Bytes builtin_text(const std::string& name, u64 tasks) {
    Bytes text;
    append(text, "workload=" + name + " version=" + std::to_string(builtin_version(name)) +
                     " tasks=" + std::to_string(tasks) + "\n");
    return text;
}

} // namespace knhk::model
