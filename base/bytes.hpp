// SPDX-License-Identifier: MIT
// Explicit little-endian encoding into bounded buffers: what is hashed and logged is these bytes.
#pragma once

#include <bit>
#include <cstring>
#include <span>

#include "base/check.hpp"
#include "base/types.hpp"

namespace knhk {

// Plain structures stand in logs and hashes as they stand in memory; that is little-endian because
// every supported machine is. A big-endian port would encode here.
static_assert(std::endian::native == std::endian::little);

template<class T>
inline void store_le(std::byte* to, T value) {
    std::memcpy(to, &value, sizeof value);
}

template<class T>
[[nodiscard]] inline T load_le(const std::byte* from) {
    T value;
    std::memcpy(&value, from, sizeof value);
    return value;
}

/// Four words side by side, in one store where the processor has one so wide: what a task takes is
/// bound by its stores first (docs/performance.md).
[[gnu::always_inline]] inline void store_words(void* to, u64 a, u64 b, u64 c, u64 d) {
    using Quad [[gnu::vector_size(4 * sizeof(u64)), gnu::aligned(alignof(u64)), gnu::may_alias]] =
        u64;
    *static_cast<Quad*>(to) = Quad{a, b, c, d};
}

/// Appends fields to a caller's buffer. Running out of room is a bug of the caller.
class ByteWriter {
  public:
    explicit ByteWriter(std::span<std::byte> buffer) : buffer_(buffer) {}

    template<class T>
    void put(T value) {
        KNHK_CHECK(used_ + sizeof value <= buffer_.size(), used_);
        store_le(buffer_.data() + used_, value);
        used_ += sizeof value;
    }
    void put_bytes(const void* bytes, std::size_t size) {
        KNHK_CHECK(size <= buffer_.size() - used_, size);
        std::memcpy(buffer_.data() + used_, bytes, size);
        used_ += size;
    }
    [[nodiscard]] std::size_t size() const { return used_; }
    [[nodiscard]] std::span<const std::byte> written() const { return buffer_.first(used_); }

  private:
    std::span<std::byte> buffer_;
    std::size_t used_ = 0;
};

/// Reads fields from bytes that somebody else wrote. After the end it yields zeros and `ok` is
/// false.
class ByteReader {
  public:
    explicit ByteReader(std::span<const std::byte> bytes) : bytes_(bytes) {}

    template<class T>
    [[nodiscard]] T get() {
        if (bytes_.size() - position_ < sizeof(T)) {
            ok_ = false;
            return T{};
        }
        T value = load_le<T>(bytes_.data() + position_);
        position_ += sizeof(T);
        return value;
    }
    [[nodiscard]] std::span<const std::byte> get_bytes(std::size_t size) {
        if (bytes_.size() - position_ < size) {
            ok_ = false;
            return {};
        }
        auto part = bytes_.subspan(position_, size);
        position_ += size;
        return part;
    }
    [[nodiscard]] bool ok() const { return ok_; }
    [[nodiscard]] std::size_t position() const { return position_; }
    [[nodiscard]] std::size_t left() const { return bytes_.size() - position_; }

  private:
    std::span<const std::byte> bytes_;
    std::size_t position_ = 0;
    bool ok_ = true;
};

} // namespace knhk
