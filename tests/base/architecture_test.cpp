// SPDX-License-Identifier: MIT
// The table of architectures, read in every direction.
#include "base/architecture.hpp"

#include <gtest/gtest.h>

namespace knhk {
namespace {

TEST(ArchitectureTest, every_row_is_found_by_its_name_and_its_number) {
    for (const ArchitectureFacts& facts : ARCHITECTURES) {
        EXPECT_EQ(name_of(facts.architecture), facts.name);
        EXPECT_EQ(architecture_named(facts.name), facts.architecture);
        EXPECT_EQ(architecture_of_elf(elf_machine_of(facts.architecture)), facts.architecture);
    }
}

TEST(ArchitectureTest, what_is_in_no_row_is_not_found) {
    for (const char* const name : {"", "x86", "X86_64", "arm64", "riscv"}) {
        EXPECT_FALSE(architecture_named(name).has_value()) << name;
    }
    for (const u16 number : {u16{0}, u16{3}, u16{40}, u16{65535}}) {
        EXPECT_FALSE(architecture_of_elf(number).has_value()) << number;
    }
}

} // namespace
} // namespace knhk
