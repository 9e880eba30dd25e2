// SPDX-License-Identifier: MIT
// The functions that a freestanding compiler and its headers call on their own.
#include <cstddef>

namespace {

/// 16 bytes at any address, of any type: the log is copied with it. The compiler knows no memcpy
/// here that it could call instead.
using Block [[gnu::vector_size(16), gnu::aligned(1), gnu::may_alias]] = unsigned char;

/// Upwards; right for overlapping bytes too when they move down. Not `restrict`, so that each turn
/// reads before the next one writes.
void copy_upwards(unsigned char* target, const unsigned char* source, std::size_t size) {
    std::size_t i = 0;
    for (; i + 2 * sizeof(Block) <= size; i += 2 * sizeof(Block)) {
        const Block first = *reinterpret_cast<const Block*>(source + i);
        const Block second = *reinterpret_cast<const Block*>(source + i + sizeof(Block));
        *reinterpret_cast<Block*>(target + i) = first;
        *reinterpret_cast<Block*>(target + i + sizeof(Block)) = second;
    }
    for (; i < size; ++i) {
        target[i] = source[i];
    }
}

} // namespace

extern "C" {

void* memcpy(void* to, const void* from, std::size_t size) {
    copy_upwards(static_cast<unsigned char*>(to), static_cast<const unsigned char*>(from), size);
    return to;
}

void* memmove(void* to, const void* from, std::size_t size) {
    auto* target = static_cast<unsigned char*>(to);
    const auto* source = static_cast<const unsigned char*>(from);
    if (target < source) {
        copy_upwards(target, source, size);
        return to;
    }
    for (std::size_t i = size; i > 0; --i) {
        target[i - 1] = source[i - 1];
    }
    return to;
}

void* memset(void* to, int value, std::size_t size) {
    auto* target = static_cast<unsigned char*>(to);
    const Block filled = Block{} + static_cast<unsigned char>(value);
    std::size_t i = 0;
    for (; i + sizeof(Block) <= size; i += sizeof(Block)) {
        *reinterpret_cast<Block*>(target + i) = filled;
    }
    for (; i < size; ++i) {
        target[i] = static_cast<unsigned char>(value);
    }
    return to;
}

int memcmp(const void* a, const void* b, std::size_t size) {
    const auto* left = static_cast<const unsigned char*>(a);
    const auto* right = static_cast<const unsigned char*>(b);
    for (std::size_t i = 0; i < size; ++i) {
        if (left[i] != right[i]) {
            return left[i] < right[i] ? -1 : 1;
        }
    }
    return 0;
}

std::size_t strlen(const char* text) {
    std::size_t size = 0;
    while (text[size] != '\0') {
        ++size;
    }
    return size;
}

const void* memchr(const void* bytes, int value, std::size_t size) {
    const auto* from = static_cast<const unsigned char*>(bytes);
    for (std::size_t i = 0; i < size; ++i) {
        if (from[i] == static_cast<unsigned char>(value)) {
            return from + i;
        }
    }
    return nullptr;
}

// What compilers call where the processor has no instruction for it. They see through such shifts
// only where it has: these do not come to call themselves.

unsigned __bswapsi2(unsigned value) {
    return (value & 0xFF) << 24 | (value & 0xFF00) << 8 | (value >> 8 & 0xFF00) | value >> 24;
}

unsigned long __bswapdi2(unsigned long value) {
    const unsigned long high = __bswapsi2(static_cast<unsigned>(value));
    return high << 32 | __bswapsi2(static_cast<unsigned>(value >> 32));
}

/// Zeros above the highest bit of what is not 0.
int __clzdi2(unsigned long value) {
    int zeros = 0;
    for (int half = 32; half > 0; half /= 2) {
        if (value >> (64 - half) == 0) {
            zeros += half;
            value <<= half;
        }
    }
    return zeros;
}

/// Zeros below the lowest bit of what is not 0.
int __ctzdi2(unsigned long value) {
    return 63 - __clzdi2(value & -value);
}

int __popcountdi2(unsigned long value) {
    constexpr unsigned long PAIRS = 0x5555555555555555;
    constexpr unsigned long NIBBLES = 0x3333333333333333;
    constexpr unsigned long BYTES = 0x0F0F0F0F0F0F0F0F;
    constexpr unsigned long ONES = 0x0101010101010101;
    value -= value >> 1 & PAIRS;
    value = (value & NIBBLES) + (value >> 2 & NIBBLES);
    value = (value + (value >> 4)) & BYTES;
    return static_cast<int>(value * ONES >> 56);
}
}
