// SPDX-License-Identifier: MIT
// Writes the log file's bytes into the drain. Blocks are begun and finished by one worker alone (at
// the barrier) and filled by all of them in between, each for its cores.
#pragma once

#include <span>

#include "replay/drain.hpp"
#include "replay/event.hpp"
#include "replay/lockchain.hpp"
#include "replay/log_format.hpp"

namespace knhk {

class LogWriter {
  public:
    /// Without a call to `open`, everything below does nothing: the run's log goes nowhere.
    /// `relax` is called while the ring is full: a slow sink stops the run, and changes no byte.
    void open(DrainControl<>* control, std::byte* ring, LogLevel level, u32 cores, void (*relax)(),
              u16 flags = 0);

    // Alone.
    void write_prologue(const Digest& identity_hash, std::span<const std::byte> identity,
                        std::span<const std::byte> workload);
    /// The run was resumed: the log begins behind what a checkpoint held.
    void write_resumed(u64 beats, u64 events, const Digest& chain, const Lockchain& lockchain);
    /// Reserves a block and writes its header; `event_counts` is by core.
    void begin_block(Beat beat, Timestamp start, const Digest& chain,
                     std::span<const u32> event_counts);
    /// All parts of the block that was begun last are written: the host may have it.
    void finish_block();
    /// The same when it was who is alone that wrote them: in the next beat nobody does.
    void finish_block_alone();
    /// An epoch ended behind the block that was begun last.
    void write_epoch(const EpochLeaf& leaf, const Digest& chain, const Sha256Digest& hash);
    /// External inputs of the beat whose block comes next.
    void write_inputs(Beat beat, std::span<const LogInput> inputs);
    void write_trailer(EndReason reason, const EpochLeaf& end, const Sha256Digest& lockchain);

    // A checkpoint leaves by the same ring, but is no part of the log. All parts of the block that
    // was begun last have been written, by who is alone.
    void begin_checkpoint();
    void put_checkpoint(const void* bytes, u64 size_bytes);
    void end_checkpoint();

    /// Tells whoever watches how far the run is.
    void show_progress(Beat beat, u64 tasks) const;

    // In parallel, between begin_block and finish_block: the core's part of the block.
    void write_core(CoreId core, const Event* events, const Digest& digest) const;

    [[nodiscard]] bool is_open() const { return control_ != nullptr; }
    /// The run waits for the reader of the drain; for reports.
    [[nodiscard]] bool is_waiting() const { return waiting_; }

  private:
    struct CorePart {
        u64 entry;  ///< where its LogCore goes
        u64 events; ///< where its events go
        u32 event_count;
    };

    void reserve(u64 size_bytes);
    void put(const void* bytes, u64 size_bytes);
    [[nodiscard]] DrainProducer<> producer() const { return {&control_->log, ring_}; }

    DrainControl<>* control_ = nullptr;
    std::byte* ring_ = nullptr;
    void (*relax_)() = nullptr;
    LogLevel level_ = LogLevel::DigestOnly;
    u32 cores_ = 0;
    u16 flags_ = 0;
    volatile bool waiting_ = false;
    u64 position_ = 0;       ///< where the next bytes go
    u64 end_ = 0;            ///< behind everything reserved
    u64 span_begin_ = 0;     ///< behind the last epoch's record
    u64 checkpoint_end_ = 0; ///< of the last one
    CorePart parts_[CORES_MAX] = {};
};

} // namespace knhk
