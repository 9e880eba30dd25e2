// SPDX-License-Identifier: MIT
// What is over in a beat of all that waits on a core (docs/determinism.md, 2.14).
#include "sched/core.hpp"

namespace knhk {

/// Not inline: few cores have timers. One for whose token there is no place stays until a later
/// beat.
[[gnu::noinline]] void Core::fire_timers(u32 records_end) {
    if (!flows_.has_entries()) {
        return;
    }
    flows_.expire(beat_, [&](const Task& token) {
        const bool fits = log_.count() < records_end && ready_.push(token);
        if (fits) {
            log_task(EventKind::TaskEnqueued, token.id, xxh3_64(&token, sizeof token),
                     static_cast<u8>(token.level));
        }
        return fits;
    });
}

} // namespace knhk
