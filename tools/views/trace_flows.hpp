// SPDX-License-Identifier: MIT
// Which tasks wait on which core, so that a trace can lead from where a task was enqueued to where
// it ran. Ids need not be unique: of equal ones on a core the oldest comes first.
#pragma once

#include <vector>

#include "base/types.hpp"

namespace knhk::tools {

/// A task that waits, and the flow that began where it was enqueued.
struct WaitingTask {
    u64 task_id;
    u64 flow; ///< 0: the slot is free
    u32 core;
};

class TraceFlows {
  public:
    /// Has room for more tasks than a run of so many cores can hold.
    explicit TraceFlows(u32 cores);

    /// A new flow from here; 0 when there is no room, which only a log of no run can bring about.
    [[nodiscard]] u64 start(u32 core, u64 task_id);
    /// Ends the wait of the oldest such task; 0 if none waits.
    [[nodiscard]] u64 take(u32 core, u64 task_id);
    /// The task waits on, elsewhere.
    void put(u32 core, u64 task_id, u64 flow);

    /// All that still wait, in the order in which they began to.
    [[nodiscard]] std::vector<WaitingTask> waiting() const;

  private:
    [[nodiscard]] std::size_t home_of(u32 core, u64 task_id) const;
    [[nodiscard]] std::size_t next(std::size_t at) const { return (at + 1) & (slots_.size() - 1); }
    void erase(std::size_t at);

    std::vector<WaitingTask> slots_; ///< open addressing, at most half full
    std::size_t count_ = 0;
    u64 last_flow_ = 0;
};

} // namespace knhk::tools
