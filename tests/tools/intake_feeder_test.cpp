// SPDX-License-Identifier: MIT
// The host's end of the intake: from sources that have little, much or a mistake into a ring whose
// reader is played by the test.
#include "tools/run/intake_feeder.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "replay/intake.hpp"
#include "tools/host/failure.hpp"
#include "tools/host/shared_file.hpp"

namespace knhk::tools {
namespace {

using Bytes = std::vector<std::byte>;

Bytes numbered(std::size_t size, u64 seed = 0) {
    Bytes bytes(size);
    for (std::size_t i = 0; i < size; ++i) {
        bytes[i] = static_cast<std::byte>(seed + i * 31 + (i >> 8));
    }
    return bytes;
}

/// Gives at most `piece` bytes at a time, and never more than there is room for.
class PiecesSource : public IntakeSource {
  public:
    PiecesSource(Bytes bytes, u64 piece) : bytes_(std::move(bytes)), piece_(piece) {}

    [[nodiscard]] bool read(Bytes& to, u64 room) override {
        EXPECT_TRUE(to.empty());
        EXPECT_LE(room, INTAKE_RING_BYTES);
        const u64 size = std::min({room, piece_, bytes_.size() - at_});
        const auto begin = bytes_.begin() + static_cast<std::ptrdiff_t>(at_);
        to.insert(to.end(), begin, begin + static_cast<std::ptrdiff_t>(size));
        at_ += size;
        return at_ < bytes_.size();
    }

  private:
    Bytes bytes_;
    u64 piece_;
    u64 at_ = 0;
};

/// Has nothing for a while.
class LateSource : public IntakeSource {
  public:
    explicit LateSource(u32 calls) : calls_(calls) {}
    [[nodiscard]] bool read(Bytes& to, u64) override {
        if (calls_-- > 0) {
            return true;
        }
        to = numbered(5);
        return false;
    }

  private:
    u32 calls_;
};

class ThrowingSource : public IntakeSource {
  public:
    [[nodiscard]] bool read(Bytes& to, u64) override {
        to = numbered(3);
        throw bad_input("line 3 is no input: mend it");
    }
};

class IntakeFeederTest : public testing::Test {
  protected:
    template<class Source, class... Arguments>
    void add(Arguments&&... arguments) {
        sources_.push_back(std::make_unique<Source>(std::forward<Arguments>(arguments)...));
    }
    DrainControl<>& control() { return *reinterpret_cast<DrainControl<>*>(memory_.bytes().data()); }
    [[nodiscard]] bool is_closed() { return control().intake_closed.load() != 0; }
    /// What the image takes of what is there.
    Bytes take(u64 size_max = ~u64{0}) {
        Bytes taken;
        for (auto chunk = image_.available(); chunk.size > 0 && taken.size() < size_max;
             chunk = image_.available()) {
            const u64 size = std::min<u64>(chunk.size, size_max - taken.size());
            taken.insert(taken.end(), chunk.bytes, chunk.bytes + size);
            image_.release(size);
        }
        return taken;
    }
    const std::byte* ring() {
        return memory_.bytes().data() + DRAIN_CONTROL_BYTES + DRAIN_RING_BYTES;
    }

    SharedFile file_ = SharedFile::of_size("knhk-test-intake", DRAIN_BYTES);
    Mapping memory_{file_.descriptor(), 0, DRAIN_BYTES};
    std::vector<std::unique_ptr<IntakeSource>> sources_;
    IntakeFeeder feeder_{memory_.bytes(), sources_};
    IntakeConsumer image_{&control().intake, ring()};
};

TEST_F(IntakeFeederTest, no_sources_close_at_once) {
    EXPECT_FALSE(feeder_.is_done());
    EXPECT_EQ(feeder_.step(), 0u);
    EXPECT_TRUE(feeder_.is_done());
    EXPECT_TRUE(is_closed());
    EXPECT_EQ(feeder_.step(), 0u);
}

TEST_F(IntakeFeederTest, bytes_reach_the_image_and_then_it_closes) {
    add<PiecesSource>(numbered(100), 1000);
    EXPECT_EQ(feeder_.step(), 100u);
    EXPECT_TRUE(is_closed());
    EXPECT_EQ(take(), numbered(100));
}

TEST_F(IntakeFeederTest, sources_come_one_after_the_other) {
    add<PiecesSource>(numbered(100, 1), 7);
    add<PiecesSource>(Bytes(), 7);
    add<PiecesSource>(numbered(50, 2), 7);
    Bytes expected = numbered(100, 1);
    const Bytes second = numbered(50, 2);
    expected.insert(expected.end(), second.begin(), second.end());
    u64 moved = 0;
    while (!feeder_.is_done()) {
        moved += feeder_.step();
    }
    EXPECT_EQ(moved, 150u);
    EXPECT_EQ(take(), expected);
}

TEST_F(IntakeFeederTest, source_that_has_nothing_yet_holds_back_the_rest_and_the_close) {
    add<LateSource>(3);
    add<PiecesSource>(numbered(10), 100);
    for (int i = 0; i < 3; ++i) {
        EXPECT_EQ(feeder_.step(), 0u);
        EXPECT_FALSE(feeder_.is_done());
        EXPECT_FALSE(is_closed());
    }
    EXPECT_EQ(feeder_.step(), 15u);
    EXPECT_TRUE(is_closed());
}

TEST_F(IntakeFeederTest, full_ring_takes_the_rest_as_the_image_reads) {
    const Bytes all = numbered(3 * INTAKE_RING_BYTES + 41);
    add<PiecesSource>(all, ~u64{0});
    EXPECT_EQ(feeder_.step(), INTAKE_RING_BYTES);
    EXPECT_EQ(feeder_.step(), 0u) << "no room";
    Bytes taken = take(1000);
    EXPECT_EQ(feeder_.step(), 1000u) << "as much as was taken";
    EXPECT_FALSE(is_closed());
    while (!feeder_.is_done()) {
        const Bytes more = take(200'001);
        taken.insert(taken.end(), more.begin(), more.end());
        static_cast<void>(feeder_.step());
    }
    const Bytes rest = take();
    taken.insert(taken.end(), rest.begin(), rest.end());
    EXPECT_TRUE(taken == all);
}

TEST_F(IntakeFeederTest, source_that_throws_has_written_nothing_and_closes_nothing) {
    add<PiecesSource>(numbered(10), 100);
    add<ThrowingSource>();
    try {
        static_cast<void>(feeder_.step());
        FAIL() << "was a success";
    } catch (const Failure& failure) {
        EXPECT_EQ(failure.status(), ExitStatus::BadInput);
    }
    EXPECT_FALSE(feeder_.is_done());
    EXPECT_FALSE(is_closed());
    EXPECT_EQ(take(), numbered(10)) << "only what came before";
}

TEST_F(IntakeFeederTest, image_that_took_more_than_was_there_is_told_apart) {
    add<LateSource>(100);
    control().intake.tail.store(1);
    try {
        static_cast<void>(feeder_.step());
        FAIL() << "was a success";
    } catch (const Failure& failure) {
        EXPECT_EQ(failure.status(), ExitStatus::RunFailed);
        EXPECT_NE(std::string(failure.what()).find("overwrote"), std::string::npos);
    }
}

TEST_F(IntakeFeederTest, image_reads_what_the_feeder_wrote) {
    add<PiecesSource>(numbered(2 * sizeof(IntakeInput)), 100);
    while (!feeder_.is_done()) {
        static_cast<void>(feeder_.step());
    }
    Intake intake(&control(), ring(), [] { FAIL() << "waits"; });
    Bytes bytes(2 * sizeof(IntakeInput));
    EXPECT_TRUE(intake.read(bytes.data(), bytes.size()));
    EXPECT_EQ(bytes, numbered(bytes.size()));
    EXPECT_TRUE(intake.closed());
}

} // namespace
} // namespace knhk::tools
