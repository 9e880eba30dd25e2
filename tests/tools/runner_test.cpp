// SPDX-License-Identifier: MIT
// Images on disk, and the two platforms that run them: what is started, what its end means, where
// the drain is found.
#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>

#include <sys/stat.h>

#include "base/memory_map.hpp"
#include "tests/loader/elf_builder.hpp"
#include "tests/support/command.hpp"
#include "tools/host/failure.hpp"
#include "tools/run/installation.hpp"
#include "tools/run/linux_runner.hpp"
#include "tools/run/qemu_runner.hpp"

namespace knhk::tools {
namespace {

std::string image_bytes() {
    const auto bytes = loader::ElfBuilder().bytes();
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

class RunnerTest : public testing::Test {
  protected:
    RunnerTest() { test::write_file(folder_.file("image"), image_bytes()); }

    [[nodiscard]] std::string complaint_about(const std::string& path) const {
        try {
            (void)ImageFile::open(path);
        } catch (const Failure& failure) {
            EXPECT_EQ(failure.status(), ExitStatus::BadInput) << failure.what();
            return failure.what();
        }
        return "";
    }
    [[nodiscard]] ImageFile image() const { return ImageFile::open(folder_.file("image")); }

    test::Folder folder_;
    RunOptions options_;
};

std::string argument(const ProcessPlan& plan, const std::string& name) {
    const auto found = std::ranges::find(plan.arguments, name);
    const bool is_there = found != plan.arguments.end() && found + 1 != plan.arguments.end();
    return is_there ? *(found + 1) : "";
}

/// Every descriptor that an argument names is inherited, and the other way round.
void expect_inherited(const ProcessPlan& plan, const std::vector<std::string>& paths) {
    ASSERT_EQ(plan.inherited.size(), paths.size());
    for (std::size_t i = 0; i < paths.size(); ++i) {
        EXPECT_EQ(paths[i], "/proc/self/fd/" + std::to_string(plan.inherited[i]));
    }
}

TEST_F(RunnerTest, image_is_known_by_its_hash) {
    const ImageFile file = image();
    const std::string sum = output_of({"sha256sum", folder_.file("image")});
    EXPECT_EQ(file.sha256_text(), sum.substr(0, 64));
    EXPECT_EQ(file.path(), folder_.file("image"));
}

TEST_F(RunnerTest, image_that_cannot_be_run_is_refused) {
    EXPECT_NE(complaint_about(folder_.file("none")).find("cannot open the image"),
              std::string::npos);
    EXPECT_NE(complaint_about(folder_.file("")).find("not a plain file"), std::string::npos);
    test::write_file(folder_.file("text"), "no image");
    EXPECT_NE(complaint_about(folder_.file("text")).find(folder_.file("text")), std::string::npos);
    test::write_file(folder_.file("cut"), image_bytes().substr(0, 5000));
    EXPECT_NE(complaint_about(folder_.file("cut")), "");
    test::write_file(folder_.file("empty"), "");
    EXPECT_NE(complaint_about(folder_.file("empty")), "");
}

/// Nobody writes into the pipe: opening it must not wait for somebody.
TEST_F(RunnerTest, pipe_is_refused_at_once) {
    ASSERT_EQ(::mkfifo(folder_.file("pipe").c_str(), 0600), 0);
    EXPECT_NE(complaint_about(folder_.file("pipe")).find("not a plain file"), std::string::npos);
}

TEST_F(RunnerTest, loader_gets_image_container_and_drain) {
    options_.workers = 3;
    const ImageFile file = image();
    const LinuxRunner runner(options_, file);
    const ProcessPlan plan = runner.plan();
    EXPECT_EQ(plan.arguments.front(), loader_program().string());
    EXPECT_EQ(argument(plan, "--workers"), "3");
    EXPECT_EQ(argument(plan, "--command-line"), image_command_line(options_));
    EXPECT_TRUE(plan.errors_join_output);
    expect_inherited(plan, {argument(plan, "--image"), argument(plan, "--container"),
                            argument(plan, "--drain")});
    EXPECT_TRUE(runner.shares_memory());
    EXPECT_EQ(runner.drain().size(), region::drain.size_bytes);
}

TEST_F(RunnerTest, loader_without_a_shared_drain_gets_none) {
    options_.drain_shared = false;
    const ImageFile file = image();
    const LinuxRunner runner(options_, file);
    EXPECT_EQ(argument(runner.plan(), "--drain"), "");
    EXPECT_FALSE(runner.shares_memory());
    EXPECT_TRUE(runner.drain().empty());
}

TEST_F(RunnerTest, end_of_the_loader_is_the_images_status) {
    const ImageFile file = image();
    const LinuxRunner runner(options_, file);
    for (int code = 0; code <= 5; ++code) {
        const ImageEnding ending = runner.interpret({.by_signal = false, .code = code}, "");
        EXPECT_EQ(ending.image_status, static_cast<ExitStatus>(code));
    }
    for (const int code : {6, 65, 127, 255}) {
        const ImageEnding ending = runner.interpret({.by_signal = false, .code = code}, "");
        EXPECT_FALSE(ending.image_status) << code;
        EXPECT_NE(ending.failure.find("status " + std::to_string(code)), std::string::npos);
    }
}

TEST_F(RunnerTest, signal_is_no_status_of_the_image) {
    const ImageFile file = image();
    const LinuxRunner loader(options_, file);
    const QemuRunner qemu(options_, file);
    for (const PlatformRunner* runner :
         {static_cast<const PlatformRunner*>(&loader), static_cast<const PlatformRunner*>(&qemu)}) {
        for (const int signal : {1, 4, SIGKILL, SIGSEGV}) {
            const ImageEnding ending = runner->interpret({.by_signal = true, .code = signal}, "");
            EXPECT_FALSE(ending.image_status);
            EXPECT_NE(ending.failure.find("signal " + std::to_string(signal)), std::string::npos);
            EXPECT_NE(ending.failure.find("it said nothing"), std::string::npos);
        }
        const ImageEnding ending = runner->interpret({.by_signal = true, .code = 9}, "last word");
        EXPECT_NE(ending.failure.find("last word"), std::string::npos);
    }
}

TEST_F(RunnerTest, end_of_qemu_is_decoded) {
    const ImageFile file = image();
    const QemuRunner runner(options_, file);
    EXPECT_EQ(runner.interpret({.by_signal = false, .code = 69}, "").image_status,
              ExitStatus::BadInput);
    const ImageEnding refused = runner.interpret({.by_signal = false, .code = 1}, "no kvm");
    EXPECT_FALSE(refused.image_status);
    EXPECT_NE(refused.failure.find("no kvm"), std::string::npos);
}

TEST_F(RunnerTest, qemu_gets_image_container_and_memory) {
    options_.memory_mib = 64;
    const ImageFile file = image();
    const QemuRunner runner(options_, file);
    const ProcessPlan plan = runner.plan();
    EXPECT_EQ(plan.arguments.front(), "qemu-system-x86_64");
    EXPECT_FALSE(plan.errors_join_output);
    EXPECT_EQ(argument(plan, "-m"), "64M");
    EXPECT_EQ(argument(plan, "-append"), image_command_line(options_));
    std::string memory = argument(plan, "-object");
    memory.erase(0, memory.find("mem-path=") + 9);
    expect_inherited(plan, {argument(plan, "-kernel"), argument(plan, "-initrd"),
                            memory.substr(0, memory.find(','))});
}

/// The line that an image prints when its drain lies at `address`.
std::string drain_line(u64 address, u64 size_bytes) {
    return fmt::format("knhk: drain physical={:#x} size={:#x}", address, size_bytes);
}

TEST_F(RunnerTest, drain_is_mapped_where_the_image_says) {
    const ImageFile file = image();
    QemuRunner runner(options_, file);
    EXPECT_TRUE(runner.shares_memory());
    runner.watch_console("any line");
    EXPECT_TRUE(runner.drain().empty());
    runner.watch_console(drain_line(0x3000, region::drain.size_bytes));
    ASSERT_EQ(runner.drain().size(), region::drain.size_bytes);

    const ProcessPlan plan = runner.plan();
    const Mapping memory(plan.inherited.back(), 0, options_.memory_mib << 20);
    memory.bytes()[0x3000 + 5] = std::byte{'x'};
    EXPECT_EQ(runner.drain()[5], std::byte{'x'});
}

TEST_F(RunnerTest, second_drain_line_moves_nothing) {
    const ImageFile file = image();
    QemuRunner runner(options_, file);
    runner.watch_console(drain_line(0x3000, region::drain.size_bytes));
    const std::byte* const first = runner.drain().data();
    runner.watch_console(drain_line(0x7000, region::drain.size_bytes));
    EXPECT_EQ(runner.drain().data(), first);
}

TEST_F(RunnerTest, drain_that_cannot_lie_there_is_refused) {
    const ImageFile file = image();
    QemuRunner runner(options_, file);
    const u64 size = region::drain.size_bytes;
    const u64 memory = options_.memory_mib << 20;
    for (const std::string& line :
         {drain_line(0x3001, size), drain_line(0x3000, size - 1), drain_line(0x3000, size + 4096),
          drain_line(memory - size + 4096, size), drain_line(u64{4} << 30, size),
          drain_line(~u64{0xfff}, size)}) {
        try {
            runner.watch_console(line);
            ADD_FAILURE() << "was believed: " << line;
        } catch (const Failure& failure) {
            EXPECT_EQ(failure.status(), ExitStatus::RunFailed) << failure.what();
        }
        EXPECT_TRUE(runner.drain().empty());
    }
    EXPECT_NO_THROW(runner.watch_console(drain_line(memory - size, size)));
}

TEST_F(RunnerTest, qemu_without_shared_memory_has_no_drain) {
    options_.drain_shared = false;
    const ImageFile file = image();
    QemuRunner runner(options_, file);
    EXPECT_FALSE(runner.shares_memory());
    runner.watch_console(drain_line(0x3000, region::drain.size_bytes));
    EXPECT_TRUE(runner.drain().empty());
    EXPECT_EQ(argument(runner.plan(), "-object"), "");
}

} // namespace
} // namespace knhk::tools
