// SPDX-License-Identifier: MIT
// The image on machines started by hand, without the host command: what a bring-up engineer does.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "tests/support/command.hpp"

namespace knhk::test {
namespace {

/// A machine as QEMU is asked for it by hand.
struct Emulator {
    std::string architecture;
    std::vector<std::string> words; ///< the program first, and what all boots have
    std::string kernel;             ///< what -kernel gets, by this machine's own protocol
    std::string machine;
    std::string large_machine; ///< with sixteen harts
    std::string plain_processor;
    std::string rich_processor;
    std::string rich_word; ///< what the console says of the rich one alone
    int pass;              ///< its exit status when the image's is 0
    int pass_step;
    int switched_off; ///< the same when the image finds no way to pass a status; below 0: it hangs,
                      ///< or none
};

/// What the build made for an architecture, this machine's or another.
std::string built(const std::string& architecture, const std::string& extension) {
    const std::string name = "knhk-" + architecture + extension;
    const std::filesystem::path folder = std::filesystem::path(image_path()).parent_path();
    const std::filesystem::path own = folder / name;
    return exists(own) ? own : folder / "cross" / architecture / name;
}

std::vector<Emulator> emulators() {
    const Emulator known[] = {
        // isa-debug-exit: (0x20 + status) * 2 + 1
        {"x86_64",
         {"qemu-system-x86_64", "-device", "isa-debug-exit,iobase=0xf4,iosize=0x04"},
         built("x86_64", ".elf"),
         "q35",
         "q35",
         "qemu64",
         "max",
         "avx2",
         65,
         2,
         -1},
        {"aarch64",
         {"qemu-system-aarch64", "-semihosting-config", "enable=on,target=native"},
         built("aarch64", ".img"),
         "virt,gic-version=2",
         "virt,gic-version=3,virtualization=on",
         "cortex-a72",
         "max",
         "lse",
         32,
         1,
         0},
        // The device by which it is left is always there.
        {"riscv64",
         {"qemu-system-riscv64"},
         built("riscv64", ".img"),
         "virt",
         "virt",
         "sifive-u54",
         "rv64",
         "zbb",
         32,
         1,
         -1},
    };
    std::vector<Emulator> found;
    for (const std::string& platform : emulated_platforms()) {
        for (const Emulator& emulator : known) {
            if (emulator.architecture == architecture_of(platform)) {
                found.push_back(emulator);
            }
        }
    }
    return found;
}

/// `more` says what the machine boots.
CommandResult boot(const Emulator& emulator, const std::vector<std::string>& more) {
    std::vector<std::string> words = {"timeout", "90"};
    words.insert(words.end(), emulator.words.begin(), emulator.words.end());
    words.insert(words.end(), {"-display", "none", "-no-reboot", "-nodefaults", "-serial", "stdio",
                               "-monitor", "none", "-accel", "tcg,thread=multi"});
    words.insert(words.end(), more.begin(), more.end());
    return run_command(words);
}

std::string digest_in(const std::string& console) {
    const std::size_t at = console.find(" digest=");
    return at == std::string::npos ? "" : console.substr(at + 8, 32);
}

constexpr const char* WORDS = "cores=8 workers=4 workload=fanout tasks=2000 spin=20";

class BootEveryMachine : public testing::Test {
  protected:
    void SetUp() override { ASSERT_EQ(all_.size(), emulated_platforms().size()); }

    /// `more` may name another machine, processor, or number of harts: what comes later counts.
    static CommandResult boot_image(const Emulator& emulator, const std::string& command_line,
                                    const std::vector<std::string>& more) {
        std::vector<std::string> words = {"-M",      emulator.machine,
                                          "-cpu",    emulator.rich_processor,
                                          "-m",      "256M",
                                          "-kernel", emulator.kernel,
                                          "-smp",    "4",
                                          "-append", command_line};
        words.insert(words.end(), more.begin(), more.end());
        return boot(emulator, words);
    }

    std::vector<Emulator> all_ = emulators();
};

TEST_F(BootEveryMachine, without_a_command_line_it_runs_something_and_says_so) {
    for (const Emulator& emulator : all_) {
        const auto result = boot(emulator, {"-M", emulator.machine, "-cpu", emulator.rich_processor,
                                            "-m", "256M", "-kernel", emulator.kernel});
        EXPECT_EQ(result.status, emulator.pass) << result.out;
        EXPECT_EQ(digest_in(result.out).size(), 32u) << result.out;
        EXPECT_NE(result.out.find("knhk: exit status=0"), std::string::npos);
    }
}

TEST_F(BootEveryMachine, baseline_processor_and_every_feature_agree) {
    for (const Emulator& emulator : all_) {
        const auto plain = boot_image(emulator, WORDS, {"-cpu", emulator.plain_processor});
        const auto rich = boot_image(emulator, WORDS, {});
        EXPECT_EQ(plain.status, emulator.pass) << plain.out;
        EXPECT_EQ(rich.status, emulator.pass) << rich.out;
        EXPECT_EQ(plain.out.find(emulator.rich_word), std::string::npos);
        EXPECT_NE(rich.out.find(emulator.rich_word), std::string::npos);
        EXPECT_EQ(digest_in(plain.out), digest_in(rich.out));
        EXPECT_EQ(digest_in(rich.out).size(), 32u);
    }
}

TEST_F(BootEveryMachine, memory_sizes_above_the_least_agree_and_too_little_is_refused_in_words) {
    for (const Emulator& emulator : all_) {
        std::string first;
        for (const char* size : {"256M", "1G", "3G"}) {
            const auto result = boot_image(emulator, WORDS, {"-m", size});
            EXPECT_EQ(result.status, emulator.pass) << size << "\n" << result.out;
            const std::string digest = digest_in(result.out);
            first = first.empty() ? digest : first;
            EXPECT_EQ(digest, first) << size;
        }
        const auto refused = boot_image(emulator, WORDS, {"-m", "64M"});
        EXPECT_EQ(refused.status, emulator.pass + 3 * emulator.pass_step) << refused.out;
        EXPECT_NE(refused.out.find("MiB"), std::string::npos) << refused.out;
    }
}

TEST_F(BootEveryMachine, more_harts_than_workers_and_sixteen_workers_agree) {
    for (const Emulator& emulator : all_) {
        const auto four = boot_image(
            emulator, "cores=16 workers=4 workload=ring tasks=2000 spin=20", {"-smp", "8"});
        const auto sixteen =
            boot_image(emulator, "cores=16 workers=16 workload=ring tasks=2000 spin=20",
                       {"-smp", "16", "-M", emulator.large_machine});
        EXPECT_EQ(four.status, emulator.pass) << four.out;
        EXPECT_EQ(sixteen.status, emulator.pass) << sixteen.out;
        EXPECT_EQ(digest_in(four.out), digest_in(sixteen.out));
    }
}

TEST_F(BootEveryMachine, words_that_mean_nothing_are_refused_by_the_image) {
    struct Case {
        const char* words;
        const char* says;
    };
    for (const Emulator& emulator : all_) {
        for (const auto& [words, says] :
             {Case{"colour=red", "colour=red"}, Case{"cores=12", "power of two"},
              Case{"cores=4 workers=8", "workers"}, Case{"cores=16 workers=8", "harts"},
              Case{"workload=nosuch", "nosuch"}, Case{"tasks=0", "range"}}) {
            const auto result = boot_image(emulator, words, {"-smp", "2"});
            EXPECT_EQ(result.status, emulator.pass + 2 * emulator.pass_step) << words << "\n"
                                                                             << result.out;
            EXPECT_NE(result.out.find("knhk: error: "), std::string::npos) << result.out;
            EXPECT_NE(result.out.find(says), std::string::npos) << result.out;
        }
    }
}

TEST_F(BootEveryMachine, damaged_container_is_refused_by_the_image) {
    const Folder folder;
    write_file(folder.file("container"), std::string(100, 'x'));
    for (const Emulator& emulator : all_) {
        const auto result = boot_image(emulator, WORDS, {"-initrd", folder.file("container")});
        EXPECT_EQ(result.status, emulator.pass + 2 * emulator.pass_step) << result.out;
        EXPECT_NE(result.out.find("container"), std::string::npos) << result.out;
    }
}

/// As hardware has none: the machine is switched off, and only the console has the status.
TEST_F(BootEveryMachine, machine_without_an_emulators_exit_is_switched_off) {
    for (Emulator emulator : all_) {
        if (emulator.switched_off >= 0) {
            emulator.words.resize(1);
            const auto result = boot_image(emulator, WORDS, {});
            EXPECT_EQ(result.status, emulator.switched_off) << result.out;
            EXPECT_NE(result.out.find("knhk: exit status=0"), std::string::npos) << result.out;
        }
    }
}

/// The file with its segments elsewhere in physical memory, as a loader may put them.
std::string moved(const std::string& image, const std::string& offset, const Folder& folder) {
    std::vector<std::string> words = {"riscv64-linux-gnu-objcopy"};
    for (const char* section : {".boot_header", ".notes", ".rodata", ".text", ".data", ".bss"}) {
        words.insert(words.end(), {"--change-section-lma", section + offset});
    }
    words.insert(words.end(), {image, folder.file("moved")});
    EXPECT_EQ(run_command(words).status, 0);
    return folder.file("moved");
}

TEST_F(BootEveryMachine, riscv64_runs_wherever_it_is_put_on_a_boundary_of_2_mib) {
    const auto riscv = std::ranges::find(all_, "riscv64", &Emulator::architecture);
    if (riscv == all_.end()) {
        GTEST_SKIP() << "no image of riscv64";
    }
    const Folder folder;
    const std::string file = built("riscv64", ".elf");
    const auto usual = boot_image(*riscv, WORDS, {"-kernel", file});
    const auto elsewhere =
        boot_image(*riscv, WORDS, {"-kernel", moved(file, "+0x2000000", folder)});
    EXPECT_EQ(elsewhere.status, riscv->pass) << elsewhere.out;
    EXPECT_EQ(digest_in(elsewhere.out).size(), 32u) << elsewhere.out;
    EXPECT_EQ(digest_in(elsewhere.out), digest_in(usual.out));
    const auto between = boot_image(*riscv, WORDS, {"-kernel", moved(file, "+0x1000", folder)});
    EXPECT_NE(between.out.find("knhk: error: loaded at an address that is no multiple of 2 MiB"),
              std::string::npos)
        << between.out;
    const auto unpaged = boot_image(*riscv, WORDS, {"-cpu", "rv64,mmu=off"});
    EXPECT_NE(unpaged.out.find("knhk: error: the processor has no Sv39"), std::string::npos)
        << unpaged.out;
}

/// What hardware does: a Multiboot2 loader takes the same file from a disk.
TEST_F(BootEveryMachine, grub_starts_the_same_file_by_multiboot2) {
    const auto x86 = std::ranges::find(all_, "x86_64", &Emulator::architecture);
    if (x86 == all_.end()) {
        GTEST_SKIP() << "no image of x86_64";
    }
    const Folder folder;
    const std::string root = folder.file("iso");
    std::filesystem::create_directories(root + "/boot/grub");
    std::filesystem::copy_file(x86->kernel, root + "/boot/knhk.elf");
    write_file(root + "/boot/grub/grub.cfg",
               std::string("set timeout=0\nmenuentry knhk {\n multiboot2 /boot/knhk.elf ") + WORDS +
                   "\n boot\n}\n");
    const auto made = run_command({"grub-mkrescue", "-o", folder.file("knhk.iso"), root});
    ASSERT_EQ(made.status, 0) << made.err;
    const auto by_grub =
        boot(*x86, {"-M", "q35", "-m", "512M", "-smp", "4", "-cdrom", folder.file("knhk.iso")});
    const auto by_pvh = boot_image(*x86, WORDS, {"-m", "512M"});
    EXPECT_EQ(by_grub.status, x86->pass) << by_grub.out;
    EXPECT_EQ(digest_in(by_grub.out), digest_in(by_pvh.out)) << by_grub.out;
    EXPECT_EQ(digest_in(by_pvh.out).size(), 32u);
}

} // namespace
} // namespace knhk::test
