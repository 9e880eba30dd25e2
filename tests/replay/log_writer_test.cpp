// SPDX-License-Identifier: MIT
// What the writer puts into the drain, parsed back by the documented offsets.
#include "replay/log_writer.hpp"

#include <gtest/gtest.h>

#include <array>
#include <bit>
#include <memory>
#include <span>

#include "tests/base/pattern.hpp"
#include "tests/replay/drain_by_hand.hpp"
#include "tests/replay/log_bytes.hpp"
#include "tests/support/native_run.hpp"

namespace knhk {
namespace {

using test::Drain;
using test::LogBytes;
using test::ParsedLog;

constexpr Digest IDENTITY_HASH{0x1111, 0x2222};
constexpr Digest CHAIN{0x3333, 0x4444};
constexpr Digest RUN{0x5555, 0x6666};

Sha256Digest hash_filled_with(u8 value) {
    Sha256Digest hash{};
    hash.fill(value);
    return hash;
}

const Sha256Digest LEAF = hash_filled_with(0x1e);
const Sha256Digest OTHER_LEAF = hash_filled_with(0x2e);
const Sha256Digest ROOT = hash_filled_with(0x3e);
constexpr std::array<LogInput, 2> INPUTS{LogInput{{1, 2, 3}, ~u64{0}}, LogInput{{4, 5}, 900}};

std::span<const std::byte> bytes_of(std::string_view text) {
    return std::as_bytes(std::span(text));
}

Event event_of(u64 core, u64 number) {
    return {1000 * core + number, core, number, 1, static_cast<u16>(core), 2, 0};
}

/// A run of two beats of four cores: cores 1 and 3 record in the first, nobody in the second.
constexpr std::array<u32, 4> COUNTS{0, 2, 0, 3};
constexpr std::array<u32, 4> NO_COUNTS{};

void write_run(LogWriter& log) {
    const std::array<Event, 2> of_core_1{event_of(1, 0), event_of(1, 1)};
    const std::array<Event, 3> of_core_3{event_of(3, 0), event_of(3, 1), event_of(3, 2)};
    log.write_prologue(IDENTITY_HASH, bytes_of("identity"), bytes_of("workload text"));
    log.begin_block(Beat{7}, Timestamp{99}, CHAIN, COUNTS);
    log.write_core(CoreId{3}, of_core_3.data(), {33, 34}); // workers come in any order
    log.write_core(CoreId{0}, nullptr, {});
    log.write_core(CoreId{1}, of_core_1.data(), {11, 12});
    log.write_core(CoreId{2}, nullptr, {});
    log.finish_block();
    log.write_epoch({0, 1, 5, RUN}, CHAIN, LEAF);
    log.write_inputs(Beat{16}, INPUTS);
    log.begin_block(Beat{16}, Timestamp{120}, RUN, NO_COUNTS);
    log.finish_block();
    log.write_epoch({1, 2, 5, RUN}, RUN, OTHER_LEAF);
    log.write_trailer(EndReason::Stopped, {2, 2, 5, RUN}, ROOT);
}

ParsedLog logged(LogLevel level) {
    Drain drain;
    LogWriter log;
    drain.open(log, level, 4);
    write_run(log);
    return test::parse_log(drain.read());
}

template<class Range>
LogBytes raw(const Range& values) {
    const std::span bytes = std::as_bytes(std::span(values));
    const auto* begin = reinterpret_cast<const u8*>(bytes.data());
    return {begin, begin + bytes.size()};
}

TEST(LogWriterTest, prologue_holds_identity_and_workload) {
    const ParsedLog log = logged(LogLevel::Full);
    EXPECT_EQ(log.level, 2u);
    EXPECT_EQ(log.identity_hash, IDENTITY_HASH);
    EXPECT_EQ(std::string(log.identity.begin(), log.identity.end()), "identity");
    EXPECT_EQ(std::string(log.workload.begin(), log.workload.end()), "workload text");
}

TEST(LogWriterTest, trailer_holds_what_the_run_came_to) {
    for (const LogLevel level : {LogLevel::DigestOnly, LogLevel::Inputs, LogLevel::Full}) {
        const ParsedLog log = logged(level);
        EXPECT_EQ(log.end_reason, 2u);
        EXPECT_EQ(log.beats_in_trailer, 2u);
        EXPECT_EQ(log.events_in_trailer, 5u);
        EXPECT_EQ(log.epochs_in_trailer, 2u);
        EXPECT_EQ(log.run_digest, RUN);
        EXPECT_EQ(log.lockchain, raw(ROOT));
    }
}

TEST(LogWriterTest, words_about_a_checkpoint_stay_until_the_host_is_done_with_them) {
    Drain drain;
    LogWriter log;
    drain.open(log, LogLevel::Full, 1);
    log.begin_checkpoint();
    log.put_checkpoint("checkpoint", 10);
    log.end_checkpoint();
    drain.read();
    ASSERT_EQ(drain.control().log.tail.load(), 10u) << "it has all bytes, and looks at no word";
    drain.be_done_with_checkpoint_at(3);
    log.begin_checkpoint();
    EXPECT_EQ(drain.relaxed(), 3u);
    EXPECT_EQ(drain.control().checkpoint_end.load(), DRAIN_CHECKPOINT_GOES_ON);
    EXPECT_EQ(drain.control().checkpoint_begin.load(), 10u);
}

TEST(LogWriterTest, epochs_stand_behind_their_blocks_at_every_level) {
    for (const LogLevel level : {LogLevel::DigestOnly, LogLevel::Inputs, LogLevel::Full}) {
        const ParsedLog log = logged(level);
        ASSERT_EQ(log.epochs.size(), 2u);
        EXPECT_EQ(log.epochs[0].index, 0u);
        EXPECT_EQ(log.epochs[0].beats, 1u);
        EXPECT_EQ(log.epochs[0].beats_before, 1u);
        EXPECT_EQ(log.epochs[0].events, 5u);
        EXPECT_EQ(log.epochs[0].chain, CHAIN);
        EXPECT_EQ(log.epochs[0].leaf, raw(LEAF));
        EXPECT_EQ(log.epochs[1].index, 1u);
        EXPECT_EQ(log.epochs[1].beats_before, 2u);
        EXPECT_EQ(log.epochs[1].leaf, raw(OTHER_LEAF));
    }
}

TEST(LogWriterTest, inputs_stand_before_their_beat_but_not_at_level_digest) {
    EXPECT_TRUE(logged(LogLevel::DigestOnly).inputs.empty());
    for (const LogLevel level : {LogLevel::Inputs, LogLevel::Full}) {
        const ParsedLog log = logged(level);
        ASSERT_EQ(log.inputs.size(), 1u);
        EXPECT_EQ(log.inputs[0].beat, 16u);
        EXPECT_EQ(log.inputs[0].inputs, raw(INPUTS));
    }
}

TEST(LogWriterTest, no_inputs_make_no_record) {
    Drain drain;
    LogWriter log;
    drain.open(log, LogLevel::Full, 4);
    log.write_inputs(Beat{3}, {});
    log.finish_block();
    EXPECT_TRUE(drain.read().empty());
}

TEST(LogWriterTest, resumed_log_begins_with_what_was_before) {
    for (u64 epochs = 0; epochs < 9; ++epochs) {
        Lockchain lockchain{};
        for (u64 i = 0; i < epochs; ++i) {
            lockchain.append(hash_filled_with(static_cast<u8>(i)));
        }
        Drain drain;
        LogWriter log;
        drain.open(log, LogLevel::Full, 4);
        log.write_prologue({}, {}, {});
        log.write_resumed(70, 800, CHAIN, lockchain);
        log.begin_block(Beat{90}, Timestamp{99}, RUN, NO_COUNTS);
        log.finish_block();
        log.write_epoch({epochs, 71, 800, RUN}, RUN, LEAF);
        log.write_trailer(EndReason::Quiescent, {epochs + 1, 71, 800, RUN}, ROOT);
        const ParsedLog parsed = test::parse_log(drain.read());
        ASSERT_TRUE(parsed.resumed);
        EXPECT_EQ(parsed.resumed->beats, 70u);
        EXPECT_EQ(parsed.resumed->events, 800u);
        EXPECT_EQ(parsed.resumed->epochs, epochs);
        EXPECT_EQ(parsed.resumed->chain, CHAIN);
        LogBytes peaks;
        for (u32 i = 0; i < lockchain.peak_count(); ++i) {
            const LogBytes peak = raw(lockchain.peak(i));
            peaks.insert(peaks.end(), peak.begin(), peak.end());
        }
        EXPECT_EQ(parsed.resumed->peaks, peaks);
    }
}

TEST(LogWriterTest, blocks_stand_in_order_at_every_level) {
    for (const LogLevel level : {LogLevel::DigestOnly, LogLevel::Inputs, LogLevel::Full}) {
        const ParsedLog log = logged(level);
        ASSERT_EQ(log.beats.size(), 2u);
        EXPECT_EQ(log.beats[0].beat, 7u);
        EXPECT_EQ(log.beats[0].start_time, 99u);
        EXPECT_EQ(log.beats[0].event_count, 5u);
        EXPECT_EQ(log.beats[0].chain, CHAIN);
        EXPECT_EQ(log.beats[1].beat, 16u);
        EXPECT_EQ(log.beats[1].event_count, 0u);
        EXPECT_EQ(log.beats[1].chain, RUN);
    }
}

TEST(LogWriterTest, full_log_holds_recording_cores_in_their_order_however_written) {
    const auto beat = logged(LogLevel::Full).beats.at(0);
    ASSERT_EQ(beat.cores.size(), 2u);
    EXPECT_EQ(beat.cores[0].core, 1u);
    EXPECT_EQ(beat.cores[0].digest, (Digest{11, 12}));
    const Event of_core_1[] = {event_of(1, 0), event_of(1, 1)};
    EXPECT_EQ(beat.cores[0].events, raw(of_core_1));
    EXPECT_EQ(beat.cores[1].core, 3u);
    EXPECT_EQ(beat.cores[1].digest, (Digest{33, 34}));
    const Event of_core_3[] = {event_of(3, 0), event_of(3, 1), event_of(3, 2)};
    EXPECT_EQ(beat.cores[1].events, raw(of_core_3));
}

TEST(LogWriterTest, inputs_log_holds_the_workload_and_no_events) {
    const ParsedLog log = logged(LogLevel::Inputs);
    EXPECT_EQ(log.level, 1u);
    EXPECT_EQ(log.workload.size(), 13u);
    EXPECT_EQ(log.beats.at(0).core_count, 0u);
}

TEST(LogWriterTest, digest_log_holds_neither_workload_nor_events) {
    const ParsedLog log = logged(LogLevel::DigestOnly);
    EXPECT_EQ(log.level, 0u);
    EXPECT_EQ(log.identity.size(), 8u);
    EXPECT_TRUE(log.workload.empty());
    EXPECT_EQ(log.beats.at(0).core_count, 0u);
}

TEST(LogWriterTest, prologue_is_padded_to_eight_for_every_size_of_its_parts) {
    const std::string text(16, 'x');
    for (std::size_t identity = 0; identity <= 8; ++identity) {
        for (std::size_t workload = 0; workload <= 8; ++workload) {
            Drain drain;
            LogWriter log;
            drain.open(log, LogLevel::Inputs, 1);
            log.write_prologue({}, bytes_of(text).first(identity), bytes_of(text).first(workload));
            EXPECT_EQ(drain.read().size(), 48 + (identity + workload + 7) / 8 * 8);
            log.write_trailer(EndReason::Quiescent, {}, {});
            EXPECT_NO_THROW(static_cast<void>(test::parse_log(drain.read())));
        }
    }
}

TEST(LogWriterTest, unfinished_block_is_not_shown_to_the_reader) {
    Drain drain;
    LogWriter log;
    drain.open(log, LogLevel::Full, 4);
    log.begin_block(Beat{0}, Timestamp{0}, CHAIN, COUNTS);
    EXPECT_TRUE(drain.read().empty());
    log.finish_block();
    EXPECT_EQ(drain.read().size(), 56u + 2 * 24 + 5 * 32);
}

TEST(LogWriterTest, progress_is_shown_beside_the_log) {
    Drain drain;
    LogWriter log;
    drain.open(log, LogLevel::Full, 4);
    log.show_progress(Beat{12}, 345);
    EXPECT_EQ(drain.control().beat.load(), 12u);
    EXPECT_EQ(drain.control().tasks.load(), 345u);
    EXPECT_TRUE(drain.read().empty());
}

TEST(LogWriterTest, closed_writer_does_nothing) {
    LogWriter log;
    EXPECT_FALSE(log.is_open());
    write_run(log); // would write through null pointers
    log.show_progress(Beat{1}, 1);
}

/// 256 cores, 64 records each: the largest block.
void write_largest_block(LogWriter& log, u64 beat) {
    const std::vector<u32> counts(CORES_MAX, 64);
    std::vector<Event> events(64);
    log.begin_block(Beat{beat}, Timestamp{beat}, CHAIN, counts);
    for (u16 core = 0; core < CORES_MAX; ++core) {
        for (u64 i = 0; i < 64; ++i) {
            events[i] = event_of(core, beat + i);
        }
        log.write_core(CoreId{core}, events.data(), {core, beat});
    }
    log.finish_block();
}

TEST(LogWriterTest, largest_block_is_as_large_as_promised) {
    Drain drain;
    LogWriter log;
    drain.open(log, LogLevel::Full, CORES_MAX);
    write_largest_block(log, 0);
    EXPECT_EQ(drain.read().size(), LOG_BEAT_BYTES_MAX);
}

TEST(LogWriterTest, full_ring_makes_the_writer_wait_and_loses_nothing) {
    constexpr u64 BLOCKS = 100; // 53 MB through 16
    Drain drain;
    LogWriter log;
    drain.open(log, LogLevel::Full, CORES_MAX);
    log.write_prologue({}, {}, {});
    for (u64 beat = 0; beat < BLOCKS; ++beat) {
        write_largest_block(log, beat);
    }
    EXPECT_GT(drain.relaxed(), 0u);
    log.write_trailer(EndReason::Quiescent, {0, BLOCKS, 0, {}}, {});
    const ParsedLog parsed = test::parse_log(drain.read());
    ASSERT_EQ(parsed.beats.size(), BLOCKS);
    for (u64 beat = 0; beat < BLOCKS; ++beat) {
        ASSERT_EQ(parsed.beats[beat].cores.size(), CORES_MAX);
        for (u64 core = 0; core < CORES_MAX; ++core) {
            EXPECT_EQ(parsed.beats[beat].cores[core].digest, (Digest{core, beat}));
            const Event first = event_of(core, beat);
            EXPECT_EQ(parsed.beats[beat].cores[core].events[0], static_cast<u8>(first.timestamp));
        }
    }
}

// --- a whole run's log, against the words of docs/log-format.md ----------------------------------

LogBytes log_of_run(LogLevel level) {
    const auto run =
        test::run_native({.workload = "ring", .tasks = 200, .cores = 8, .level = level});
    return raw(run.log);
}

void append(LogBytes& bytes, u64 word) {
    for (u32 i = 0; i < 8; ++i) {
        bytes.push_back(static_cast<u8>(word >> (8 * i)));
    }
}

Digest hash(const LogBytes& bytes) {
    return xxh3_128(bytes.data(), bytes.size());
}

/// E after a beat, from what the log says of it.
Digest next_chain(const Digest& before, const test::ParsedBeat& beat, u64 cores) {
    std::vector<Digest> digests(cores);
    for (const test::ParsedCore& core : beat.cores) {
        digests.at(core.core) = core.digest;
        EXPECT_EQ(core.digest, hash(core.events));
    }
    LogBytes bytes;
    for (const u64 word : {before.low, before.high, beat.beat, beat.start_time}) {
        append(bytes, word);
    }
    for (const Digest& digest : digests) {
        append(bytes, digest.low);
        append(bytes, digest.high);
    }
    return hash(bytes);
}

TEST(LoggedRunTest, chain_and_run_digest_follow_from_the_events) {
    const ParsedLog log = test::parse_log(log_of_run(LogLevel::Full));
    Digest chain{};
    u64 events = 0;
    for (const test::ParsedBeat& beat : log.beats) {
        chain = next_chain(chain, beat, 8);
        EXPECT_EQ(beat.chain, chain) << beat.beat;
        events += beat.event_count;
    }
    LogBytes last;
    for (const u64 word : {u64{0}, u64{0}, chain.low, chain.high}) { // run_native's I is zero
        append(last, word);
    }
    EXPECT_EQ(log.run_digest, hash(last));
    EXPECT_EQ(log.events_in_trailer, events);
    EXPECT_EQ(log.beats_in_trailer, log.beats.size());
    EXPECT_GT(log.beats.size(), 20u);
}

/// As docs/log-format.md says: the leaf behind `beats` beats, the `index`th.
LogBytes epoch_leaf(u64 index, u64 beats, u64 events, const Digest& chain) {
    LogBytes last;
    for (const u64 word : {u64{0}, u64{0}, chain.low, chain.high}) { // run_native's I is zero
        append(last, word);
    }
    const Digest digest = hash(last);
    LogBytes leaf{0, 1};
    for (const u64 word : {index, beats, events, digest.low, digest.high}) {
        append(leaf, word);
    }
    return raw(sha256(std::as_bytes(std::span(leaf))));
}

TEST(LoggedRunTest, epoch_ends_between_beats_of_different_epochs_and_with_the_run) {
    for (const u64 beats_max : {u64{1}, u64{5}, u64{8}, u64{9}, u64{16}, u64{17}, NO_BEAT_LIMIT}) {
        const auto run = test::run_native(
            {.workload = "ring", .tasks = 200, .cores = 8, .beats_max = beats_max});
        const ParsedLog log = test::parse_log(raw(run.log));
        std::vector<u64> expected; // beats before each record
        for (u64 i = 1; i <= log.beats.size(); ++i) {
            if (i == log.beats.size() || log.beats[i].beat / 8 != log.beats[i - 1].beat / 8) {
                expected.push_back(i);
            }
        }
        ASSERT_EQ(log.epochs.size(), expected.size());
        u64 events = 0;
        u64 beats = 0;
        for (u64 i = 0; i < expected.size(); ++i) {
            for (; beats < expected[i]; ++beats) {
                events += log.beats[beats].event_count;
            }
            const test::ParsedEpoch& epoch = log.epochs[i];
            EXPECT_EQ(epoch.beats_before, beats);
            EXPECT_EQ(epoch.index, i);
            EXPECT_EQ(epoch.beats, beats);
            EXPECT_EQ(epoch.events, events);
            EXPECT_EQ(epoch.chain, log.beats[beats - 1].chain);
            EXPECT_EQ(epoch.leaf, epoch_leaf(i, beats, events, epoch.chain));
        }
        EXPECT_EQ(log.epochs_in_trailer, expected.size());
    }
}

/// RFC 6962, 2.1.
LogBytes merkle_root(std::span<const LogBytes> leaves) {
    if (leaves.size() == 1) {
        return leaves[0];
    }
    const std::size_t left = std::bit_floor(leaves.size() - 1);
    LogBytes node{1};
    for (const LogBytes& part :
         {merkle_root(leaves.first(left)), merkle_root(leaves.subspan(left))}) {
        node.insert(node.end(), part.begin(), part.end());
    }
    return raw(sha256(std::as_bytes(std::span(node))));
}

TEST(LoggedRunTest, lockchain_in_the_trailer_is_that_of_the_epochs_for_all_numbers_of_workers) {
    for (const u32 workers : {1u, 2u, 3u, 5u, 8u}) {
        const auto run =
            test::run_native({.workload = "ring", .tasks = 2000, .cores = 8, .workers = workers});
        const ParsedLog log = test::parse_log(raw(run.log));
        std::vector<LogBytes> leaves;
        for (const test::ParsedEpoch& epoch : log.epochs) {
            leaves.push_back(epoch.leaf);
        }
        ASSERT_GT(leaves.size(), 8u);
        EXPECT_EQ(log.lockchain, merkle_root(leaves)) << workers << " workers";
        EXPECT_EQ(log.lockchain,
                  test::parse_log(
                      raw(test::run_native({.workload = "ring", .tasks = 2000, .cores = 8}).log))
                      .lockchain);
    }
}

TEST(LoggedRunTest, run_without_beats_has_no_epoch_and_the_root_of_nothing) {
    const auto run = test::run_native({.workload = "ring", .tasks = 0, .cores = 4});
    const ParsedLog log = test::parse_log(raw(run.log));
    EXPECT_TRUE(log.beats.empty());
    EXPECT_TRUE(log.epochs.empty());
    EXPECT_EQ(log.lockchain, raw(sha256({})));
}

TEST(LoggedRunTest, level_changes_neither_chain_nor_counts) {
    const ParsedLog full = test::parse_log(log_of_run(LogLevel::Full));
    for (const LogLevel level : {LogLevel::DigestOnly, LogLevel::Inputs}) {
        const ParsedLog log = test::parse_log(log_of_run(level));
        EXPECT_EQ(log.run_digest, full.run_digest);
        ASSERT_EQ(log.beats.size(), full.beats.size());
        for (std::size_t i = 0; i < log.beats.size(); ++i) {
            EXPECT_EQ(log.beats[i].chain, full.beats[i].chain);
            EXPECT_EQ(log.beats[i].event_count, full.beats[i].event_count);
            EXPECT_TRUE(log.beats[i].cores.empty());
        }
    }
}

} // namespace
} // namespace knhk
