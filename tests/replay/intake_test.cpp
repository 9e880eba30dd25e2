// SPDX-License-Identifier: MIT
// The image's end of the intake: bytes that come, bytes that stop coming, and a host whose position
// cannot be.
#include "replay/intake.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <vector>

namespace knhk {
namespace {

using Bytes = std::vector<std::byte>;

Bytes numbered(std::size_t size) {
    Bytes bytes(size);
    for (std::size_t i = 0; i < size; ++i) {
        bytes[i] = static_cast<std::byte>(i * 7 + (i >> 8) + 1);
    }
    return bytes;
}

/// The host is played by the test: what it does while the image waits is `while_waiting`.
class IntakeTest : public testing::Test {
  protected:
    IntakeTest() { test_ = this; }
    ~IntakeTest() override { test_ = nullptr; }

    void write(const Bytes& bytes) {
        producer_.write(head_, bytes.data(), bytes.size());
        head_ += bytes.size();
        producer_.publish(head_);
    }
    void close() { control_->intake_closed.store(1); }
    /// Moves both ends forward, as if so much had passed.
    void pass(u64 size) {
        Bytes bytes(size);
        write(bytes);
        ASSERT_TRUE(intake_.read(bytes.data(), size));
    }
    static void relax() {
        ++test_->relaxed_;
        ASSERT_LT(test_->relaxed_, 1'000'000u) << "waits for ever";
        if (test_->while_waiting_) {
            test_->while_waiting_();
        }
    }

    static inline IntakeTest* test_ = nullptr;
    std::unique_ptr<DrainControl<>> control_ = std::make_unique<DrainControl<>>();
    Bytes ring_ = Bytes(INTAKE_RING_BYTES);
    IntakeProducer producer_{&control_->intake, ring_.data()};
    Intake intake_{control_.get(), ring_.data(), relax};
    u64 head_ = 0;
    u64 relaxed_ = 0;
    std::function<void()> while_waiting_;
};

TEST_F(IntakeTest, default_one_is_not_open) {
    EXPECT_FALSE(Intake().is_open());
    EXPECT_TRUE(intake_.is_open());
}

TEST_F(IntakeTest, bytes_come_in_order_and_are_given_back) {
    const Bytes all = numbered(100);
    write(all);
    Bytes bytes(60);
    EXPECT_TRUE(intake_.read(bytes.data(), 60));
    EXPECT_EQ(bytes, Bytes(all.begin(), all.begin() + 60));
    EXPECT_EQ(control_->intake.tail.load(), 60u);
    bytes.resize(40);
    EXPECT_TRUE(intake_.read(bytes.data(), 40));
    EXPECT_EQ(bytes, Bytes(all.begin() + 60, all.end()));
    EXPECT_EQ(relaxed_, 0u);
}

TEST_F(IntakeTest, peek_takes_nothing) {
    write(numbered(24));
    Bytes bytes(24);
    EXPECT_TRUE(intake_.peek(bytes.data(), 24));
    EXPECT_EQ(bytes, numbered(24));
    EXPECT_FALSE(intake_.peek(bytes.data(), 25)) << "not all there";
    EXPECT_EQ(control_->intake.tail.load(), 0u);
    intake_.take(24);
    EXPECT_EQ(control_->intake.tail.load(), 24u);
    EXPECT_FALSE(intake_.peek(bytes.data(), 1));
}

TEST_F(IntakeTest, read_waits_for_what_must_come) {
    const Bytes all = numbered(90);
    write(Bytes(all.begin(), all.begin() + 10));
    while_waiting_ = [&] {
        if (relaxed_ % 3 == 0 && head_ < all.size()) {
            const auto at = all.begin() + static_cast<std::ptrdiff_t>(head_);
            write(Bytes(at, at + 20));
        }
    };
    Bytes bytes(90);
    EXPECT_TRUE(intake_.read(bytes.data(), 90));
    EXPECT_EQ(bytes, all);
    EXPECT_EQ(relaxed_, 12u);
}

TEST_F(IntakeTest, bytes_split_across_the_ring_s_end_are_joined) {
    pass(INTAKE_RING_BYTES - 30);
    write(numbered(88));
    Bytes bytes(88);
    EXPECT_TRUE(intake_.peek(bytes.data(), 88));
    EXPECT_EQ(bytes, numbered(88));
    bytes.assign(88, std::byte{0});
    EXPECT_TRUE(intake_.read(bytes.data(), 88));
    EXPECT_EQ(bytes, numbered(88));
}

TEST_F(IntakeTest, more_than_the_ring_holds_is_read_as_it_comes) {
    const Bytes all = numbered(3 * INTAKE_RING_BYTES + 17);
    while_waiting_ = [&] {
        const u64 room = INTAKE_RING_BYTES - (head_ - producer_.consumed());
        const u64 part = std::min<u64>(room, all.size() - head_);
        const auto at = all.begin() + static_cast<std::ptrdiff_t>(head_);
        write(Bytes(at, at + static_cast<std::ptrdiff_t>(part)));
    };
    Bytes bytes(all.size());
    EXPECT_TRUE(intake_.read(bytes.data(), bytes.size()));
    EXPECT_TRUE(bytes == all);
}

TEST_F(IntakeTest, host_that_closed_before_the_end_is_told) {
    write(numbered(10));
    close();
    EXPECT_TRUE(intake_.closed());
    Bytes bytes(11);
    EXPECT_FALSE(intake_.read(bytes.data(), 11));
    EXPECT_EQ(relaxed_, 0u) << "nothing to wait for";
}

TEST_F(IntakeTest, host_that_closes_behind_the_last_byte_is_not_early) {
    write(numbered(10));
    close();
    Bytes bytes(10);
    EXPECT_TRUE(intake_.read(bytes.data(), 10));
    EXPECT_EQ(bytes, numbered(10));
}

TEST_F(IntakeTest, bytes_and_the_close_that_come_while_it_waits_are_both_seen) {
    while_waiting_ = [&] {
        write(numbered(10));
        close();
        while_waiting_ = nullptr;
    };
    Bytes bytes(10);
    EXPECT_TRUE(intake_.read(bytes.data(), 10));
    EXPECT_EQ(bytes, numbered(10));
}

TEST_F(IntakeTest, host_that_closes_while_it_waits_is_told) {
    while_waiting_ = [&] { close(); };
    Bytes bytes(10);
    EXPECT_FALSE(intake_.read(bytes.data(), 10));
    EXPECT_EQ(relaxed_, 1u);
}

TEST_F(IntakeTest, head_that_lies_gives_no_bytes) {
    Bytes bytes(8);
    for (const u64 head : {u64{INTAKE_RING_BYTES + 1}, ~u64{0}, u64{1} << 63}) {
        producer_.publish(head);
        EXPECT_FALSE(intake_.peek(bytes.data(), 8));
        EXPECT_FALSE(intake_.read(bytes.data(), 8));
    }
    EXPECT_EQ(bytes, Bytes(8));
    EXPECT_EQ(control_->intake.tail.load(), 0u);
}

} // namespace
} // namespace knhk
