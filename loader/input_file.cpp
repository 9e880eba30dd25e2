// SPDX-License-Identifier: MIT
#include "loader/input_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "arch/linux/failure.hpp"
#include "base/memory_map.hpp"

namespace knhk::loader {
namespace {

[[noreturn]] void fail_file(std::string what, const std::string& path, std::string remedy) {
    throw hosted::Failure{ExitStatus::BadInput, std::move(what), path, std::move(remedy)};
}

OpenFile open_regular(const char* role, const std::string& path, int access) {
    // NONBLOCK: opening a pipe must not hang before it can be refused.
    OpenFile file(open(path.c_str(), access | O_CLOEXEC | O_NONBLOCK));
    if (file.descriptor() < 0) {
        fail_file(fmt::format("cannot open the {} ({})", role, std::strerror(errno)), path,
                  "check the path and its permissions");
    }
    return file;
}

u64 size_of_regular(const char* role, const OpenFile& file, const std::string& path) {
    struct stat status{};
    if (fstat(file.descriptor(), &status) != 0 || !S_ISREG(status.st_mode)) {
        fail_file(fmt::format("the {} is not a regular file", role), path,
                  "give the path of a file");
    }
    return static_cast<u64>(status.st_size);
}

/// Reads until `bytes` is full or the file ends; gives how many bytes came.
std::size_t read_fully(const OpenFile& file, std::vector<std::byte>& bytes) {
    std::size_t filled = 0;
    while (filled < bytes.size()) {
        const ssize_t count = read(file.descriptor(), bytes.data() + filled, bytes.size() - filled);
        if (count == 0 || (count < 0 && errno != EINTR)) {
            break;
        }
        filled += count > 0 ? static_cast<std::size_t>(count) : 0;
    }
    return filled;
}

} // namespace

OpenFile::~OpenFile() {
    if (descriptor_ >= 0) {
        close(descriptor_);
    }
}

std::vector<std::byte> read_input(const char* role, const std::string& path, u64 size_max_bytes) {
    const OpenFile file = open_regular(role, path, O_RDONLY);
    const u64 size = size_of_regular(role, file, path);
    if (size == 0) {
        fail_file(fmt::format("the {} is empty", role), path, "give the complete file");
    }
    if (size > size_max_bytes) {
        fail_file(
            fmt::format("the {} is too large, {} bytes of at most {}", role, size, size_max_bytes),
            path, "give a smaller file");
    }
    std::vector<std::byte> bytes(size);
    if (read_fully(file, bytes) != size) {
        fail_file(fmt::format("cannot read all of the {}", role), path,
                  "check that nobody writes it, and its disk");
    }
    return bytes;
}

OpenFile open_drain(const std::string& path) {
    OpenFile file = open_regular("drain", path, O_RDWR);
    const u64 size = size_of_regular("drain", file, path);
    if (size != region::drain.size_bytes) {
        fail_file(fmt::format("the drain has {} bytes, not {}", size, region::drain.size_bytes),
                  path, fmt::format("create it with truncate -s {}", region::drain.size_bytes));
    }
    return file;
}

} // namespace knhk::loader
