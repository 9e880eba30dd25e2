// SPDX-License-Identifier: MIT
// Bad input: one clear line on standard error, and the right exit status, before anything runs.
#include <gtest/gtest.h>

#include "tests/support/command.hpp"

namespace knhk::test {
namespace {

constexpr int BAD_INPUT = 2;
constexpr int ENVIRONMENT = 3;

void expect_refusal(const std::vector<std::string>& words, int status, const std::string& says) {
    const auto result = knhk(words);
    EXPECT_EQ(result.status, status) << words.back() << ": " << result.err;
    const auto lines = lines_of(result.err);
    ASSERT_EQ(lines.size(), 1u) << result.err;
    EXPECT_EQ(lines[0].find("knhk: error: "), 0u) << lines[0];
    EXPECT_NE(lines[0].find(says), std::string::npos) << lines[0];
    EXPECT_EQ(result.out, "");
}

TEST(Input, unknown_workload_is_refused_on_all_platforms) {
    expect_refusal({"run", "nosuch"}, BAD_INPUT, "nosuch");
    expect_refusal({"run", "nosuch", "--on", "qemu-x86_64"}, BAD_INPUT, "nosuch");
}

TEST(Input, cores_and_workers_out_of_bounds_are_refused) {
    expect_refusal({"run", "--cores", "3"}, BAD_INPUT, "power of two");
    expect_refusal({"run", "--cores", "0"}, BAD_INPUT, "cores");
    expect_refusal({"run", "--cores", "512"}, BAD_INPUT, "256");
    expect_refusal({"run", "--cores", "4", "--workers", "5"}, BAD_INPUT, "workers");
    expect_refusal({"run", "--workers", "0"}, BAD_INPUT, "workers");
}

TEST(Input, numbers_that_are_none_are_refused) {
    expect_refusal({"run", "--seed", "banana"}, BAD_INPUT, "banana");
    expect_refusal({"run", "--tasks", "99999999999999999999999"}, BAD_INPUT, "tasks");
    expect_refusal({"run", "--tasks", "-1"}, BAD_INPUT, "tasks");
}

TEST(Input, unknown_options_commands_and_names_are_refused) {
    expect_refusal({"run", "--nosuch"}, BAD_INPUT, "nosuch");
    expect_refusal({"frobnicate"}, BAD_INPUT, "frobnicate");
    expect_refusal({"run", "--on", "vax"}, BAD_INPUT, "vax");
    expect_refusal({"run", "--level", "half"}, BAD_INPUT, "half");
}

TEST(Input, missing_and_damaged_images_are_refused_on_all_platforms) {
    const Folder folder;
    const std::string image = read_file(image_path());
    write_file(folder.file("truncated"), image.substr(0, image.size() / 2));
    write_file(folder.file("empty"), "");
    std::string other = image;
    other[18] = static_cast<char>(243); // e_machine: riscv64
    other[19] = 0;
    write_file(folder.file("riscv64"), other);
    for (const std::string& platform : platforms()) {
        const auto refused = [&](const std::string& file, const std::string& says) {
            expect_refusal({"run", "fanout", "--on", platform, "--image", file}, BAD_INPUT, says);
        };
        refused(folder.file("nosuch"), "nosuch");
        refused(folder.file("truncated"), "truncated");
        refused(folder.file("empty"), "empty");
        if (platform != "qemu-riscv64") {
            refused(folder.file("riscv64"), "riscv64");
        }
        refused("/etc/hostname", "ELF");
        const bool is_own = architecture_of(platform) == architecture_of("linux");
        refused("/bin/true", is_own ? "fixed addresses" : architecture_of(platform));
    }
}

TEST(Input, unwritable_log_is_refused_before_the_run) {
    expect_refusal({"run", "--log", "/nonexistent/folder/log"}, BAD_INPUT, "/nonexistent");
    expect_refusal({"run", "--log", "/"}, BAD_INPUT, "/");
}

TEST(Input, full_disk_ends_the_run_with_one_line) {
    expect_refusal({"run", "fanout", "--log", "/dev/full", "--quiet"}, ENVIRONMENT, "No space");
}

TEST(Input, compare_refuses_what_is_no_log) {
    const Folder folder;
    write_file(folder.file("text"), "this is not a log, but it is longer than a header is\n");
    expect_refusal({"compare", folder.file("text"), folder.file("text")}, BAD_INPUT, "log");
    expect_refusal({"compare", folder.file("nosuch"), folder.file("text")}, BAD_INPUT, "nosuch");
    expect_refusal({"compare", folder.file("text")}, BAD_INPUT, "B");
}

/// A library that takes an address before the loader's main begins.
std::string occupier(const Folder& folder, const std::string& address) {
    write_file(folder.file("occupy.cpp"),
               "#include <sys/mman.h>\n"
               "__attribute__((constructor)) static void take() {\n"
               "  mmap(reinterpret_cast<void*>(" +
                   address +
                   "), 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);\n"
                   "}\n");
    const std::string library = folder.file("occupy.so");
    EXPECT_EQ(
        run_command({"g++", "-shared", "-fPIC", folder.file("occupy.cpp"), "-o", library}).status,
        0);
    return library;
}

TEST(Input, occupied_addresses_are_refused_with_their_names) {
    const Folder folder;
    struct Case {
        const char* address;
        const char* says;
    };
    for (const auto& [address, says] :
         {Case{"0x40001000", "0x40000000"}, Case{"0x50000000", "core_queues"},
          Case{"0x53000000", "log_window"}}) {
        const auto result =
            run_command({"env", "LD_PRELOAD=" + occupier(folder, address), loader_path(), "--image",
                         image_path(), "--command-line", "cores=1 workers=1"});
        EXPECT_EQ(result.status, ENVIRONMENT) << result.err;
        EXPECT_EQ(lines_of(result.err).size(), 1u) << result.err;
        EXPECT_NE(result.err.find(says), std::string::npos) << result.err;
    }
}

TEST(Input, help_is_there_and_has_examples) {
    for (const std::vector<std::string>& words : {std::vector<std::string>{"--help"},
                                                  {"run", "--help"},
                                                  {"compare", "--help"},
                                                  {"build", "--help"},
                                                  {"test", "--help"}}) {
        const auto result = knhk(words);
        EXPECT_EQ(result.status, 0);
        EXPECT_NE(result.out.find("knhk"), std::string::npos) << words[0];
    }
    EXPECT_NE(knhk({"run", "--help"}).out.find("Examples"), std::string::npos);
}

} // namespace
} // namespace knhk::test
