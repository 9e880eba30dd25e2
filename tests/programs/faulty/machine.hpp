// SPDX-License-Identifier: MIT
// What goes wrong by an instruction, in each machine's own words.
#pragma once

#include "base/types.hpp"

void execute_undefined();

/// Takes away what the next exception would be delivered through. `empty_table`: ten bytes of
/// zeros.
void lose_vectors(const knhk::u8* empty_table);
