// SPDX-License-Identifier: MIT
// Child processes as the command uses them, files that children inherit, and files on disk.
#include "tools/host/process.hpp"

#include <gtest/gtest.h>

#include <cerrno>
#include <csignal>

#include <poll.h>
#include <unistd.h>

#include "tests/support/command.hpp"
#include "tools/host/failure.hpp"
#include "tools/host/shared_file.hpp"
#include "tools/host/temporary_directory.hpp"
#include "tools/run/console_record.hpp"

namespace knhk::tools {
namespace {

ProcessPlan shell(const std::string& script, bool errors_join_output = false) {
    return {.arguments = {"/bin/sh", "-c", script}, .errors_join_output = errors_join_output};
}

/// Sleeps until the pipe has something to say or was closed by its last writer. A writer that
/// should have been gone long ago fails the test, instead of letting it hang.
bool wait_for(int descriptor) {
    constexpr int LIMIT_MS = 30'000;
    pollfd pipe{descriptor, POLLIN, 0};
    const bool has_news = ::poll(&pipe, 1, LIMIT_MS) > 0;
    EXPECT_TRUE(has_news) << "somebody still holds the pipe";
    return has_news;
}

std::vector<std::string> lines_from(int descriptor) {
    std::vector<std::string> lines;
    const auto sink = [&](std::string_view line) { lines.emplace_back(line); };
    LineReader reader;
    while (reader.read_from(descriptor, sink) && wait_for(descriptor)) {
    }
    reader.finish(sink);
    return lines;
}

ProcessEnd end_of(Process& process) {
    while (true) {
        if (const auto end = process.poll_end()) {
            return *end;
        }
        ::usleep(1000);
    }
}

/// Whether the process of this id is there, and no zombie.
bool is_running(const std::string& id) {
    const std::string status = test::read_file("/proc/" + id + "/stat");
    const std::size_t name_end = status.rfind(')');
    return name_end != std::string::npos && status.substr(name_end + 2, 1) != "Z";
}

TEST(ProcessTest, exit_status_comes_back) {
    for (const int code : {0, 1, 7, 255}) {
        Process process = Process::start(shell("exit " + std::to_string(code)));
        const ProcessEnd end = end_of(process);
        EXPECT_FALSE(end.by_signal);
        EXPECT_EQ(end.code, code);
        EXPECT_EQ(end.is_success(), code == 0);
    }
}

TEST(ProcessTest, signal_that_ended_it_comes_back) {
    Process process = Process::start(shell("kill -USR1 $$"));
    const ProcessEnd end = end_of(process);
    EXPECT_TRUE(end.by_signal);
    EXPECT_EQ(end.code, SIGUSR1);
    EXPECT_FALSE(end.is_success());
}

TEST(ProcessTest, output_and_errors_come_apart) {
    const Process process = Process::start(shell("echo out; echo err >&2"));
    EXPECT_EQ(lines_from(process.output()), std::vector<std::string>{"out"});
    EXPECT_EQ(lines_from(process.errors()), std::vector<std::string>{"err"});
}

TEST(ProcessTest, errors_join_the_output_when_asked) {
    const Process process = Process::start(shell("echo out; echo err >&2", true));
    EXPECT_EQ(lines_from(process.output()), (std::vector<std::string>{"out", "err"}));
    EXPECT_EQ(process.errors(), -1);
}

TEST(ProcessTest, input_is_empty) {
    const Process process = Process::start(shell("cat; echo end"));
    EXPECT_EQ(lines_from(process.output()), std::vector<std::string>{"end"});
}

TEST(ProcessTest, running_process_has_no_end) {
    Process process = Process::start(shell("exec sleep 600"));
    EXPECT_FALSE(process.poll_end());
    process.send(SIGTERM);
    const ProcessEnd end = end_of(process);
    EXPECT_TRUE(end.by_signal);
    EXPECT_EQ(end.code, SIGTERM);
}

TEST(ProcessTest, end_is_told_once) {
    Process process = Process::start(shell("exit 3"));
    EXPECT_EQ(end_of(process).code, 3);
    EXPECT_FALSE(process.poll_end());
    process.send(SIGKILL); // nobody is meant by it any more
}

TEST(ProcessTest, process_ends_with_its_object) {
    std::string id;
    {
        const Process process = Process::start(shell("echo $$; exec sleep 600"));
        ASSERT_TRUE(wait_for(process.output()));
        char text[32]{};
        ASSERT_GT(::read(process.output(), text, sizeof text - 1), 0);
        id = std::to_string(std::stoi(text));
        EXPECT_TRUE(is_running(id));
    }
    EXPECT_FALSE(is_running(id));
}

/// The pipe's end is seen only when the last of the group is gone: nothing here waits for time.
TEST(ProcessTest, what_it_left_running_ends_with_it) {
    Process process = Process::start(shell("sleep 600 & exit 5"));
    EXPECT_EQ(end_of(process).code, 5);
    EXPECT_TRUE(lines_from(process.output()).empty());
}

TEST(ProcessTest, signal_reaches_the_whole_group) {
    Process process = Process::start(shell("sleep 600 & wait"));
    process.send(SIGKILL);
    EXPECT_EQ(end_of(process).code, SIGKILL);
    EXPECT_TRUE(lines_from(process.output()).empty());
}

TEST(ProcessTest, program_that_is_not_there_is_refused) {
    for (const char* const name : {"/none/such", "knhk-no-such-program"}) {
        try {
            (void)Process::start({.arguments = {name}});
            ADD_FAILURE() << "was started";
        } catch (const Failure& failure) {
            EXPECT_EQ(failure.status(), ExitStatus::Environment);
            EXPECT_NE(std::string(failure.what()).find(name), std::string::npos);
        }
    }
}

TEST(ProcessTest, only_named_descriptors_are_inherited) {
    const std::string text = "inherited";
    const SharedFile given = SharedFile::holding("given", std::as_bytes(std::span(text)));
    const SharedFile kept = SharedFile::holding("kept", std::as_bytes(std::span(text)));
    ProcessPlan plan = shell("cat " + given.path_in_child() + "; echo; test -e " +
                             kept.path_in_child() + " || echo none");
    plan.inherited = {given.descriptor()};
    const Process process = Process::start(plan);
    EXPECT_EQ(lines_from(process.output()), (std::vector<std::string>{"inherited", "none"}));
}

TEST(ForegroundTest, end_of_a_program_in_the_foreground_comes_back) {
    EXPECT_EQ(run_in_foreground({"/bin/sh", "-c", "exit 9"}).code, 9);
    EXPECT_TRUE(run_in_foreground({"true"}).is_success());
    EXPECT_TRUE(run_in_foreground({"/bin/sh", "-c", "kill -KILL $$"}).by_signal);
    EXPECT_THROW((void)run_in_foreground({"/none/such"}), Failure);
}

TEST(OutputOfTest, output_of_a_program_comes_back_whole) {
    EXPECT_EQ(output_of({"echo", "one two"}), "one two\n");
    EXPECT_EQ(output_of({"/bin/sh", "-c", "head -c 100000 /dev/zero"}).size(), 100'000u);
}

TEST(OutputOfTest, program_that_fails_or_is_missing_has_no_output) {
    EXPECT_EQ(output_of({"/bin/sh", "-c", "echo text; exit 1"}), "");
    EXPECT_EQ(output_of({"knhk-no-such-program"}), "");
}

TEST(InstalledTest, programs_are_found_in_the_path) {
    EXPECT_TRUE(is_installed("sh"));
    EXPECT_TRUE(is_installed("/bin/sh"));
    EXPECT_FALSE(is_installed("knhk-no-such-program"));
    EXPECT_FALSE(is_installed("/etc/passwd"));
}

TEST(SharedFileTest, sized_memory_is_zero_and_keeps_its_size) {
    const SharedFile file = SharedFile::of_size("test", 8192);
    const Mapping mapping(file.descriptor(), 4096, 4096);
    ASSERT_EQ(mapping.bytes().size(), 4096u);
    EXPECT_EQ(mapping.bytes()[4095], std::byte{0});
    EXPECT_NE(::ftruncate(file.descriptor(), 0), 0);
    EXPECT_NE(::ftruncate(file.descriptor(), 16384), 0);
}

TEST(SharedFileTest, mapping_is_shared_with_the_file) {
    const SharedFile file = SharedFile::of_size("test", 4096);
    const Mapping mapping(file.descriptor(), 0, 4096);
    mapping.bytes()[7] = std::byte{'x'};
    char c = 0;
    EXPECT_EQ(::pread(file.descriptor(), &c, 1, 7), 1);
    EXPECT_EQ(c, 'x');
}

TEST(ReplaceFileTest, file_is_replaced_and_nothing_else_is_left) {
    const test::Folder folder;
    replace_file(folder.file("a"), "one");
    replace_file(folder.file("a"), "another");
    EXPECT_EQ(test::read_file(folder.file("a")), "another");
    EXPECT_EQ(read_text_file(folder.file("a")), "another");
    u32 files = 0;
    for ([[maybe_unused]] const auto& entry :
         std::filesystem::directory_iterator(folder.file(""))) {
        ++files;
    }
    EXPECT_EQ(files, 1u);
}

TEST(ReplaceFileTest, place_that_cannot_be_written_is_refused) {
    const test::Folder folder;
    EXPECT_THROW(replace_file(folder.file("none/a"), "one"), Failure);
}

TEST(ReadTextFileTest, missing_file_is_refused_and_an_empty_one_is_read) {
    const test::Folder folder;
    EXPECT_THROW((void)read_text_file(folder.file("none")), Failure);
    test::write_file(folder.file("empty"), "");
    EXPECT_EQ(read_text_file(folder.file("empty")), "");
}

TEST(WriteAllTest, error_of_the_system_comes_back) {
    const std::string text = "x";
    EXPECT_EQ(write_all(-1, std::as_bytes(std::span(text))), EBADF);
    EXPECT_EQ(write_all(-1, {}), 0);
}

TEST(TemporaryDirectoryTest, directory_goes_with_all_that_is_in_it) {
    std::filesystem::path path;
    {
        const TemporaryDirectory directory;
        path = directory.path();
        EXPECT_TRUE(std::filesystem::is_directory(path));
        test::write_file(path / "file", "text");
    }
    EXPECT_FALSE(std::filesystem::exists(path));
}

} // namespace
} // namespace knhk::tools
