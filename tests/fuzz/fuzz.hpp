// SPDX-License-Identifier: MIT
// What fuzz targets share. A target is one file with LLVMFuzzerTestOneInput, and perhaps a mutator:
// a parser of bytes that others made must refuse them with its own kind of failure, or give
// something that can be used to its end.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <span>
#include <string_view>
#include <vector>

#include "base/hash.hpp"
#include "base/types.hpp"
#include "tools/host/failure.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t size_max);
extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size,
                                               std::size_t size_max, unsigned seed);

namespace knhk::fuzz {

inline std::string_view text_of(const std::uint8_t* data, std::size_t size) {
    return {reinterpret_cast<const char*>(data), size};
}

/// An exact copy on the heap: reading behind it is seen.
inline std::vector<std::byte> copy_of(const std::uint8_t* data, std::size_t size) {
    const auto* begin = reinterpret_cast<const std::byte*>(data);
    return {begin, begin + size};
}

/// The fuzzer takes an abort for a finding.
inline void demand(bool condition) {
    if (!condition) {
        std::abort();
    }
}

/// Whether `parse` was content. It may refuse its input, and in no other way.
template<class Parse>
bool accepts(Parse parse) {
    try {
        parse();
        return true;
    } catch (const tools::Failure& failure) {
        demand(failure.status() == ExitStatus::BadInput);
        demand(*failure.what() != '\0');
        return false;
    }
}

/// A mutation of a file whose Header has its size in `size_bytes`, and whose last 8 bytes are the
/// check of all before: every second time both are made right again, so that what lies behind them
/// is reached too.
template<class Header>
std::size_t mutate_sealed(std::uint8_t* data, std::size_t size, std::size_t size_max,
                          unsigned seed) {
    size = LLVMFuzzerMutate(data, size, size_max);
    if (seed % 2 == 0 && size >= sizeof(Header) + sizeof(u64)) {
        Header header;
        std::memcpy(&header, data, sizeof header);
        header.size_bytes = static_cast<decltype(header.size_bytes)>(size);
        std::memcpy(data, &header, sizeof header);
        const u64 check = xxh3_64(data, size - sizeof check);
        std::memcpy(data + size - sizeof check, &check, sizeof check);
    }
    return size;
}

} // namespace knhk::fuzz
