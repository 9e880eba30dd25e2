// SPDX-License-Identifier: MIT
// The user program of an image that has none; `knhk build` links another in its place.
#include "sched/program.hpp"

constinit const knhk::Program knhk_user_program{};
