// SPDX-License-Identifier: MIT
#include "tools/run/drain_reader.hpp"

#include <algorithm>
#include <cerrno>

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

DrainReader::DrainReader(std::span<std::byte> memory, LogSink& sink, CheckpointFolder* checkpoints)
    : control_(reinterpret_cast<DrainControl<>*>(memory.data())),
      consumer_(&control_->log, memory.data() + DRAIN_CONTROL_BYTES), sink_(sink),
      checkpoints_(checkpoints), last_look_(Clock::now()), last_taken_at_(last_look_) {
    KNHK_CHECK(memory.size() >= DRAIN_BYTES, memory.size());
}

u64 DrainReader::step(bool take_all) {
    if (!has_started_ && !start()) {
        last_look_ = Clock::now();
        return 0;
    }
    // The phase is looked at first: behind an Ended that was seen, all bytes are visible.
    watch_phase();
    finish_checkpoint();
    const DrainConsumer<>::Chunk chunk = consumer_.available();
    if (chunk.size > DRAIN_RING_BYTES) {
        throw run_failed("the log drain's head is {} bytes ahead of its tail, more than its ring "
                         "holds: the image overwrote its own memory",
                         chunk.size);
    }
    if (chunk.size == 0 || !(take_all || has_ended() || is_worth_taking(chunk.size))) {
        return 0;
    }
    const u64 size = std::min(bytes_of_one_kind(chunk.size), PIECE_BYTES_MAX);
    take({chunk.bytes, size});
    consumer_.release(size);
    finish_checkpoint();
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

/// How many of the next bytes are of the log, or of a checkpoint. The words that say so were stored
/// before the head that showed these bytes.
u64 DrainReader::bytes_of_one_kind(u64 size_bytes) {
    const u64 position = consumer_.position();
    const u64 begin = control_->checkpoint_begin.load(std::memory_order_relaxed);
    if (!in_checkpoint_ && begin > checkpoint_begin_ && position == begin) {
        checkpoint_begin_ = begin;
        in_checkpoint_ = true;
    }
    u64 end = begin > position && begin > checkpoint_begin_ ? begin : ~u64{0};
    if (in_checkpoint_) {
        end = control_->checkpoint_end.load(std::memory_order_relaxed);
    }
    return std::min(size_bytes, end - position);
}

void DrainReader::take(std::span<const std::byte> bytes) {
    last_taken_at_ = Clock::now();
    if (sink_failure_) {
        return;
    }
    if (in_checkpoint_) {
        take_checkpoint(bytes);
    } else if (const int error = sink_.write(bytes); error == ECANCELED) {
        request_stop();
    } else if (error != 0) {
        give_up(sink_.path() ? sink_.path()->string() : "the log", error);
    }
}

void DrainReader::take_checkpoint(std::span<const std::byte> bytes) {
    if (checkpoints_ == nullptr) {
        return;
    }
    const bool is_first = consumer_.position() == checkpoint_begin_;
    int error = is_first ? checkpoints_->begin() : 0;
    error = error == 0 ? checkpoints_->write(bytes) : error;
    if (error != 0) {
        give_up("a checkpoint in " + checkpoints_->path().string(), error);
    }
}

/// Where it ends may become known after its last byte.
void DrainReader::finish_checkpoint() {
    if (!in_checkpoint_ ||
        consumer_.position() != control_->checkpoint_end.load(std::memory_order_relaxed)) {
        return;
    }
    in_checkpoint_ = false;
    // Pairs with the acquire in LogWriter::begin_checkpoint, which may change the words from now
    // on.
    control_->checkpoint_taken.store(consumer_.position(), std::memory_order_release);
    const int error = checkpoints_ != nullptr && !sink_failure_ ? checkpoints_->finish() : 0;
    if (error != 0) {
        give_up("a checkpoint in " + checkpoints_->path().string(), error);
    }
}

void DrainReader::give_up(const std::string& what, int error) {
    sink_failure_ = bad_environment("cannot write {}: {}: make room or write elsewhere", what,
                                    system_text(error));
    request_stop();
}

void DrainReader::request_checkpoint() {
    control_->checkpoints_asked.fetch_add(1, std::memory_order_relaxed); // a number alone
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
