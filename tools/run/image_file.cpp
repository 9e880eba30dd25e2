// SPDX-License-Identifier: MIT
#include "tools/run/image_file.hpp"

#include <cerrno>
#include <cstring>
#include <span>
#include <vector>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory_map.hpp"
#include "base/sha256.hpp"
#include "loader/image_check.hpp"
#include "tools/host/failure.hpp"
#include "tools/log/hex_text.hpp"

namespace knhk::tools {

namespace {

constexpr u64 IMAGE_FILE_BYTES_MAX = u64{256} << 20;

std::vector<std::byte> read_whole(int descriptor, u64 size_bytes, const std::string& name) {
    std::vector<std::byte> bytes(size_bytes);
    u64 used = 0;
    while (used < size_bytes) {
        const ssize_t count =
            ::pread(descriptor, bytes.data() + used, size_bytes - used, static_cast<off_t>(used));
        if (count <= 0) {
            throw bad_input("cannot read the image {}: {}", name,
                            count == 0 ? "it became shorter" : system_text(errno));
        }
        used += static_cast<u64>(count);
    }
    return bytes;
}

/// The loader's own check, so that QEMU is handed nothing that Linux would refuse.
loader::ImageLayout check_content(std::span<const std::byte> bytes, const std::string& name,
                                  Architecture architecture) {
    const auto layout = loader::check_image(bytes, elf_machine_of(architecture));
    if (!layout) {
        const hosted::Failure& failure = layout.error();
        throw Failure(failure.status, fmt::format("{}: {}, {}: {}", failure.what, name,
                                                  failure.where, failure.remedy));
    }
    return *layout;
}

} // namespace

ImageFile ImageFile::open(const std::filesystem::path& path, Architecture architecture) {
    const std::string name = path.string();
    // NONBLOCK: opening a pipe must not hang before it can be refused.
    Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    struct stat status{};
    if (!file.valid() || ::fstat(file.get(), &status) != 0) {
        throw bad_input("cannot open the image {}: {}: give another --image, or build one", name,
                        system_text(errno));
    }
    if (!S_ISREG(status.st_mode) || static_cast<u64>(status.st_size) > IMAGE_FILE_BYTES_MAX) {
        throw bad_input("the image {} is not a plain file of at most {} bytes: give another "
                        "--image",
                        name, IMAGE_FILE_BYTES_MAX);
    }
    const auto bytes = read_whole(file.get(), static_cast<u64>(status.st_size), name);
    static_cast<void>(check_content(bytes, name, architecture));
    const Sha256Digest digest = sha256(bytes);
    return {path, std::move(file), bytes.size(), hex_text(std::as_bytes(std::span(digest))),
            architecture};
}

std::vector<std::byte> ImageFile::read() const {
    return read_whole(file_.get(), size_bytes_, path_.string());
}

std::vector<std::byte> ImageFile::read_raw() const {
    const std::vector<std::byte> file = read();
    const loader::ImageLayout layout = check_content(file, path_.string(), architecture_);
    std::vector<std::byte> raw;
    for (const loader::Segment& segment : layout.segments) {
        if (segment.file_size_bytes > 0) {
            const u64 begin = segment.address - IMAGE_BASE;
            raw.resize(begin + segment.file_size_bytes);
            std::memcpy(&raw[begin], &file[segment.file_offset], segment.file_size_bytes);
        }
    }
    return raw;
}

} // namespace knhk::tools
