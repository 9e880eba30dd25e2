// SPDX-License-Identifier: MIT
// The independent reader (tests/independent/recompute_digest.py) over logs of all records, which
// the image does not write in every run: what it must accept, and a flipped bit anywhere.
#include <gtest/gtest.h>

#include "tests/support/command.hpp"
#include "tests/tools/log_builder.hpp"

namespace knhk::test {
namespace {

int status_of(const std::string& bytes) {
    const Folder folder;
    write_file(folder.file("a.log"), bytes);
    const CommandResult result =
        run_command({"python3", "-B", source_root() + "/tests/independent/recompute_digest.py",
                     folder.file("a.log")});
    EXPECT_EQ(result.err.empty(), result.status == 0) << result.err;
    return result.status;
}

LogBuilder builder_of(u32 level, bool is_resumed) {
    LogBuilder builder = LogBuilder::of_three_epochs();
    builder.level = level;
    if (is_resumed) {
        builder.resumed = ResumedFields{.leaves = {5, std::string(32, '\x77')}};
    }
    return builder;
}

TEST(IndependentReader, logs_of_all_records_are_right_at_every_level) {
    for (const u32 level : {0, 1, 2}) {
        EXPECT_EQ(status_of(builder_of(level, false).bytes()), 0) << level;
        EXPECT_EQ(status_of(builder_of(level, true).bytes()), 0) << level;
    }
}

/// A process for each: so a bit here and there, in every record.
TEST(IndependentReader, flipped_bits_are_found_in_every_record) {
    const BuiltLog log = builder_of(2, true).build();
    constexpr std::size_t STEP = 149;
    for (std::size_t at = 0; at < log.bytes.size(); at += STEP) {
        std::string bytes = log.bytes;
        bytes[at] = static_cast<char>(bytes[at] ^ (1 << at % 8));
        EXPECT_NE(status_of(bytes), 0) << at;
    }
}

/// Right by their checks, and yet wrong.
TEST(IndependentReader, lies_with_right_checks_are_found) {
    const BuiltLog log = builder_of(2, true).build();
    const auto with = [&](std::size_t record, std::size_t offset) {
        std::string bytes = log.bytes;
        bytes[record + offset] = static_cast<char>(bytes[record + offset] ^ 1);
        renew_check(bytes, record);
        return bytes;
    };
    for (const std::size_t offset : {8, 16, 24, 32, 48, 80}) {
        EXPECT_EQ(status_of(with(log.epoch_at[1], offset)), 1) << "epoch " << offset;
    }
    for (const std::size_t offset : {8, 16, 24, 32, 48, 100}) {
        EXPECT_EQ(status_of(with(log.records_at, offset)), 1) << "resumed " << offset;
    }
    for (const std::size_t offset : {12, 16, 24, 32, 40, 56}) {
        EXPECT_EQ(status_of(with(log.trailer_at, offset)), 1) << "trailer " << offset;
    }
    for (const std::size_t offset : {8, 16, 24 + 30, 24 + 28}) {
        EXPECT_EQ(status_of(with(log.inputs_at[0], offset)), 1) << "inputs " << offset;
    }
}

TEST(IndependentReader, epoch_that_is_missing_or_too_many_is_found) {
    const BuiltLog log = builder_of(2, false).build();
    std::string bytes = log.bytes;
    bytes.insert(log.epoch_at[2] + 96, bytes.substr(log.epoch_at[2], 96));
    EXPECT_EQ(status_of(bytes), 1);
    for (const std::size_t epoch : log.epoch_at) {
        bytes = log.bytes;
        EXPECT_EQ(status_of(bytes.erase(epoch, 96)), 1) << epoch;
    }
}

} // namespace
} // namespace knhk::test
