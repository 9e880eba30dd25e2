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

/// A TaskContext without a time: all that a task may ask for otherwise has its place here too.
class LooseContext {
  public:
    void enter(const LooseRun& run, LooseCore& core, u32 id) {
        run_ = &run;
        core_ = &core;
        home_bits_ = run.cores - 1;
        home_ = id;
    }
    void begin(const Task& task) {
        task_ = &task;
        budget_ = TickBudget(Tick{u32{task.budget_ticks}});
        randoms_ = 0;
        emissions_ = 0;
        status_ = TaskStatus::Ok;
        has_output_ = false;
    }

    [[nodiscard]] const Task& task() const { return *task_; }
    [[nodiscard]] u32 cores() const { return run_->cores; }
    [[nodiscard]] bool charge(Operation operation) { return budget_.charge(cost_of(operation)); }
    [[gnu::always_inline]] TaskStatus spawn(const Task& task) {
        if (!charge(Operation::Spawn)) {
            return TaskStatus::OverBudget;
        }
        if (emissions_ == EMISSIONS_MAX) [[unlikely]] {
            return note(TaskStatus::EmitLimit);
        }
        ++emissions_;
        const bool valid = (task.id & home_bits_) == home_ && task.handler < HANDLERS_MAX &&
                           run_->handlers[task.handler] != nullptr && task.plain();
        Task* slot = valid ? core_->ready.slot_leaving_reserve(task.level) : nullptr;
        if (slot == nullptr) [[unlikely]] {
            return note(valid ? TaskStatus::QueueFull : TaskStatus::InvalidTask);
        }
        copy(*slot, task);
        return TaskStatus::Ok;
    }
    [[nodiscard]] bool ended_well() const {
        return !budget_.exceeded() && !has_output_ && status_ == TaskStatus::Ok;
    }
    [[nodiscard]] u64 random() { return randoms_++; }

  private:
    TaskStatus note(TaskStatus status) {
        status_ = status_ == TaskStatus::Ok ? status : status_;
        return status;
    }

    const LooseRun* run_ = nullptr;
    LooseCore* core_ = nullptr;
    u32 home_bits_ = 0;
    u32 home_ = 0;
    const Task* task_ = nullptr;
    TickBudget budget_{Tick{0}};
    u32 randoms_ = 0;
    u8 emissions_ = 0;
    TaskStatus status_ = TaskStatus::Ok;
    bool has_output_ = false;
};

/// As many tasks as a core of eight runs in a beat, then the next core has its turn.
void run_turn(const LooseRun& run, LooseCore& core, LooseContext& context) {
    constexpr u32 TURN_TASKS = 1000;
    for (u32 i = 0; i < TURN_TASKS; ++i) {
        const Task* task = core.ready.take();
        if (task == nullptr) {
            return;
        }
        context.begin(*task);
        if (context.charge(Operation::Execute) && task->guard_count == 0) [[likely]] {
            run.handlers[task->handler](context);
        }
        core.tasks += context.ended_well() ? 1 : 0;
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
    LooseContext context;
    for (bool found = true; found;) {
        found = false;
        for (u32 id = 0; id < cores.size(); ++id) {
            context.enter(run, cores[id], id);
            run_turn(run, cores[id], context);
            found = found || !cores[id].ready.empty();
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
