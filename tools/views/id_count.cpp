// SPDX-License-Identifier: MIT
#include "tools/views/id_count.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <utility>

#include "base/hash.hpp"

namespace knhk::tools {

namespace {

constexpr std::size_t SLOTS_AT_FIRST = std::size_t{1} << 12;
constexpr u32 REGISTER_BITS = 16;
constexpr u64 REGISTERS = u64{1} << REGISTER_BITS;
/// An odd number whose product mixes what the low bits of an id say into the high ones.
constexpr u64 GOLDEN = 0x9E3779B97F4A7C15;

std::size_t slot_of(u64 id, std::size_t slots) {
    return static_cast<std::size_t>((id * GOLDEN) >> 20) & (slots - 1);
}

} // namespace

IdCount::IdCount(u64 exact_max) : exact_max_(exact_max), slots_(SLOTS_AT_FIRST) {}

void IdCount::add(u64 id) {
    if (is_exact()) {
        insert(id);
    } else {
        observe(id);
    }
}

void IdCount::insert(u64 id) {
    if (id == 0) {
        count_ += has_zero_ ? 0 : 1;
        has_zero_ = true;
        return;
    }
    std::size_t at = slot_of(id, slots_.size());
    while (slots_[at] != 0 && slots_[at] != id) {
        at = (at + 1) & (slots_.size() - 1);
    }
    if (slots_[at] == id) {
        return;
    }
    if (count_ == exact_max_) {
        estimate_from_now_on();
        observe(id);
        return;
    }
    slots_[at] = id;
    ++count_;
    if (count_ * 2 > slots_.size()) {
        grow();
    }
}

void IdCount::grow() {
    const std::vector<u64> old = std::exchange(slots_, std::vector<u64>(slots_.size() * 2));
    for (const u64 id : old) {
        if (id != 0) {
            std::size_t at = slot_of(id, slots_.size());
            while (slots_[at] != 0) {
                at = (at + 1) & (slots_.size() - 1);
            }
            slots_[at] = id;
        }
    }
}

void IdCount::estimate_from_now_on() {
    registers_.assign(REGISTERS, 0);
    const std::vector<u64> ids = std::exchange(slots_, {});
    for (const u64 id : ids) {
        if (id != 0) {
            observe(id);
        }
    }
    if (has_zero_) {
        observe(0);
    }
}

void IdCount::observe(u64 id) {
    const u64 hash = xxh3_64(&id, sizeof id);
    const u64 rest = hash << REGISTER_BITS | u64{1} << (REGISTER_BITS - 1); // never all zeros
    u8& longest = registers_[hash >> (64 - REGISTER_BITS)];
    longest = std::max(longest, static_cast<u8>(std::countl_zero(rest) + 1));
}

u64 IdCount::count() const {
    if (is_exact()) {
        return count_;
    }
    double sum = 0;
    for (const u8 longest : registers_) {
        sum += std::ldexp(1.0, -longest);
    }
    constexpr double M = static_cast<double>(REGISTERS);
    constexpr double ALPHA = 0.7213 / (1 + 1.079 / M);
    return static_cast<u64>(ALPHA * M * M / sum);
}

} // namespace knhk::tools
