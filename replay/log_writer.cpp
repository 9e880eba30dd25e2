// SPDX-License-Identifier: MIT
#include "replay/log_writer.hpp"

#include "base/bytes.hpp"
#include "base/check.hpp"
#include "replay/resumed_record.hpp"

namespace knhk {

namespace {

/// Small enough that the host reads one while the next is written.
constexpr u64 CHECKPOINT_PIECE_BYTES = 256 * 1024;

} // namespace

static_assert(LOG_BEAT_BYTES_MAX + IDENTITY_BYTES_MAX < DRAIN_RING_BYTES / 2,
              "a block fits while the one before it is still being read");

void LogWriter::open(DrainControl<>* control, std::byte* ring, LogLevel level, u32 cores,
                     void (*relax)(), u16 flags) {
    flags_ = flags;
    control_ = control;
    ring_ = ring;
    level_ = level;
    cores_ = cores;
    relax_ = relax;
}

void LogWriter::begin_checkpoint() {
    finish_block_alone();
    // The words below are about an earlier one until the host is done with it. Pairs with the
    // release in DrainReader::finish_checkpoint: it has read them before.
    while (control_->checkpoint_taken.load(std::memory_order_acquire) < checkpoint_end_) {
        waiting_ = true;
        relax_();
    }
    waiting_ = false;
    // Relaxed: the host looks at them behind a head that was published later.
    control_->checkpoint_end.store(DRAIN_CHECKPOINT_GOES_ON, std::memory_order_relaxed);
    control_->checkpoint_begin.store(end_, std::memory_order_relaxed);
}

void LogWriter::put_checkpoint(const void* bytes, u64 size_bytes) {
    const auto* from = static_cast<const std::byte*>(bytes);
    while (size_bytes > 0) {
        const u64 part = size_bytes < CHECKPOINT_PIECE_BYTES ? size_bytes : CHECKPOINT_PIECE_BYTES;
        reserve(part);
        put(from, part);
        producer().publish(end_);
        from += part;
        size_bytes -= part;
    }
}

void LogWriter::end_checkpoint() {
    checkpoint_end_ = end_;
    control_->checkpoint_end.store(end_, std::memory_order_relaxed);
    span_begin_ = end_; // one is taken right behind an epoch's record
}

void LogWriter::reserve(u64 size_bytes) {
    while (!producer().fits(end_, size_bytes)) {
        waiting_ = true;
        relax_();
    }
    waiting_ = false;
    position_ = end_;
    end_ += size_bytes;
}

void LogWriter::put(const void* bytes, u64 size_bytes) {
    producer().write(position_, bytes, size_bytes);
    position_ += size_bytes;
}

void LogWriter::write_prologue(const Digest& identity_hash, std::span<const std::byte> identity,
                               std::span<const std::byte> workload) {
    if (!is_open()) {
        return;
    }
    if (level_ == LogLevel::DigestOnly) {
        workload = {};
    }
    const u64 content = identity.size() + workload.size();
    const u64 padding = (8 - content % 8) % 8;
    LogHeader header{LOG_MAGIC,
                     LOG_FORMAT_VERSION,
                     static_cast<u16>(level_),
                     flags_,
                     static_cast<u32>(identity.size()),
                     static_cast<u32>(workload.size()),
                     identity_hash,
                     0};
    header.check = check_of(header);
    reserve(sizeof header + content + padding);
    put(&header, sizeof header);
    put(identity.data(), identity.size());
    put(workload.data(), workload.size());
    const u64 zero = 0;
    put(&zero, padding);
    span_begin_ = end_;
    finish_block();
}

void LogWriter::write_resumed(u64 beats, u64 events, const Digest& chain,
                              const Lockchain& lockchain) {
    if (!is_open()) {
        return;
    }
    const ResumedRecord record(beats, events, chain, lockchain);
    reserve(record.bytes().size());
    put(record.bytes().data(), record.bytes().size());
    span_begin_ = end_;
    finish_block();
}

void LogWriter::begin_block(Beat beat, Timestamp start, const Digest& chain,
                            std::span<const u32> event_counts) {
    if (!is_open()) {
        return;
    }
    u32 events = 0;
    u32 recording_cores = 0;
    for (const u32 count : event_counts) {
        events += count;
        recording_cores += count != 0 ? 1 : 0;
    }
    const bool full = level_ == LogLevel::Full;
    const u64 entries_bytes = full ? recording_cores * sizeof(LogCore) : 0;
    const u64 events_bytes = full ? events * sizeof(Event) : 0;
    const u64 size_bytes = sizeof(LogBeat) + entries_bytes + events_bytes;
    reserve(size_bytes);
    LogBeat header{{LOG_BEAT_TAG, static_cast<u32>(size_bytes)},
                   beat.raw,
                   start.raw,
                   events,
                   full ? recording_cores : 0,
                   chain,
                   0};
    header.check = check_of(header);
    put(&header, sizeof header);
    u64 entry = position_;
    u64 first_event = position_ + entries_bytes;
    for (u32 core = 0; core < cores_; ++core) {
        const u32 count = full ? event_counts[core] : 0;
        parts_[core] = {entry, first_event, count};
        entry += count != 0 ? sizeof(LogCore) : 0;
        first_event += count * sizeof(Event);
    }
}

void LogWriter::write_core(CoreId core, const Event* events, const Digest& digest) const {
    const CorePart& part = parts_[core.raw];
    if (!is_open() || part.event_count == 0) {
        return;
    }
    const LogCore entry{core.raw, 0, part.event_count, digest};
    producer().write(part.entry, &entry, sizeof entry);
    producer().write(part.events, events, part.event_count * sizeof(Event));
}

void LogWriter::finish_block() {
    if (is_open()) {
        producer().publish(end_);
    }
}

void LogWriter::finish_block_alone() {
    for (CorePart& part : parts_) {
        part.event_count = 0; // all are written: nobody may write there again
    }
    finish_block();
}

void LogWriter::show_progress(Beat beat, u64 tasks) const {
    if (is_open()) {
        // Relaxed: nothing depends on them.
        control_->beat.store(beat.raw, std::memory_order_relaxed);
        control_->tasks.store(tasks, std::memory_order_relaxed);
    }
}

void LogWriter::write_epoch(const EpochLeaf& leaf, const Digest& chain, const Sha256Digest& hash) {
    if (!is_open()) {
        return;
    }
    reserve(sizeof(LogEpoch));
    LogEpoch epoch{{LOG_EPOCH_TAG, sizeof(LogEpoch)},
                   leaf.index,
                   leaf.beats,
                   leaf.events,
                   chain,
                   hash,
                   end_ - span_begin_,
                   0};
    epoch.check = check_of(epoch);
    put(&epoch, sizeof epoch);
    span_begin_ = end_;
}

void LogWriter::write_inputs(Beat beat, std::span<const LogInput> inputs) {
    if (!is_open() || level_ == LogLevel::DigestOnly || inputs.empty()) {
        return;
    }
    const u64 size_bytes = sizeof(LogInputs) + inputs.size_bytes() + sizeof(u64);
    const LogInputs header{{LOG_INPUTS_TAG, static_cast<u32>(size_bytes)}, beat.raw, inputs.size()};
    const u64 check = check_of(header, inputs);
    reserve(size_bytes);
    put(&header, sizeof header);
    put(inputs.data(), inputs.size_bytes());
    put(&check, sizeof check);
}

void LogWriter::write_trailer(EndReason reason, const EpochLeaf& end,
                              const Sha256Digest& lockchain) {
    if (!is_open()) {
        return;
    }
    LogTrailer trailer{{LOG_TRAILER_TAG, sizeof(LogTrailer)},
                       static_cast<u32>(reason),
                       0,
                       end.beats,
                       end.events,
                       end.index,
                       end.run_digest,
                       lockchain,
                       0};
    trailer.check = check_of(trailer);
    reserve(sizeof trailer);
    put(&trailer, sizeof trailer);
    finish_block();
}

} // namespace knhk
