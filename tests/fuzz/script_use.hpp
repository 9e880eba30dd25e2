// SPDX-License-Identifier: MIT
// Uses a packed workload as a run would, to its end. For the targets script and container.
#pragma once

#include "kernel/script.hpp"
#include "tests/fuzz/fuzz.hpp"

namespace knhk::fuzz {

inline void use_script(const Script& script) {
    u64 sum = script.name().size() + script.topology().matrix.size();
    for (const GuardRule& rule : script.guards()) {
        demand(rule.id < GUARDS_BUILTIN_BEGIN);
    }
    for (u64 kind = 0; kind <= SCRIPT_KINDS_MAX; ++kind) {
        for (const ScriptStep& step : script.steps_of(kind)) {
            demand(step.one_in != 0);
            demand(!emits(step.act) || step.task.well_formed());
        }
    }
    const u64 inputs = script.input_count();
    for (const u64 index : {u64{0}, inputs / 3, inputs / 2, inputs - 1}) {
        if (index < inputs) {
            demand(script.input(index).well_formed());
            sum += script.input_beat(index) + script.input_time(index);
            const u64 next = script.next_input_of(static_cast<u32>(index % 4), 4, index);
            demand(next >= index && next <= inputs);
        }
    }
    volatile u64 kept = sum; // all of it was read
    static_cast<void>(kept);
}

} // namespace knhk::fuzz
