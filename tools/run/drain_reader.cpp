// SPDX-License-Identifier: MIT
#include "tools/run/drain_reader.hpp"

#include <algorithm>

#include "base/check.hpp"
#include "base/memory_map.hpp"

namespace knhk::tools {

namespace {

// Large enough to make a write cheap, small enough to keep the console and signals waiting shortly.
constexpr u64 PIECE_BYTES_MAX = 1024 * 1024;
constexpr u64 PIECE_BYTES_WORTH_TAKING = 64 * 1024;
constexpr std::chrono::milliseconds PIECE_AGE_WORTH_TAKING{20};
static_assert(PIECE_BYTES_MAX <= DRAIN_RING_BYTES / 4,
              "the image goes on while a piece is written");

} // namespace

DrainReader::DrainReader(std::span<std::byte> memory, LogSink& sink)
    : control_(reinterpret_cast<DrainControl<>*>(memory.data())),
      consumer_(&control_->log, memory.data() + DRAIN_CONTROL_BYTES), sink_(sink),
      last_look_(Clock::now()), last_taken_at_(last_look_) {
    KNHK_CHECK(memory.size() >= DRAIN_BYTES, memory.size());
}

u64 DrainReader::step(bool take_all) {
    if (!has_started_ && !start()) {
        last_look_ = Clock::now();
        return 0;
    }
    // The phase is looked at first: behind an Ended that was seen, all bytes are visible.
    watch_phase();
    const DrainConsumer<>::Chunk chunk = consumer_.available();
    if (chunk.size > DRAIN_RING_BYTES) {
        throw run_failed("the log drain's head is {} bytes ahead of its tail, more than its ring "
                         "holds: the image overwrote its own memory",
                         chunk.size);
    }
    if (chunk.size == 0 || !(take_all || has_ended() || is_worth_taking(chunk.size))) {
        return 0;
    }
    const u64 size = std::min(chunk.size, PIECE_BYTES_MAX);
    take({chunk.bytes, size});
    consumer_.release(size);
    return size;
}

bool DrainReader::start() {
    // Pairs with the image's release store: the rest of the line is valid behind the magic.
    if (control_->magic.load(std::memory_order_acquire) != DRAIN_MAGIC) {
        return false;
    }
    if (control_->version != DRAIN_VERSION || control_->ring_bytes != DRAIN_RING_BYTES) {
        throw run_failed("the image's log drain is of version {} with a ring of {} bytes, where "
                         "this command reads version {} with {}: build both again",
                         control_->version, control_->ring_bytes, DRAIN_VERSION, DRAIN_RING_BYTES);
    }
    has_started_ = true;
    sink_.begin();
    return true;
}

void DrainReader::watch_phase() {
    if (has_ended()) {
        return;
    }
    // Pairs with the image's release store of Ended: the report comes before it.
    const auto phase = control_->entered();
    const Clock::time_point now = Clock::now();
    if (phase != DrainPhase::Empty && !running_since_) {
        running_since_ = phase == DrainPhase::Running ? now : last_look_;
    }
    if (phase == DrainPhase::Ended) {
        ended_at_ = now;
        report_ = control_->report;
    }
}

bool DrainReader::is_worth_taking(u64 size_bytes) const {
    return size_bytes >= PIECE_BYTES_WORTH_TAKING ||
           Clock::now() - last_taken_at_ >= PIECE_AGE_WORTH_TAKING;
}

void DrainReader::take(std::span<const std::byte> bytes) {
    last_taken_at_ = Clock::now();
    if (sink_failure_) {
        return;
    }
    const int error = sink_.write(bytes);
    if (error != 0) {
        sink_failure_ =
            bad_environment("cannot write {}: {}: make room or give another --log",
                            sink_.path() ? sink_.path()->string() : "the log", system_text(error));
        request_stop();
    }
}

void DrainReader::request_stop() {
    // The image reads this word alone: nothing of ours has to be visible before it.
    control_->stop.store(1, std::memory_order_relaxed);
}

u64 DrainReader::beat() const {
    return control_->beat.load(std::memory_order_relaxed); // progress only
}

u64 DrainReader::tasks() const {
    return control_->tasks.load(std::memory_order_relaxed); // progress only
}

u32 DrainReader::exit_status() const {
    return control_->exit_status.load(std::memory_order_acquire);
}

u64 DrainReader::elapsed_ns() const {
    if (!running_since_ || !has_ended()) {
        return 0;
    }
    return static_cast<u64>(
        std::chrono::duration_cast<std::chrono::nanoseconds>(ended_at_ - *running_since_).count());
}

} // namespace knhk::tools
