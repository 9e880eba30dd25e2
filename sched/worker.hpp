// SPDX-License-Identifier: MIT
// What a worker carries from core to core.
#pragma once

#include "sched/chaos.hpp"
#include "sched/task_context.hpp"

namespace knhk {

struct alignas(SEPARATION_BYTES) Worker {
    Chaos chaos;
    /// Others look at its task when this worker seems stuck: best effort.
    TaskContext context;
};

} // namespace knhk
