// SPDX-License-Identifier: MIT
#include "tests/support/feed.hpp"

#include <algorithm>
#include <random>

namespace knhk::test {

namespace {

thread_local Feed* served_feed = nullptr;

} // namespace

Feed::Feed(const NativeOptions& options, const Memory& memory)
    : options_(options), control_(memory.as<DrainControl<>>(region::drain)),
      state_(memory.as<RunState>(region::scheduler)),
      producer_(&control_->intake,
                memory.at(region::drain) + DRAIN_CONTROL_BYTES + DRAIN_RING_BYTES) {
    if (options.feeding == Feeding::AtAnyTime) {
        thread_ = std::thread([this] { feed_at_any_time(); });
    } else {
        put(0);
    }
}

Feed::~Feed() {
    finish();
}

void Feed::serve_this_thread() {
    served_feed = options_.feeding == Feeding::AtBarriers ? this : nullptr;
}

void Feed::of_this_thread_looks() {
    if (served_feed != nullptr) {
        served_feed->look();
    }
}

void Feed::of_this_thread_waits() {
    if (served_feed != nullptr) {
        served_feed->wait();
    }
    std::this_thread::yield();
}

void Feed::finish() {
    ended_.store(true);
    if (thread_.joinable()) {
        thread_.join();
    }
}

void Feed::look() {
    put(state_->beats_executed);
}

/// Time passes until the next one comes.
void Feed::wait() {
    put(next_ < options_.outside.size() ? options_.outside[next_].barrier : barrier_);
}

void Feed::put(u64 barrier) {
    barrier_ = std::max(barrier_, barrier);
    while (
        next_ < options_.outside.size() &&
        (options_.inputs == InputsMode::Recorded || options_.outside[next_].barrier <= barrier_) &&
        producer_.fits(head_, sizeof(IntakeInput))) {
        const FedInput& fed = options_.outside[next_++];
        const IntakeInput item{INTAKE_INPUT_TAG, 0, fed.beat, fed.input};
        producer_.write(head_, &item, sizeof item);
        head_ += sizeof item;
        producer_.publish(head_);
    }
    if (next_ == options_.outside.size()) {
        control_->intake_closed.store(1, std::memory_order_release);
    }
}

void Feed::feed_at_any_time() {
    std::mt19937_64 random(options_.seed);
    while (!ended_.load() && control_->intake_closed.load() == 0) {
        if (random() % 4 == 0) {
            std::this_thread::sleep_for(std::chrono::microseconds(random() % 300));
        }
        put(next_ < options_.outside.size() ? options_.outside[next_].barrier : barrier_);
    }
}

} // namespace knhk::test
