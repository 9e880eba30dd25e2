// SPDX-License-Identifier: MIT
// Checks that find every flipped bit, and records beside the beats' that lie: epochs, inputs, what
// a resumed run begins with.
#include <gtest/gtest.h>

#include "tests/tools/log_damage.hpp"

namespace knhk::tools {
namespace {

using test::BuiltLog;
using test::expect_damage;
using test::LogBuilder;
using test::LogDamage;
using test::read_all;
using test::Reading;
using test::refusal_of;
using test::set;

/// Below level full nothing but the checks covers the fields of single beats.
TEST(LogChecks, every_flipped_bit_below_level_full_is_found) {
    for (const u32 level : {0, 1}) {
        LogBuilder builder = LogBuilder::of_three_epochs();
        builder.level = level;
        const BuiltLog log = builder.build();
        for (std::size_t at = log.records_at; at < log.bytes.size(); ++at) {
            for (u32 bit = 0; bit < 8; ++bit) {
                std::string bytes = log.bytes;
                bytes[at] = static_cast<char>(bytes[at] ^ (1 << bit));
                // A size that says more than there is looks like a file that was cut.
                ASSERT_NE(read_all(bytes).ending, LogEnding::Whole) << at << " " << bit;
            }
        }
    }
}

TEST(LogChecks, every_flipped_bit_of_the_header_is_found) {
    const std::string log = LogBuilder().bytes();
    for (std::size_t at = 0; at < 48; ++at) {
        for (u32 bit = 0; bit < 8; ++bit) {
            std::string bytes = log;
            bytes[at] = static_cast<char>(bytes[at] ^ (1 << bit));
            ASSERT_NE(refusal_of(bytes), "") << at << " " << bit;
        }
    }
}

class RecordDamage : public LogDamage {
  protected:
    RecordDamage() {
        builder_ = LogBuilder::of_three_epochs();
        log_ = builder_.build();
    }
    [[nodiscard]] std::string without(std::size_t begin, std::size_t end) const {
        return log_.bytes.substr(0, begin) + log_.bytes.substr(end);
    }
};

TEST_F(RecordDamage, log_of_several_epochs_is_whole) {
    const Reading reading = read_all(log_.bytes);
    EXPECT_EQ(reading.ending, LogEnding::Whole) << reading.text;
    EXPECT_EQ(reading.beats, 5u);
    EXPECT_EQ(log_.epoch_at.size(), 3u);
    EXPECT_EQ(log_.inputs_at.size(), 2u);
}

TEST_F(RecordDamage, epoch_that_counts_wrongly_is_refused) {
    struct Field {
        std::size_t offset;
        u64 right;
    };
    for (const Field& field : {Field{8, 1}, Field{16, 4}, Field{24, 12}}) {
        for (const u64 wrong : {field.right - 1, field.right + 1, ~u64{0}}) {
            expect_damage(checked(log_.epoch_at[1], field.offset, wrong, 8), 4, "counts wrongly");
        }
    }
}

TEST_F(RecordDamage, epoch_whose_span_lies_is_refused) {
    const u64 span = log_.epoch_at[1] - log_.epoch_at[0];
    for (const u64 wrong : {u64{0}, span - 8, span + 8, log_.epoch_at[1] + 96, ~u64{0}}) {
        expect_damage(checked(log_.epoch_at[1], 80, wrong, 8), 4, "counts wrongly");
    }
}

TEST_F(RecordDamage, epoch_of_another_size_is_refused) {
    for (const u64 size : {0, 88, 104, -1}) {
        EXPECT_EQ(read_all(checked(log_.epoch_at[0], 4, size, 4)).ending, LogEnding::Damaged);
    }
}

TEST_F(RecordDamage, epoch_that_stands_there_twice_or_not_at_all_is_refused) {
    const std::string epoch = log_.bytes.substr(log_.epoch_at[0], 96);
    std::string twice = log_.bytes;
    twice.insert(log_.epoch_at[0], epoch);
    EXPECT_EQ(read_all(twice).ending, LogEnding::Damaged);
    const std::string none = without(log_.epoch_at[0], log_.epoch_at[0] + 96);
    EXPECT_EQ(read_all(none).ending, LogEnding::Damaged);
}

TEST_F(RecordDamage, inputs_whose_count_lies_are_refused) {
    for (const u64 count : {u64{0}, u64{1}, u64{3}, u64{1025}, ~u64{0}, (u64{1} << 61) + 2}) {
        expect_damage(checked(log_.inputs_at[0], 16, count, 8), 1, "impossible inputs of beat 1");
    }
    for (const u64 size : {0, 24, 32, 175, 177, -1}) {
        expect_damage(checked(log_.inputs_at[0], 4, size, 4), 1, "impossible inputs of beat 1");
    }
}

TEST_F(RecordDamage, rows_that_are_not_all_there_are_refused) {
    constexpr std::size_t FLAGS_OF_SECOND = 24 + 72 + 29; // of two inputs
    expect_damage(checked(log_.inputs_at[0], FLAGS_OF_SECOND, 6, 1), 1,
                  "a delta's rows that are not all there");
}

TEST_F(RecordDamage, inputs_of_another_beat_are_refused) {
    expect_damage(checked(log_.inputs_at[0], 8, 2, 8), 1, "inputs of another beat than 1");
    expect_damage(checked(log_.inputs_at[0], 8, 0, 8), 1, "inputs of another beat than 1");
}

TEST_F(RecordDamage, inputs_twice_for_a_beat_are_refused) {
    std::string bytes = log_.bytes;
    bytes.insert(log_.inputs_at[0], bytes.substr(log_.inputs_at[0], 24 + 2 * 72 + 8));
    expect_damage(bytes, 1, "impossible inputs of beat 1");
}

TEST_F(RecordDamage, inputs_that_no_beat_follows_are_refused) {
    const std::string inputs = log_.bytes.substr(log_.inputs_at[1], 24 + 72 + 8);
    std::string bytes = log_.bytes;
    bytes.insert(log_.trailer_at, inputs);
    EXPECT_EQ(read_all(bytes).ending, LogEnding::Damaged);
}

TEST_F(RecordDamage, inputs_of_a_run_that_was_not_open_are_refused) {
    builder_.flags = 0;
    expect_damage(builder_.bytes(), 1, "impossible inputs of beat 1");
    builder_.beats[1].inputs.clear();
    builder_.beats[4].inputs.clear();
    EXPECT_EQ(read_all(builder_.bytes()).ending, LogEnding::Whole);
}

TEST_F(RecordDamage, inputs_at_level_digest_are_refused) {
    std::string bytes = log_.bytes;
    builder_.level = 0;
    const BuiltLog digest = builder_.build();
    EXPECT_EQ(read_all(digest.bytes).ending, LogEnding::Whole);
    std::string with_inputs = digest.bytes;
    with_inputs.insert(digest.block_at[1], bytes.substr(log_.inputs_at[0], 24 + 2 * 72 + 8));
    expect_damage(with_inputs, 1, "impossible inputs of beat 1");
}

class ResumedDamage : public LogDamage {
  protected:
    ResumedDamage() {
        builder_.resumed = test::ResumedFields{.leaves = {5, std::string(32, '\x77')}};
        log_ = builder_.build();
    }
};

TEST_F(ResumedDamage, resumed_log_is_whole_for_any_number_of_epochs_before) {
    for (std::size_t epochs = 0; epochs < 20; ++epochs) {
        builder_.resumed->leaves.assign(epochs, std::string(32, '\x31'));
        const Reading reading = read_all(builder_.bytes());
        EXPECT_EQ(reading.ending, LogEnding::Whole) << reading.text;
        EXPECT_EQ(reading.beats, 3u) << "of this log";
    }
}

TEST_F(ResumedDamage, number_of_peaks_that_lies_is_refused) {
    const char* what = "an impossible record of what was before";
    for (const u64 epochs : {u64{0}, u64{1}, u64{7}, ~u64{0}}) {
        expect_damage(checked(log_.records_at, 24, epochs, 8), 0, what);
    }
    for (const u64 size : {0, 8, 48, 56, 113, 119, 121, -1}) {
        expect_damage(checked(log_.records_at, 4, size, 4), 0, what);
    }
}

TEST_F(ResumedDamage, counts_that_do_not_go_on_from_it_are_refused) {
    EXPECT_EQ(read_all(checked(log_.records_at, 8, 4, 8)).ending, LogEnding::Damaged);
    EXPECT_EQ(read_all(checked(log_.records_at, 16, 12, 8)).ending, LogEnding::Damaged);
    EXPECT_EQ(read_all(checked(log_.records_at, 24, 6, 8)).ending, LogEnding::Damaged);
}

TEST_F(ResumedDamage, it_stands_first_and_once) {
    const std::string resumed =
        log_.bytes.substr(log_.records_at, log_.block_at[0] - log_.records_at);
    for (const std::size_t at : {log_.block_at[0], log_.block_at[1], log_.trailer_at}) {
        std::string bytes = log_.bytes;
        bytes.insert(at, resumed);
        EXPECT_EQ(read_all(bytes).ending, LogEnding::Damaged) << at;
    }
    const BuiltLog other = LogBuilder::of_three_epochs().build();
    std::string bytes = log_.bytes; // behind inputs
    bytes.insert(log_.records_at, other.bytes.substr(other.inputs_at[0], 24 + 2 * 72 + 8));
    set(bytes, log_.records_at + 8, 0, 8);
    test::renew_check(bytes, log_.records_at);
    expect_damage(bytes, 0, "an impossible record of what was before");
}

} // namespace
} // namespace knhk::tools
