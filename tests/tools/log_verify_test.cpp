// SPDX-License-Identifier: MIT
// Verification: nothing that is wrong with a log stays unnoticed, and it is said where it is.
#include "tools/log/log_verify.hpp"

#include <gtest/gtest.h>

#include "base/sha256.hpp"
#include "tests/tools/log_builder.hpp"
#include "tools/host/failure.hpp"

namespace knhk::tools {
namespace {

using test::BuiltLog;
using test::EventFields;
using test::LogBuilder;

constexpr VerifyParts FROM_FRONT{1, ~u64{0} >> 1, ~u64{0} >> 1};
constexpr VerifyParts IN_PARTS{2, 1, 1}; // each as small as can be: an epoch

Verification verify_bytes(const std::string& bytes, const VerifyParts& parts = FROM_FRONT) {
    return verify(LogFile::from(test::file_holding(bytes), "a.log"), {}, parts);
}

/// Who reads it, and how, changes nothing of what is found.
Verification verify_both_ways(const std::string& bytes) {
    const Verification result = verify_bytes(bytes);
    const Verification in_parts = verify_bytes(bytes, IN_PARTS);
    EXPECT_EQ(to_json(result).text(), to_json(in_parts).text());
    EXPECT_EQ(result.verified_bytes, in_parts.verified_bytes);
    EXPECT_EQ(result.last_beat, in_parts.last_beat);
    return result;
}

LogBuilder right_builder(u32 level) {
    LogBuilder builder = LogBuilder::of_three_epochs();
    builder.level = level;
    const Sha256Digest hash = sha256(std::as_bytes(std::span(builder.workload)));
    builder.identity[9] = std::string(hash.begin(), hash.end());
    return builder;
}

class Verifying : public testing::TestWithParam<u32> {
  protected:
    LogBuilder builder_ = right_builder(GetParam());
    BuiltLog log_ = builder_.build();
};
INSTANTIATE_TEST_SUITE_P(levels, Verifying, testing::Values(0, 1, 2));

TEST_P(Verifying, log_that_is_right_is_whole) {
    const Verification result = verify_both_ways(log_.bytes);
    EXPECT_EQ(result.ending, LogEnding::Whole) << to_text(result);
    EXPECT_EQ(result.beats, 5u);
    EXPECT_EQ(result.events, builder_.event_count());
    EXPECT_EQ(result.verified_bytes, log_.bytes.size());
    const std::string root = test::merkle_root(log_.leaves);
    EXPECT_NE(to_text(result).find("a.log: whole, 5 beats"), std::string::npos);
    EXPECT_EQ(result.lockchain.size(), 64u);
    EXPECT_EQ(to_json(result)["verdict"].text(), "\"whole\"");
}

TEST_P(Verifying, resumed_log_that_is_right_is_whole) {
    for (std::size_t epochs = 0; epochs < 9; ++epochs) {
        builder_.resumed = test::ResumedFields{};
        builder_.resumed->leaves.assign(epochs, std::string(32, '\x31'));
        const Verification result = verify_both_ways(builder_.bytes());
        EXPECT_EQ(result.ending, LogEnding::Whole) << to_text(result);
        EXPECT_EQ(result.beats, 5u) << "of this log";
    }
}

/// Where the record begins and ends that holds byte `at`.
std::pair<std::size_t, std::size_t> record_around(const BuiltLog& log, std::size_t at) {
    if (at < 48) {
        return {0, 48};
    }
    std::size_t begin = 48;
    for (const std::size_t record : log.records()) {
        if (record > at) {
            return {begin, record};
        }
        begin = std::max(begin, record);
    }
    return {begin, log.bytes.size()};
}

void expect_found(const BuiltLog& log, std::size_t at, u32 bit) {
    std::string bytes = log.bytes;
    bytes[at] = static_cast<char>(bytes[at] ^ (1 << bit));
    try {
        const bool in_both_ways = bit == at % 8;
        const Verification result = in_both_ways ? verify_both_ways(bytes) : verify_bytes(bytes);
        ASSERT_NE(result.ending, LogEnding::Whole) << at << " " << bit;
        ASSERT_TRUE(result.damage) << at << " " << bit << " " << to_text(result);
        const auto [begin, end] = record_around(log, at);
        const LogDamage& damage = *result.damage;
        ASSERT_GE(damage.byte, begin) << at << " " << bit << " " << damage.text();
        ASSERT_LT(damage.byte, end) << at << " " << bit << " " << damage.text();
        if (damage.core) { // then as precise as a core's events or its entry
            ASSERT_GE(at, damage.byte) << bit << " " << damage.text();
            ASSERT_LT(at, damage.byte + damage.size_bytes) << bit << " " << damage.text();
        }
    } catch (const Failure& failure) {
        ASSERT_LT(at, 12u) << failure.what(); // magic and version
    }
}

TEST_P(Verifying, every_flipped_bit_is_found_and_located) {
    for (std::size_t at = 0; at < log_.bytes.size(); ++at) {
        for (u32 bit = 0; bit < 8 && !HasFatalFailure(); ++bit) {
            expect_found(log_, at, bit);
        }
    }
}

TEST_P(Verifying, every_flipped_bit_of_a_resumed_log_is_found_and_located) {
    builder_.resumed = test::ResumedFields{.leaves = {5, std::string(32, '\x77')}};
    log_ = builder_.build();
    for (std::size_t at = log_.records_at; at < log_.block_at[1]; ++at) {
        for (u32 bit = 0; bit < 8 && !HasFatalFailure(); ++bit) {
            expect_found(log_, at, bit);
        }
    }
}

TEST_P(Verifying, log_cut_at_any_byte_is_verified_up_to_its_last_whole_beat) {
    for (std::size_t size = 12; size < log_.bytes.size(); ++size) {
        const Verification result = verify_both_ways(log_.bytes.substr(0, size));
        ASSERT_EQ(result.ending, LogEnding::Cut) << size << to_text(result);
        std::size_t beats = 0;
        while (beats < log_.block_end.size() && log_.block_end[beats] <= size) {
            ++beats;
        }
        ASSERT_EQ(result.beats, beats) << size;
        ASSERT_LE(result.verified_bytes, size);
    }
}

/// A number changed and its record's check made right again: only computing shows it.
Verification with_lie(const BuiltLog& log, std::size_t record, std::size_t offset, u64 value) {
    std::string bytes = log.bytes;
    test::set(bytes, record + offset, value, 8);
    test::renew_check(bytes, record);
    return verify_both_ways(bytes);
}

TEST_P(Verifying, digests_that_lie_under_right_checks_are_found) {
    const std::size_t trailer = log_.trailer_at;
    EXPECT_NE(to_text(with_lie(log_, trailer, 40, 1)).find("trailer's digest"), std::string::npos);
    EXPECT_NE(to_text(with_lie(log_, trailer, 56, 1)).find("lockchain root"), std::string::npos);
    EXPECT_NE(to_text(with_lie(log_, log_.epoch_at[1], 48, 1)).find("its leaf"), std::string::npos);
    EXPECT_NE(to_text(with_lie(log_, log_.epoch_at[1], 32, 1)).find("another chain"),
              std::string::npos);
    const Verification identity = with_lie(log_, 0, 24, 1);
    ASSERT_TRUE(identity.damage);
    EXPECT_EQ(identity.damage->record, "identity");
    if (GetParam() == 2) {
        const Verification chain = with_lie(log_, log_.block_at[1], 32, 1);
        EXPECT_NE(to_text(chain).find("chain of beat 1 does not follow"), std::string::npos);
    }
}

TEST_P(Verifying, workload_that_is_not_the_identitys_is_found) {
    builder_.workload = "workload=ring tasks=13\n";
    const Verification result = verify_bytes(builder_.bytes());
    EXPECT_EQ(result.ending, GetParam() == 0 ? LogEnding::Whole : LogEnding::Damaged);
}

TEST_P(Verifying, parts_that_are_right_must_follow_each_other) {
    std::swap(builder_.beats[3].beat, builder_.beats[4].beat); // whole epochs, in the wrong order
    const Verification in_order = verify_both_ways(builder_.bytes());
    ASSERT_TRUE(in_order.damage);
    EXPECT_NE(in_order.damage->what.find("does not come later"), std::string::npos);
    builder_ = right_builder(GetParam());
    const u64 before = builder_.beats[2].start_time;
    builder_.beats[3].start_time = before;
    builder_.beats[3].events = {{0, {EventFields{.timestamp = before + 1}}}};
    const Verification in_time = verify_both_ways(builder_.bytes());
    EXPECT_EQ(in_time.damage.has_value(), GetParam() == 2) << "below, nobody knows the last time";
}

TEST(LogVerifyTest, changed_event_and_changed_entry_are_told_apart) {
    const BuiltLog log = right_builder(2).build();
    std::string bytes = log.bytes;
    const std::size_t entry = log.block_at[1] + 56 + 24; // of core 3
    bytes[entry + 9] ^= 1;
    const Verification in_entry = verify_bytes(bytes);
    ASSERT_TRUE(in_entry.damage);
    EXPECT_EQ(in_entry.damage->byte, entry);
    EXPECT_EQ(in_entry.damage->core, 3u);
    EXPECT_EQ(in_entry.damage->beat, 1u);
    bytes = log.bytes;
    const std::size_t event = log.block_at[1] + 56 + 2 * 24 + 2 * 32; // core 1 has two
    bytes[event + 17] ^= 1;
    const Verification in_event = verify_bytes(bytes);
    ASSERT_TRUE(in_event.damage);
    EXPECT_EQ(in_event.damage->byte, event);
    EXPECT_EQ(in_event.damage->size_bytes, 3u * 32);
    EXPECT_EQ(in_event.damage->what, "its events are not those that were hashed");
}

} // namespace
} // namespace knhk::tools
