// SPDX-License-Identifier: MIT
// A file's bytes from front to back, in pieces that lie together in memory; a second thread can
// read while the first looks at what is there.
#pragma once

#include <condition_variable>
#include <exception>
#include <memory>
#include <mutex>
#include <span>
#include <thread>

#include "tools/log/log_file.hpp"

namespace knhk::tools {

class ReadAhead {
  public:
    /// What peek() can be asked for.
    static constexpr u64 PEEK_BYTES_MAX = u64{640} * 1024;

    /// From `offset` of `file` on, which must outlive this; as if it ended at `end`, if not before.
    ReadAhead(const LogFile& file, u64 offset, bool with_thread, u64 end = ~u64{0});
    ~ReadAhead();
    ReadAhead(const ReadAhead&) = delete;
    ReadAhead& operator=(const ReadAhead&) = delete;

    /// The next `size_bytes` bytes, or fewer at the end of the file; valid until the next call.
    [[nodiscard]] std::span<const std::byte> peek(u64 size_bytes);
    /// Goes past bytes that were peeked at.
    void skip(u64 size_bytes);
    /// In the file, of the byte that is peeked at next.
    [[nodiscard]] u64 position() const { return position_; }

  private:
    /// Of one thread, small enough to be still in its cache when it is looked at; of two, large
    /// enough that handing over costs little.
    static constexpr u64 PIECE_BYTES_ALONE = u64{256} * 1024;
    static constexpr u64 PIECE_BYTES_AHEAD = u64{512} * 1024;
    static constexpr u64 PIECES = 4; ///< two when nobody reads ahead

    /// A buffer, in two parts: what the piece before left comes to stand right before the piece.
    struct Piece {
        std::unique_ptr<std::byte[]> bytes; ///< once it was filled
        u64 size_bytes = 0;
    };

    void fill(u64 piece);
    void fill_all();
    void append_next();
    void wait_for_next();

    const LogFile* file_;
    u64 begin_;
    u64 end_;
    u64 piece_bytes_;
    u64 pieces_in_use_;
    u64 position_;
    Piece pieces_[PIECES];
    std::span<const std::byte> ready_; ///< not yet skipped
    u64 taken_ = 0;                    ///< pieces that were begun
    bool at_end_ = false;

    std::thread thread_;
    std::mutex mutex_;
    std::condition_variable changed_;
    u64 filled_ = 0;
    bool stop_ = false;
    std::exception_ptr failure_;
};

} // namespace knhk::tools
