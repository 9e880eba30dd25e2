// SPDX-License-Identifier: MIT
// Interrupts between harts, which the monitor sends: the one kind that this machine needs beside
// the timer's.
#pragma once

#include "base/types.hpp"

extern "C" {
/// Read by vectors.S: an interrupt tells the hart to stop for good.
extern knhk::u32 harts_must_stop;
}
