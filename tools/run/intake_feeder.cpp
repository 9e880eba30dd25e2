// SPDX-License-Identifier: MIT
#include "tools/run/intake_feeder.hpp"

#include <algorithm>

#include "tools/host/failure.hpp"

namespace knhk::tools {

IntakeFeeder::IntakeFeeder(std::span<std::byte> memory,
                           std::vector<std::unique_ptr<IntakeSource>>& sources)
    : control_(reinterpret_cast<DrainControl<>*>(memory.data())),
      producer_(&control_->intake, memory.data() + DRAIN_CONTROL_BYTES + DRAIN_RING_BYTES),
      sources_(sources) {}

u64 IntakeFeeder::step() {
    const u64 begin = head_;
    while (!closed_) {
        if (current_ == sources_.size()) {
            // Pairs with the image's acquire: all bytes come before it.
            control_->intake_closed.store(1, std::memory_order_release);
            closed_ = true;
            break;
        }
        const u64 used = head_ - producer_.consumed();
        if (used > INTAKE_RING_BYTES) {
            throw run_failed("the image took more from its intake than was there: it overwrote its "
                             "own memory");
        }
        sources_[current_]->tell(IntakeProgress(*control_, inputs_before_));
        bytes_.clear();
        const bool goes_on = sources_[current_]->read(bytes_, INTAKE_RING_BYTES - used);
        producer_.write(head_, bytes_.data(), bytes_.size());
        head_ += bytes_.size();
        producer_.publish(head_);
        if (goes_on && bytes_.empty()) {
            break;
        }
        if (!goes_on) {
            inputs_before_ += sources_[current_]->inputs();
            ++current_;
        }
    }
    return head_ - begin;
}

} // namespace knhk::tools
