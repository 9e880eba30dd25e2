// SPDX-License-Identifier: MIT
// What an event came from, as far as a log tells; and the small parts that every event passes.
#include <gtest/gtest.h>

#include <cstring>

#include "tests/tools/log_builder.hpp"
#include "tools/log/event_story.hpp"

namespace knhk::tools {
namespace {

using test::LogBuilder;

enum Kind : u8 { ENQUEUED = 1, EXECUTED = 2, STATE = 3, INPUT = 4, STOLEN = 5 };

EventStory story_of(const LogBuilder& builder, u64 beat, u32 core, u64 index) {
    const LogIndex log(LogFile::from(test::file_holding(builder.bytes()), "a.log"));
    return tell_story(log, *log.first_beat_from(beat), core, index);
}

/// Core 0 gets an input in beat 0, runs it, and it spawns 0x20 at home, which runs in beat 1. A
/// message brings 0x31 to core 1 in beat 1; it is stolen there for core 2, and runs.
LogBuilder family() {
    LogBuilder builder;
    builder.beats = {
        {0,
         0,
         {{0,
           {{1, 0x10, 1, 0, 0, INPUT},
            {2, 0x10, 1, 0, 0, ENQUEUED},
            {3, 0x10, 1, 6, 0, EXECUTED},
            {4, 0x20, 1, 0, 0, ENQUEUED}}},
          {3, {{1, 0x13, 1, 0, 3, ENQUEUED}}}}},
        {1,
         4,
         {{0, {{5, 0x20, 1, 1, 0, EXECUTED}, {6, 0, 1, 0, 0, STATE}}},
          {1, {{5, 0x31, 1, 0, 1, ENQUEUED, 1}}}}},
        {2, 6, {{2, {{7, 0x31, 1, 1, 2, STOLEN, 1}, {8, 0x31, 1, 1, 2, EXECUTED}}}}},
    };
    return builder;
}

TEST(EventCauses, input_brings_a_task_in) {
    const EventStory story = story_of(family(), 0, 0, 1);
    ASSERT_EQ(story.causes.size(), 1u);
    EXPECT_EQ(story.causes[0].relation, "was brought in by");
    EXPECT_TRUE(story.causes[0].is_certain);
    EXPECT_EQ(story.causes[0].event->event.kind, INPUT);
}

TEST(EventCauses, executed_task_was_enqueued_by_an_input) {
    const EventStory story = story_of(family(), 0, 0, 2);
    ASSERT_EQ(story.causes.size(), 2u);
    EXPECT_EQ(story.causes[0].event->index, 1u);
    EXPECT_EQ(story.causes[1].event->index, 0u);
}

TEST(EventCauses, task_was_spawned_at_home_in_the_beat_before) {
    const EventStory story = story_of(family(), 1, 0, 0);
    ASSERT_EQ(story.causes.size(), 2u);
    EXPECT_EQ(story.causes[0].event->beat, 0u);
    EXPECT_EQ(story.causes[1].relation, "was spawned at home by");
    EXPECT_TRUE(story.causes[1].is_certain);
    EXPECT_EQ(story.causes[1].event->event.task_id, 0x10u);
    EXPECT_EQ(story.around.size(), 5u) << "three before, across beats, itself, and one behind";
    EXPECT_EQ(story.place, 3u);
}

TEST(EventCauses, message_has_candidates_only) {
    const EventStory story = story_of(family(), 1, 1, 0);
    ASSERT_EQ(story.causes.size(), 1u);
    EXPECT_FALSE(story.causes[0].is_certain);
    EXPECT_NE(story.causes[0].relation.find("was a message"), std::string::npos);
    ASSERT_TRUE(story.causes[0].event) << "the one task of beat 0 that can have emitted";
    EXPECT_EQ(story.causes[0].event->event.task_id, 0x10u);
}

TEST(EventCauses, stolen_task_is_followed_to_its_victim) {
    const EventStory story = story_of(family(), 2, 2, 0);
    ASSERT_GE(story.causes.size(), 1u);
    EXPECT_EQ(story.causes[0].event->event.core, 1u);
    const EventStory executed = story_of(family(), 2, 2, 1);
    EXPECT_EQ(executed.causes[0].event->event.kind, STOLEN);
}

TEST(EventCauses, state_change_names_the_latest_task_as_a_candidate) {
    const EventStory story = story_of(family(), 1, 0, 1);
    ASSERT_EQ(story.causes.size(), 1u);
    EXPECT_FALSE(story.causes[0].is_certain);
    EXPECT_EQ(story.causes[0].event->event.task_id, 0x20u);
}

TEST(EventCauses, missing_event_has_neighbours_and_no_causes) {
    const EventStory story = story_of(family(), 1, 1, 1);
    EXPECT_FALSE(story.place);
    EXPECT_EQ(story.around.size(), 1u);
    EXPECT_TRUE(story.causes.empty());
}

/// In the ordered part a task emits messages only: what is enqueued behind it was admitted.
TEST(EventCauses, task_of_the_ordered_part_spawns_nothing_at_home) {
    LogBuilder builder;
    builder.beats = {{0, 0, {{0, {{1, 0x10, 1, 0, 0, ENQUEUED, 3}}}}},
                     {1, 1, {{0, {{2, 0x10, 1, 6, 0, EXECUTED}, {3, 0x20, 1, 0, 0, ENQUEUED}}}}}};
    const EventStory story = story_of(builder, 1, 0, 1);
    EXPECT_NE(story.causes[0].relation.find("message"), std::string::npos);
    builder.beats[0].events[0][0].status = 0; // then it ran from a ring, and spawned
    EXPECT_EQ(story_of(builder, 1, 0, 1).causes[0].relation, "was spawned at home by");
}

TEST(ReadAheadTest, bytes_come_in_order_whoever_reads) {
    std::string bytes(5'000'000, '\0');
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        bytes[i] = static_cast<char>(i * 31 + i / 257);
    }
    const LogFile file = LogFile::from(test::file_holding(bytes), "a");
    for (const bool with_thread : {false, true}) {
        ReadAhead stream(file, 8, with_thread);
        u64 at = 8;
        for (u64 size = 8; at < bytes.size(); size = size * 5 % 655'360 + 8) {
            const auto part = stream.peek(size);
            ASSERT_EQ(part.size(), std::min<u64>(size, bytes.size() - at));
            ASSERT_EQ(std::memcmp(part.data(), bytes.data() + at, part.size()), 0) << at;
            stream.skip(part.size());
            at += part.size();
            ASSERT_EQ(stream.position(), at);
        }
        EXPECT_TRUE(stream.peek(1).empty());
    }
}

} // namespace
} // namespace knhk::tools
