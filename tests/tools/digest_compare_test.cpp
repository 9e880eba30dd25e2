// SPDX-License-Identifier: MIT
// Comparing from digests finds what reading everything finds, and files of 10 KB find the beat.
#include <gtest/gtest.h>

#include <random>

#include "tests/tools/log_builder.hpp"
#include "tests/tools/log_surgery.hpp"
#include "tools/host/failure.hpp"
#include "tools/log/digests_compare.hpp"
#include "tools/log/log_compare.hpp"

namespace knhk::tools {
namespace {

using test::LogBuilder;

LogIndex index_of(const std::string& bytes, const char* name = "a.log") {
    return LogIndex(LogFile::from(test::file_holding(bytes), name));
}

/// A run of so many beats in which two cores record an event each; some beat numbers are skipped.
LogBuilder long_builder(u64 beats, u32 level = 2) {
    LogBuilder builder;
    builder.level = level;
    builder.beats.clear();
    for (u64 i = 0; i < beats; ++i) {
        const u64 beat = i + 3 * (i / 16);
        builder.beats.push_back(
            {beat, i, {{1, {{i + 1, i, 7, 0, 1}}}, {2, {{i + 1, i, 9, 3, 2, 2}}}}});
    }
    return builder;
}

std::string with_change(std::string bytes, u64 beat, u32 core, u64 Event::* field = &Event::hash) {
    test::rehash(bytes, [&](u64 at, Event& event) {
        if (at == beat && event.core == core) {
            event.*field += 1;
        }
    });
    return bytes;
}

TEST(LogIndexTest, every_beat_is_found_by_ordinal_and_by_number) {
    const LogBuilder builder = long_builder(200);
    const LogIndex log = index_of(builder.bytes());
    EXPECT_TRUE(log.tail().is_whole) << log.tail().text;
    for (u64 i = 0; i < 200; ++i) {
        const auto place = log.beat_at(i + 1);
        ASSERT_TRUE(place) << i;
        ASSERT_EQ(place->header.beat, builder.beats[i].beat);
        const auto by_number = log.first_beat_from(builder.beats[i].beat);
        ASSERT_TRUE(by_number) << i;
        ASSERT_EQ(by_number->ordinal, i + 1);
    }
    EXPECT_FALSE(log.beat_at(0));
    EXPECT_FALSE(log.beat_at(201));
    EXPECT_EQ(log.first_beat_from(17)->header.beat, 19u) << "16 to 18 were skipped";
    EXPECT_FALSE(log.first_beat_from(1000));
}

TEST(LogIndexTest, log_cut_at_any_byte_has_its_last_whole_beat) {
    for (const u32 level : {0, 2}) {
        const test::BuiltLog log = long_builder(40, level).build();
        for (std::size_t size = log.records_at; size < log.bytes.size(); ++size) {
            const LogIndex index = index_of(log.bytes.substr(0, size));
            u64 beats = 0;
            while (beats < 40 && log.block_end[beats] <= size) {
                ++beats;
            }
            ASSERT_FALSE(index.tail().is_whole) << size;
            ASSERT_EQ(index.tail().beats, beats) << size;
            ASSERT_EQ(index.tail().events, 2 * beats) << size;
        }
    }
}

TEST(LogIndexTest, file_with_something_behind_its_trailer_is_not_whole) {
    const LogIndex log = index_of(long_builder(20).bytes() + "x");
    EXPECT_FALSE(log.tail().is_whole);
    EXPECT_NE(log.tail().text.find("is damaged"), std::string::npos) << log.tail().text;
}

/// Both ways of comparing name the same difference.
Comparison compare_both_ways(const std::string& a, const std::string& b) {
    LogReader reader_a = test::reader_of(a, "a.log");
    LogReader reader_b = test::reader_of(b, "b.log");
    const Comparison counted = compare(reader_a, reader_b);
    const auto found = compare_digests(index_of(a), index_of(b, "b.log"));
    EXPECT_TRUE(found);
    EXPECT_EQ(found->first.has_value(), counted.first.has_value());
    if (found->first && counted.first) {
        EXPECT_EQ(found->first->beat, counted.first->beat);
        EXPECT_EQ(found->first->core, counted.first->core);
        EXPECT_EQ(found->first->index, counted.first->index);
        EXPECT_EQ(found->first->field.field, counted.first->field.field);
        EXPECT_EQ(found->first->field.a, counted.first->field.a);
        EXPECT_EQ(found->first->field.b, counted.first->field.b);
    }
    EXPECT_EQ(found->verdict == Verdict::ExactMatch, counted.verdict == Verdict::ExactMatch);
    return *found;
}

TEST(DigestCompareTest, equal_logs_match_exactly) {
    const std::string log = long_builder(300).bytes();
    const Comparison comparison = compare_both_ways(log, log);
    EXPECT_EQ(comparison.verdict, Verdict::ExactMatch);
    EXPECT_EQ(comparison.evidence, Evidence::Digests);
    EXPECT_LE(comparison.epochs_looked_at, 16u) << "no more than the ends";
    EXPECT_NE(to_text(comparison).find("from digests"), std::string::npos);
}

TEST(DigestCompareTest, change_in_any_beat_is_found_there) {
    const LogBuilder builder = long_builder(100);
    const std::string log = builder.bytes();
    for (std::size_t i = 0; i < 100; ++i) {
        const u64 beat = builder.beats[i].beat;
        const Comparison comparison = compare_both_ways(log, with_change(log, beat, 1 + i % 2));
        ASSERT_TRUE(comparison.first) << i;
        ASSERT_EQ(comparison.first->beat, beat);
        ASSERT_EQ(comparison.first->core, 1 + i % 2);
        ASSERT_EQ(comparison.first->field.field, "hash");
        ASSERT_TRUE(comparison.story_a && comparison.story_a->place);
        ASSERT_EQ(comparison.story_a->around[*comparison.story_a->place].beat, beat);
    }
}

TEST(DigestCompareTest, every_field_of_an_event_is_named) {
    const std::string log = long_builder(50).bytes();
    const auto field_of = [&log](const test::EventChange& change) {
        std::string other = log;
        test::rehash(other, [&](u64 beat, Event& event) {
            if (beat == 30 && event.core == 2) {
                change(beat, event);
            }
        });
        return compare_both_ways(log, other).first->field.field;
    };
    EXPECT_EQ(field_of([](u64, Event& event) { event.task_id ^= 8; }), "task_id");
    EXPECT_EQ(field_of([](u64, Event& event) { event.hash ^= 8; }), "hash");
    EXPECT_EQ(field_of([](u64, Event& event) { event.ticks ^= 8; }), "ticks");
    EXPECT_EQ(field_of([](u64, Event& event) { event.status ^= 8; }), "status");
    EXPECT_EQ(field_of([](u64, Event& event) { event.kind = 1, event.ticks = 0; }), "kind");
}

TEST(DigestCompareTest, logs_of_different_levels_part_in_the_chain) {
    for (const u32 level : {0, 1}) {
        const std::string a = with_change(long_builder(100).bytes(), 60, 1);
        const Comparison comparison = compare_both_ways(a, long_builder(100, level).bytes());
        ASSERT_TRUE(comparison.first);
        EXPECT_EQ(comparison.first->field.field, "chain");
        EXPECT_EQ(comparison.first->beat, 60u);
        EXPECT_EQ(
            compare_both_ways(long_builder(100).bytes(), long_builder(100, level).bytes()).verdict,
            Verdict::ExactMatch);
    }
}

TEST(DigestCompareTest, shorter_run_lacks_a_beat) {
    const std::string a = long_builder(100).bytes();
    for (const u64 beats : {1, 7, 8, 9, 64, 99}) {
        const Comparison comparison = compare_both_ways(a, long_builder(beats).bytes());
        ASSERT_TRUE(comparison.first) << beats;
        EXPECT_EQ(comparison.first->field.field, "beat");
        EXPECT_EQ(comparison.first->beat, long_builder(100).beats[beats].beat);
    }
}

TEST(DigestCompareTest, cut_log_never_matches) {
    const test::BuiltLog log = long_builder(20).build();
    for (std::size_t size = log.records_at; size < log.bytes.size(); size += 7) {
        const std::string cut = log.bytes.substr(0, size);
        ASSERT_NE(compare_digests(index_of(cut), index_of(cut))->verdict, Verdict::ExactMatch);
        ASSERT_NE(compare_digests(index_of(cut), index_of(log.bytes))->verdict,
                  Verdict::ExactMatch);
    }
}

/// The same run, recorded from beat `first` on by who resumed it.
std::string resumed_after(const LogBuilder& builder, u64 first) {
    const LogIndex whole = index_of(builder.bytes());
    LogBuilder rest = builder;
    rest.beats.erase(rest.beats.begin(), rest.beats.begin() + static_cast<std::ptrdiff_t>(first));
    const auto place = whole.beat_at(first);
    const EpochPlace epoch =
        whole.last_where([first](const EpochPlace& candidate) { return candidate.beats <= first; });
    test::BuiltLog built = builder.build();
    rest.resumed = test::ResumedFields{first, 2 * first, place->header.chain, {}};
    rest.resumed->leaves.assign(
        built.leaves.begin(), built.leaves.begin() + static_cast<std::ptrdiff_t>(epoch.next_index));
    return rest.bytes();
}

TEST(DigestCompareTest, resumed_log_is_compared_over_the_beats_that_both_have) {
    const LogBuilder builder = long_builder(100);
    const std::string whole = builder.bytes();
    for (const u64 first : {8, 16, 48}) {
        const std::string rest = resumed_after(builder, first);
        const Comparison equal = compare_both_ways(whole, rest);
        EXPECT_EQ(equal.verdict, Verdict::ExactMatch) << to_text(equal);
        EXPECT_EQ(equal.beats_before, first);
        const u64 beat = builder.beats[70].beat;
        EXPECT_EQ(compare_both_ways(with_change(whole, beat, 1), rest).first->beat, beat);
        const Comparison before = compare_both_ways(with_change(whole, 2, 1), rest);
        EXPECT_EQ(before.first->field.field, "chain before the shared beats");
    }
}

TEST(DigestCompareTest, random_changes_are_found_where_reading_finds_them) {
    std::mt19937_64 random(5);
    const LogBuilder builder = long_builder(400);
    const std::string log = builder.bytes();
    for (u32 i = 0; i < 50; ++i) {
        std::string other = log;
        test::rehash(other, [&random](u64, Event& event) {
            if (random() % 300 == 0) {
                event.hash = random();
            }
        });
        (void)compare_both_ways(log, other);
    }
}

TEST(ByteCompareTest, first_byte_that_differs_is_found) {
    std::string a(1'000'000, 'a');
    for (const std::size_t at : {0u, 1u, 131071u, 131072u, 262144u, 500000u, 999999u}) {
        std::string b = a;
        b[at] = 'b';
        b[999'999] = 'c';
        const LogFile file_a = LogFile::from(test::file_holding(a), "a");
        const LogFile file_b = LogFile::from(test::file_holding(b), "b");
        EXPECT_EQ(first_differing_byte(file_a, file_b, {}), at);
        EXPECT_FALSE(first_differing_byte(file_a, file_a, {}));
    }
    for (const std::size_t size : {0u, 131072u, 262144u, 999'999u}) {
        const LogFile file_a = LogFile::from(test::file_holding(a), "a");
        const LogFile file_b = LogFile::from(test::file_holding(a.substr(0, size)), "b");
        EXPECT_EQ(first_differing_byte(file_a, file_b, {}), size);
    }
}

/// Exchanges digests files until one beat is left, and returns how many times.
u64 rounds_until(const LogIndex& a, const LogIndex& b, u64 expected_beat) {
    DigestsRange range_a;
    DigestsRange range_b;
    for (u64 round = 1; round < 10; ++round) {
        const auto bytes_a = encode(digests_of(a, range_a));
        const auto bytes_b = encode(digests_of(b, range_b));
        EXPECT_LE(bytes_a.size(), 10'000u);
        const DigestsComparison found =
            compare(decode_digests(bytes_a, "a.digests"), decode_digests(bytes_b, "b.digests"));
        EXPECT_EQ(found.verdict, DigestsVerdict::Parted) << to_text(found);
        if (found.is_found() || found.verdict != DigestsVerdict::Parted) {
            EXPECT_EQ(found.a.to, expected_beat);
            return round;
        }
        EXPECT_NE(to_text(found).find("knhk digests a --from"), std::string::npos);
        range_a = {found.a.from, found.a.to};
        range_b = {found.b.from, found.b.to};
    }
    return 10;
}

TEST(DigestsFileTest, three_exchanges_find_the_first_beat_that_differs) {
    const LogBuilder builder = long_builder(270'000);
    const std::string bytes = builder.bytes();
    const LogIndex log = index_of(bytes);
    for (const u64 ordinal : {u64{1}, u64{2}, u64{512}, u64{131'072}, u64{262'145}, u64{270'000}}) {
        const u64 beat = builder.beats[ordinal - 1].beat;
        EXPECT_LE(rounds_until(log, index_of(with_change(bytes, beat, 2)), beat), 3u) << ordinal;
    }
}

TEST(DigestsFileTest, runs_of_different_lengths_are_compared) {
    const LogBuilder builder = long_builder(5000);
    LogBuilder shorter = builder;
    shorter.beats.resize(3000);
    const std::string changed = with_change(shorter.bytes(), builder.beats[2900].beat, 1);
    EXPECT_LE(rounds_until(index_of(builder.bytes()), index_of(changed), builder.beats[2900].beat),
              3u);
    const DigestsComparison ends = compare(digests_of(index_of(builder.bytes()), {}),
                                           digests_of(index_of(shorter.bytes()), {}));
    EXPECT_NE(ends.verdict, DigestsVerdict::ExactMatch);
}

TEST(DigestsFileTest, equal_runs_match_exactly_and_cut_ones_do_not) {
    const std::string bytes = long_builder(3000).bytes();
    const Digests digests = digests_of(index_of(bytes), {});
    const DigestsComparison equal = compare(digests, digests);
    EXPECT_EQ(equal.verdict, DigestsVerdict::ExactMatch);
    EXPECT_EQ(equal.run_digest, compare_both_ways(bytes, bytes).a.run_digest);
    const Digests cut = digests_of(index_of(bytes.substr(0, bytes.size() - 1)), {});
    EXPECT_EQ(compare(digests, cut).verdict, DigestsVerdict::EndsDiffer);
    EXPECT_EQ(compare(cut, cut).verdict, DigestsVerdict::EndsDiffer);
}

TEST(DigestsFileTest, log_is_compared_with_a_digests_file) {
    const LogBuilder builder = long_builder(3000);
    const std::string bytes = builder.bytes();
    const std::string other = with_change(bytes, builder.beats[1234].beat, 1);
    const Digests remote = digests_of(index_of(other), {});
    const DigestsComparison found = compare(digests_like(index_of(bytes), remote.header), remote);
    EXPECT_EQ(found.verdict, DigestsVerdict::Parted);
    EXPECT_LE(found.agreed_beats, 1234u);
    EXPECT_GE(found.parted_at, 1235u);
}

TEST(DigestsFileTest, every_flipped_bit_is_refused) {
    const auto bytes = encode(digests_of(index_of(long_builder(40).bytes()), {}));
    EXPECT_NO_THROW((void)decode_digests(bytes, "a"));
    for (std::size_t at = 0; at < bytes.size(); ++at) {
        for (u32 bit = 0; bit < 8; ++bit) {
            auto spoiled = bytes;
            spoiled[at] ^= std::byte(1 << bit);
            EXPECT_THROW((void)decode_digests(spoiled, "a"), Failure) << at;
        }
        EXPECT_THROW((void)decode_digests(std::span(bytes).first(at), "a"), Failure) << at;
    }
}

} // namespace
} // namespace knhk::tools
