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
}
