// SPDX-License-Identifier: MIT
#include "tools/views/arrivals.hpp"

namespace knhk::tools {

namespace {

/// determinism.md, 2.10: so many ordered tasks a beat; their timestamps are the first ones.
constexpr u64 ORDERED_TASKS_OF_A_BEAT_MAX = 256;

} // namespace

void Arrivals::begin_core(u64 start_time) {
    start_time_ = start_time;
    is_ordered_part_over_ = false;
    owner_ = Part::Admitted;
}

Arrivals::Part Arrivals::next(const Event& event) {
    switch (static_cast<EventKind>(event.kind)) {
    case EventKind::TaskExecuted: {
        const bool is_late = event.timestamp - start_time_ > ORDERED_TASKS_OF_A_BEAT_MAX;
        is_ordered_part_over_ = is_ordered_part_over_ || is_late || !has_ordered_;
        owner_ = is_ordered_part_over_ ? Part::Emitted : Part::Unclear;
        return Part::Task;
    }
    case EventKind::TaskEnqueued:
        // Ordered tasks leave no such record: the next task is not one of them.
        is_ordered_part_over_ = true;
        has_ordered_ = has_ordered_ || event.status == ORDERED_LEVEL;
        return owner_;
    case EventKind::StateChange:
    case EventKind::ExternalInput:
    case EventKind::TaskStolen:
    case EventKind::Promotion:
    case EventKind::Commit:
        break;
    }
    // These come before the run part, so the tasks until here were ordered ones.
    is_ordered_part_over_ = true;
    owner_ = Part::Admitted;
    return Part::Admitted;
}

} // namespace knhk::tools
