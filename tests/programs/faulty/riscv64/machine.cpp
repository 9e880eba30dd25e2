// SPDX-License-Identifier: MIT
#include "tests/programs/faulty/machine.hpp"

void execute_undefined() {
    asm volatile("unimp");
}

// Nothing is mapped where the exception that follows is delivered, again and again.
void lose_vectors(const knhk::u8* empty_table) {
    asm volatile("csrw stvec, %0" : : "r"(empty_table));
}
