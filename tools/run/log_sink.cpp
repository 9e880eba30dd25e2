// SPDX-License-Identifier: MIT
#include "tools/run/log_sink.hpp"

#include <algorithm>
#include <cerrno>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/bytes.hpp"
#include "tools/host/failure.hpp"

namespace knhk::tools {

void LogEnds::add(std::span<const std::byte> bytes) {
    if (size_bytes_ < first_.size()) {
        const std::size_t count = std::min(bytes.size(), first_.size() - size_bytes_);
        std::memcpy(first_.data() + size_bytes_, bytes.data(), count);
    }
    size_bytes_ += bytes.size();
    const auto tail = bytes.last(std::min(bytes.size(), last_.size()));
    std::memmove(last_.data(), last_.data() + tail.size(), last_.size() - tail.size());
    std::memcpy(last_.data() + last_.size() - tail.size(), tail.data(), tail.size());
}

bool LogEnds::begins_as_log() const {
    return size_bytes_ >= sizeof LOG_MAGIC && load_le<u64>(first_.data()) == LOG_MAGIC;
}

LogHeader LogEnds::header() const {
    return load_le<LogHeader>(first_.data());
}

std::optional<LogTrailer> LogEnds::trailer() const {
    const auto trailer = load_le<LogTrailer>(last_.data());
    if (trailer.record.tag != LOG_TRAILER_TAG || trailer.record.size_bytes != sizeof(LogTrailer)) {
        return std::nullopt;
    }
    return trailer;
}

LogSink LogSink::into(int descriptor) {
    LogSink sink;
    sink.descriptor_ = descriptor;
    return sink;
}

LogSink LogSink::to(Listener listener) {
    LogSink sink;
    sink.listener_ = std::move(listener);
    return sink;
}

LogSink LogSink::continuing(const std::filesystem::path& path, u64 kept_bytes) {
    LogSink sink = into_file(path);
    sink.kept_bytes_ = kept_bytes;
    return sink;
}

LogSink LogSink::into_file(const std::filesystem::path& path) {
    LogSink sink;
    constexpr int FLAGS = O_WRONLY | O_CLOEXEC;
    sink.owned_ = Descriptor(::open(path.c_str(), FLAGS | O_CREAT | O_EXCL, 0666));
    sink.created_ = sink.owned_.valid();
    if (!sink.created_ && errno == EEXIST) {
        sink.owned_ = Descriptor(::open(path.c_str(), FLAGS));
    }
    if (!sink.owned_.valid()) {
        throw bad_input("cannot write {}: {}: give --log a writable path", path.string(),
                        system_text(errno));
    }
    struct stat status{};
    sink.is_plain_file_ = ::fstat(sink.owned_.get(), &status) == 0 && S_ISREG(status.st_mode);
    sink.descriptor_ = sink.owned_.get();
    sink.path_ = path;
    return sink;
}

LogSink::LogSink(LogSink&& other) noexcept
    : owned_(std::move(other.owned_)), descriptor_(other.descriptor_),
      path_(std::move(other.path_)), created_(std::exchange(other.created_, false)),
      is_plain_file_(other.is_plain_file_), has_begun_(other.has_begun_),
      kept_bytes_(other.kept_bytes_), skipper_(std::move(other.skipper_)),
      listener_(std::move(other.listener_)), listener_wants_no_more_(other.listener_wants_no_more_),
      ends_(other.ends_) {}

LogSink::~LogSink() {
    if (created_ && !has_begun_) {
        ::unlink(path_->c_str());
    }
}

void LogSink::begin() {
    has_begun_ = true;
    const off_t kept = static_cast<off_t>(kept_bytes_.value_or(0));
    if (is_plain_file_ &&
        (::ftruncate(descriptor_, kept) != 0 || ::lseek(descriptor_, kept, SEEK_SET) != kept)) {
        throw bad_environment("cannot write {}: {}", path_->string(), system_text(errno));
    }
}

int LogSink::write(std::span<const std::byte> bytes) {
    ends_.add(bytes);
    if (listener_) {
        const int error = listener_wants_no_more_ ? 0 : listener_(bytes);
        listener_wants_no_more_ = listener_wants_no_more_ || error != 0;
        return error;
    }
    if (kept_bytes_) {
        bytes = skipper_.pass(bytes);
    }
    return descriptor_ >= 0 ? write_all(descriptor_, bytes) : 0;
}

} // namespace knhk::tools
