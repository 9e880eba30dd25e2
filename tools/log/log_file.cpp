// SPDX-License-Identifier: MIT
#include "tools/log/log_file.hpp"

#include <cerrno>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tools/host/failure.hpp"

namespace knhk::tools {

namespace {

Failure cannot_read(const std::string& name, int error) {
    return bad_input("cannot read {}: {}: give the path of a log", name, system_text(error));
}

struct stat status_of(int file, const std::string& name) {
    struct stat status{};
    if (::fstat(file, &status) != 0) {
        throw cannot_read(name, errno);
    }
    return status;
}

} // namespace

LogFile LogFile::open(const std::filesystem::path& path) {
    // Without waiting: a pipe without a writer would hold the command for ever.
    Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    if (!file.valid()) {
        throw bad_input("cannot open {}: {}: give the path of a log", path.string(),
                        system_text(errno));
    }
    return from(std::move(file), path.string());
}

LogFile LogFile::from(Descriptor file, std::string name) {
    if (!S_ISREG(status_of(file.get(), name).st_mode)) {
        throw bad_input("cannot read {}: no regular file: give the path of a log", name);
    }
    return {std::move(file), std::move(name)};
}

LogFile LogFile::again() const {
    Descriptor other(::fcntl(file_.get(), F_DUPFD_CLOEXEC, 0));
    if (!other.valid()) {
        throw bad_environment("cannot open {} again: {}", name_, system_text(errno));
    }
    return {std::move(other), name_};
}

u64 LogFile::size_bytes() const {
    return static_cast<u64>(status_of(file_.get(), name_).st_size);
}

u64 LogFile::read_at(u64 offset, std::span<std::byte> to) const {
    u64 done = 0;
    while (done < to.size()) {
        const auto part = to.subspan(done);
        const ssize_t count =
            ::pread(file_.get(), part.data(), part.size(), static_cast<off_t>(offset + done));
        if (count < 0 && errno != EINTR) {
            throw cannot_read(name_, errno);
        }
        if (count == 0) {
            break;
        }
        done += count > 0 ? static_cast<u64>(count) : 0;
    }
    return done;
}

} // namespace knhk::tools
