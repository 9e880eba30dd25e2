// SPDX-License-Identifier: MIT
// The host's end of the intake: what goes into a run while it goes on, from one source after the
// other, as there is room.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "replay/drain.hpp"

namespace knhk::tools {

/// What became of the inputs from outside that went into a run, but for the first `before` of them.
class IntakeProgress {
  public:
    explicit IntakeProgress(DrainControl<>& control, u64 before = 0)
        // Pairs with the image's release: verdicts come before their count.
        : control_(control), before_(before),
          all_done_(control.inputs_done.load(std::memory_order_acquire)) {}

    /// So many have been accepted or refused.
    [[nodiscard]] u64 done() const { return all_done_ > before_ ? all_done_ - before_ : 0; }
    /// Of the n-th, from 0; of the last ones that were in the intake.
    [[nodiscard]] bool was_refused(u64 index) const {
        const u64 n = before_ + index;
        // Relaxed: the count, which was seen before, publishes it.
        const std::atomic_ref word(control_.refused_bits[n / 64 % REFUSED_WORDS]);
        return (word.load(std::memory_order_relaxed) >> (n % 64) & 1) != 0;
    }

  private:
    DrainControl<>& control_;
    u64 before_;
    u64 all_done_;
};

/// Where bytes for a run come from.
class IntakeSource {
  public:
    virtual ~IntakeSource() = default;
    /// Appends what there is now, whole records where there are records, at most `room` bytes.
    /// Never waits. False when nothing will follow. Throws Failure when it cannot go on.
    [[nodiscard]] virtual bool read(std::vector<std::byte>& to, u64 room) = 0;
    /// Called again and again, before `read`.
    virtual void tell(const IntakeProgress&) {}
    /// So many inputs were among it.
    [[nodiscard]] virtual u64 inputs() const { return 0; }
    /// Something to poll for while there is nothing to read; -1 if it is always ready.
    [[nodiscard]] virtual int descriptor() const { return -1; }
};

class IntakeFeeder {
  public:
    /// `memory` is region::drain as the image sees it.
    IntakeFeeder(std::span<std::byte> memory, std::vector<std::unique_ptr<IntakeSource>>& sources);

    /// Moves what fits; returns how much that was. Closes the intake behind the last source.
    u64 step();
    [[nodiscard]] bool is_done() const { return closed_; }

  private:
    DrainControl<>* control_;
    IntakeProducer producer_;
    std::vector<std::unique_ptr<IntakeSource>>& sources_;
    std::size_t current_ = 0;
    u64 inputs_before_ = 0; ///< of the sources before the current one
    u64 head_ = 0;
    bool closed_ = false;
    std::vector<std::byte> bytes_;
};

} // namespace knhk::tools
