// SPDX-License-Identifier: MIT
#include "tools/views/trace_flows.hpp"

#include <algorithm>
#include <bit>

namespace knhk::tools {

namespace {

// docs/determinism.md, 1: what a core and all heaps together hold at most.
constexpr std::size_t TASKS_OF_A_CORE_MAX = 256 + 512 + 128 + 32;
constexpr std::size_t ORDERED_TASKS_MAX = 8192;
/// An odd number whose product mixes what the low bits of an id say into the high ones.
constexpr u64 GOLDEN = 0x9E3779B97F4A7C15;

} // namespace

TraceFlows::TraceFlows(u32 cores)
    : slots_(std::bit_ceil(2 * (cores * TASKS_OF_A_CORE_MAX + ORDERED_TASKS_MAX))) {}

std::size_t TraceFlows::home_of(u32 core, u64 task_id) const {
    return static_cast<std::size_t>(((task_id + core * GOLDEN) * GOLDEN) >> 32) &
           (slots_.size() - 1);
}

u64 TraceFlows::start(u32 core, u64 task_id) {
    if (2 * count_ >= slots_.size()) {
        return 0;
    }
    put(core, task_id, ++last_flow_);
    return last_flow_;
}

/// Behind all equal ones, as there are no gaps between them.
void TraceFlows::put(u32 core, u64 task_id, u64 flow) {
    std::size_t at = home_of(core, task_id);
    while (slots_[at].flow != 0) {
        at = next(at);
    }
    slots_[at] = {task_id, flow, core};
    ++count_;
}

u64 TraceFlows::take(u32 core, u64 task_id) {
    std::size_t at = home_of(core, task_id);
    while (slots_[at].flow != 0) {
        if (slots_[at].task_id == task_id && slots_[at].core == core) {
            const u64 flow = slots_[at].flow;
            erase(at);
            return flow;
        }
        at = next(at);
    }
    return 0;
}

/// Moves back what would not be found over a gap. Equal tasks keep their order.
void TraceFlows::erase(std::size_t at) {
    const std::size_t mask = slots_.size() - 1;
    for (std::size_t from = next(at); slots_[from].flow != 0; from = next(from)) {
        const std::size_t home = home_of(slots_[from].core, slots_[from].task_id);
        if (((from - home) & mask) >= ((from - at) & mask)) {
            slots_[at] = slots_[from];
            at = from;
        }
    }
    slots_[at] = {};
    --count_;
}

std::vector<WaitingTask> TraceFlows::waiting() const {
    std::vector<WaitingTask> tasks;
    std::ranges::copy_if(slots_, std::back_inserter(tasks),
                         [](const WaitingTask& task) { return task.flow != 0; });
    std::ranges::sort(tasks, {}, &WaitingTask::flow);
    return tasks;
}

} // namespace knhk::tools
