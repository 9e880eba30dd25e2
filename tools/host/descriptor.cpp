// SPDX-License-Identifier: MIT
#include "tools/host/descriptor.hpp"

#include <cerrno>
#include <fstream>
#include <sstream>
#include <system_error>

#include <fcntl.h>
#include <unistd.h>

#include "tools/host/failure.hpp"

namespace knhk::tools {

void Descriptor::close() {
    if (raw_ >= 0) {
        ::close(raw_);
        raw_ = -1;
    }
}

int write_all(int descriptor, std::span<const std::byte> bytes) {
    while (!bytes.empty()) {
        const ssize_t written = ::write(descriptor, bytes.data(), bytes.size());
        if (written > 0) {
            bytes = bytes.subspan(static_cast<std::size_t>(written));
        } else if (written == 0) {
            return ENOSPC;
        } else if (errno != EINTR) {
            return errno;
        }
    }
    return 0;
}

bool read_all(int descriptor, void* to, u64 size_bytes) {
    auto* target = static_cast<std::byte*>(to);
    while (size_bytes > 0) {
        const ssize_t count = ::read(descriptor, target, size_bytes);
        if (count < 0 && errno == EINTR) {
            continue;
        }
        if (count <= 0) {
            return false;
        }
        target += count;
        size_bytes -= static_cast<u64>(count);
    }
    return true;
}

void replace_file(const std::filesystem::path& path, std::string_view text) {
    std::filesystem::path next = path;
    next += fmt::format(".new-{}", ::getpid());
    const Descriptor file(::open(next.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666));
    int error = file.valid() ? 0 : errno;
    if (error == 0) {
        error = write_all(file.get(), std::as_bytes(std::span(text)));
    }
    if (error == 0 && ::rename(next.c_str(), path.c_str()) != 0) {
        error = errno;
    }
    if (error != 0) {
        ::unlink(next.c_str());
        throw bad_environment("cannot write {}: {}: choose a writable place", path.string(),
                              system_text(error));
    }
}

std::string read_text_file(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    std::ostringstream text;
    // Writing nothing counts as a failure, and an empty file has nothing to write.
    if (file && file.peek() != std::ifstream::traits_type::eof()) {
        text << file.rdbuf();
    }
    if (!file.is_open() || file.bad() || !text) {
        throw bad_environment("cannot read {}: {}", path.string(), system_text(errno));
    }
    return text.str();
}

std::string read_input_file(const std::filesystem::path& path, std::size_t bytes_max,
                            const char* what) {
    constexpr std::size_t PIECE_BYTES = std::size_t{64} * 1024;
    const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file.valid()) {
        throw bad_input("cannot open {}: {}: give the path of {}", path.string(),
                        system_text(errno), what);
    }
    std::string text;
    ssize_t count = 0;
    do {
        const std::size_t size = text.size();
        text.resize(size + PIECE_BYTES);
        do {
            count = ::read(file.get(), text.data() + size, PIECE_BYTES);
        } while (count < 0 && errno == EINTR);
        if (count < 0) {
            throw bad_input("cannot read {}: {}: give the path of {}", path.string(),
                            system_text(errno), what);
        }
        text.resize(size + static_cast<std::size_t>(count));
    } while (count > 0 && text.size() <= bytes_max);
    return text;
}

} // namespace knhk::tools
