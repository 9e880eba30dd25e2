// SPDX-License-Identifier: MIT
// The misreadings that can be planted in the model, and the hard cases that it counts: as lists,
// for those who go through all of them.
#pragma once

#include "tests/model/model.hpp"

namespace knhk::model {

struct PlantedFault {
    bool ModelFaults::* fault;
    const char* name;
    const char* text;

    /// This one and no other.
    [[nodiscard]] ModelFaults alone() const {
        ModelFaults faults;
        faults.*fault = true;
        return faults;
    }
};
inline constexpr PlantedFault PLANTED_FAULTS[] = {
#define MODEL_FAULT(name, text) {&ModelFaults::name, #name, text},
#include "tests/model/model_faults.def"
#undef MODEL_FAULT
};

struct HardCase {
    u64 ModelCounters::* counter;
    const char* text;
};
inline constexpr HardCase HARD_CASES[] = {
#define MODEL_CASE(name, text) {&ModelCounters::name, text},
#include "tests/model/model_cases.def"
#undef MODEL_CASE
};

/// How often each hard case was met, by its place in HARD_CASES.
struct CaseTally {
    u64 times[std::size(HARD_CASES)] = {};
    u64 runs_with[std::size(HARD_CASES)] = {};

    void add(const ModelCounters& of_run) {
        for (std::size_t i = 0; i < std::size(HARD_CASES); ++i) {
            const u64 met = of_run.*HARD_CASES[i].counter;
            times[i] += met;
            runs_with[i] += met > 0;
        }
    }
};

} // namespace knhk::model
