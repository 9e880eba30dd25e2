// SPDX-License-Identifier: MIT
#include "bench/scheduler/loose.hpp"

#include <stdexcept>
#include <vector>

#include "bench/measure.hpp"
#include "bench/scheduler/regions.hpp"
#include "isa/tick_budget.hpp"
#include "sched/core_queues.hpp"

namespace knhk::bench {

namespace {

class LooseContext;
using LooseHandler = void (*)(LooseContext&);

struct LooseCore {
    ReadyTasks ready;
    u64 tasks = 0;
};

struct LooseRun {
    u32 cores = 0;
    LooseHandler handlers[HANDLERS_MAX] = {};
};

class LooseContext {
  public:
    LooseContext(const LooseRun& run, LooseCore& core, const Task& task)
        : run_(run), core_(core), task_(task), budget_(Tick{task.budget_ticks}) {}

    [[nodiscard]] const Task& task() const { return task_; }
    [[nodiscard]] u32 cores() const { return run_.cores; }
    [[nodiscard]] bool charge(Operation operation) {
        return !budget_.exceeded() && budget_.charge(cost_of(operation));
    }
    void spawn(const Task& task) {
        const bool may = charge(Operation::Spawn) && emissions_++ < EMISSIONS_MAX &&
                         task.handler < HANDLERS_MAX && run_.handlers[task.handler] != nullptr &&
                         task.well_formed();
        Task* slot = may ? core_.ready.slot_leaving_reserve(task.level) : nullptr;
        if (slot == nullptr) {
            refused_ = true;
            return;
        }
        *slot = task;
    }
    [[nodiscard]] bool refused() const { return refused_; }

  private:
    const LooseRun& run_;
    LooseCore& core_;
    const Task& task_;
    TickBudget budget_;
    u32 emissions_ = 0;
    bool refused_ = false;
};

/// As many tasks as a core of eight runs in a beat, then the next core has its turn.
void run_turn(const LooseRun& run, LooseCore& core) {
    constexpr u32 TURN_TASKS = 1000;
    for (u32 i = 0; i < TURN_TASKS; ++i) {
        const Task* task = core.ready.take();
        if (task == nullptr) {
            return;
        }
        LooseContext context(run, core, *task);
        if (context.charge(Operation::Execute)) {
            run.handlers[task->handler](context);
        }
        core.tasks += context.refused() ? 0 : 1;
    }
}

std::vector<LooseCore> cores_of(const Chains& chains, const Memory& memory) {
    std::vector<LooseCore> cores;
    for (u32 core = 0; core < chains.cores; ++core) {
        cores.push_back({ReadyTasks(memory, core)});
    }
    for (u64 chain = 0; chain < chain_count(chains); ++chain) {
        const Task task = first_link(chains, chain);
        if (!cores[chain % chains.cores].ready.push(task)) {
            throw std::runtime_error("a ring of the loose run is full");
        }
    }
    return cores;
}

void run_all(const LooseRun& run, std::vector<LooseCore>& cores) {
    for (bool found = true; found;) {
        found = false;
        for (LooseCore& core : cores) {
            run_turn(run, core);
            found = found || !core.ready.empty();
        }
    }
}

} // namespace

double loose_cycles(const Chains& chains) {
    LooseRun run{chains.cores, {}};
    run.handlers[USER_HANDLERS_BEGIN] = run_link<ChainsKind::Home, 0, LooseContext>;
    const Regions regions;
    std::vector<LooseCore> cores = cores_of(chains, regions.memory());
    const double cycles = cycles_of(chains.tasks, [&] { run_all(run, cores); });
    u64 tasks = 0;
    for (const LooseCore& core : cores) {
        tasks += core.tasks;
    }
    if (tasks != chains.tasks) {
        throw std::runtime_error("tasks of the loose run are lost");
    }
    return cycles;
}

} // namespace knhk::bench
