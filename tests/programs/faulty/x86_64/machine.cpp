// SPDX-License-Identifier: MIT
#include "tests/programs/faulty/machine.hpp"

void execute_undefined() {
    asm volatile("ud2");
}

// With no interrupt table left, the exception that follows cannot be delivered.
void lose_vectors(const knhk::u8* empty_table) {
    asm volatile("lidt %0" : : "m"(*empty_table));
}
