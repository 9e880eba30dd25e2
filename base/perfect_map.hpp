// SPDX-License-Identifier: MIT
// A few names and what each stands for, known when the program is compiled: one hash and one
// comparison find a name. Two entries of one name do not compile.
#pragma once

#include <bit>
#include <cstddef>
#include <span>
#include <string_view>

#include "base/fnv1a.hpp"
#include "base/types.hpp"

namespace knhk {

template<class Value>
struct NamedValue {
    std::string_view name;
    Value value;
};

namespace detail {
// Declared and nowhere defined: a call of them is no constant, and the compiler says which one.
void two_entries_have_one_name();
void no_seed_tells_the_names_apart();
} // namespace detail

template<class Value, std::size_t Count>
class PerfectMap {
    static_assert(Count >= 1 && Count < 128, "a slot is one byte, and seeds are tried");

  public:
    consteval explicit PerfectMap(const NamedValue<Value> (&entries)[Count]) {
        u64 hashes[Count] = {};
        for (std::size_t i = 0; i < Count; ++i) {
            entries_[i] = entries[i];
            hashes[i] = fnv1a_64(entries[i].name);
            for (std::size_t before = 0; before < i; ++before) {
                if (entries[before].name == entries[i].name) {
                    detail::two_entries_have_one_name();
                }
            }
        }
        while (!place_all(hashes)) {
            if (++seed_ == SEEDS_MAX) {
                detail::no_seed_tells_the_names_apart();
            }
        }
    }

    /// Null if no entry has this name.
    [[nodiscard]] constexpr const Value* find(std::string_view name) const {
        const u8 number = slots_[slot_of(fnv1a_64(name))];
        const bool is_it = number != 0 && entries_[number - 1].name == name;
        return is_it ? &entries_[number - 1].value : nullptr;
    }
    /// The first name that stands for it; empty if none does.
    [[nodiscard]] constexpr std::string_view name_of(const Value& value) const {
        for (const NamedValue<Value>& entry : entries_) {
            if (entry.value == value) {
                return entry.name;
            }
        }
        return {};
    }
    /// In the order in which they were given.
    [[nodiscard]] constexpr std::span<const NamedValue<Value>, Count> entries() const {
        return entries_;
    }

  private:
    static constexpr std::size_t SLOTS = std::bit_ceil(2 * Count);
    static constexpr u32 SLOT_BITS = std::countr_zero(SLOTS);
    static constexpr u64 SEEDS_MAX = 10'000;
    static constexpr u64 SEED_STEP = 0x9E37'79B9'7F4A'7C15; ///< odd, and so is every multiplier

    /// The upper bits of a product, on which all bits of the hash have a part.
    [[nodiscard]] constexpr std::size_t slot_of(u64 hash) const {
        return hash * ((2 * seed_ + 1) * SEED_STEP) >> (64 - SLOT_BITS);
    }
    /// False if two names have one slot under this seed.
    constexpr bool place_all(const u64 (&hashes)[Count]) {
        for (u8& slot : slots_) {
            slot = 0;
        }
        for (std::size_t i = 0; i < Count; ++i) {
            u8& slot = slots_[slot_of(hashes[i])];
            if (slot != 0) {
                return false;
            }
            slot = static_cast<u8>(i + 1);
        }
        return true;
    }

    NamedValue<Value> entries_[Count] = {};
    u8 slots_[SLOTS] = {}; ///< 1 + the entry's number, or 0
    u64 seed_ = 0;
};

} // namespace knhk
