// SPDX-License-Identifier: MIT
// The image on machines started by hand, without the host command: what a bring-up engineer does.
#include <gtest/gtest.h>

#include <filesystem>

#include "tests/support/command.hpp"

namespace knhk::test {
namespace {

constexpr int PASS = 65; // isa-debug-exit: (0x20 + status) * 2 + 1
constexpr int PASS_STEP = 2;

/// A machine with a serial console and a way to exit; `more` says what it boots.
CommandResult boot(std::vector<std::string> more) {
    std::vector<std::string> words = {
        "timeout",          "90",      "qemu-system-x86_64",
        "-display",         "none",    "-no-reboot",
        "-nodefaults",      "-serial", "stdio",
        "-monitor",         "none",    "-accel",
        "tcg,thread=multi", "-device", "isa-debug-exit,iobase=0xf4,iosize=0x04"};
    words.insert(words.end(), more.begin(), more.end());
    return run_command(words);
}

CommandResult boot_image(const std::string& command_line, std::vector<std::string> more) {
    more.insert(more.end(), {"-kernel", image_path(), "-append", command_line});
    return boot(more);
}

std::string digest_in(const std::string& console) {
    const std::size_t at = console.find(" digest=");
    return at == std::string::npos ? "" : console.substr(at + 8, 32);
}

constexpr const char* WORDS = "cores=8 workers=4 workload=fanout tasks=2000 spin=20";

TEST(Boot, without_a_command_line_it_runs_something_and_says_so) {
    const auto result = boot({"-M", "q35", "-m", "256M", "-kernel", image_path()});
    EXPECT_EQ(result.status, PASS) << result.out;
    EXPECT_EQ(digest_in(result.out).size(), 32u) << result.out;
    EXPECT_NE(result.out.find("knhk: exit status=0"), std::string::npos);
}

TEST(Boot, baseline_processor_and_every_feature_agree) {
    const auto plain =
        boot_image(WORDS, {"-M", "q35", "-m", "256M", "-cpu", "qemu64", "-smp", "4"});
    const auto rich = boot_image(WORDS, {"-M", "q35", "-m", "256M", "-cpu", "max", "-smp", "4"});
    EXPECT_EQ(plain.status, PASS) << plain.out;
    EXPECT_EQ(rich.status, PASS) << rich.out;
    EXPECT_EQ(plain.out.find("avx"), std::string::npos) << "qemu64 has none";
    EXPECT_NE(rich.out.find("avx2"), std::string::npos);
    EXPECT_EQ(digest_in(plain.out), digest_in(rich.out));
    EXPECT_EQ(digest_in(rich.out).size(), 32u);
}

TEST(Boot, memory_sizes_above_the_least_agree_and_too_little_is_refused_in_words) {
    std::string first;
    for (const char* size : {"256M", "1G", "3G"}) {
        const auto result = boot_image(WORDS, {"-M", "q35", "-m", size, "-smp", "4"});
        EXPECT_EQ(result.status, PASS) << size << "\n" << result.out;
        const std::string digest = digest_in(result.out);
        first = first.empty() ? digest : first;
        EXPECT_EQ(digest, first) << size;
    }
    const auto refused = boot_image(WORDS, {"-M", "q35", "-m", "64M", "-smp", "4"});
    EXPECT_EQ(refused.status, PASS + 3 * PASS_STEP) << refused.out;
    EXPECT_NE(refused.out.find("MiB"), std::string::npos) << refused.out;
}

TEST(Boot, more_harts_than_workers_and_sixteen_workers_agree) {
    const auto four = boot_image("cores=16 workers=4 workload=ring tasks=2000 spin=20",
                                 {"-M", "q35", "-m", "256M", "-smp", "8"});
    const auto sixteen = boot_image("cores=16 workers=16 workload=ring tasks=2000 spin=20",
                                    {"-M", "q35", "-m", "256M", "-smp", "16"});
    EXPECT_EQ(four.status, PASS) << four.out;
    EXPECT_EQ(sixteen.status, PASS) << sixteen.out;
    EXPECT_EQ(digest_in(four.out), digest_in(sixteen.out));
}

TEST(Boot, words_that_mean_nothing_are_refused_by_the_image) {
    struct Case {
        const char* words;
        const char* says;
    };
    for (const auto& [words, says] :
         {Case{"colour=red", "colour=red"}, Case{"cores=12", "power of two"},
          Case{"cores=4 workers=8", "workers"}, Case{"cores=16 workers=8", "harts"},
          Case{"workload=nosuch", "nosuch"}, Case{"tasks=0", "range"}}) {
        const auto result = boot_image(words, {"-M", "q35", "-m", "256M", "-smp", "2"});
        EXPECT_EQ(result.status, PASS + 2 * PASS_STEP) << words << "\n" << result.out;
        EXPECT_NE(result.out.find("knhk: error: "), std::string::npos) << result.out;
        EXPECT_NE(result.out.find(says), std::string::npos) << result.out;
    }
}

TEST(Boot, damaged_container_is_refused_by_the_image) {
    const Folder folder;
    write_file(folder.file("container"), std::string(100, 'x'));
    const auto result = boot_image(
        WORDS, {"-M", "q35", "-m", "256M", "-smp", "4", "-initrd", folder.file("container")});
    EXPECT_EQ(result.status, PASS + 2 * PASS_STEP) << result.out;
    EXPECT_NE(result.out.find("container"), std::string::npos) << result.out;
}

/// What hardware does: a Multiboot2 loader takes the same file from a disk.
TEST(Boot, grub_starts_the_same_file_by_multiboot2) {
    const Folder folder;
    const std::string root = folder.file("iso");
    std::filesystem::create_directories(root + "/boot/grub");
    std::filesystem::copy_file(image_path(), root + "/boot/knhk.elf");
    write_file(root + "/boot/grub/grub.cfg",
               std::string("set timeout=0\nmenuentry knhk {\n multiboot2 /boot/knhk.elf ") + WORDS +
                   "\n boot\n}\n");
    const auto made = run_command({"grub-mkrescue", "-o", folder.file("knhk.iso"), root});
    ASSERT_EQ(made.status, 0) << made.err;
    const auto by_grub =
        boot({"-M", "q35", "-m", "512M", "-smp", "4", "-cdrom", folder.file("knhk.iso")});
    const auto by_pvh = boot_image(WORDS, {"-M", "q35", "-m", "512M", "-smp", "4"});
    EXPECT_EQ(by_grub.status, PASS) << by_grub.out;
    EXPECT_EQ(digest_in(by_grub.out), digest_in(by_pvh.out)) << by_grub.out;
    EXPECT_EQ(digest_in(by_pvh.out).size(), 32u);
}

} // namespace
} // namespace knhk::test
