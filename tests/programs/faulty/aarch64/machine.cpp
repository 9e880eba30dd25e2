// SPDX-License-Identifier: MIT
#include "tests/programs/faulty/machine.hpp"

void execute_undefined() {
    asm volatile("udf #0");
}

// Nothing is mapped where the exception that follows is delivered, again and again.
void lose_vectors(const knhk::u8* empty_table) {
    asm volatile("msr vbar_el1, %0\n\tisb" : : "r"(empty_table));
}
