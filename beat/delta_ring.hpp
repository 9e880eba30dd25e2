// SPDX-License-Identifier: MIT
// What changed, on its way to the beat that looks at it: rows of subject, predicate, object and
// cycle, in eight rings of their own, one for each tick slot. A slot has one producer and one
// consumer. What was enqueued together is a run, and can be taken as one.
#pragma once

#include <bit>
#include <cstring>

#include "base/error.hpp"
#include "beat/beat_clock.hpp"
#include "beat/park_ring.hpp"
#include "beat/ring_ends.hpp"
#include "beat/row_array.hpp"
#include "isa/triple_run.hpp"

namespace knhk {

/// A view over memory that somebody else owns; zero memory is the empty ring. A slot is its ends
/// and five arrays, each in lines of its own: nothing in it is shared with another slot. Positions
/// run freely and wrap by a mask, so that the whole size is used.
template<class Atomics = NativeAtomics>
class BasicDeltaRing {
    using Ends = RingEnds<Atomics>;
    using Word = typename Atomics::template Plain<u64>;
    using Mark = typename Atomics::template Plain<u8>;

  public:
    /// `size` is the rows that each slot holds.
    [[nodiscard]] static constexpr bool valid_size(u32 size) {
        return std::has_single_bit(size) && size >= RUN_ROWS && size <= RING_SIZE_MAX;
    }
    [[nodiscard]] static constexpr u64 bytes(u32 size) { return BEAT_SLOTS * slot_bytes(size); }

    /// Over `bytes(size)` bytes, aligned to a line: zero, or a ring of this size already.
    constexpr BasicDeltaRing(std::byte* memory, u32 size) : memory_(memory), size_(size) {}

    /// An empty ring in memory that may hold anything.
    static BasicDeltaRing make(std::byte* memory, u32 size) {
        const BasicDeltaRing ring(memory, size);
        for (u32 slot = 0; slot < BEAT_SLOTS; ++slot) {
            ring.begin_slot(slot);
        }
        return ring;
    }
    /// One of its slots; the others stay as they are.
    void begin_slot(u32 slot) const { slot_at(slot).each_part(BeginAll{}); }
    void end_slot(u32 slot) const { slot_at(slot).each_part(EndAll{}); }

    /// Producer. All of one to eight rows, or none: `QueueFull`, counted, and nothing has changed.
    [[nodiscard]] Result<void> enqueue(u32 slot, const Word* subjects, const Word* predicates,
                                       const Word* objects, u32 count, u64 cycle) {
        if (slot >= BEAT_SLOTS || count - 1 >= RUN_ROWS) [[unlikely]] {
            return fail(Error::OutOfRange);
        }
        const Slot to = slot_at(slot);
        const u64 written = to.ends().written();
        if (!has_room(to.ends(), written, count)) [[unlikely]] {
            return fail(Error::QueueFull);
        }
        to.subjects().put(written, subjects, count);
        to.predicates().put(written, predicates, count);
        to.objects().put(written, objects, count);
        to.cycles().fill(written, cycle, count);
        to.mark(written, count, 0);
        to.ends().publish(written + count);
        return {};
    }

    /// Producer. The same for a run of at least one row: it comes out as it went in. Not one piece
    /// with the above: that was measured, and cost a quarter more here.
    [[nodiscard]] Result<void> enqueue_run(u32 slot, const TripleRun& run, u64 cycle) {
        const u32 count = run.length;
        if (slot >= BEAT_SLOTS || count - 1 >= RUN_ROWS) [[unlikely]] {
            return fail(Error::OutOfRange);
        }
        const Slot to = slot_at(slot);
        const u64 written = to.ends().written();
        if (!has_room(to.ends(), written, count)) [[unlikely]] {
            return fail(Error::QueueFull);
        }
        to.subjects().put(written, run.subjects, count);
        to.predicates().fill(written, run.predicate, count);
        to.objects().put(written, run.objects, count);
        to.cycles().fill(written, cycle, count);
        to.mark(written, count, ONE_PREDICATE);
        to.ends().publish(written + count);
        return {};
    }

    /// Consumer. The oldest rows, whatever runs they came in: as many as there are, as `capacity`
    /// says, and eight at most. Returns how many; that many are gone from the ring.
    [[nodiscard]] u32 dequeue(u32 slot, Word* subjects, Word* predicates, Word* objects,
                              Word* cycles, u32 capacity) {
        if (slot >= BEAT_SLOTS) [[unlikely]] {
            return 0;
        }
        const Slot from = slot_at(slot);
        const u64 read = from.ends().read();
        const u32 wanted = capacity < RUN_ROWS ? capacity : RUN_ROWS;
        const u64 there = available(from.ends(), read, wanted);
        const u32 count = there < wanted ? static_cast<u32>(there) : wanted;
        if (count == 0) {
            return 0; // and leave the end's line where it is
        }
        from.subjects().take(subjects, read, count);
        from.predicates().take(predicates, read, count);
        from.objects().take(objects, read, count);
        from.cycles().take(cycles, read, count);
        from.ends().give_back(read + count);
        return count;
    }

    /// Consumer. Exactly one run: what one enqueue left, or what is left of it; if that has several
    /// predicates, as far as the first goes. Its rows, 0 if there is none; all else of it becomes
    /// zero.
    [[nodiscard]] u32 dequeue_run(u32 slot, TripleRun& run, u64& cycle) {
        const u32 count = peek_run(slot, run, cycle);
        drop_run(slot, count);
        return count;
    }

    /// Consumer. The same in two steps: a run that was looked at stays until it is dropped.
    [[nodiscard]] u32 peek_run(u32 slot, TripleRun& run, u64& cycle) const {
        if (slot >= BEAT_SLOTS) [[unlikely]] {
            return 0;
        }
        const Slot from = slot_at(slot);
        return copy_run(from, from.ends().read(), run, cycle);
    }
    /// `count` is what `peek_run` said.
    void drop_run(u32 slot, u32 count) {
        if (count != 0) {
            Ends& ends = slot_at(slot).ends();
            ends.give_back(ends.read() + count);
        }
    }

    /// Consumer. The oldest run leaves for `parked`, an entry as ParkedRun; its rows, 0 if there is
    /// none. Nothing has changed if `parked` is full.
    template<class Park>
    [[nodiscard]] Result<u32> park(u32 slot, Park& parked, ParkCause cause) {
        if (slot >= BEAT_SLOTS) [[unlikely]] {
            return fail(Error::OutOfRange);
        }
        ParkedRun entry{};
        const u32 count = peek_run(slot, entry.run, entry.cycle);
        if (count == 0) {
            return 0;
        }
        entry.slot = slot;
        entry.cause = cause;
        const Result<void> pushed = parked.push(entry);
        if (!pushed) {
            return fail(pushed.error());
        }
        drop_run(slot, count);
        return count;
    }

    /// Exact for the consumer in that rows which are there stay there, a hint for anybody else.
    [[nodiscard]] u32 rows(u32 slot) const {
        if (slot >= BEAT_SLOTS) [[unlikely]] {
            return 0;
        }
        const auto seen = slot_at(slot).ends().both();
        return static_cast<u32>(seen.written - seen.read);
    }
    [[nodiscard]] bool is_empty(u32 slot) const { return rows(slot) == 0; }
    [[nodiscard]] u32 size() const { return size_; }
    /// Producer. How many enqueues found no room.
    [[nodiscard]] u64 refused(u32 slot) const {
        return slot < BEAT_SLOTS ? slot_at(slot).ends().refused() : 0;
    }

  private:
    // Each row's mark says how many rows its run has from here on, so that a run of which the first
    // rows were taken is a run still.
    static constexpr u8 ROWS_LEFT = 0x0F;
    static constexpr u8 ONE_PREDICATE = 0x80;
    static constexpr u64 EACH_BYTE = 0x0101'0101'0101'0101;
    static constexpr u64 EIGHT_TO_ONE = 0x0102'0304'0506'0708;
    static constexpr u32 ARRAYS = 4; ///< of words

    [[nodiscard]] static constexpr u64 array_bytes(u32 size) {
        return whole_lines(u64{size} * sizeof(Word));
    }
    [[nodiscard]] static constexpr u64 slot_bytes(u32 size) {
        const u64 needed = sizeof(Ends) + ARRAYS * array_bytes(size) + size * sizeof(Mark);
        return (needed + SEPARATION_BYTES - 1) / SEPARATION_BYTES * SEPARATION_BYTES;
    }

    /// Where a slot's parts lie.
    struct Slot {
        std::byte* memory;
        u32 size;

        [[nodiscard]] Ends& ends() const { return *reinterpret_cast<Ends*>(memory); }
        [[nodiscard]] RowArray<Word> subjects() const { return {words(0), size}; }
        [[nodiscard]] RowArray<Word> predicates() const { return {words(1), size}; }
        [[nodiscard]] RowArray<Word> objects() const { return {words(2), size}; }
        [[nodiscard]] RowArray<Word> cycles() const { return {words(3), size}; }
        [[nodiscard]] RowArray<Mark> marks() const { return {first_mark(), size}; }

        template<class Visit>
        void each_part(Visit visit) const {
            visit(&ends(), 1);
            for (u32 number = 0; number < ARRAYS; ++number) {
                visit(words(number), size);
            }
            visit(first_mark(), size);
        }

        void mark(u64 position, u32 count, u8 flag) const {
            u8 each[RUN_ROWS];
            const u64 all = (EIGHT_TO_ONE >> 8 * (RUN_ROWS - count)) | flag * EACH_BYTE;
            std::memcpy(each, &all, sizeof each);
            marks().put(position, each, count);
        }

      private:
        [[nodiscard]] Word* words(u32 number) const {
            return reinterpret_cast<Word*>(memory + sizeof(Ends) + number * array_bytes(size));
        }
        [[nodiscard]] Mark* first_mark() const { return reinterpret_cast<Mark*>(words(ARRAYS)); }
    };

    [[nodiscard]] Slot slot_at(u32 slot) const {
        return {memory_ + slot * slot_bytes(size_), size_};
    }

    /// Counts it if there is none.
    [[nodiscard]] bool has_room(Ends& ends, u64 written, u32 count) const {
        if (written - ends.read_seen() + count <= size_) [[likely]] {
            return true;
        }
        if (written - ends.look_at_read() + count <= size_) {
            return true;
        }
        ends.refuse();
        return false;
    }

    /// Rows that are there, looked at anew if those seen are not enough.
    [[nodiscard]] static u64 available(Ends& ends, u64 read, u32 wanted) {
        const u64 seen = ends.written_seen() - read;
        return seen >= wanted ? seen : ends.look_at_written() - read;
    }

    /// The oldest run, which stays where it is; its rows.
    [[nodiscard]] static u32 copy_run(const Slot& from, u64 read, TripleRun& run, u64& cycle) {
        if (available(from.ends(), read, 1) == 0) {
            return 0;
        }
        const u8 mark = u8(from.marks()[read]);
        u32 count = mark & ROWS_LEFT;
        if ((mark & ONE_PREDICATE) == 0) {
            count = rows_of_one_predicate(from, read, count);
        }
        if (count < RUN_ROWS) {
            std::memset(run.subjects, 0, sizeof run.subjects);
            std::memset(run.objects, 0, sizeof run.objects);
        }
        std::memset(run.reserved, 0, sizeof run.reserved);
        from.subjects().take(run.subjects, read, count);
        from.objects().take(run.objects, read, count);
        run.predicate = u64(from.predicates()[read]);
        run.length = count;
        cycle = u64(from.cycles()[read]);
        return count;
    }
    [[nodiscard]] static u32 rows_of_one_predicate(const Slot& from, u64 read, u32 count) {
        const RowArray<Word> predicates = from.predicates();
        const u64 first = u64(predicates[read]);
        u32 same = 1;
        while (same < count && u64(predicates[read + same]) == first) {
            ++same;
        }
        return same;
    }

    std::byte* memory_;
    u32 size_;
};

using DeltaRing = BasicDeltaRing<>;

} // namespace knhk
