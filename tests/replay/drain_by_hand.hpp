// SPDX-License-Identifier: MIT
// The host's end of a drain, in a test's hands.
#pragma once

#include <memory>
#include <vector>

#include "replay/log_writer.hpp"
#include "tests/replay/log_bytes.hpp"

namespace knhk::test {

/// A drain with a reader that is asked for by hand, or by a writer that waits for room.
class Drain {
  public:
    Drain() { waiting_ = this; }
    ~Drain() { waiting_ = nullptr; }
    Drain(const Drain&) = delete;
    Drain& operator=(const Drain&) = delete;

    void open(LogWriter& log, LogLevel level, u32 cores) {
        log.open(&control(), ring_.data(), level, cores, [] {
            ++waiting_->relaxed_;
            waiting_->read();
            if (waiting_->relaxed_ == waiting_->done_with_checkpoint_at_) {
                waiting_->control().checkpoint_taken.store(waiting_->consumer_.position());
            }
        });
    }
    const LogBytes& read() {
        for (auto chunk = consumer_.available(); chunk.size > 0; chunk = consumer_.available()) {
            const auto* begin = reinterpret_cast<const u8*>(chunk.bytes);
            bytes_.insert(bytes_.end(), begin, begin + chunk.size);
            consumer_.release(chunk.size);
        }
        return bytes_;
    }
    DrainControl<>& control() { return *control_; }
    [[nodiscard]] u64 relaxed() const { return relaxed_; }
    /// Says that it saw the end of a checkpoint when it was waited for so often.
    void be_done_with_checkpoint_at(u64 relaxed) { done_with_checkpoint_at_ = relaxed; }

  private:
    static inline Drain* waiting_ = nullptr;
    std::unique_ptr<DrainControl<>> control_ = std::make_unique<DrainControl<>>();
    std::vector<std::byte> ring_ = std::vector<std::byte>(DRAIN_RING_BYTES);
    DrainConsumer<> consumer_{&control_->log, ring_.data()};
    LogBytes bytes_;
    u64 relaxed_ = 0;
    u64 done_with_checkpoint_at_ = 0;
};

} // namespace knhk::test
