// SPDX-License-Identifier: MIT
// What was asserted, on its way to the pulse that commits it: executions, each one receipt and the
// rows that it brought forth, none to eight. Eight rings of their own like those of the deltas
// (beat/delta_ring.hpp); in each the rows and the receipts have rings of their own again.
#pragma once

#include <bit>
#include <utility>

#include "base/error.hpp"
#include "beat/beat_clock.hpp"
#include "beat/ring_ends.hpp"
#include "beat/row_array.hpp"
#include "isa/receipt.hpp"
#include "isa/triple_run.hpp"

namespace knhk {

/// How much of each there is, or was taken.
struct AssertionCount {
    u32 rows;
    u32 receipts;
    friend bool operator==(const AssertionCount&, const AssertionCount&) = default;
};

/// Where executions are copied to: arrays of the caller's. `receipt_of` says for each row which of
/// the copied receipts is its own.
template<class Word, class Number, class Sealed>
struct AssertionsOut {
    Word* subjects;
    Word* predicates;
    Word* objects;
    Number* receipt_of;
    u32 rows_max;
    Sealed* receipts;
    u32 receipts_max;
};

/// A view over memory that somebody else owns; zero memory is the empty ring. The positions of rows
/// and receipts run freely in 32 bits each and are one word, so that one store publishes both.
template<class Sealed, class Atomics = NativeAtomics>
class BasicAssertionRing {
    using Ends = RingEnds<Atomics>;
    using Word = typename Atomics::template Plain<u64>;
    using Number = typename Atomics::template Plain<u32>;

  public:
    using Out = AssertionsOut<Word, Number, Sealed>;

    /// `rows` and `receipts` are what each slot holds.
    [[nodiscard]] static constexpr bool valid_size(u32 rows, u32 receipts) {
        return std::has_single_bit(rows) && rows >= RUN_ROWS && rows <= RING_SIZE_MAX &&
               std::has_single_bit(receipts) && receipts <= RING_SIZE_MAX;
    }
    [[nodiscard]] static constexpr u64 bytes(u32 rows, u32 receipts) {
        return BEAT_SLOTS * slot_bytes(rows, receipts);
    }

    /// Over `bytes(rows, receipts)` bytes, aligned to a line: zero, or such a ring already.
    constexpr BasicAssertionRing(std::byte* memory, u32 rows, u32 receipts)
        : memory_(memory), rows_(rows), receipts_(receipts) {}

    /// An empty ring in memory that may hold anything.
    static BasicAssertionRing make(std::byte* memory, u32 rows, u32 receipts) {
        const BasicAssertionRing ring(memory, rows, receipts);
        for (u32 slot = 0; slot < BEAT_SLOTS; ++slot) {
            ring.begin_slot(slot);
        }
        return ring;
    }
    /// One of its slots; the others stay as they are.
    void begin_slot(u32 slot) const { slot_at(slot).each_part(BeginAll{}); }
    void end_slot(u32 slot) const { slot_at(slot).each_part(EndAll{}); }

    /// Producer. An execution with its rows, none to eight: all of it, or nothing: `QueueFull`,
    /// counted, and nothing has changed. Without rows only the receipt is looked at.
    [[nodiscard]] Result<void> enqueue(u32 slot, const Word* subjects, const Word* predicates,
                                       const Word* objects, u32 count, const Sealed& receipt) {
        return put_with(
            slot, subjects, objects, count, receipt,
            [&](const RowArray<Word>& to, u32 position) { to.put(position, predicates, count); });
    }
    /// The same for rows of one predicate.
    [[nodiscard]] Result<void> enqueue_run(u32 slot, const Word* subjects, u64 predicate,
                                           const Word* objects, u32 count, const Sealed& receipt) {
        return put_with(
            slot, subjects, objects, count, receipt,
            [&](const RowArray<Word>& to, u32 position) { to.fill(position, predicate, count); });
    }

    /// Consumer. The oldest executions, each as a whole, as many as `out` has room for; eight
    /// receipts at most. `OutOfRange` if there is one, and not even that fits.
    [[nodiscard]] Result<AssertionCount> dequeue(u32 slot, const Out& out) {
        if (slot >= BEAT_SLOTS) [[unlikely]] {
            return fail(Error::OutOfRange);
        }
        const Slot from = slot_at(slot);
        const Position read = position_of(from.ends().read());
        const Position written = position_of(from.ends().look_at_written());
        const AssertionCount fits = what_fits(from, read, written, out);
        if (fits.receipts == 0 && written.receipts != read.receipts) {
            return fail(Error::OutOfRange);
        }
        copy(from, read, fits, out);
        from.ends().give_back(word_of({read.rows + fits.rows, read.receipts + fits.receipts}));
        return fits;
    }

    /// Consumer, at the pulse: visits all receipts, then all rows, and empties the slot.
    /// on_receipt(sealed), on_row(subject, predicate, object, index of its receipt among these).
    template<class OnReceipt, class OnRow>
    AssertionCount drain(u32 slot, OnReceipt on_receipt, OnRow on_row) {
        if (slot >= BEAT_SLOTS) [[unlikely]] {
            return {};
        }
        const Slot from = slot_at(slot);
        const Position read = position_of(from.ends().read());
        const Position written = position_of(from.ends().look_at_written());
        for (u32 at = read.receipts; at != written.receipts; ++at) {
            on_receipt(std::as_const(from.receipt(at)));
        }
        for (u32 at = read.rows; at != written.rows; ++at) {
            on_row(u64(from.subjects()[at]), u64(from.predicates()[at]), u64(from.objects()[at]),
                   u32(from.receipt_of()[at]) - read.receipts);
        }
        from.ends().give_back(word_of(written));
        return {written.rows - read.rows, written.receipts - read.receipts};
    }

    /// Exact for the consumer in that what is there stays there, a hint for anybody else.
    [[nodiscard]] AssertionCount count(u32 slot) const {
        if (slot >= BEAT_SLOTS) [[unlikely]] {
            return {};
        }
        const auto seen = slot_at(slot).ends().both();
        const Position read = position_of(seen.read);
        const Position written = position_of(seen.written);
        return {written.rows - read.rows, written.receipts - read.receipts};
    }
    [[nodiscard]] bool is_empty(u32 slot) const { return count(slot).receipts == 0; }
    [[nodiscard]] u32 rows() const { return rows_; }
    [[nodiscard]] u32 receipts() const { return receipts_; }
    /// Producer. How many enqueues found no room.
    [[nodiscard]] u64 refused(u32 slot) const {
        return slot < BEAT_SLOTS ? slot_at(slot).ends().refused() : 0;
    }

  private:
    static constexpr u32 ARRAYS = 3; ///< of words

    struct Position {
        u32 rows;
        u32 receipts;
    };
    [[nodiscard]] static constexpr Position position_of(u64 word) {
        return {static_cast<u32>(word), static_cast<u32>(word >> 32)};
    }
    [[nodiscard]] static constexpr u64 word_of(Position position) {
        return u64{position.receipts} << 32 | position.rows;
    }

    [[nodiscard]] static constexpr u64 array_bytes(u32 rows) {
        return whole_lines(u64{rows} * sizeof(Word));
    }
    [[nodiscard]] static constexpr u64 rows_bytes(u32 rows) {
        return ARRAYS * array_bytes(rows) + whole_lines(u64{rows} * sizeof(Number));
    }
    [[nodiscard]] static constexpr u64 slot_bytes(u32 rows, u32 receipts) {
        const u64 needed = sizeof(Ends) + rows_bytes(rows) + u64{receipts} * sizeof(Sealed);
        return (needed + SEPARATION_BYTES - 1) / SEPARATION_BYTES * SEPARATION_BYTES;
    }

    /// Where a slot's parts lie.
    struct Slot {
        std::byte* memory;
        u32 rows;
        u32 receipts;

        [[nodiscard]] Ends& ends() const { return *reinterpret_cast<Ends*>(memory); }
        [[nodiscard]] RowArray<Word> subjects() const { return {words(0), rows}; }
        [[nodiscard]] RowArray<Word> predicates() const { return {words(1), rows}; }
        [[nodiscard]] RowArray<Word> objects() const { return {words(2), rows}; }
        [[nodiscard]] RowArray<Number> receipt_of() const { return {first_number(), rows}; }
        [[nodiscard]] Sealed& receipt(u32 position) const {
            return first_receipt()[position & (receipts - 1)];
        }

        template<class Visit>
        void each_part(Visit visit) const {
            visit(&ends(), 1);
            for (u32 number = 0; number < ARRAYS; ++number) {
                visit(words(number), rows);
            }
            visit(first_number(), rows);
            visit(first_receipt(), receipts);
        }

      private:
        [[nodiscard]] Word* words(u32 number) const {
            return reinterpret_cast<Word*>(memory + sizeof(Ends) + number * array_bytes(rows));
        }
        [[nodiscard]] Number* first_number() const {
            return reinterpret_cast<Number*>(words(ARRAYS));
        }
        [[nodiscard]] Sealed* first_receipt() const {
            return reinterpret_cast<Sealed*>(memory + sizeof(Ends) + rows_bytes(rows));
        }
    };

    [[nodiscard]] Slot slot_at(u32 slot) const {
        return {memory_ + slot * slot_bytes(rows_, receipts_), rows_, receipts_};
    }

    template<class PutPredicates>
    [[nodiscard, gnu::always_inline]] Result<void>
    put_with(u32 slot, const Word* subjects, const Word* objects, u32 count, const Sealed& receipt,
             const PutPredicates& put_predicates) const {
        if (slot >= BEAT_SLOTS || count > RUN_ROWS) [[unlikely]] {
            return fail(Error::OutOfRange);
        }
        const Slot to = slot_at(slot);
        const Position written = position_of(to.ends().written());
        if (!has_room(to.ends(), written, count)) [[unlikely]] {
            return fail(Error::QueueFull);
        }
        to.subjects().put(written.rows, subjects, count);
        put_predicates(to.predicates(), written.rows);
        to.objects().put(written.rows, objects, count);
        to.receipt_of().fill(written.rows, written.receipts, count);
        to.receipt(written.receipts) = receipt;
        to.ends().publish(word_of({written.rows + count, written.receipts + 1}));
        return {};
    }

    /// Counts it if there is none.
    [[nodiscard]] bool has_room(Ends& ends, Position written, u32 count) const {
        if (fits_behind(position_of(ends.read_seen()), written, count)) [[likely]] {
            return true;
        }
        if (fits_behind(position_of(ends.look_at_read()), written, count)) {
            return true;
        }
        ends.refuse();
        return false;
    }
    [[nodiscard]] bool fits_behind(Position read, Position written, u32 count) const {
        return written.rows - read.rows + count <= rows_ &&
               written.receipts - read.receipts < receipts_;
    }

    [[nodiscard]] static AssertionCount what_fits(const Slot& from, Position read, Position written,
                                                  const Out& out) {
        const u32 receipts_max = out.receipts_max < RUN_ROWS ? out.receipts_max : RUN_ROWS;
        const u32 there = written.receipts - read.receipts;
        AssertionCount fits{};
        while (fits.receipts < there && fits.receipts < receipts_max) {
            u32 rows = fits.rows;
            while (read.rows + rows != written.rows &&
                   u32(from.receipt_of()[read.rows + rows]) == read.receipts + fits.receipts) {
                ++rows;
            }
            if (rows > out.rows_max) {
                break;
            }
            fits = {rows, fits.receipts + 1};
        }
        return fits;
    }
    static void copy(const Slot& from, Position read, AssertionCount count, const Out& out) {
        for (u32 i = 0; i < count.rows; ++i) {
            const u32 at = read.rows + i;
            out.subjects[i] = from.subjects()[at];
            out.predicates[i] = from.predicates()[at];
            out.objects[i] = from.objects()[at];
            out.receipt_of[i] = Number(u32(from.receipt_of()[at]) - read.receipts);
        }
        for (u32 i = 0; i < count.receipts; ++i) {
            out.receipts[i] = from.receipt(read.receipts + i);
        }
    }

    std::byte* memory_;
    u32 rows_;
    u32 receipts_;
};

/// Of what hooks leave.
using AssertionRing = BasicAssertionRing<SealedReceipt>;

} // namespace knhk
