// SPDX-License-Identifier: MIT
// Work that was put aside, with its cause, until somebody has time for it: first in, first out. A
// full ring refuses and counts it. One producer, one consumer, over memory that somebody else owns.
#pragma once

#include <bit>
#include <type_traits>

#include "base/error.hpp"
#include "beat/ring_ends.hpp"
#include "isa/triple_run.hpp"

namespace knhk {

/// Why a run was not executed where it was.
enum class ParkCause : u32 {
    None = 0,       ///< it was, or will be
    Budget = 1,     ///< it would cost more than is left
    Class = 2,      ///< its class is not for here (beat/runtime_class.hpp)
    OutputFull = 3, ///< there was no room for what it asserts
    Requested = 4,  ///< somebody asked for it
};
/// `None` is no cause.
[[nodiscard]] constexpr bool is_defined(ParkCause cause) {
    const u32 raw = static_cast<u32>(cause);
    return raw >= static_cast<u32>(ParkCause::Budget) &&
           raw <= static_cast<u32>(ParkCause::Requested);
}

/// A run that waits, with all that is needed to execute it.
struct ParkedRun {
    TripleRun run;
    u64 cycle; ///< for which it was admitted
    u64 hook;  ///< which was to be executed; 0 if that was not decided
    u32 slot;
    ParkCause cause;
    u64 reserved[5];
};
static_assert(sizeof(ParkedRun) == 256 && std::has_unique_object_representations_v<ParkedRun>);

/// Zero memory is the empty ring.
template<class Entry, class Atomics = NativeAtomics>
class ParkRing {
    using Ends = RingEnds<Atomics>;

  public:
    [[nodiscard]] static constexpr bool valid_size(u32 size) {
        return std::has_single_bit(size) && size <= RING_SIZE_MAX;
    }
    [[nodiscard]] static constexpr u64 bytes(u32 size) {
        return whole_lines(sizeof(Ends) + u64{size} * sizeof(Entry));
    }

    /// Over `bytes(size)` bytes, aligned to a line: zero, or a ring of this size already.
    constexpr ParkRing(std::byte* memory, u32 size) : memory_(memory), mask_(size - 1) {}

    /// An empty ring in memory that may hold anything.
    static ParkRing make(std::byte* memory, u32 size) {
        const ParkRing ring(memory, size);
        ring.each_part(BeginAll{});
        return ring;
    }
    void end() const { each_part(EndAll{}); }

    /// Producer. Full: counted, and nothing has changed.
    [[nodiscard]] Result<void> push(const Entry& entry) {
        const u64 written = ends().written();
        if (written - ends().read_seen() > mask_ && written - ends().look_at_read() > mask_) {
            ends().refuse();
            return fail(Error::QueueFull);
        }
        entries()[written & mask_] = entry;
        ends().publish(written + 1);
        return {};
    }

    /// Consumer. The oldest entry; false when there is none.
    [[nodiscard]] bool pop(Entry& entry) {
        const u64 read = ends().read();
        if (read == ends().written_seen() && read == ends().look_at_written()) {
            return false;
        }
        entry = entries()[read & mask_];
        ends().give_back(read + 1);
        return true;
    }

    [[nodiscard]] u32 size() const {
        const auto seen = ends().both();
        return static_cast<u32>(seen.written - seen.read);
    }
    [[nodiscard]] u32 capacity() const { return mask_ + 1; }
    /// Producer. How many pushes were refused.
    [[nodiscard]] u64 refused() const { return ends().refused(); }

  private:
    template<class Visit>
    void each_part(Visit visit) const {
        visit(&ends(), 1);
        visit(entries(), capacity());
    }
    [[nodiscard]] Ends& ends() const { return *reinterpret_cast<Ends*>(memory_); }
    [[nodiscard]] Entry* entries() const {
        return reinterpret_cast<Entry*>(memory_ + sizeof(Ends));
    }

    std::byte* memory_;
    u32 mask_;
};

} // namespace knhk
