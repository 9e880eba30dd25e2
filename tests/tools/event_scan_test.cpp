// SPDX-License-Identifier: MIT
// Several events at once and one after the other must say the same of any events.
#include "tools/log/event_scan.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <random>
#include <vector>

namespace knhk::tools {
namespace {

constexpr u32 CORES = 16;
constexpr u16 CORE = 5;
constexpr u64 START = 1000;

Event event_of(EventKind kind, u8 status, u32 ticks, u64 task_id) {
    return {.timestamp = 0,
            .task_id = task_id,
            .hash = ~u64{0},
            .ticks = ticks,
            .core = CORE,
            .kind = static_cast<u8>(kind),
            .status = status};
}

/// Every kind, with the largest that it can say.
std::vector<Event> possible_events() {
    std::vector<Event> events = {
        event_of(EventKind::TaskEnqueued, DELTA_LEVEL, CHATMAN, ~u64{0}),
        event_of(EventKind::TaskExecuted, static_cast<u8>(TaskStatus::NoObservation), ~u32{0}, 1),
        event_of(EventKind::StateChange, 0, 0, 0),
        event_of(EventKind::ExternalInput, 0, 0, 7),
        event_of(EventKind::TaskStolen, ORDERED_LEVEL - 1, CORES - 1, 9),
        event_of(EventKind::TaskExecuted, 0, 8, 10),
        event_of(EventKind::TaskEnqueued, 0, 0, 11),
        event_of(EventKind::StateChange, 0, 0, 0),
        event_of(EventKind::TaskExecuted, 7, 1, 12),
        event_of(EventKind::TaskStolen, 0, 0, 13),
        event_of(EventKind::TaskEnqueued, 1, 0, 14),
        event_of(EventKind::Promotion, 2, SNAPSHOT_BEFORE, 15),
        event_of(EventKind::Commit, 0, 256, ~u64{0}),
    };
    u64 timestamp = START;
    for (Event& event : events) {
        event.timestamp = ++timestamp;
    }
    return events;
}

bool says_the_same(const std::vector<Event>& events) {
    const EventScan scan(CORES);
    const bool is_possible = scan.fault_among(events, CORE, START).what.empty();
    EXPECT_EQ(scan.are_possible(events, CORE, START), is_possible);
    return is_possible;
}

/// Changes one event in every place of every length, and counts those that stayed possible.
u32 possible_after(const std::function<void(Event&)>& change) {
    u32 possible = 0;
    const std::vector<Event> all = possible_events();
    for (std::size_t count = 1; count <= all.size(); ++count) {
        for (std::size_t i = 0; i < count; ++i) {
            std::vector<Event> events(all.begin(),
                                      all.begin() + static_cast<std::ptrdiff_t>(count));
            change(events[i]);
            possible += says_the_same(events) ? 1 : 0;
        }
    }
    return possible;
}

TEST(EventScan, events_that_can_be_are_possible_in_every_number) {
    EXPECT_EQ(possible_after([](Event&) {}), 13u * 14u / 2u);
}

TEST(EventScan, every_kind_with_every_status_is_judged_alike) {
    for (u32 kind = 0; kind < 256; ++kind) {
        for (u32 status = 0; status < 256; ++status) {
            std::vector<Event> events = possible_events();
            const std::size_t place = (kind + status) % events.size();
            events[place].kind = static_cast<u8>(kind);
            events[place].status = static_cast<u8>(status);
            const bool is_possible = says_the_same(events);
            EXPECT_FALSE(is_possible && (kind == 0 || kind > 7 || status > 13))
                << kind << " with " << status;
        }
    }
}

TEST(EventScan, every_bit_of_an_event_is_looked_at) {
    for (u32 bit = 0; bit < 32; ++bit) {
        possible_after([bit](Event& event) { event.ticks ^= u32{1} << bit; });
        possible_after([bit](Event& event) { event.task_id ^= u64{1} << (2 * bit); });
    }
    for (u32 bit = 0; bit < 16; ++bit) {
        EXPECT_EQ(possible_after([bit](Event& event) { event.core ^= u16(1u << bit); }), 0u);
    }
}

TEST(EventScan, time_that_does_not_go_on_is_seen_between_any_two) {
    EXPECT_EQ(possible_after([](Event& event) { --event.timestamp; }), 0u);
    EXPECT_EQ(possible_after([](Event& event) { event.timestamp = 0; }), 0u);
    // The largest timestamps, which compare as negative where signs are: possible at the end only.
    EXPECT_EQ(possible_after([](Event& event) { event.timestamp = ~u64{0}; }), 13u);
}

TEST(EventScan, random_events_are_judged_alike) {
    std::mt19937_64 random(41);
    u32 possible = 0;
    for (u32 round = 0; round < 200'000; ++round) {
        std::vector<Event> events = possible_events();
        Event& event = events[random() % events.size()];
        event.kind = static_cast<u8>(random() % 8);
        event.status = static_cast<u8>(random() % 12);
        event.ticks = static_cast<u32>(random() >> (32 + random() % 32));
        event.task_id = random() % 4 == 0 ? 0 : random();
        event.timestamp += random() % 8 == 0 ? random() % 3 : 0;
        possible += says_the_same(events) ? 1 : 0;
    }
    EXPECT_GT(possible, 10'000u);
}

} // namespace
} // namespace knhk::tools
