// SPDX-License-Identifier: MIT
// Logs that lie: every number of one is wrong once, and each is refused in few bytes of memory.
#include "tools/log/log_reader.hpp"

#include <gtest/gtest.h>

#include <random>

#include "tests/tools/allocation_record.hpp"
#include "tests/tools/log_damage.hpp"

namespace knhk::tools {
namespace {

using test::BuiltLog;
using test::expect_damage;
using test::expect_refusal;
using test::LogBuilder;
using test::LogDamage;
using test::read_all;
using test::reader_of;
using test::refusal_of;
using test::set;

/// The log of a builder whose identity was changed.
std::string with_identity_field(u16 tag, const std::string& content) {
    LogBuilder builder;
    builder.identity[tag] = content;
    return builder.bytes();
}

std::string number(u64 value, u32 size) {
    std::string bytes;
    test::put(bytes, value, size);
    return bytes;
}

TEST_F(LogDamage, wrong_magic_is_refused) {
    for (std::size_t i = 0; i < 8; ++i) {
        expect_refusal(changed(i, 0x7f, 1), "is not a KNHK log");
    }
}

TEST_F(LogDamage, other_format_versions_are_refused_by_name) {
    expect_refusal(changed(8, 1, 4), "format version 1");
    expect_refusal(changed(8, 2, 4), "format version 2");
    expect_refusal(changed(8, 3, 4), "format version 3");
    expect_refusal(changed(8, 5, 4), "format version 5");
    expect_refusal(changed(8, 0, 4), "format version 0");
}

TEST_F(LogDamage, unknown_level_is_refused) {
    expect_refusal(with_header(12, 3, 2), "damaged header");
    expect_refusal(with_header(12, ~0u, 2), "damaged header");
}

TEST_F(LogDamage, unknown_flags_are_refused) {
    for (const u64 flags : {2, 3, 0x8000, 0xffff}) {
        expect_refusal(with_header(14, flags, 2), "damaged header");
    }
}

TEST_F(LogDamage, absurd_sizes_in_the_header_are_refused) {
    expect_refusal(with_header(16, 192 * 1024 + 1, 4), "damaged header");
    expect_refusal(with_header(16, ~0u, 4), "damaged header");
    expect_refusal(with_header(20, ~0u, 4), "damaged header");
}

TEST_F(LogDamage, identity_size_that_lies_is_refused) {
    const u64 size = builder_.identity_bytes().size();
    expect_refusal(with_header(16, size - 1, 4), "damaged identity");
    expect_refusal(with_header(16, size + 1, 4), "damaged identity");
    expect_refusal(with_header(16, 0, 4), "damaged identity");
    expect_refusal(with_header(16, 192 * 1024, 4), "cut before its first beat");
}

TEST_F(LogDamage, padding_that_is_not_zero_is_refused) {
    ASSERT_NE(log_.padding_at, log_.block_at[0]) << "this log has no padding";
    for (std::size_t at = log_.padding_at; at < log_.block_at[0]; ++at) {
        expect_refusal(changed(at, 1, 1), "damaged");
    }
}

TEST_F(LogDamage, identity_field_whose_size_lies_is_refused) {
    for (const u64 size : {0, 3, 5, 0x7fffffff, -1}) {
        expect_refusal(changed(log_.identity_at + 4, size, 4), "damaged identity");
    }
}

TEST_F(LogDamage, identity_field_with_reserved_bytes_is_refused) {
    expect_refusal(changed(log_.identity_at + 2, 1, 2), "damaged identity");
}

TEST_F(LogDamage, identity_tags_that_do_not_ascend_are_refused) {
    // The second field begins behind the first: 8 bytes and a u32.
    expect_refusal(changed(log_.identity_at + 12, 1, 2), "damaged identity");
    expect_refusal(changed(log_.identity_at, 2, 2), "damaged identity");
}

TEST_F(LogDamage, unknown_identity_tag_is_refused) {
    expect_refusal(with_identity_field(12, "more"), "a.log");
}

TEST_F(LogDamage, missing_identity_tag_is_refused) {
    for (u16 tag = 1; tag <= 11; ++tag) {
        LogBuilder builder;
        builder.identity.erase(tag);
        EXPECT_NE(refusal_of(builder.bytes()), "") << "without tag " << tag;
    }
}

TEST_F(LogDamage, number_of_cores_out_of_bounds_is_refused) {
    for (const u64 cores : {0, 3, 257, 512, -1}) {
        expect_refusal(with_identity_field(3, number(cores, 4)), "damaged identity");
    }
    expect_refusal(with_identity_field(3, number(4, 8)), "damaged identity");
    expect_refusal(with_identity_field(3, number(4, 2)), "damaged identity");
}

TEST_F(LogDamage, workload_size_that_lies_is_noticed) {
    // Eight bytes fewer leave eight of the text where the first block should begin.
    const std::string shorter = with_header(20, builder_.workload.size() - 8, 4);
    bool noticed = false;
    try {
        noticed = read_all(shorter).ending == LogEnding::Damaged;
    } catch (const Failure&) {
        noticed = true;
    }
    EXPECT_TRUE(noticed);
}

TEST_F(LogDamage, unknown_tag_is_refused) {
    expect_damage(with(0, 0, 0x54414543, 4), 0, "no record that this format knows");
    expect_damage(with(1, 0, 0, 4), 1, "no record that this format knows");
    expect_damage(with_trailer(0, 0x20444E46, 4), 3, "no record that this format knows");
}

TEST_F(LogDamage, damage_is_told_with_its_beat_and_its_byte) {
    EXPECT_EQ(read_all(with(0, 0, 5, 4)).text, "is damaged before its first beat (byte " +
                                                   std::to_string(log_.block_at[0]) +
                                                   ": no record that this format knows, but 0x5)");
    const std::string text = read_all(with(2, 4, 5, 4)).text;
    const std::string place = "is damaged after beat 1 (byte " + std::to_string(log_.block_at[2]);
    EXPECT_EQ(text.find(place), 0u) << text;
}

TEST_F(LogDamage, block_size_that_lies_is_refused) {
    const u64 size = log_.block_at[2] - log_.block_at[1];
    for (const u64 wrong : {u64{56}, size - 32, size - 1, size + 1, size + 32, ~u64{0}}) {
        expect_damage(with(1, 4, wrong, 4), 1, "impossible size");
    }
    for (const u64 wrong : {0, 8, 55}) {
        expect_damage(with(1, 4, wrong, 4), 1, "a record of " + std::to_string(wrong) + " bytes");
    }
}

TEST_F(LogDamage, beat_that_does_not_come_later_is_refused) {
    expect_damage(with(1, 8, 0, 8), 1, "beat 0 does not come later");
    expect_damage(with(2, 8, 1, 8), 2, "beat 1 does not come later");
}

TEST_F(LogDamage, event_count_that_lies_is_refused) {
    for (const u64 wrong : {4, 6, 0, -1}) {
        expect_damage(with(1, 24, wrong, 4), 1, "impossible size");
    }
}

TEST_F(LogDamage, core_count_that_lies_is_refused) {
    for (const u64 wrong : {0, 1, 3, 5, -1}) {
        expect_damage(with(1, 28, wrong, 4), 1, "impossible size");
    }
}

/// 4 core entries are as long as 3 events: the block's size alone does not give the lie away.
TEST_F(LogDamage, counts_that_lie_within_a_right_size_are_refused) {
    LogBuilder builder;
    builder.beats = {{0, 0, {}}};
    for (u64 i = 1; i <= 6; ++i) {
        builder.beats[0].events[0].push_back({i});
    }
    BuiltLog log = builder.build();
    set(log.bytes, log.block_at[0] + 24, 3, 4);
    set(log.bytes, log.block_at[0] + 28, 5, 4);
    test::renew_check(log.bytes, log.block_at[0]);
    EXPECT_EQ(read_all(log.bytes).ending, LogEnding::Damaged) << "more entries than cores";
    set(log.bytes, log.block_at[0] + 24, 9, 4);
    set(log.bytes, log.block_at[0] + 28, -3, 4);
    test::renew_check(log.bytes, log.block_at[0]);
    EXPECT_EQ(read_all(log.bytes).ending, LogEnding::Damaged) << "size wraps";
}

TEST_F(LogDamage, core_entries_below_level_full_are_refused) {
    LogBuilder builder;
    builder.level = 1;
    BuiltLog log = builder.build();
    set(log.bytes, log.block_at[0] + 28, 1, 4);
    test::renew_check(log.bytes, log.block_at[0]);
    expect_damage(log.bytes, 0, "impossible size");
    set(log.bytes, log.block_at[0] + 4, 56 + 24, 4);
    test::renew_check(log.bytes, log.block_at[0]);
    expect_damage(log.bytes, 0, "impossible size");
}

TEST_F(LogDamage, core_numbers_out_of_order_are_refused) {
    expect_damage(with(1, 56, 3, 2), 1, "impossible core entry");      // twice the same
    expect_damage(with(1, 56 + 24, 0, 2), 1, "impossible core entry"); // descending
    expect_damage(with(1, 56 + 24, 1, 2), 1, "impossible core entry");
}

TEST_F(LogDamage, core_number_out_of_bounds_is_refused) {
    for (const u64 core : {4, 256, 0xffff}) {
        expect_damage(with(1, 56 + 24, core, 2), 1, "impossible core entry");
    }
}

TEST_F(LogDamage, core_entry_with_reserved_bytes_is_refused) {
    expect_damage(with(1, 56 + 2, 1, 2), 1, "impossible core entry");
}

TEST_F(LogDamage, core_entries_that_count_wrongly_are_refused) {
    expect_damage(with(1, 56 + 4, 3, 4), 1, "counts its events wrongly");
    expect_damage(with(1, 56 + 4, 1, 4), 1, "counts its events wrongly");
    expect_damage(with(1, 56 + 4, ~0u, 4), 1, "counts its events wrongly");
    expect_damage(with(1, 56 + 4, 0, 4), 1, "impossible core entry");
}

/// The two counts of block 1 are 2 and 3: their sum modulo 2^32 must not do.
TEST_F(LogDamage, core_entries_whose_sum_wraps_are_refused) {
    std::string bytes = with(1, 56 + 4, 0x80000003, 4);
    set(bytes, log_.block_at[1] + 56 + 24 + 4, 0x80000002, 4);
    expect_damage(bytes, 1, "counts its events wrongly");
}

TEST_F(LogDamage, unknown_event_kind_is_refused) {
    const std::size_t first_event = 56 + 24; // block 0 has one core entry
    for (const u64 kind : {0, 8, 255}) {
        EXPECT_EQ(read_all(with(0, first_event + 30, kind, 1)).ending, LogEnding::Damaged) << kind;
    }
    for (const u64 kind : {1, 2, 3, 4, 5, 6, 7}) {
        std::string bytes = with(0, first_event + 30, kind, 1);
        set(bytes, log_.block_at[0] + first_event + 8, kind == 3 ? 0 : 0x10, 8);
        EXPECT_EQ(read_all(bytes).ending, LogEnding::Whole) << kind;
    }
}

TEST_F(LogDamage, trailer_size_that_lies_is_refused) {
    for (const u64 size : {97, 104, -1}) {
        expect_damage(with_trailer(4, size, 4), 3, "impossible trailer");
    }
    for (const u64 size : {0, 48, 95}) {
        expect_damage(with_trailer(4, size, 4), 3, "a record of");
    }
}

TEST_F(LogDamage, trailer_with_reserved_bytes_is_refused) {
    expect_damage(with_trailer(12, 1, 4), 3, "impossible trailer");
}

TEST_F(LogDamage, unknown_end_reason_is_refused) {
    for (const u64 reason : {3, -1}) {
        EXPECT_EQ(read_all(with_trailer(8, reason, 4)).ending, LogEnding::Damaged) << reason;
    }
}

TEST_F(LogDamage, every_end_reason_of_the_document_is_accepted) {
    for (const u64 reason : {0, 1, 2}) {
        EXPECT_EQ(read_all(with_trailer(8, reason, 4)).ending, LogEnding::Whole) << reason;
    }
}

TEST_F(LogDamage, trailer_that_counts_wrongly_is_refused) {
    expect_damage(with_trailer(16, 2, 8), 3, "the trailer counts 2 beats and 11 events");
    expect_damage(with_trailer(16, 4, 8), 3, "the trailer counts 4 beats and 11 events");
    expect_damage(with_trailer(24, 10, 8), 3, "the trailer counts 3 beats and 10 events");
    expect_damage(with_trailer(24, ~u64{0}, 8), 3, "the log has 3 and 11");
    for (const u64 epochs : {u64{0}, u64{2}, ~u64{0}}) {
        expect_damage(with_trailer(32, epochs, 8), 3, "the trailer counts");
    }
}

TEST_F(LogDamage, bytes_behind_the_trailer_are_refused) {
    expect_damage(log_.bytes + '\0', 3, "something follows the trailer");
    expect_damage(log_.bytes + log_.bytes, 3, "something follows the trailer");
}

TEST_F(LogDamage, damaged_log_has_no_trailer) {
    LogReader reader = reader_of(log_.bytes + '\0');
    while (reader.next() != nullptr) {
    }
    EXPECT_FALSE(reader.trailer());
    EXPECT_EQ(reader.next(), nullptr);
    EXPECT_EQ(reader.ending(), LogEnding::Damaged);
}

/// The reader's own buffer, a workload and an identity of the largest size, one block.
constexpr std::size_t MEMORY_BYTES_MAX = std::size_t{8} << 20;

void expect_bounded_memory(const std::string& bytes) {
    test::restart_allocation_record();
    try {
        (void)read_all(bytes);
    } catch (const Failure&) {
        // Refusing it is right; what counts here is what was allocated on the way.
    }
    EXPECT_LE(test::allocated_bytes(), MEMORY_BYTES_MAX);
}

TEST_F(LogDamage, absurd_sizes_take_no_memory) {
    for (const u64 size : {u64{0x7fffffff}, u64{0xffffffff}, u64{0x80000000}, u64{0x10000000}}) {
        expect_bounded_memory(with_header(16, size, 4));
        expect_bounded_memory(with_header(20, size, 4));
        expect_bounded_memory(changed(log_.identity_at + 4, size, 4));
        expect_bounded_memory(with(0, 4, size, 4));
        expect_bounded_memory(with(0, 24, size, 4));
        expect_bounded_memory(with(0, 28, size, 4));
        expect_bounded_memory(with(0, 56 + 4, size, 4));
        // A size that fits the counts is still too large.
        std::string bytes = with(0, 24, size / 32, 4);
        set(bytes, log_.block_at[0] + 4, 56 + 24 + size / 32 * 32, 4);
        test::renew_check(bytes, log_.block_at[0]);
        expect_bounded_memory(bytes);
    }
}

/// Reads as far as it goes; what is found is right or wrong, but always inside its own bounds.
void read_hostile(const std::string& bytes) {
    try {
        LogReader reader = reader_of(bytes);
        for (const LogBlock* block = reader.next(); block != nullptr; block = reader.next()) {
            ASSERT_LE(block->cores.size(), CORES_MAX);
            ASSERT_LE(block->events.size(), 16384u);
            u64 events = 0;
            for (const LogCore& core : block->cores) {
                ASSERT_LT(core.core, reader.prologue().cores);
                events += core.event_count;
            }
            ASSERT_EQ(events, block->events.size());
        }
        ASSERT_FALSE(reader.ending_text().empty());
    } catch (const Failure& failure) {
        ASSERT_EQ(failure.status(), ExitStatus::BadInput);
    }
}

void mutate(std::string& bytes, std::mt19937_64& random) {
    const std::size_t at = random() % bytes.size();
    switch (random() % 5) {
    case 0:
        bytes[at] = static_cast<char>(random());
        break;
    case 1:
        bytes[at] = static_cast<char>(bytes[at] ^ (1 << random() % 8));
        break;
    case 2:
        bytes.erase(at, 1 + random() % 40);
        break;
    case 3:
        bytes.insert(at, bytes.substr(random() % bytes.size(), 1 + random() % 100));
        break;
    default:
        if (at + 4 <= bytes.size()) {
            set(bytes, at, random() % 3 == 0 ? random() : random() % 300, 4);
        }
        break;
    }
    bytes += bytes.empty() ? "x" : "";
}

/// Makes all checks right that can be found, so that what is behind them is met too.
void renew_checks(std::string& bytes, const std::vector<std::size_t>& records) {
    for (const std::size_t record : records) {
        if (record + 8 <= bytes.size()) {
            test::renew_check(bytes, record);
        }
    }
}

/// Ten mutations one upon the other, then the whole log again.
TEST(LogMutation, hundred_thousand_mutations_never_crash) {
    constexpr u32 MUTATIONS = 100'000;
    constexpr u32 GENERATIONS = 10;
    std::mt19937_64 random(20240131);
    std::array<BuiltLog, 4> logs;
    for (u32 level = 0; level < 3; ++level) {
        LogBuilder builder = LogBuilder::of_three_epochs();
        builder.level = level;
        logs[level] = builder.build();
    }
    LogBuilder resumed = LogBuilder::of_three_epochs();
    resumed.resumed = test::ResumedFields{.leaves = {3, std::string(32, '\x77')}};
    logs[3] = resumed.build();
    std::string bytes;
    const BuiltLog* log = nullptr;
    for (u32 i = 0; i < MUTATIONS && !testing::Test::HasFatalFailure(); ++i) {
        if (i % GENERATIONS == 0) {
            log = &logs[random() % logs.size()];
            bytes = log->bytes;
        }
        mutate(bytes, random);
        if (random() % 2 == 0) {
            renew_checks(bytes, log->records());
        }
        read_hostile(bytes);
    }
}

} // namespace
} // namespace knhk::tools
