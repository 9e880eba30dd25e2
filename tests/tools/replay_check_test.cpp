// SPDX-License-Identifier: MIT
// A log that is held against a recorded one while it comes: equal, different, longer, shorter, cut.
#include "tools/replay/replay_check.hpp"

#include <gtest/gtest.h>

#include <cerrno>

#include "tests/tools/log_builder.hpp"
#include "tools/host/failure.hpp"

namespace knhk {
namespace {

using test::LogBuilder;
using tools::LogReader;
using tools::ReplayCheck;
using tools::ReplayOutcome;

/// Feeds `replayed` in pieces; true when all of it was wanted.
bool feed(ReplayCheck& check, const std::string& replayed, std::size_t piece = 100) {
    const auto bytes = std::as_bytes(std::span(replayed));
    for (std::size_t at = 0; at < bytes.size(); at += piece) {
        if (check.take(bytes.subspan(at, std::min(piece, bytes.size() - at))) != 0) {
            return false;
        }
    }
    return true;
}

class ReplayCheckTest : public testing::Test {
  protected:
    ReplayOutcome outcome_of(const std::string& recorded, const std::string& replayed,
                             std::optional<u64> until = {}) {
        reader_.emplace(test::reader_of(recorded));
        check_.emplace(*reader_, until);
        feed(*check_, replayed);
        return check_->outcome();
    }
    LogBuilder log_ = LogBuilder::of_three_epochs();
    std::optional<LogReader> reader_;
    std::optional<ReplayCheck> check_;
};

TEST_F(ReplayCheckTest, the_same_log_is_equal_to_its_end_in_pieces_of_any_size) {
    for (const std::size_t piece : {1u, 7u, 64u, 100'000u}) {
        LogReader recorded = test::reader_of(log_.bytes());
        ReplayCheck check(recorded, {});
        feed(check, log_.bytes(), piece);
        EXPECT_EQ(check.outcome(), ReplayOutcome::Equal) << piece;
        EXPECT_EQ(check.beats_checked(), log_.beats.size());
        EXPECT_EQ(check.last_beat(), log_.beats.back().beat);
    }
}

TEST_F(ReplayCheckTest, a_changed_event_ends_it_there_and_is_named) {
    LogBuilder other = log_;
    other.beats[2].events.begin()->second[0].hash ^= 1;
    EXPECT_EQ(outcome_of(log_.bytes(), other.bytes()), ReplayOutcome::Different);
    EXPECT_EQ(check_->beats_checked(), 2u);
    const tools::Comparison difference = check_->difference();
    ASSERT_TRUE(difference.first);
    EXPECT_EQ(difference.first->beat, other.beats[2].beat);
    EXPECT_EQ(difference.first->core, u32{other.beats[2].events.begin()->first});
    EXPECT_EQ(difference.first->field.field, "hash");
}

TEST_F(ReplayCheckTest, below_full_the_beat_is_named_by_its_chain) {
    log_.level = 1;
    LogBuilder other = log_;
    other.beats[1].events.begin()->second[0].hash ^= 1;
    EXPECT_EQ(outcome_of(log_.bytes(), other.bytes()), ReplayOutcome::Different);
    EXPECT_EQ(check_->difference().first->beat, other.beats[1].beat);
}

TEST_F(ReplayCheckTest, a_replay_that_ends_early_or_goes_on_is_different) {
    LogBuilder shorter = log_;
    shorter.beats.pop_back();
    EXPECT_EQ(outcome_of(log_.bytes(), shorter.bytes()), ReplayOutcome::Different);
    EXPECT_EQ(check_->difference().first->beat, log_.beats.back().beat);
    EXPECT_EQ(outcome_of(shorter.bytes(), log_.bytes()), ReplayOutcome::Different);
    const tools::Comparison longer = check_->difference();
    EXPECT_EQ(longer.first->beat, log_.beats.back().beat);
    EXPECT_EQ(longer.first->field.a, "missing");
    EXPECT_EQ(to_text(longer).find("cut"), std::string::npos);
}

TEST_F(ReplayCheckTest, a_run_that_was_ended_from_outside_is_equal_though_the_replay_would_go_on) {
    LogBuilder stopped = log_;
    stopped.beats.pop_back();
    stopped.end_reason = 2;
    EXPECT_EQ(outcome_of(stopped.bytes(), log_.bytes()), ReplayOutcome::Equal);
    EXPECT_EQ(check_->beats_checked(), stopped.beats.size());
}

TEST_F(ReplayCheckTest, a_cut_log_is_equal_as_far_as_it_goes) {
    LogBuilder cut = log_;
    cut.has_trailer = false;
    std::string bytes = cut.bytes();
    bytes.resize(cut.build().block_at.back() + 20);
    EXPECT_EQ(outcome_of(bytes, log_.bytes()), ReplayOutcome::CutEqual);
    EXPECT_EQ(check_->beats_checked(), log_.beats.size() - 1);
}

TEST_F(ReplayCheckTest, a_log_without_a_whole_beat_is_no_difference) {
    std::string bytes = log_.bytes();
    bytes.resize(log_.build().block_at.front() + 20);
    EXPECT_EQ(outcome_of(bytes, log_.bytes()), ReplayOutcome::CutEqual);
    EXPECT_EQ(check_->beats_checked(), 0u);
}

TEST_F(ReplayCheckTest, a_damaged_log_is_not_taken_for_one_that_was_cut) {
    for (const std::size_t beat : {0u, 1u}) {
        LogBuilder damaged = log_;
        damaged.beats[beat].events.begin()->second[0].timestamp = 0;
        EXPECT_EQ(outcome_of(damaged.bytes(), log_.bytes()), ReplayOutcome::Damaged) << beat;
        EXPECT_EQ(check_->beats_checked(), beat);
    }
}

TEST_F(ReplayCheckTest, until_ends_it_behind_that_beat_and_looks_no_further) {
    LogBuilder other = log_;
    other.beats.back().events.begin()->second[0].hash ^= 1;
    EXPECT_EQ(outcome_of(log_.bytes(), other.bytes(), log_.beats[1].beat), ReplayOutcome::Until);
    EXPECT_EQ(check_->beats_checked(), 2u);
    EXPECT_EQ(outcome_of(log_.bytes(), other.bytes(), log_.beats[1].beat + 1),
              ReplayOutcome::Until);
}

TEST_F(ReplayCheckTest, nothing_more_is_wanted_behind_the_end) {
    LogReader recorded = test::reader_of(log_.bytes());
    ReplayCheck check(recorded, log_.beats[0].beat);
    EXPECT_FALSE(feed(check, log_.bytes()));
    EXPECT_EQ(check.take({}), ECANCELED);
}

TEST_F(ReplayCheckTest, another_run_is_refused_with_what_it_was_asked_differently) {
    LogBuilder other = log_;
    other.identity[7] = std::string(8, '\x09');
    try {
        static_cast<void>(outcome_of(log_.bytes(), other.bytes()));
        FAIL() << "it is another run";
    } catch (const tools::Failure& failure) {
        EXPECT_NE(std::string(failure.what()).find("seed"), std::string::npos) << failure.what();
    }
}

} // namespace
} // namespace knhk
