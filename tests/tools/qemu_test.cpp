// SPDX-License-Identifier: MIT
// QEMU as text and numbers: what it is asked for, where guest RAM lies in its file, what it means
// when it ends.
#include <gtest/gtest.h>

#include <algorithm>

#include "qemu/machine.hpp"
#include "qemu/runner.hpp"

namespace knhk::qemu {
namespace {

constexpr u64 MIB = u64{1} << 20;
constexpr u64 GIB = u64{1} << 30;

constexpr ExitCodes DEBUG_EXIT{65, 2};

void expect_status(int code, ExitStatus status) {
    const Ending ending = interpret_exit(DEBUG_EXIT, code, "message");
    EXPECT_EQ(ending.image_status, status) << code;
    EXPECT_EQ(ending.failure, "") << code;
}

/// The image did not end the machine; the failure says `part`.
void expect_failure(int code, std::string_view message, const std::string& part) {
    const Ending ending = interpret_exit(DEBUG_EXIT, code, message);
    EXPECT_FALSE(ending.image_status) << code;
    EXPECT_NE(ending.failure.find(part), std::string::npos) << code << ": " << ending.failure;
}

TEST(QemuExitTest, statuses_of_the_image_are_65_and_twice_their_number) {
    expect_status(65, ExitStatus::Ok);
    expect_status(67, ExitStatus::CheckSaysNo);
    expect_status(69, ExitStatus::BadInput);
    expect_status(71, ExitStatus::Environment);
    expect_status(73, ExitStatus::RunFailed);
    expect_status(75, ExitStatus::BeatTooLong);
}

TEST(QemuExitTest, every_other_status_is_a_failure) {
    for (int code = 0; code < 256; ++code) {
        const bool is_image = code >= 65 && code <= 75 && code % 2 == 1;
        const Ending ending = interpret_exit(DEBUG_EXIT, code, "");
        EXPECT_EQ(ending.image_status.has_value(), is_image) << code;
        EXPECT_EQ(ending.failure.empty(), is_image) << code;
    }
}

TEST(QemuExitTest, statuses_of_other_machines_are_32_and_their_number) {
    for (const auto architecture : {Architecture::AARCH64, Architecture::RISCV64}) {
        const ExitCodes codes = find_machine(architecture)->exit_codes;
        for (int code = 0; code < 256; ++code) {
            const Ending ending = interpret_exit(codes, code, "");
            const bool is_image = code >= 32 && code <= 37;
            ASSERT_EQ(ending.image_status.has_value(), is_image) << code;
            EXPECT_EQ(ending.failure.empty(), is_image) << code;
            EXPECT_TRUE(!is_image || static_cast<int>(*ending.image_status) == code - 32) << code;
        }
    }
}

TEST(QemuExitTest, end_without_the_image_is_a_reset) {
    expect_failure(0, "message", "reset");
}

TEST(QemuExitTest, refused_start_gives_qemus_reason) {
    expect_failure(1, "no such machine", "QEMU did not start: no such machine");
    expect_failure(1, "", "gave no reason");
}

TEST(QemuExitTest, unknown_status_is_named) {
    expect_failure(77, "strange", "unknown status 77: strange");
    expect_failure(66, "", "unknown status 66: no message");
    expect_failure(-1, "", "unknown status -1");
}

TEST(DrainLineTest, place_of_the_drain_is_read) {
    const auto span = parse_drain_line("knhk: drain physical=0x12345000 size=0x1010000");
    ASSERT_TRUE(span);
    EXPECT_EQ(span->address, 0x12345000u);
    EXPECT_EQ(span->size_bytes, 0x1010000u);
}

TEST(DrainLineTest, order_and_further_keys_do_not_matter) {
    const auto span = parse_drain_line("knhk: drain size=16 later=x physical=4096");
    ASSERT_TRUE(span);
    EXPECT_EQ(span->address, 4096u);
    EXPECT_EQ(span->size_bytes, 16u);
}

TEST(DrainLineTest, largest_numbers_are_read) {
    const auto span =
        parse_drain_line("knhk: drain physical=0xffffffffffffffff size=0xffffffffffffffff");
    ASSERT_TRUE(span);
    EXPECT_EQ(span->address, ~u64{0});
    EXPECT_EQ(span->size_bytes, ~u64{0});
}

TEST(DrainLineTest, other_lines_are_none) {
    for (const char* const line :
         {"", "knhk: drain", "knhk: drain ", "knhk: drain physical=0x1000", "knhk: drain size=1",
          "knhk: drain physical= size=", "knhk: drain physical=x size=1",
          "knhk: drain physical=0x1000 size=0x10000000000000000", "knhk: drained physical=1 size=1",
          " knhk: drain physical=1 size=1", "drain physical=1 size=1",
          "knhk: drain Physical=1 size=1"}) {
        EXPECT_FALSE(parse_drain_line(line)) << line;
    }
}

TEST(QemuMachineTest, machines_are_found_by_their_names) {
    for (const Machine& machine : machines()) {
        EXPECT_EQ(find_machine(machine.architecture, machine.name), &machine);
        EXPECT_LE(machine.low_bytes, machine.split_from_bytes);
        EXPECT_LE(machine.split_from_bytes, 4 * GIB);
    }
    EXPECT_EQ(find_machine(Architecture::X86_64)->exit_codes.of_status_0, DEBUG_EXIT.of_status_0);
    EXPECT_EQ(find_machine(Architecture::X86_64)->exit_codes.step, DEBUG_EXIT.step);
    EXPECT_EQ(machine_names(Architecture::AARCH64), "virt");
    EXPECT_EQ(machine_names(Architecture::X86_64), "q35, pc, microvm");
    EXPECT_EQ(find_machine(Architecture::X86_64, "q3"), nullptr);
    EXPECT_EQ(find_machine(Architecture::X86_64), &machines().front());
}

std::optional<u64> offset(const char* machine, u64 memory, u64 address, u64 size) {
    return ram_file_offset(*find_machine(Architecture::X86_64, machine), memory, {address, size});
}

TEST(RamFileTest, memory_in_one_part_lies_as_its_addresses) {
    EXPECT_EQ(offset("q35", 512 * MIB, 0, 512 * MIB), 0u);
    EXPECT_EQ(offset("q35", 512 * MIB, 0x1000, 0x1000), 0x1000u);
    EXPECT_EQ(offset("q35", 512 * MIB, 512 * MIB - 1, 1), 512 * MIB - 1);
    EXPECT_EQ(offset("q35", 512 * MIB, 512 * MIB - 1, 2), std::nullopt);
    EXPECT_EQ(offset("q35", 512 * MIB, 512 * MIB, 1), std::nullopt);
    EXPECT_EQ(offset("q35", 512 * MIB, 4 * GIB, 0x1000), std::nullopt);
}

/// The splits are QEMU's: q35 at 2816 MiB down to 2 GiB, pc at 3.5 to 3, microvm at 3.
TEST(RamFileTest, memory_is_split_from_the_machines_own_size) {
    EXPECT_EQ(offset("q35", 2815 * MIB, 2815 * MIB - 1, 1), 2815 * MIB - 1);
    EXPECT_EQ(offset("q35", 2816 * MIB, 2 * GIB, 1), std::nullopt);
    EXPECT_EQ(offset("q35", 2816 * MIB, 2 * GIB - 1, 1), 2 * GIB - 1);
    EXPECT_EQ(offset("pc", 3583 * MIB, 3583 * MIB - 1, 1), 3583 * MIB - 1);
    EXPECT_EQ(offset("pc", 3584 * MIB, 3 * GIB, 1), std::nullopt);
    EXPECT_EQ(offset("pc", 3584 * MIB, 4 * GIB, 1), 3 * GIB);
    EXPECT_EQ(offset("microvm", 3 * GIB, 3 * GIB - 1, 1), 3 * GIB - 1);
    EXPECT_EQ(offset("microvm", 4 * GIB, 3 * GIB, 1), std::nullopt);
    EXPECT_EQ(offset("microvm", 4 * GIB, 4 * GIB, 1), 3 * GIB);
}

TEST(RamFileTest, upper_part_follows_the_lower_one_in_the_file) {
    const u64 memory = 8 * GIB;
    EXPECT_EQ(offset("q35", memory, 4 * GIB, 0x1000), 2 * GIB);
    EXPECT_EQ(offset("q35", memory, 4 * GIB + 0x5000, 0x1000), 2 * GIB + 0x5000);
    EXPECT_EQ(offset("q35", memory, 10 * GIB - 1, 1), 8 * GIB - 1);
    EXPECT_EQ(offset("q35", memory, 4 * GIB, 6 * GIB), 2 * GIB);
    EXPECT_EQ(offset("q35", memory, 4 * GIB, 6 * GIB + 1), std::nullopt);
    EXPECT_EQ(offset("q35", memory, 10 * GIB, 1), std::nullopt);
}

TEST(RamFileTest, span_across_the_hole_has_no_offset) {
    EXPECT_EQ(offset("q35", 8 * GIB, 2 * GIB - 1, 2), std::nullopt);
    EXPECT_EQ(offset("q35", 8 * GIB, 4 * GIB - 1, 2), std::nullopt);
    EXPECT_EQ(offset("q35", 8 * GIB, 3 * GIB, 1), std::nullopt);
    EXPECT_EQ(offset("q35", 8 * GIB, 2 * GIB - 1, 2 * GIB + 2), std::nullopt);
}

TEST(RamFileTest, span_whose_end_wraps_has_no_offset) {
    EXPECT_EQ(offset("q35", 8 * GIB, 0x1000, ~u64{0}), std::nullopt);
    EXPECT_EQ(offset("q35", 8 * GIB, ~u64{0}, 2), std::nullopt);
    EXPECT_EQ(offset("q35", 8 * GIB, 5 * GIB, ~u64{0} - GIB), std::nullopt);
    EXPECT_EQ(offset("q35", 512 * MIB, ~u64{0}, 1), std::nullopt);
}

/// The argument behind the one that is named; the test fails unless it is there exactly once.
std::string argument(const std::vector<std::string>& arguments, const std::string& name) {
    const auto found = std::ranges::find(arguments, name);
    EXPECT_EQ(std::ranges::count(arguments, name), 1) << name;
    return found == arguments.end() || found + 1 == arguments.end() ? "" : *(found + 1);
}

Boot default_boot() {
    return {.machine = find_machine(Architecture::X86_64, "q35"),
            .accelerator = "tcg",
            .cpu = "",
            .harts = 3,
            .memory_bytes = 512 * MIB,
            .memory_path = "/proc/self/fd/9",
            .image_path = "image.elf",
            .container_path = "container",
            .command_line = "cores=4 workers=3"};
}

TEST(QemuArgumentsTest, boot_is_spelled_out) {
    const auto arguments = arguments_for(default_boot());
    EXPECT_EQ(arguments.front(), "qemu-system-x86_64");
    EXPECT_EQ(argument(arguments, "-M"), "q35,memory-backend=ram");
    EXPECT_EQ(argument(arguments, "-m"), "512M");
    EXPECT_EQ(argument(arguments, "-object"),
              "memory-backend-file,id=ram,size=512M,mem-path=/proc/self/fd/9,share=on");
    EXPECT_EQ(argument(arguments, "-smp"), "3");
    EXPECT_EQ(argument(arguments, "-accel"), "tcg,thread=multi");
    EXPECT_EQ(argument(arguments, "-kernel"), "image.elf");
    EXPECT_EQ(argument(arguments, "-initrd"), "container");
    EXPECT_EQ(argument(arguments, "-append"), "cores=4 workers=3");
    EXPECT_EQ(argument(arguments, "-serial"), "stdio");
    EXPECT_EQ(argument(arguments, "-device"), "isa-debug-exit,iobase=0xf4,iosize=0x04");
    EXPECT_EQ(std::ranges::count(arguments, "-no-reboot"), 1);
}

TEST(QemuArgumentsTest, interrupt_controller_fits_the_number_of_harts) {
    Boot boot = default_boot();
    boot.machine = find_machine(Architecture::AARCH64);
    boot.harts = 8;
    EXPECT_EQ(argument(arguments_for(boot), "-M"), "virt,gic-version=2,memory-backend=ram");
    boot.harts = 9;
    EXPECT_EQ(argument(arguments_for(boot), "-M"), "virt,gic-version=3,memory-backend=ram");
    EXPECT_EQ(argument(arguments_for(boot), "-cpu"), "max");
    boot.cpu = "cortex-a72";
    EXPECT_EQ(argument(arguments_for(boot), "-cpu"), "cortex-a72");
}

TEST(RamFileTest, memory_begins_where_the_machine_has_it) {
    const Machine& virt = *find_machine(Architecture::AARCH64);
    EXPECT_EQ(ram_file_offset(virt, 512 * MIB, {GIB + 0x1000, 0x1000}), 0x1000u);
    EXPECT_EQ(ram_file_offset(virt, 512 * MIB, {0x1000, 0x1000}), std::nullopt);
    EXPECT_EQ(ram_file_offset(virt, 8 * GIB, {5 * GIB, GIB}), 4 * GIB);
}

TEST(QemuArgumentsTest, private_memory_names_no_file) {
    Boot boot = default_boot();
    boot.memory_path = "";
    boot.accelerator = "kvm";
    const auto arguments = arguments_for(boot);
    EXPECT_EQ(argument(arguments, "-M"), "q35");
    EXPECT_EQ(std::ranges::count(arguments, "-object"), 0);
    EXPECT_EQ(argument(arguments, "-accel"), "kvm");
}

TEST(QemuArgumentsTest, comma_in_a_path_ends_no_option) {
    Boot boot = default_boot();
    boot.memory_path = "/a,b,,c";
    EXPECT_EQ(argument(arguments_for(boot), "-object"),
              "memory-backend-file,id=ram,size=512M,mem-path=/a,,b,,,,c,share=on");
}

} // namespace
} // namespace knhk::qemu
