// SPDX-License-Identifier: MIT
// The host's end of the drain, against an image that is played by the test: a right one, and ones
// that overwrote their control page.
#include "tools/run/drain_reader.hpp"

#include <gtest/gtest.h>

#include <fcntl.h>
#include <unistd.h>

#include "replay/checkpoint.hpp"
#include "tests/support/command.hpp"
#include "tools/host/shared_file.hpp"

namespace knhk::tools {
namespace {

constexpr u64 MEMORY_BYTES = DRAIN_BYTES;

/// Bytes that are different at every place near any multiple of the ring.
std::string pattern(u64 begin, u64 size) {
    std::string bytes(size, '\0');
    for (u64 i = 0; i < size; ++i) {
        const u64 at = begin + i;
        bytes[i] = static_cast<char>(at * 31 + (at >> 8) * 7 + (at >> 20));
    }
    return bytes;
}

class DrainReaderTest : public testing::Test {
  protected:
    DrainControl<>& control() { return *reinterpret_cast<DrainControl<>*>(memory_.bytes().data()); }
    void start(u32 version = DRAIN_VERSION, u64 ring_bytes = DRAIN_RING_BYTES) {
        control().version = version;
        control().ring_bytes = ring_bytes;
        control().magic.store(DRAIN_MAGIC);
    }
    void enter(DrainPhase phase) { control().phase.store(static_cast<u32>(phase)); }
    void publish(const std::string& bytes) {
        producer_.write(produced_, bytes.data(), bytes.size());
        produced_ += bytes.size();
        producer_.publish(produced_);
    }
    u64 take_all() {
        u64 taken = 0;
        for (u64 size = reader_.step(true); size > 0; size = reader_.step(true)) {
            taken += size;
        }
        return taken;
    }
    std::string log() { return test::read_file(folder_.file("log")); }
    std::string failure_of_step() {
        try {
            (void)reader_.step(true);
        } catch (const Failure& failure) {
            EXPECT_EQ(failure.status(), ExitStatus::RunFailed);
            return failure.what();
        }
        return "";
    }

    test::Folder folder_;
    SharedFile file_ = SharedFile::of_size("knhk-test-drain", MEMORY_BYTES);
    Mapping memory_{file_.descriptor(), 0, MEMORY_BYTES};
    LogSink sink_ = LogSink::into_file(folder_.file("log"));
    DrainReader reader_{memory_.bytes(), sink_};
    DrainProducer<> producer_{&control().log, memory_.bytes().data() + DRAIN_CONTROL_BYTES};
    u64 produced_ = 0;
};

/// Bytes that are a checkpoint's among those of the log.
class DrainedCheckpoint : public DrainReaderTest {
  protected:
    DrainedCheckpoint() {
        start();
        enter(DrainPhase::Running);
    }
    /// As the image does: says where it begins, and where it ends when that is known.
    void begin_checkpoint() {
        control().checkpoint_end.store(DRAIN_CHECKPOINT_GOES_ON);
        control().checkpoint_begin.store(produced_);
    }
    void end_checkpoint() { control().checkpoint_end.store(produced_); }
    static std::string checkpoint(u64 beats) {
        CheckpointHeader header{};
        header.place.beats = beats;
        std::string bytes(reinterpret_cast<const char*>(&header), sizeof header);
        return bytes + pattern(beats, 3'000'000);
    }
    [[nodiscard]] std::vector<std::string> stored() const {
        std::vector<std::string> contents;
        for (const auto& one : stored_checkpoints(folder_.file("checkpoints"))) {
            contents.push_back(test::read_file(one.path.string()));
        }
        return contents;
    }
    CheckpointFolder checkpoints_{folder_.file("checkpoints"), 9};
    DrainReader saving_{memory_.bytes(), sink_, &checkpoints_};
    void read_all() {
        while (saving_.step(true) > 0) {
        }
    }
};

TEST_F(DrainedCheckpoint, goes_to_its_folder_and_not_into_the_log) {
    publish("log one;");
    begin_checkpoint();
    publish(checkpoint(8));
    end_checkpoint();
    publish("log two;");
    read_all();
    begin_checkpoint();
    publish(checkpoint(16));
    end_checkpoint();
    publish("log three");
    read_all();
    EXPECT_EQ(log(), "log one;log two;log three");
    EXPECT_EQ(stored(), (std::vector<std::string>{checkpoint(8), checkpoint(16)}));
}

TEST_F(DrainedCheckpoint, is_finished_when_its_end_becomes_known_behind_its_last_byte) {
    publish("log;");
    begin_checkpoint();
    publish(checkpoint(8));
    read_all();
    EXPECT_TRUE(stored().empty());
    end_checkpoint();
    read_all();
    EXPECT_EQ(stored(), std::vector<std::string>{checkpoint(8)});
}

TEST_F(DrainedCheckpoint, image_is_told_when_the_words_about_it_were_read_and_not_before) {
    publish("log;");
    begin_checkpoint();
    publish(checkpoint(8));
    read_all();
    EXPECT_EQ(control().log.tail.load(), produced_) << "all of it was consumed";
    EXPECT_EQ(control().checkpoint_taken.load(), 0u) << "its end is not known";
    end_checkpoint();
    read_all();
    EXPECT_EQ(control().checkpoint_taken.load(), produced_);
    publish("more");
    begin_checkpoint();
    read_all();
    EXPECT_EQ(control().checkpoint_taken.load(), produced_ - 4);
    EXPECT_EQ(log(), "log;more");
}

TEST_F(DrainedCheckpoint, that_nobody_stores_leaves_the_log_as_it_is) {
    publish("log one;");
    begin_checkpoint();
    publish(checkpoint(8));
    end_checkpoint();
    publish("log two");
    take_all(); // by the reader without a folder
    EXPECT_EQ(log(), "log one;log two");
    EXPECT_TRUE(stored().empty());
}

TEST_F(DrainedCheckpoint, request_is_counted_for_the_image) {
    saving_.request_checkpoint();
    saving_.request_checkpoint();
    EXPECT_EQ(control().checkpoints_asked.load(), 2u);
}

TEST_F(DrainReaderTest, memory_without_a_magic_has_not_started) {
    control().version = DRAIN_VERSION;
    control().ring_bytes = DRAIN_RING_BYTES;
    publish("not yet");
    EXPECT_EQ(reader_.step(true), 0u);
    EXPECT_FALSE(reader_.has_started());
    EXPECT_FALSE(reader_.has_ended());
    EXPECT_FALSE(sink_.has_begun());
}

TEST_F(DrainReaderTest, start_begins_the_log) {
    start();
    EXPECT_EQ(reader_.step(true), 0u);
    EXPECT_TRUE(reader_.has_started());
    EXPECT_TRUE(sink_.has_begun());
}

TEST_F(DrainReaderTest, another_version_is_refused) {
    start(DRAIN_VERSION + 1);
    EXPECT_NE(failure_of_step().find("version " + std::to_string(DRAIN_VERSION + 1)),
              std::string::npos);
    EXPECT_FALSE(sink_.has_begun());
}

TEST_F(DrainReaderTest, another_ring_size_is_refused) {
    start(DRAIN_VERSION, DRAIN_RING_BYTES / 2);
    EXPECT_NE(failure_of_step().find("8388608 bytes"), std::string::npos);
}

TEST_F(DrainReaderTest, published_bytes_reach_the_log) {
    start();
    publish("first ");
    EXPECT_EQ(take_all(), 6u);
    publish("second");
    EXPECT_EQ(take_all(), 6u);
    EXPECT_EQ(log(), "first second");
}

TEST_F(DrainReaderTest, bytes_that_were_taken_are_given_back) {
    start();
    publish("first ");
    EXPECT_EQ(control().log.tail.load(), 0u);
    take_all();
    EXPECT_EQ(control().log.tail.load(), 6u);
}

TEST_F(DrainReaderTest, large_pieces_are_taken_without_being_asked_for) {
    start();
    publish(pattern(0, 64 * 1024));
    EXPECT_EQ(reader_.step(false), 64u * 1024);
}

TEST_F(DrainReaderTest, one_step_takes_at_most_a_mebibyte) {
    start();
    const std::string bytes = pattern(0, (u64{5} << 20) + 17);
    publish(bytes);
    EXPECT_EQ(reader_.step(true), u64{1} << 20);
    EXPECT_EQ(take_all(), bytes.size() - (u64{1} << 20));
    EXPECT_EQ(log(), bytes);
}

/// Pieces of an odd size, so that one of them lies across the ring's end.
TEST_F(DrainReaderTest, bytes_that_wrap_around_the_ring_come_out_in_order) {
    start();
    constexpr u64 PIECE = 700'001;
    std::string expected;
    while (expected.size() < 2 * DRAIN_RING_BYTES + PIECE) {
        const std::string piece = pattern(expected.size(), PIECE);
        ASSERT_TRUE(producer_.fits(produced_, PIECE));
        publish(piece);
        expected += piece;
        ASSERT_EQ(take_all(), PIECE);
    }
    EXPECT_TRUE(log() == expected);
}

TEST_F(DrainReaderTest, full_ring_is_emptied) {
    start();
    const std::string bytes = pattern(5, DRAIN_RING_BYTES);
    publish(bytes);
    EXPECT_FALSE(producer_.fits(produced_, 1));
    EXPECT_EQ(take_all(), DRAIN_RING_BYTES);
    EXPECT_TRUE(producer_.fits(produced_, 1));
    EXPECT_TRUE(log() == bytes);
}

TEST_F(DrainReaderTest, head_beyond_the_ring_is_refused) {
    start();
    producer_.publish(DRAIN_RING_BYTES + 1);
    EXPECT_NE(failure_of_step().find("16777217 bytes ahead"), std::string::npos);
    EXPECT_EQ(log(), "");
}

TEST_F(DrainReaderTest, head_that_moves_back_is_refused) {
    start();
    publish("some bytes");
    take_all();
    producer_.publish(9);
    EXPECT_NE(failure_of_step().find("ahead of its tail"), std::string::npos);
    EXPECT_EQ(log(), "some bytes");
}

TEST_F(DrainReaderTest, end_brings_the_report_and_the_status) {
    start();
    enter(DrainPhase::Running);
    EXPECT_EQ(reader_.step(false), 0u);
    EXPECT_FALSE(reader_.has_ended());
    EXPECT_FALSE(reader_.report());
    control().report.beats = 12;
    control().report.tasks_by_worker[255] = 34;
    control().exit_status.store(3);
    enter(DrainPhase::Ended);
    EXPECT_EQ(reader_.step(false), 0u);
    ASSERT_TRUE(reader_.has_ended());
    EXPECT_EQ(reader_.report()->beats, 12u);
    EXPECT_EQ(reader_.report()->tasks_by_worker[255], 34u);
    EXPECT_EQ(reader_.exit_status(), 3u);
}

TEST_F(DrainReaderTest, report_is_a_copy_of_the_end) {
    start();
    control().report.beats = 12;
    enter(DrainPhase::Ended);
    (void)reader_.step(false);
    control().report.beats = 13;
    (void)reader_.step(false);
    ASSERT_TRUE(reader_.has_ended());
    EXPECT_EQ(reader_.report()->beats, 12u);
}

TEST_F(DrainReaderTest, small_rest_is_taken_when_the_run_has_ended) {
    start();
    publish("rest");
    enter(DrainPhase::Ended);
    EXPECT_EQ(reader_.step(false), 4u);
    EXPECT_EQ(log(), "rest");
}

TEST_F(DrainReaderTest, run_that_has_not_ended_has_no_duration) {
    start();
    enter(DrainPhase::Running);
    (void)reader_.step(false);
    EXPECT_EQ(reader_.elapsed_ns(), 0u);
}

TEST_F(DrainReaderTest, stop_is_asked_for_only_on_request) {
    start();
    (void)reader_.step(true);
    EXPECT_EQ(control().stop.load(), 0u);
    reader_.request_stop();
    EXPECT_EQ(control().stop.load(), 1u);
}

TEST_F(DrainReaderTest, progress_is_shown) {
    start();
    control().beat.store(21);
    control().tasks.store(43);
    EXPECT_EQ(reader_.beat(), 21u);
    EXPECT_EQ(reader_.tasks(), 43u);
}

/// The log's place is full: the run is asked to stop, and may still empty its ring.
TEST_F(DrainReaderTest, sink_that_fails_stops_the_run_and_loses_the_rest) {
    const Descriptor full(::open("/dev/full", O_WRONLY | O_CLOEXEC));
    ASSERT_TRUE(full.valid());
    LogSink sink = LogSink::into(full.get());
    DrainReader reader(memory_.bytes(), sink);
    start();
    EXPECT_EQ(reader.step(true), 0u);
    EXPECT_FALSE(reader.sink_failure());
    publish("lost");
    EXPECT_EQ(reader.step(true), 4u);
    ASSERT_TRUE(reader.sink_failure());
    EXPECT_EQ(reader.sink_failure()->status(), ExitStatus::Environment);
    EXPECT_EQ(control().stop.load(), 1u);
    publish(pattern(0, 100));
    EXPECT_EQ(reader.step(true), 100u);
    EXPECT_EQ(control().log.tail.load(), 104u);
    enter(DrainPhase::Ended);
    EXPECT_EQ(reader.step(true), 0u);
    EXPECT_TRUE(reader.has_ended());
}

TEST_F(DrainReaderTest, memory_that_is_too_small_panics) {
    const auto small = memory_.bytes().first(MEMORY_BYTES - 1);
    EXPECT_EXIT(DrainReader(small, sink_), testing::ExitedWithCode(4), "internal error");
}

} // namespace
} // namespace knhk::tools
