// SPDX-License-Identifier: MIT
// Events stand in memory as docs/log-format.md says that they stand in the file.
#include "replay/event.hpp"

#include <gtest/gtest.h>

#include <cstring>

namespace knhk {
namespace {

TEST(EventTest, fields_stand_where_the_format_says) {
    const Event event{0x0706'0504'0302'0100,
                      0x0F0E'0D0C'0B0A'0908,
                      0x1716'1514'1312'1110,
                      0x1B1A'1918,
                      0x1D1C,
                      0x1E,
                      0x1F};
    u8 bytes[32];
    static_assert(sizeof event == sizeof bytes);
    std::memcpy(bytes, &event, sizeof event);
    for (u32 i = 0; i < sizeof bytes; ++i) {
        EXPECT_EQ(bytes[i], i);
    }
}

TEST(EventTest, written_event_is_the_assigned_one) {
    const Event event{0x0123'4567'89AB'CDEF, ~u64{1}, ~u64{2}, ~u32{3}, 0xA1B2, 0xC3, 0xD4};
    Event written{};
    write(&written, event);
    EXPECT_EQ(std::memcmp(&written, &event, sizeof event), 0);
}

TEST(EventTest, kinds_and_statuses_have_the_values_of_the_format) {
    EXPECT_EQ(static_cast<int>(EventKind::TaskEnqueued), 1);
    EXPECT_EQ(static_cast<int>(EventKind::TaskExecuted), 2);
    EXPECT_EQ(static_cast<int>(EventKind::StateChange), 3);
    EXPECT_EQ(static_cast<int>(EventKind::ExternalInput), 4);
    EXPECT_EQ(static_cast<int>(TaskStatus::Ok), 0);
    EXPECT_EQ(static_cast<int>(TaskStatus::QueueFull), 1);
    EXPECT_EQ(static_cast<int>(TaskStatus::EmitLimit), 2);
    EXPECT_EQ(static_cast<int>(TaskStatus::InvalidTask), 3);
}

} // namespace
} // namespace knhk
