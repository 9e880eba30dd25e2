// SPDX-License-Identifier: MIT
// One core's share of the log window for one beat: records are appended or reserved in timestamp
// order and hashed in place when the beat ends. The two halves of a share alternate by executed
// beat, so that what was recorded stays where it is while the next beat is recorded.
#pragma once

#include "base/check.hpp"
#include "base/hash.hpp"
#include "base/memory_map.hpp"
#include "replay/event.hpp"

namespace knhk {

/// Records that one core may write in one beat: a constant of C, never of time.
constexpr u32 log_share_records(u32 cores) {
    return static_cast<u32>(region::log_window.stride_bytes(cores) / 2 / sizeof(Event));
}
static_assert(log_share_records(CORES_MAX) == 64, "half a share at C = 256");

class LogShare {
  public:
    LogShare() = default;
    LogShare(const Memory& memory, CoreId core, u32 cores)
        : base_(reinterpret_cast<Event*>(memory.share(region::log_window, core.raw, cores))),
          capacity_(log_share_records(cores)) {}

    /// `beat_index` beats were executed before.
    void begin_beat(u64 beat_index) {
        begin_ = base_ + (beat_index & 1) * capacity_;
        next_ = begin_;
        end_ = begin_ + capacity_;
        expect_records();
    }
    [[nodiscard]] bool has_room(u32 records) const { return next_ + records <= end_; }
    [[nodiscard]] u32 capacity() const { return capacity_; }
    [[nodiscard]] u32 count() const { return static_cast<u32>(next_ - begin_); }

    void append(const Event& event) {
        KNHK_CHECK(next_ != end_, count());
        write(reserve(), event);
    }
    /// For who has asked whether there is room: the next slot, to be filled before the beat ends.
    [[nodiscard]] Event* reserve() { return next_++; }

    /// Zero when nothing was recorded.
    [[nodiscard]] Digest digest() const {
        return count() == 0 ? Digest{} : xxh3_128(begin_, count() * sizeof(Event));
    }
    /// The records of the beat that was begun last.
    [[nodiscard]] const Event* events() const { return begin_; }

  private:
    /// The first ones are wanted at once; other cores' records have pushed them out of the near
    /// caches. A hint alone.
    void expect_records() const {
        constexpr u32 RECORDS = 32;
        constexpr u32 RECORDS_IN_LINE = 64 / sizeof(Event);
        for (u32 i = 0; i < RECORDS; i += RECORDS_IN_LINE) {
            __builtin_prefetch(begin_ + i, 1);
        }
    }

    Event* base_ = nullptr;
    u32 capacity_ = 0;
    Event* begin_ = nullptr; ///< of this beat's half, as are the next two
    Event* next_ = nullptr;
    Event* end_ = nullptr;
};

} // namespace knhk
