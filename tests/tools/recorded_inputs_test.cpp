// SPDX-License-Identifier: MIT
// The inputs from outside that a log holds, as a run that is made again is fed with them.
#include "tools/run/recorded_inputs.hpp"

#include <gtest/gtest.h>

#include "base/bytes.hpp"
#include "replay/intake.hpp"
#include "tests/support/command.hpp"
#include "tests/tools/log_builder.hpp"
#include "tools/host/failure.hpp"

namespace knhk::tools {
namespace {

using test::LogBuilder;

class RecordedInputsTest : public testing::Test {
  protected:
    RecordedInputs open(const LogBuilder& builder, std::optional<u64> after = {}) {
        test::write_file(folder_.file("log"), builder.bytes());
        return RecordedInputs(folder_.file("log"), after);
    }
    /// In pieces of so many bytes, at most.
    static std::vector<IntakeInput> read(RecordedInputs inputs, u64 room) {
        std::vector<IntakeInput> items;
        for (bool goes_on = true; goes_on;) {
            std::vector<std::byte> bytes;
            goes_on = inputs.read(bytes, room);
            EXPECT_LE(bytes.size(), room);
            for (std::size_t at = 0; at < bytes.size(); at += sizeof(IntakeInput)) {
                items.push_back(load_le<IntakeInput>(bytes.data() + at));
            }
        }
        return items;
    }
    /// Five, for three beats.
    static LogBuilder some() {
        LogBuilder builder;
        builder.beats[0].inputs = {{test::task_bytes(1)}, {test::task_bytes(2), 77}};
        builder.beats[1].inputs = {{test::task_bytes(3)}};
        builder.beats[2].inputs = {{test::task_bytes(4)}, {test::task_bytes(5)}};
        return builder;
    }

    test::Folder folder_;
};

TEST_F(RecordedInputsTest, come_in_order_each_with_its_beat) {
    for (const u64 room : {sizeof(IntakeInput), sizeof(IntakeInput) * 2 + 7, INTAKE_RING_BYTES}) {
        const auto items = read(open(some()), room);
        ASSERT_EQ(items.size(), 5u) << room;
        EXPECT_EQ(items[0].tag, INTAKE_INPUT_TAG);
        EXPECT_EQ(items[0].beat, 0u);
        EXPECT_EQ(items[1].input.time, 77u);
        EXPECT_EQ(items[2].beat, 1u);
        EXPECT_EQ(items[4].beat, 5u);
        EXPECT_EQ(items[4].input.task[0], 5u);
    }
}

TEST_F(RecordedInputsTest, those_that_a_checkpoint_holds_are_left_out) {
    EXPECT_EQ(read(open(some(), 0), 1000).size(), 3u);
    EXPECT_EQ(read(open(some(), 1), 1000).size(), 2u);
    EXPECT_EQ(read(open(some(), 5), 1000).size(), 0u);
}

TEST_F(RecordedInputsTest, log_without_any_has_none) {
    EXPECT_TRUE(read(open(LogBuilder()), 1000).empty());
}

TEST_F(RecordedInputsTest, end_where_the_log_is_cut_or_damaged) {
    const auto built = some().build();
    for (const bool is_cut : {false, true}) {
        std::string bytes = built.bytes;
        if (is_cut) {
            bytes.resize(built.inputs_at[2] + 40);
        } else {
            bytes[built.inputs_at[2] + 30] ^= 1;
        }
        test::write_file(folder_.file("log"), bytes);
        EXPECT_EQ(read(RecordedInputs(folder_.file("log")), 1000).size(), 3u);
    }
}

TEST_F(RecordedInputsTest, log_of_level_digest_is_refused) {
    LogBuilder builder;
    builder.level = 0;
    EXPECT_THROW(static_cast<void>(open(builder)), Failure);
}

} // namespace
} // namespace knhk::tools
