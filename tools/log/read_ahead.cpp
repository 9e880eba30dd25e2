// SPDX-License-Identifier: MIT
#include "tools/log/read_ahead.hpp"

#include <algorithm>
#include <cstring>

#include "base/check.hpp"
#include "replay/log_format.hpp"

namespace knhk::tools {

static_assert(ReadAhead::PEEK_BYTES_MAX >= LOG_BEAT_BYTES_MAX);
static_assert(ReadAhead::PEEK_BYTES_MAX % 8 == 0, "records lie in memory as they do in the file");

ReadAhead::ReadAhead(const LogFile& file, u64 offset, bool with_thread, u64 end)
    : file_(&file), begin_(offset), end_(end),
      piece_bytes_(with_thread ? PIECE_BYTES_AHEAD : PIECE_BYTES_ALONE),
      pieces_in_use_(with_thread ? PIECES : 2), position_(offset) {
    if (with_thread) {
        thread_ = std::thread([this] { fill_all(); });
    }
}

ReadAhead::~ReadAhead() {
    if (thread_.joinable()) {
        {
            const std::lock_guard lock(mutex_);
            stop_ = true;
        }
        changed_.notify_all();
        thread_.join();
    }
}

std::span<const std::byte> ReadAhead::peek(u64 size_bytes) {
    KNHK_CHECK(size_bytes <= PEEK_BYTES_MAX, size_bytes);
    while (ready_.size() < size_bytes && !at_end_) {
        append_next();
    }
    return ready_.first(std::min<u64>(ready_.size(), size_bytes));
}

void ReadAhead::skip(u64 size_bytes) {
    ready_ = ready_.subspan(size_bytes);
    position_ += size_bytes;
}

/// What is left of the pieces before, at most PEEK_BYTES_MAX, moves in front of the next one.
void ReadAhead::append_next() {
    wait_for_next();
    Piece& piece = pieces_[taken_ % pieces_in_use_];
    std::byte* const begin = piece.bytes.get() + PEEK_BYTES_MAX - ready_.size();
    if (!ready_.empty()) {
        std::memcpy(begin, ready_.data(), ready_.size());
    }
    ready_ = {begin, ready_.size() + piece.size_bytes};
    at_end_ = piece.size_bytes < piece_bytes_;
    {
        const std::lock_guard lock(mutex_);
        ++taken_; // so the piece before may be filled again
    }
    changed_.notify_all();
}

void ReadAhead::wait_for_next() {
    if (!thread_.joinable()) {
        fill(taken_);
        return;
    }
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return filled_ > taken_ || failure_ != nullptr; });
    if (filled_ <= taken_) {
        std::rethrow_exception(failure_);
    }
}

void ReadAhead::fill(u64 piece) {
    Piece& to = pieces_[piece % pieces_in_use_];
    if (to.bytes == nullptr) {
        to.bytes = std::make_unique_for_overwrite<std::byte[]>(PEEK_BYTES_MAX + piece_bytes_);
    }
    const u64 at = begin_ + piece * piece_bytes_;
    to.size_bytes =
        file_->read_at(at, std::span(to.bytes.get() + PEEK_BYTES_MAX,
                                     std::min(piece_bytes_, end_ - std::min(at, end_))));
}

void ReadAhead::fill_all() {
    std::unique_lock lock(mutex_);
    while (failure_ == nullptr) {
        // The piece that is looked at, the one before `taken_`, stays as it is.
        changed_.wait(lock, [this] { return stop_ || filled_ + 1 < taken_ + pieces_in_use_; });
        if (stop_) {
            return;
        }
        const u64 piece = filled_;
        lock.unlock();
        std::exception_ptr failure;
        try {
            fill(piece);
        } catch (...) {
            failure = std::current_exception();
        }
        lock.lock();
        failure_ = failure;
        filled_ += failure == nullptr ? 1 : 0;
        const bool is_last = pieces_[piece % pieces_in_use_].size_bytes < piece_bytes_;
        changed_.notify_all();
        if (is_last) {
            return;
        }
    }
}

} // namespace knhk::tools
