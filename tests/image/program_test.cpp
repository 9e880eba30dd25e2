// SPDX-License-Identifier: MIT
// Users' programs: built by the command, run on all platforms, refused when they do not compile.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/support/command.hpp"

namespace knhk::test {
namespace {

TEST(Program, histogram_example_gives_one_log_on_all_platforms) {
    const Folder folder;
    build_for_all(source_root() + "/examples/histogram", folder.file("histogram"));
    std::vector<std::pair<std::string, const char*>> places{{"linux", "1"}, {"linux", "2"}};
    for (const std::string& platform : emulated_platforms()) {
        places.push_back({platform, "4"});
    }
    std::string first;
    std::string first_digest;
    for (const auto& [platform, workers] : places) {
        const auto run =
            knhk_json({"run", "histogram", "--image", image_for(platform, folder.file("histogram")),
                       "--cores", "16", "--tasks", "1000", "--on", platform, "--workers", workers,
                       "--log", folder.file("log")});
        EXPECT_EQ(run["tasks"], 2000) << "a sample and its count each";
        const std::string log = read_file(folder.file("log"));
        first = first.empty() ? log : first;
        EXPECT_TRUE(log == first) << platform << " " << workers;
        first_digest = run["run_digest"];
    }
    const auto recomputed =
        run_command({"python3", source_root() + "/tests/independent/recompute_digest.py",
                     folder.file("log"), "--expect", first_digest});
    EXPECT_EQ(recomputed.status, 0) << recomputed.err;
    EXPECT_NE(recomputed.out.find("histogram.count"), std::string::npos) << recomputed.out;
}

TEST(Program, another_version_of_a_handler_is_another_identity) {
    const Folder folder;
    std::string source = read_file(source_root() + "/examples/histogram/histogram.cpp");
    const std::string before = "{\"histogram.count\", 1, count}";
    const std::size_t at = source.find(before);
    ASSERT_NE(at, std::string::npos);
    source.replace(at, before.size(), "{\"histogram.count\", 2, count}");
    std::filesystem::create_directory(folder.file("changed"));
    write_file(folder.file("changed/histogram.cpp"), source);
    std::string digests[2];
    const std::string programs[2] = {source_root() + "/examples/histogram", folder.file("changed")};
    for (int i = 0; i < 2; ++i) {
        const auto built = knhk({"build", programs[i], "-o", folder.file("program.elf")});
        ASSERT_EQ(built.status, 0) << built.err;
        digests[i] =
            knhk_json({"run", "histogram", "--image", folder.file("program.elf")})["run_digest"];
    }
    EXPECT_NE(digests[0], digests[1]);
}

TEST(Program, source_that_does_not_compile_leaves_no_image) {
    const Folder folder;
    std::filesystem::create_directory(folder.file("broken"));
    write_file(folder.file("broken/broken.cpp"), "this is no program\n");
    const auto built = knhk({"build", folder.file("broken"), "-o", folder.file("out.elf")});
    EXPECT_EQ(built.status, 2) << built.err;
    EXPECT_FALSE(std::filesystem::exists(folder.file("out.elf")));
}

TEST(Program, folder_without_sources_is_refused) {
    const Folder folder;
    std::filesystem::create_directory(folder.file("nothing"));
    EXPECT_EQ(knhk({"build", folder.file("nothing")}).status, 2);
    EXPECT_EQ(knhk({"build", folder.file("nosuch")}).status, 2);
}

} // namespace
} // namespace knhk::test
