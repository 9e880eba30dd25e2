// SPDX-License-Identifier: MIT
// Random decisions of the generators: a function of the seed alone, on every machine.
#pragma once

#include <initializer_list>
#include <vector>

#include "tests/model/records.hpp"

namespace knhk::model {

/// SplitMix64 of two numbers.
constexpr u64 mix(u64 a, u64 b) {
    u64 x = a * 0x9E3779B97F4A7C15u + (b + 1) * 0xD1B54A32D192ED03u;
    x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9u;
    x = (x ^ (x >> 27)) * 0x94D049BB133111EBu;
    return x ^ (x >> 31);
}

class Dice {
  public:
    explicit Dice(u64 seed) : seed_(seed) {}

    u64 bits() { return mix(seed_, count_++); }
    /// Of 0 to n - 1; n is at least 1.
    u64 below(u64 n) { return bits() % n; }
    /// Both included.
    u64 between(u64 least, u64 most) { return least + below(most - least + 1); }
    bool one_in(u64 n) { return below(n) == 0; }
    /// So many times of eight.
    bool of_8(u64 times) { return below(8) < times; }
    u64 pick(std::initializer_list<u64> values) { return values.begin()[below(values.size())]; }
    /// An index, by weights of which one is not 0.
    u64 weighted(const std::vector<u32>& weights) {
        u64 sum = 0;
        for (const u32 weight : weights) {
            sum += weight;
        }
        u64 left = below(sum);
        u64 index = 0;
        while (left >= weights[index]) {
            left -= weights[index++];
        }
        return index;
    }

  private:
    u64 seed_;
    u64 count_ = 0;
};

} // namespace knhk::model
