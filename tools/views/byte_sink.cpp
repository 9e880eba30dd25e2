// SPDX-License-Identifier: MIT
#include "tools/views/byte_sink.hpp"

#include <cerrno>
#include <csignal>
#include <cstring>
#include <span>

#include <fcntl.h>
#include <unistd.h>

#include "tools/host/failure.hpp"

namespace knhk::tools {

void check_is_another_file(const std::filesystem::path& output, const std::filesystem::path& log) {
    std::error_code ignored; // a file that is not there is another one
    if (std::filesystem::equivalent(output, log, ignored)) {
        throw bad_input("{} is the log itself: write somewhere else", output.string());
    }
}

ByteSink::ByteSink(Descriptor owned, int target, std::string name)
    : owned_(std::move(owned)), target_(target), name_(std::move(name)),
      buffer_(std::make_unique_for_overwrite<char[]>(CAPACITY_BYTES)) {
    static_assert(ROOM_BYTES_MAX <= CAPACITY_BYTES);
}

ByteSink ByteSink::to_stdout() {
    std::signal(SIGPIPE, SIG_IGN);
    return ByteSink(Descriptor(), STDOUT_FILENO, "the result");
}

ByteSink ByteSink::into_file(const std::filesystem::path& path, const std::filesystem::path& log) {
    if (path == "-") {
        return to_stdout();
    }
    check_is_another_file(path, log);
    Descriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666));
    if (!file.valid()) {
        throw bad_environment("cannot write {}: {}: choose a writable place", path.string(),
                              system_text(errno));
    }
    const int target = file.get();
    return ByteSink(std::move(file), target, path.string());
}

void ByteSink::put(std::string_view text) {
    while (!text.empty()) {
        const std::string_view part = text.substr(0, ROOM_BYTES_MAX);
        char* const to = room(part.size());
        std::memcpy(to, part.data(), part.size());
        wrote(to + part.size());
        text.remove_prefix(part.size());
    }
}

void ByteSink::flush() {
    const std::span<const char> bytes(buffer_.get(), used_);
    const int error = is_deserted_ ? 0 : write_all(target_, std::as_bytes(bytes));
    if (error == EPIPE) {
        is_deserted_ = true;
    } else if (error != 0) {
        throw bad_environment("cannot write {}: {}: make room where it goes", name_,
                              system_text(error));
    }
    flushed_bytes_ += used_;
    used_ = 0;
}

} // namespace knhk::tools
