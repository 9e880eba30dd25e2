// SPDX-License-Identifier: MIT
// What a user writes: handlers, and workloads that say which tasks a run begins with. The built-in
// workloads are written in the same terms (kernel/builtin_program.cpp).
//
// A log can be trusted as far as handlers keep these rules. They are functions of what their
// context gives them: no variable outlives a call except in the core's state; no address is used as
// a value; nothing outside of what a context hands out is written; no clock is read; no floating
// point is used whose result depends on the machine.
#pragma once

#include "sched/entries.hpp"
#include "sched/task_context.hpp"

namespace knhk {

/// The id of a user program's handler: its index in the program's table.
constexpr HandlerId user_handler(u32 index) {
    return static_cast<HandlerId>(USER_HANDLERS_BEGIN + index);
}

} // namespace knhk

/// Each image has one user program: that of a directory given to `knhk build`, or an empty one.
extern const knhk::Program knhk_user_program;
