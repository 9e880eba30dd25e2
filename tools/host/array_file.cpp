// SPDX-License-Identifier: MIT
#include "tools/host/array_file.hpp"

#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstring>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/hash.hpp"
#include "tools/host/failure.hpp"

namespace knhk::tools {

namespace {

constexpr std::size_t CHECKED_BYTES = offsetof(ArrayHeader, check);

u64 bytes_of(u64 capacity, u32 record_bytes) {
    return sizeof(ArrayHeader) + (capacity + 1) * record_bytes;
}

u64 place_of(u64 index, u32 record_bytes) {
    return sizeof(ArrayHeader) + index * record_bytes;
}

[[noreturn]] void fail_as_other_kind(const std::string& name) {
    throw bad_input("{} is another kind of file: name one that holds records, or a new one", name);
}

/// What never changes in a header.
void check_kind(const ArrayHeader& header, const ArrayShape& shape, const std::string& name) {
    if (header.magic != ARRAY_MAGIC) {
        fail_as_other_kind(name);
    }
    if (header.version != ARRAY_VERSION) {
        throw bad_input("{} is of version {}, not {}: begin another", name, header.version,
                        ARRAY_VERSION);
    }
    if (header.check != xxh3_64(&header, CHECKED_BYTES) || header.capacity == 0 ||
        header.capacity > ARRAY_CAPACITY_MAX || header.record_bytes == 0) {
        throw bad_input("{}: its header is damaged: begin another", name);
    }
    if (header.type_hash != shape.type_hash || header.record_bytes != shape.record_bytes) {
        throw bad_input("{} holds records of another kind: name another file", name);
    }
}

ArrayHeader header_of(std::span<const std::byte> bytes, const std::string& name) {
    ArrayHeader header{};
    if (bytes.size() < sizeof header) {
        fail_as_other_kind(name);
    }
    std::memcpy(&header, bytes.data(), sizeof header);
    return header;
}

/// Until the file is closed.
Descriptor open_locked(const std::string& name, ArrayAccess access) {
    const bool writes = access == ArrayAccess::Write;
    Descriptor file(::open(name.c_str(), O_CLOEXEC | (writes ? O_RDWR | O_CREAT : O_RDONLY), 0666));
    if (!file.valid()) {
        throw bad_input("cannot open {}: {}: name another", name, system_text(errno));
    }
    while (::flock(file.get(), writes ? LOCK_EX : LOCK_SH) != 0) {
        if (errno != EINTR) {
            throw bad_environment("cannot lock {}: {}: choose another place", name,
                                  system_text(errno));
        }
    }
    return file;
}

/// With blocks of the disk for all of it: a mapping of it does not fault for want of them.
void allocate(int file, u64 size_bytes, const std::string& name) {
    if (const int error = ::posix_fallocate(file, 0, static_cast<off_t>(size_bytes))) {
        throw bad_environment("cannot write {}: {}: make room", name, system_text(error));
    }
}

/// The header first and at once: a file that has one is known for what it is.
u64 begin(int file, const ArrayShape& shape, u64 capacity, const std::string& name) {
    ArrayHeader header{};
    header.magic = ARRAY_MAGIC;
    header.version = ARRAY_VERSION;
    header.record_bytes = shape.record_bytes;
    header.type_hash = shape.type_hash;
    header.capacity = capacity;
    header.check = xxh3_64(&header, CHECKED_BYTES);
    if (const int error = write_all(file, std::as_bytes(std::span(&header, 1)))) {
        throw bad_environment("cannot write {}: {}: make room", name, system_text(error));
    }
    const u64 size = bytes_of(capacity, shape.record_bytes);
    allocate(file, size, name);
    return size;
}

/// Of a file that may be new, or whose maker did not come to extend it.
u64 size_of_file(int file, const ArrayShape& shape, ArrayAccess access, u64 capacity,
                 const std::string& name) {
    struct stat status{};
    if (::fstat(file, &status) != 0 || !S_ISREG(status.st_mode)) {
        throw bad_input("{} is no plain file: name another", name);
    }
    const u64 size = static_cast<u64>(status.st_size);
    if (access == ArrayAccess::Write && size == 0) {
        return begin(file, shape, capacity, name);
    }
    ArrayHeader header{};
    if (!read_all(file, &header, sizeof header)) {
        fail_as_other_kind(name);
    }
    check_kind(header, shape, name);
    const u64 whole = bytes_of(header.capacity, header.record_bytes);
    if (access == ArrayAccess::Write && size < whole && header.count == 0) {
        allocate(file, whole, name);
        return whole;
    }
    return size;
}

} // namespace

ArrayBytes::ArrayBytes(std::span<const std::byte> bytes, const ArrayShape& shape,
                       const std::string& name)
    : bytes_(bytes) {
    const ArrayHeader header = header_of(bytes, name);
    check_kind(header, shape, name);
    const u64 size = bytes_of(header.capacity, header.record_bytes);
    if (bytes.size() != size) {
        throw bad_input("{} has {} bytes, and not the {} that it was made with: begin another",
                        name, bytes.size(), size);
    }
    if (header.count > header.capacity || header.pending > header.count || header.reserved != 0) {
        throw bad_input("{}: its header is damaged: begin another", name);
    }
}

const std::byte* ArrayBytes::place(u64 index) const {
    return bytes_.data() + place_of(index, header().record_bytes);
}

const std::byte* ArrayBytes::record(u64 index) const {
    return header().pending == index + 1 ? place(capacity()) : place(index);
}

ArrayFile::ArrayFile(const std::filesystem::path& path, const ArrayShape& shape, ArrayAccess access,
                     u64 capacity)
    : name_(path.string()), file_(open_locked(name_, access)),
      mapping_(file_.get(), 0, size_of_file(file_.get(), shape, access, capacity, name_),
               access == ArrayAccess::Write ? Mapping::Use::Write : Mapping::Use::Read),
      bytes_(mapping_.bytes(), shape, name_) {
    if (access == ArrayAccess::Write) {
        finish_pending();
    }
}

ArrayHeader& ArrayFile::header() {
    return *reinterpret_cast<ArrayHeader*>(mapping_.bytes().data());
}

std::byte* ArrayFile::place(u64 index) {
    return mapping_.bytes().data() + place_of(index, record_bytes());
}

// A store that counts comes behind those that it speaks of, for whoever maps the file after this
// process was killed: the kernel has every store that was made. It has no partner in a thread.
void ArrayFile::write(u64 index, const void* record) {
    const std::atomic_ref<u64> count(header().count);
    if (index == count.load(std::memory_order_relaxed)) {
        std::memcpy(place(index), record, record_bytes());
        count.store(index + 1, std::memory_order_release);
        return;
    }
    std::memcpy(place(bytes_.capacity()), record, record_bytes());
    std::atomic_ref(header().pending).store(index + 1, std::memory_order_release);
    finish_pending();
}

/// What is in the spare place becomes the record that it is for; twice does no harm.
void ArrayFile::finish_pending() {
    const std::atomic_ref<u64> pending(header().pending);
    const u64 waiting = pending.load(std::memory_order_relaxed);
    if (waiting != 0) {
        std::memcpy(place(waiting - 1), place(bytes_.capacity()), record_bytes());
        pending.store(0, std::memory_order_release);
    }
}

} // namespace knhk::tools
