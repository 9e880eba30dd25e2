// SPDX-License-Identifier: MIT
#include "bench/scheduler/work.hpp"

#include <vector>

#include "bench/measure.hpp"

namespace knhk::bench {

[[gnu::noinline]] void bare_handler(BareTask& task) {
    task.value = work(task.value);
    ++task.runs;
}

namespace {

class BareLoop {
  public:
    static constexpr u32 AT_A_TIME = 512; // as many as a ring holds
    static constexpr u64 TASKS = u64{AT_A_TIME} * 2'000;

    BareLoop() {
        for (u32 i = 0; i < AT_A_TIME; ++i) {
            tasks_[i].value = i;
        }
    }
    void run() {
        void (*volatile handler)(BareTask&) = bare_handler;
        for (u64 round = 0; round < TASKS / AT_A_TIME; ++round) {
            const auto run = handler;
            for (BareTask& task : tasks_) {
                run(task);
            }
        }
        keep(tasks_[AT_A_TIME / 2].value);
    }

  private:
    std::vector<BareTask> tasks_ = std::vector<BareTask>(AT_A_TIME);
};

} // namespace

double bare_loop_cycles() {
    BareLoop loop;
    return cycles_of(BareLoop::TASKS, [&loop] { loop.run(); });
}

double bare_loops_cycles(u32 threads) {
    std::vector<BareLoop> loops(threads);
    const u64 cycles = cycles_together(threads, [&loops](u32 thread) { loops[thread].run(); });
    return static_cast<double>(cycles) / static_cast<double>(BareLoop::TASKS);
}

} // namespace knhk::bench
