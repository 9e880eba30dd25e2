// SPDX-License-Identifier: MIT
// Two files, byte by byte, by two threads: each compares every other piece.
#include <algorithm>
#include <atomic>
#include <cstring>
#include <exception>
#include <limits>
#include <thread>
#include <vector>

#include "tools/log/log_compare.hpp"

namespace knhk::tools {

namespace {

constexpr u64 PIECE_BYTES = u64{128} * 1024; // both files' pieces stay in a CPU's own cache
constexpr u64 WORKERS = 2;
constexpr u64 NOWHERE = std::numeric_limits<u64>::max();

class ByteComparer {
  public:
    ByteComparer(const LogFile& a, const LogFile& b, const CompareProgress& progress)
        : a_(a), b_(b), progress_(progress), size_bytes_(a.size_bytes()) {}

    std::optional<u64> run() {
        std::thread other([this] { compare_safely(1); });
        compare_safely(0);
        other.join();
        for (const std::exception_ptr& failure : failures_) {
            if (failure) {
                std::rethrow_exception(failure);
            }
        }
        const u64 first = first_.load();
        return first == NOWHERE ? std::nullopt : std::optional(first);
    }

  private:
    void compare_safely(u64 worker) {
        try {
            compare_pieces(worker);
        } catch (...) {
            failures_[worker] = std::current_exception();
        }
    }

    void compare_pieces(u64 worker) {
        std::vector<std::byte> bytes_a(PIECE_BYTES);
        std::vector<std::byte> bytes_b(PIECE_BYTES);
        u64 at = worker * PIECE_BYTES;
        // Relaxed: a piece too many does no harm, and joining the thread orders what is found.
        while (at < first_.load(std::memory_order_relaxed)) {
            const u64 count_a = a_.read_at(at, bytes_a);
            const u64 count_b = b_.read_at(at, bytes_b);
            const u64 count = std::min(count_a, count_b);
            if (std::memcmp(bytes_a.data(), bytes_b.data(), count) != 0) {
                const auto differ = std::ranges::mismatch(bytes_a, bytes_b).in1;
                note(at + static_cast<u64>(differ - bytes_a.begin()));
            } else if (count_a != count_b) {
                note(at + count);
            }
            if (count < PIECE_BYTES) {
                break;
            }
            if (worker == 0 && progress_) {
                progress_(at, size_bytes_);
            }
            at += WORKERS * PIECE_BYTES;
        }
    }

    void note(u64 at) {
        u64 before = first_.load(std::memory_order_relaxed);
        while (at < before &&
               !first_.compare_exchange_weak(before, at, std::memory_order_relaxed)) {
        }
    }

    const LogFile& a_;
    const LogFile& b_;
    const CompareProgress& progress_;
    u64 size_bytes_;
    std::atomic<u64> first_ = NOWHERE;
    std::exception_ptr failures_[WORKERS];
};

} // namespace

std::optional<u64> first_differing_byte(const LogFile& a, const LogFile& b,
                                        const CompareProgress& progress) {
    return ByteComparer(a, b, progress).run();
}

} // namespace knhk::tools
