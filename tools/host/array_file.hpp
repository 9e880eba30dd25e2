// SPDX-License-Identifier: MIT
// The bytes of an array in a file, without what is in it: header, records, and one spare place. For
// tools/host/mapped_array.hpp, which knows the type.
#pragma once

#include <filesystem>
#include <span>
#include <string>

#include "base/types.hpp"
#include "tools/host/descriptor.hpp"
#include "tools/host/shared_file.hpp"

namespace knhk::tools {

inline constexpr u64 ARRAY_MAGIC = 0x5952'5241'4B48'4E4B; // "KNHKARRY"
inline constexpr u32 ARRAY_VERSION = 1;
inline constexpr u64 ARRAY_CAPACITY_MAX = u64{1} << 32;

/// `capacity` records follow, and one more: the spare place.
struct ArrayHeader {
    u64 magic;
    u32 version;
    u32 record_bytes;
    u64 type_hash; ///< FNV-1a 64 of the type's name
    u64 capacity;
    u64 check;   ///< XXH3-64 of all before
    u64 count;   ///< records that are there; a record is whole before it counts
    u64 pending; ///< 1 + the record whose new value is in the spare place; 0: none
    u64 reserved;
};
static_assert(sizeof(ArrayHeader) == 64);

/// What a file must hold.
struct ArrayShape {
    u64 type_hash;
    u32 record_bytes;
};

/// Bytes that were looked at and are an array of this shape; they stay the caller's.
class ArrayBytes {
  public:
    /// `name` is for errors. Throws Failure (BadInput): another file, another type, one that is
    /// cut or longer, or damaged.
    ArrayBytes(std::span<const std::byte> bytes, const ArrayShape& shape, const std::string& name);

    [[nodiscard]] u64 count() const { return header().count; }
    [[nodiscard]] u64 capacity() const { return header().capacity; }
    /// Where record `index` is to be read; `index` is below the count.
    [[nodiscard]] const std::byte* record(u64 index) const;

  private:
    [[nodiscard]] const ArrayHeader& header() const {
        return *reinterpret_cast<const ArrayHeader*>(bytes_.data());
    }
    [[nodiscard]] const std::byte* place(u64 index) const;

    std::span<const std::byte> bytes_;
};

enum class ArrayAccess : u8 {
    Read,  ///< of a file that is there
    Write, ///< nobody else reads or writes meanwhile
};

/// The file, locked and mapped. Whoever is killed while it writes leaves each record as it was or
/// as it was to become.
class ArrayFile {
  public:
    /// Made with room for `capacity` records if it is not there and is to be written. Waits while
    /// another process has it. Throws Failure.
    ArrayFile(const std::filesystem::path& path, const ArrayShape& shape, ArrayAccess access,
              u64 capacity);

    [[nodiscard]] const ArrayBytes& bytes() const { return bytes_; }
    [[nodiscard]] const std::string& name() const { return name_; }

    /// `index` is below the count, or it.
    void write(u64 index, const void* record);

  private:
    void finish_pending();
    [[nodiscard]] ArrayHeader& header();
    [[nodiscard]] u32 record_bytes() { return header().record_bytes; }
    [[nodiscard]] std::byte* place(u64 index);

    std::string name_;
    Descriptor file_; ///< locked as long as it is open
    Mapping mapping_;
    ArrayBytes bytes_;
};

} // namespace knhk::tools
