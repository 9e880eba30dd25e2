// SPDX-License-Identifier: MIT
#include "replay/log_writer.hpp"

#include "base/check.hpp"

namespace knhk {

static_assert(LOG_BEAT_BYTES_MAX + IDENTITY_BYTES_MAX < DRAIN_RING_BYTES / 2,
              "a block fits while the one before it is still being read");

void LogWriter::open(DrainControl<>* control, std::byte* ring, LogLevel level, u32 cores,
                     void (*relax)()) {
    control_ = control;
    ring_ = ring;
    level_ = level;
    cores_ = cores;
    relax_ = relax;
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
    const LogHeader header{LOG_MAGIC,
                           LOG_FORMAT_VERSION,
                           static_cast<u32>(level_),
                           static_cast<u32>(identity.size()),
                           static_cast<u32>(workload.size()),
                           identity_hash};
    reserve(sizeof header + content + padding);
    put(&header, sizeof header);
    put(identity.data(), identity.size());
    put(workload.data(), workload.size());
    const u64 zero = 0;
    put(&zero, padding);
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
    const LogBeat header{LOG_BEAT_TAG, static_cast<u32>(size_bytes), beat.raw, start.raw,
                         events,       full ? recording_cores : 0,   chain};
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

void LogWriter::show_progress(Beat beat, u64 tasks) const {
    if (is_open()) {
        // Relaxed: nothing depends on them.
        control_->beat.store(beat.raw, std::memory_order_relaxed);
        control_->tasks.store(tasks, std::memory_order_relaxed);
    }
}

void LogWriter::write_trailer(EndReason reason, u64 beats, u64 events, const Digest& run_digest) {
    if (!is_open()) {
        return;
    }
    const LogTrailer trailer{
        LOG_TRAILER_TAG, sizeof(LogTrailer), static_cast<u32>(reason), 0, beats,
        events,          run_digest};
    reserve(sizeof trailer);
    put(&trailer, sizeof trailer);
    finish_block();
}

} // namespace knhk
