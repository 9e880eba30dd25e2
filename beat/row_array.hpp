// SPDX-License-Identifier: MIT
// One array of a ring's slot, by positions that run freely and wrap by a mask. Up to eight rows at
// a time go in and out: in copies of constant size where they lie one behind the other.
#pragma once

#include <cstring>
#include <type_traits>

#include "base/types.hpp"
#include "isa/triple_run.hpp"

namespace knhk {

template<class Word>
class RowArray {
  public:
    RowArray(Word* first, u32 size) : first_(first), mask_(size - 1) {}

    [[nodiscard]] Word& operator[](u64 position) const { return first_[place_of(position)]; }

    template<class From>
    void put(u64 position, const From* from, u32 count) const {
        if (in_one_piece(position, count)) [[likely]] {
            copy_rows(&(*this)[position], from, count);
            return;
        }
        for (u32 i = 0; i < count; ++i) {
            (*this)[position + i] = Word(from[i]);
        }
    }
    template<class Value>
    void fill(u64 position, Value value, u32 count) const {
        if (count == RUN_ROWS && in_one_piece(position, count)) [[likely]] {
            if constexpr (std::is_integral_v<Word>) {
                fill_line(&(*this)[position], value);
            }
            return;
        }
        for (u32 i = 0; i < count; ++i) {
            (*this)[position + i] = Word(value);
        }
    }
    template<class To>
    void take(To* to, u64 position, u32 count) const {
        if (in_one_piece(position, count)) [[likely]] {
            copy_rows(to, &(*this)[position], count);
            return;
        }
        for (u32 i = 0; i < count; ++i) {
            to[i] = To((*this)[position + i]);
        }
    }

  private:
    [[nodiscard]] u32 place_of(u64 position) const { return static_cast<u32>(position) & mask_; }
    /// A model checker's words are copied one by one.
    [[nodiscard]] bool in_one_piece(u64 position, u32 count) const {
        return std::is_integral_v<Word> && place_of(position) + count <= mask_ + 1;
    }

    /// In pieces of sixteen bytes, which every processor with vectors has.
    static void fill_line(Word* to, Word value) {
        constexpr u32 PIECE = 16 / sizeof(Word);
        using Piece [[gnu::vector_size(16)]] = Word;
        const Piece piece = Piece{} + value;
#pragma GCC unroll 4
        for (u32 i = 0; i < RUN_ROWS; i += PIECE) {
            std::memcpy(to + i, &piece, sizeof piece);
        }
    }

    /// In three copies at most, each of a size that the compiler knows.
    static void copy_rows(void* to, const void* from, u32 count) {
        if (count == RUN_ROWS) [[likely]] {
            std::memcpy(to, from, RUN_ROWS * sizeof(Word));
            return;
        }
        u64 copied = 0;
        if ((count & 4) != 0) {
            copied = copy_part<4>(to, from, copied);
        }
        if ((count & 2) != 0) {
            copied = copy_part<2>(to, from, copied);
        }
        if ((count & 1) != 0) {
            copy_part<1>(to, from, copied);
        }
    }
    template<u32 Rows>
    static u64 copy_part(void* to, const void* from, u64 copied) {
        constexpr u64 BYTES = Rows * sizeof(Word);
        std::memcpy(static_cast<std::byte*>(to) + copied,
                    static_cast<const std::byte*>(from) + copied, BYTES);
        return copied + BYTES;
    }

    Word* first_;
    u32 mask_;
};

} // namespace knhk
