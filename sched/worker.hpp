// SPDX-License-Identifier: MIT
// What a worker carries from core to core.
#pragma once

#include "sched/chaos.hpp"
#include "sched/task.hpp"

namespace knhk {

struct alignas(SEPARATION_BYTES) Worker {
    Chaos chaos;
    /// The task that runs, for reports of failures; null between tasks. Others look at it when this
    /// worker seems stuck: best effort.
    const Task* volatile running = nullptr;
};

} // namespace knhk
