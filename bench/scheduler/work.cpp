// SPDX-License-Identifier: MIT
#include "bench/scheduler/work.hpp"

#include <vector>

#include "bench/measure.hpp"

namespace knhk::bench {

[[gnu::noinline]] void bare_handler(BareTask& task) {
    task.value = work(task.value);
    ++task.runs;
}

double bare_loop_cycles() {
    constexpr u32 TASKS = 512; // as many as a ring holds
    constexpr u32 ROUNDS = 2'000;
    std::vector<BareTask> tasks(TASKS);
    for (u32 i = 0; i < TASKS; ++i) {
        tasks[i].value = i;
    }
    void (*volatile handler)(BareTask&) = bare_handler;
    const double cycles = cycles_of(u64{TASKS} * ROUNDS, [&] {
        for (u32 round = 0; round < ROUNDS; ++round) {
            const auto run = handler;
            for (BareTask& task : tasks) {
                run(task);
            }
        }
    });
    keep(tasks[TASKS / 2].value);
    return cycles;
}

} // namespace knhk::bench
