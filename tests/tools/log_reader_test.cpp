// SPDX-License-Identifier: MIT
// Logs that are right, and logs that end too early: what a reader gives back, field by field.
#include "tools/log/log_reader.hpp"

#include <gtest/gtest.h>

#include "tests/support/command.hpp"
#include "tests/tools/log_builder.hpp"
#include "tools/host/failure.hpp"

namespace knhk::tools {
namespace {

using test::BuiltLog;
using test::LogBuilder;
using test::reader_of;

void expect_event(const Event& event, const test::EventFields& expected) {
    EXPECT_EQ(event.timestamp, expected.timestamp);
    EXPECT_EQ(event.task_id, expected.task_id);
    EXPECT_EQ(event.hash, expected.hash);
    EXPECT_EQ(event.ticks, expected.ticks);
    EXPECT_EQ(event.core, expected.core);
    EXPECT_EQ(event.kind, expected.kind);
    EXPECT_EQ(event.status, expected.status);
}

void expect_block(const LogBlock& block, const test::BeatFields& expected, bool is_full) {
    EXPECT_EQ(block.beat.beat, expected.beat);
    EXPECT_EQ(block.beat.start_time, expected.start_time);
    EXPECT_EQ(block.beat.event_count, expected.event_count());
    ASSERT_EQ(block.cores.size(), is_full ? expected.events.size() : 0);
    ASSERT_EQ(block.events.size(), is_full ? expected.event_count() : 0);
    if (!is_full) {
        return;
    }
    std::size_t entry = 0;
    std::size_t at = 0;
    for (const auto& [core, events] : expected.events) {
        EXPECT_EQ(block.cores[entry].core, core);
        EXPECT_EQ(block.cores[entry].event_count, events.size());
        EXPECT_EQ(block.cores[entry].digest,
                  xxh3_128(block.events.data() + at, events.size() * sizeof(Event)));
        for (const test::EventFields& event : events) {
            expect_event(block.events[at++], event);
        }
        ++entry;
    }
}

/// The chain that stands in a built log's block.
Digest chain_at(const BuiltLog& log, std::size_t block) {
    Digest chain;
    std::memcpy(&chain, log.bytes.data() + log.block_at[block] + 32, sizeof chain);
    return chain;
}

void expect_blocks(LogReader& reader, const LogBuilder& builder, const BuiltLog& log) {
    u64 events = 0;
    for (std::size_t i = 0; i < builder.beats.size(); ++i) {
        const LogBlock* const block = reader.next();
        ASSERT_NE(block, nullptr) << "beat " << i;
        expect_block(*block, builder.beats[i], builder.level == 2);
        EXPECT_EQ(block->beat.chain, chain_at(log, i));
        events += builder.beats[i].event_count();
        EXPECT_EQ(reader.beats_read(), i + 1);
        EXPECT_EQ(reader.events_read(), events);
    }
    EXPECT_EQ(reader.next(), nullptr);
}

class WholeLog : public testing::TestWithParam<u32> {};

TEST_P(WholeLog, whole_log_is_read_back_field_by_field) {
    LogBuilder builder;
    builder.level = GetParam();
    builder.end_reason = 1;
    const BuiltLog log = builder.build();
    LogReader reader = reader_of(log.bytes, "the.log");
    EXPECT_EQ(reader.name(), "the.log");
    EXPECT_EQ(static_cast<u32>(reader.level()), GetParam());
    EXPECT_EQ(reader.prologue().cores, 4u);
    EXPECT_EQ(reader.prologue().workload, GetParam() == 0 ? "" : "workload=ring tasks=12\n");
    const std::string identity = builder.identity_bytes();
    EXPECT_EQ(reader.prologue().header.identity_hash, xxh3_128(identity.data(), identity.size()));
    EXPECT_EQ(reader.prologue().header.identity_bytes, identity.size());

    expect_blocks(reader, builder, log);
    EXPECT_EQ(reader.ending(), LogEnding::Whole);
    EXPECT_EQ(reader.ending_text(), "is whole");
    ASSERT_TRUE(reader.trailer());
    EXPECT_EQ(reader.trailer()->end_reason, 1u);
    EXPECT_EQ(reader.trailer()->beats, 3u);
    EXPECT_EQ(reader.trailer()->events, 11u);
    Digest digest;
    std::memcpy(&digest, log.bytes.data() + log.trailer_at + 40, sizeof digest);
    EXPECT_EQ(reader.trailer()->run_digest, digest);
}
INSTANTIATE_TEST_SUITE_P(levels, WholeLog, testing::Values(0, 1, 2));

TEST(LogReaderTest, identity_is_taken_apart_into_its_eleven_fields) {
    const LogBuilder builder;
    const LogReader reader = reader_of(builder.bytes());
    ASSERT_EQ(reader.prologue().identity.size(), 11u);
    for (const IdentityField& field : reader.prologue().identity) {
        const std::string& expected = builder.identity.at(field.tag);
        EXPECT_EQ(
            std::string(reinterpret_cast<const char*>(field.bytes.data()), field.bytes.size()),
            expected)
            << field.tag;
    }
}

TEST(LogReaderTest, padding_behind_a_text_of_any_length_is_passed_over) {
    for (std::size_t length = 0; length < 17; ++length) {
        LogBuilder builder;
        builder.workload = std::string(length, 'w');
        const BuiltLog log = builder.build();
        LogReader reader = reader_of(log.bytes);
        EXPECT_EQ(reader.prologue().workload, builder.workload);
        expect_blocks(reader, builder, log);
        EXPECT_EQ(reader.ending(), LogEnding::Whole) << length;
    }
}

TEST(LogReaderTest, log_without_beats_is_whole) {
    LogBuilder builder;
    builder.beats.clear();
    LogReader reader = reader_of(builder.bytes());
    EXPECT_EQ(reader.next(), nullptr);
    EXPECT_EQ(reader.ending(), LogEnding::Whole);
    EXPECT_EQ(reader.beats_read(), 0u);
}

TEST(LogReaderTest, inputs_come_with_the_beat_that_receives_them) {
    const LogBuilder builder = LogBuilder::of_three_epochs();
    LogReader reader = reader_of(builder.bytes());
    for (const test::BeatFields& beat : builder.beats) {
        const LogBlock* const block = reader.next();
        ASSERT_NE(block, nullptr);
        ASSERT_EQ(block->inputs.size(), beat.inputs.size()) << beat.beat;
        for (std::size_t i = 0; i < beat.inputs.size(); ++i) {
            EXPECT_EQ(std::memcmp(block->inputs[i].task, beat.inputs[i].task.data(), 64), 0);
            EXPECT_EQ(block->inputs[i].time, beat.inputs[i].time);
        }
    }
    EXPECT_EQ(reader.next(), nullptr);
    EXPECT_EQ(reader.ending(), LogEnding::Whole);
}

TEST(LogReaderTest, resumed_log_says_what_was_before) {
    LogBuilder builder;
    EXPECT_FALSE(reader_of(builder.bytes()).resumed());
    builder.resumed = test::ResumedFields{70, 800, {1, 2}, {6, std::string(32, 'p')}};
    LogReader reader = reader_of(builder.bytes());
    while (reader.next() != nullptr) {
    }
    EXPECT_EQ(reader.ending(), LogEnding::Whole) << reader.ending_text();
    ASSERT_TRUE(reader.resumed());
    EXPECT_EQ(reader.resumed()->beats, 70u);
    EXPECT_EQ(reader.resumed()->events, 800u);
    EXPECT_EQ(reader.resumed()->epochs, 6u);
    EXPECT_EQ(reader.resumed()->chain, (Digest{1, 2}));
    EXPECT_EQ(reader.beats_read(), 3u);
    EXPECT_EQ(reader.trailer()->beats, 73u);
    EXPECT_EQ(reader.trailer()->epochs, 7u);
}

TEST(LogReaderTest, end_stays_the_end) {
    LogReader reader = reader_of(LogBuilder().bytes());
    while (reader.next() != nullptr) {
    }
    EXPECT_EQ(reader.next(), nullptr);
    EXPECT_EQ(reader.ending(), LogEnding::Whole);
    EXPECT_EQ(reader.beats_read(), 3u);
}

TEST(LogReaderTest, beat_in_which_nothing_was_recorded_is_read) {
    LogBuilder builder;
    builder.beats = {{0, 0}, {1, 0, {{2, {{1, 1, 1, 0, 2}}}}}};
    LogReader reader = reader_of(builder.bytes());
    const LogBlock* block = reader.next();
    ASSERT_NE(block, nullptr);
    EXPECT_TRUE(block->cores.empty());
    EXPECT_TRUE(block->events.empty());
    block = reader.next();
    ASSERT_NE(block, nullptr);
    EXPECT_EQ(block->events.size(), 1u);
    EXPECT_EQ(reader.next(), nullptr);
    EXPECT_EQ(reader.ending(), LogEnding::Whole);
}

/// The largest block that one core can make is no longer than a buffer; several are.
TEST(LogReaderTest, blocks_that_cross_the_buffer_are_read_whole) {
    LogBuilder builder;
    builder.cores = 1;
    builder.identity[3] = std::string("\1\0\0\0", 4);
    builder.identity[4] = "\1";
    builder.beats.clear();
    u64 time = 0;
    for (u64 beat = 0; beat < 5; ++beat) {
        test::BeatFields fields{beat, time};
        for (u32 i = 0; i < 16384; ++i) {
            ++time;
            fields.events[0].push_back({time, time * 3, time * 7});
        }
        builder.beats.push_back(fields);
    }
    LogReader reader = reader_of(builder.bytes());
    for (const test::BeatFields& fields : builder.beats) {
        const LogBlock* const block = reader.next();
        ASSERT_NE(block, nullptr);
        ASSERT_EQ(block->events.size(), 16384u);
        for (u32 i = 0; i < 16384; i += 101) {
            ASSERT_EQ(block->events[i].hash, fields.events.at(0)[i].hash);
        }
    }
    EXPECT_EQ(reader.next(), nullptr);
    EXPECT_EQ(reader.ending(), LogEnding::Whole);
}

/// What a cut at `size` must leave of `log`: the blocks that end before it.
std::size_t complete_blocks(const BuiltLog& log, std::size_t size) {
    std::size_t blocks = 0;
    for (const std::size_t end : log.block_end) {
        blocks += end <= size ? 1 : 0;
    }
    return blocks;
}

void expect_cut(const BuiltLog& log, const LogBuilder& builder, std::size_t size) {
    LogReader reader = reader_of(log.bytes.substr(0, size));
    std::size_t blocks = 0;
    for (const LogBlock* block = reader.next(); block != nullptr; block = reader.next()) {
        ASSERT_LT(blocks, builder.beats.size()) << size;
        expect_block(*block, builder.beats[blocks], builder.level == 2);
        ++blocks;
    }
    EXPECT_EQ(blocks, complete_blocks(log, size)) << size;
    EXPECT_EQ(reader.beats_read(), blocks) << size;
    EXPECT_EQ(reader.ending(), LogEnding::Cut) << size;
    EXPECT_FALSE(reader.trailer()) << size;
    const std::string place = blocks == 0
                                  ? "before its first beat"
                                  : "after beat " + std::to_string(builder.beats[blocks - 1].beat);
    EXPECT_EQ(reader.ending_text(), "is cut " + place) << size;
}

class CutLog : public testing::TestWithParam<u32> {};

TEST_P(CutLog, log_cut_at_any_byte_is_read_up_to_its_last_whole_block) {
    LogBuilder builder = LogBuilder::of_three_epochs();
    builder.level = GetParam();
    const BuiltLog log = builder.build();
    for (std::size_t size = 0; size < log.records_at; ++size) {
        try {
            (void)reader_of(log.bytes.substr(0, size), "short.log");
            ADD_FAILURE() << "was opened: " << size;
        } catch (const Failure& failure) {
            EXPECT_EQ(failure.status(), ExitStatus::BadInput);
            EXPECT_EQ(std::string(failure.what()).find("short.log"), 0u) << failure.what();
        }
    }
    for (std::size_t size = log.records_at; size < log.bytes.size(); ++size) {
        expect_cut(log, builder, size);
    }
}
INSTANTIATE_TEST_SUITE_P(levels, CutLog, testing::Values(0, 1, 2));

TEST(LogReaderTest, file_is_opened_by_its_path) {
    const test::Folder folder;
    test::write_file(folder.file("a.log"), LogBuilder().bytes());
    LogReader reader = LogReader::open(folder.file("a.log"));
    EXPECT_EQ(reader.name(), folder.file("a.log"));
    EXPECT_NE(reader.next(), nullptr);
}

TEST(LogReaderTest, missing_file_is_refused_by_name) {
    const test::Folder folder;
    try {
        (void)LogReader::open(folder.file("none.log"));
        FAIL() << "was opened";
    } catch (const Failure& failure) {
        EXPECT_EQ(failure.status(), ExitStatus::BadInput);
        EXPECT_NE(std::string(failure.what()).find("none.log"), std::string::npos);
    }
}

TEST(LogReaderTest, directory_is_refused) {
    const test::Folder folder;
    EXPECT_THROW((void)LogReader::open(folder.file("")), Failure);
}

} // namespace
} // namespace knhk::tools
