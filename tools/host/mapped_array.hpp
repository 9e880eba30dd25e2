// SPDX-License-Identifier: MIT
// An array of fixed capacity in a file, shared by processes one after the other. A record is whole
// or does not count, even if its writer is killed.
#pragma once

#include <concepts>
#include <cstring>
#include <ranges>
#include <string_view>
#include <type_traits>

#include "base/fnv1a.hpp"
#include "tools/host/array_file.hpp"
#include "tools/host/failure.hpp"

namespace knhk::tools {

/// A type that any bytes are a value of, and that has a name of its own: no bool, no enum, no
/// pointer, nothing between its members. The type itself says so, by `EVERY_BIT_IS_VALID`.
template<class T>
concept MappedRecord =
    std::is_trivially_copyable_v<T> && std::has_unique_object_representations_v<T> &&
    T::EVERY_BIT_IS_VALID && std::same_as<decltype(T::TYPE_NAME), const std::string_view>;

template<MappedRecord T>
class MappedArray {
    static_assert(sizeof(T) <= 1 << 20);

  public:
    static constexpr ArrayShape SHAPE{fnv1a_64(T::TYPE_NAME), sizeof(T)};

    /// Throws Failure, here and below.
    [[nodiscard]] static MappedArray open(const std::filesystem::path& path) {
        return MappedArray(path, ArrayAccess::Read, 0);
    }
    [[nodiscard]] static MappedArray open_or_make(const std::filesystem::path& path, u64 capacity) {
        return MappedArray(path, ArrayAccess::Write, capacity);
    }

    [[nodiscard]] u64 size() const { return file_.bytes().count(); }
    [[nodiscard]] u64 capacity() const { return file_.bytes().capacity(); }
    [[nodiscard]] const std::string& name() const { return file_.name(); }

    [[nodiscard]] T read(u64 index) const {
        check(index, size());
        T record;
        std::memcpy(&record, file_.bytes().record(index), sizeof record);
        return record;
    }
    void write(u64 index, const T& record) {
        check(index, size());
        file_.write(index, &record);
    }
    void append(const T& record) {
        if (size() == capacity()) {
            throw bad_input("{} is full, it holds {} records: begin another", name(), capacity());
        }
        file_.write(size(), &record);
    }
    /// All of them, in order.
    [[nodiscard]] auto records() const {
        return std::views::iota(u64{0}, size()) |
               std::views::transform([this](u64 index) { return read(index); });
    }

  private:
    MappedArray(const std::filesystem::path& path, ArrayAccess access, u64 capacity)
        : file_(path, SHAPE, access, capacity) {}

    void check(u64 index, u64 end) const {
        if (index >= end) {
            throw bad_input("{} has no record {}: it holds {}", name(), index, end);
        }
    }

    ArrayFile file_;
};

} // namespace knhk::tools
