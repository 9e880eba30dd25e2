// SPDX-License-Identifier: MIT
// Checkpoints take their names when they are whole; the last few stay.
#include "tools/run/checkpoint_folder.hpp"

#include <gtest/gtest.h>

#include <fstream>

#include "replay/checkpoint.hpp"
#include "tools/host/failure.hpp"
#include "tools/host/temporary_directory.hpp"

namespace knhk {
namespace {

using tools::CheckpointFolder;
using tools::stored_checkpoints;

std::vector<std::byte> checkpoint_of(u64 beats) {
    CheckpointHeader header{};
    header.place.beats = beats;
    const auto* begin = reinterpret_cast<const std::byte*>(&header);
    std::vector<std::byte> bytes(begin, begin + sizeof header);
    bytes.resize(bytes.size() + 1000, std::byte{7});
    return bytes;
}

class CheckpointFolderTest : public testing::Test {
  protected:
    [[nodiscard]] std::filesystem::path path() const { return directory_.path() / "checkpoints"; }
    static void save(CheckpointFolder& folder, u64 beats) {
        const auto bytes = checkpoint_of(beats);
        ASSERT_EQ(folder.begin(), 0);
        ASSERT_EQ(folder.write(std::span(bytes).first(50)), 0); // within the header
        ASSERT_EQ(folder.write(std::span(bytes).subspan(50)), 0);
        ASSERT_EQ(folder.finish(), 0);
    }
    [[nodiscard]] std::vector<u64> stored() const {
        std::vector<u64> beats;
        for (const auto& checkpoint : stored_checkpoints(path())) {
            beats.push_back(checkpoint.beats);
        }
        return beats;
    }
    tools::TemporaryDirectory directory_;
};

TEST_F(CheckpointFolderTest, names_each_by_its_beats_and_keeps_the_last_few) {
    CheckpointFolder folder(path(), 2);
    for (const u64 beats : {8u, 64u, 1000u}) {
        save(folder, beats);
    }
    EXPECT_EQ(stored(), (std::vector<u64>{64, 1000}));
    EXPECT_EQ(folder.count(), 3u);
    const auto last = stored_checkpoints(path()).back().path;
    EXPECT_EQ(last.filename(), "beats-00000000000000001000.checkpoint");
    EXPECT_EQ(std::filesystem::file_size(last), checkpoint_of(1).size());
}

TEST_F(CheckpointFolderTest, what_was_not_finished_has_no_name_and_goes) {
    {
        CheckpointFolder folder(path(), 2);
        save(folder, 8);
        ASSERT_EQ(folder.begin(), 0);
        ASSERT_EQ(folder.write(checkpoint_of(16)), 0);
        EXPECT_EQ(stored(), std::vector<u64>{8});
    }
    EXPECT_EQ(stored(), std::vector<u64>{8});
    EXPECT_EQ(std::distance(std::filesystem::directory_iterator(path()), {}), 1);
}

TEST_F(CheckpointFolderTest, a_checkpoint_without_a_header_is_not_finished) {
    CheckpointFolder folder(path(), 2);
    const auto bytes = checkpoint_of(8);
    ASSERT_EQ(folder.begin(), 0);
    ASSERT_EQ(folder.write(std::span(bytes).first(50)), 0);
    EXPECT_NE(folder.finish(), 0);
    EXPECT_TRUE(stored().empty());
}

TEST_F(CheckpointFolderTest, other_files_are_none_of_it) {
    CheckpointFolder folder(path(), 1);
    for (const char* name : {"notes.txt", "beats-x.checkpoint", "beats-.checkpoint", "beats-9"}) {
        std::ofstream(path() / name) << "mine";
    }
    save(folder, 8);
    save(folder, 16);
    EXPECT_EQ(stored(), std::vector<u64>{16});
    EXPECT_TRUE(std::filesystem::exists(path() / "notes.txt"));
}

TEST_F(CheckpointFolderTest, a_place_that_cannot_be_a_folder_is_refused_before_anything_runs) {
    std::ofstream(path()) << "a file";
    EXPECT_THROW(CheckpointFolder(path(), 2), tools::Failure);
}

} // namespace
} // namespace knhk
