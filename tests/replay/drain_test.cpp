// SPDX-License-Identifier: MIT
// The byte ring between image and host: what goes in at one end comes out at the other.
#include "replay/drain.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <random>
#include <thread>
#include <vector>

namespace knhk {
namespace {

/// A ring, its control page, and both of their ends.
class DrainTest : public testing::Test {
  protected:
    void write(u64 position, const std::vector<std::byte>& bytes) {
        producer_.write(position, bytes.data(), bytes.size());
        producer_.publish(position + bytes.size());
    }
    /// Moves both ends forward to `position`, as if so much had passed.
    void pass(u64 position) {
        for (u64 at = 0; at < position;) {
            const u64 step = std::min<u64>(position - at, DRAIN_RING_BYTES);
            producer_.publish(at + step);
            consumer_.release(step);
            at += step;
        }
    }
    std::vector<std::byte> read_chunk() {
        const auto chunk = consumer_.available();
        std::vector<std::byte> bytes(chunk.bytes, chunk.bytes + chunk.size);
        consumer_.release(chunk.size);
        return bytes;
    }

    std::unique_ptr<DrainControl<>> control_ = std::make_unique<DrainControl<>>();
    std::vector<std::byte> ring_ = std::vector<std::byte>(DRAIN_RING_BYTES);
    DrainProducer<> producer_{&control_->log, ring_.data()};
    DrainConsumer<> consumer_{&control_->log, ring_.data()};
};

std::vector<std::byte> numbered(std::size_t size) {
    std::vector<std::byte> bytes(size);
    for (std::size_t i = 0; i < size; ++i) {
        bytes[i] = static_cast<std::byte>(i + 1);
    }
    return bytes;
}

TEST_F(DrainTest, new_ring_is_empty) {
    EXPECT_EQ(consumer_.available().size, 0u);
}

TEST_F(DrainTest, unpublished_bytes_are_not_seen) {
    producer_.write(0, "abc", 3);
    EXPECT_EQ(consumer_.available().size, 0u);
    producer_.publish(3);
    EXPECT_EQ(consumer_.available().size, 3u);
}

TEST_F(DrainTest, published_bytes_come_out_once) {
    write(0, numbered(100));
    EXPECT_EQ(read_chunk(), numbered(100));
    EXPECT_EQ(consumer_.available().size, 0u);
}

TEST_F(DrainTest, part_of_a_chunk_can_be_released) {
    write(0, numbered(100));
    consumer_.release(40);
    const auto chunk = consumer_.available();
    EXPECT_EQ(chunk.size, 60u);
    EXPECT_EQ(chunk.bytes[0], std::byte{41});
}

TEST_F(DrainTest, bytes_across_the_ring_s_end_come_in_two_chunks) {
    pass(3 * DRAIN_RING_BYTES - 30);
    const std::vector<std::byte> bytes = numbered(100);
    write(3 * DRAIN_RING_BYTES - 30, bytes);
    const std::vector<std::byte> first = read_chunk();
    const std::vector<std::byte> second = read_chunk();
    EXPECT_EQ(first, std::vector<std::byte>(bytes.begin(), bytes.begin() + 30));
    EXPECT_EQ(second, std::vector<std::byte>(bytes.begin() + 30, bytes.end()));
}

TEST_F(DrainTest, bytes_up_to_the_ring_s_end_leave_its_start_alone) {
    ring_[0] = std::byte{0x77};
    pass(DRAIN_RING_BYTES - 100);
    write(DRAIN_RING_BYTES - 100, numbered(100));
    EXPECT_EQ(ring_[0], std::byte{0x77});
    EXPECT_EQ(read_chunk(), numbered(100));
}

TEST_F(DrainTest, ring_takes_exactly_as_much_as_it_has_room_for) {
    EXPECT_TRUE(producer_.fits(0, DRAIN_RING_BYTES));
    EXPECT_FALSE(producer_.fits(0, DRAIN_RING_BYTES + 1));
    EXPECT_TRUE(producer_.fits(DRAIN_RING_BYTES - 8, 8));
    EXPECT_FALSE(producer_.fits(DRAIN_RING_BYTES - 8, 9));
}

TEST_F(DrainTest, full_ring_takes_more_only_after_a_release) {
    producer_.publish(DRAIN_RING_BYTES);
    EXPECT_FALSE(producer_.fits(DRAIN_RING_BYTES, 1));
    EXPECT_EQ(consumer_.available().size, DRAIN_RING_BYTES);
    consumer_.release(10);
    EXPECT_TRUE(producer_.fits(DRAIN_RING_BYTES, 10));
    EXPECT_FALSE(producer_.fits(DRAIN_RING_BYTES, 11));
}

TEST_F(DrainTest, head_too_far_ahead_is_reported_without_bytes) {
    producer_.publish(DRAIN_RING_BYTES + 1);
    EXPECT_EQ(consumer_.available().bytes, nullptr);
    EXPECT_EQ(consumer_.available().size, DRAIN_RING_BYTES + 1);
}

TEST_F(DrainTest, head_that_went_back_is_reported_without_bytes) {
    pass(100);
    producer_.publish(99);
    EXPECT_EQ(consumer_.available().bytes, nullptr);
    EXPECT_GT(consumer_.available().size, DRAIN_RING_BYTES);
}

TEST_F(DrainTest, copy_takes_nothing) {
    write(0, numbered(100));
    std::vector<std::byte> bytes(40);
    for (int twice = 0; twice < 2; ++twice) {
        bytes.assign(40, std::byte{0});
        EXPECT_TRUE(consumer_.copy(bytes.data(), 40));
        EXPECT_EQ(bytes, numbered(40));
    }
    EXPECT_EQ(consumer_.position(), 0u);
    EXPECT_EQ(read_chunk(), numbered(100));
}

TEST_F(DrainTest, copy_goes_across_the_ring_s_end) {
    const u64 begin = 2 * DRAIN_RING_BYTES - 30;
    pass(begin);
    write(begin, numbered(100));
    std::vector<std::byte> bytes(100);
    EXPECT_TRUE(consumer_.copy(bytes.data(), 100));
    EXPECT_EQ(bytes, numbered(100));
}

TEST_F(DrainTest, copy_of_more_than_is_there_copies_nothing) {
    write(0, numbered(10));
    std::vector<std::byte> bytes(11);
    EXPECT_FALSE(consumer_.copy(bytes.data(), 11));
    EXPECT_EQ(bytes, std::vector<std::byte>(11));
    EXPECT_TRUE(consumer_.copy(bytes.data(), 10));
    EXPECT_TRUE(consumer_.copy(bytes.data(), 0));
}

TEST_F(DrainTest, copy_believes_no_head_that_lies) {
    std::byte byte{};
    producer_.publish(DRAIN_RING_BYTES + 1);
    EXPECT_FALSE(consumer_.copy(&byte, 1));
    producer_.publish(~u64{0});
    EXPECT_FALSE(consumer_.copy(&byte, 1));
    producer_.publish(1);
    EXPECT_TRUE(consumer_.copy(&byte, 1));
}

TEST_F(DrainTest, control_page_s_lines_stand_where_both_sides_expect_them) {
    const auto offset = [this](const void* field) {
        return static_cast<const std::byte*>(field) -
               reinterpret_cast<const std::byte*>(control_.get());
    };
    EXPECT_EQ(offset(&control_->magic), 0);
    EXPECT_EQ(offset(&control_->version), 8);
    EXPECT_EQ(offset(&control_->ring_bytes), 16);
    EXPECT_EQ(offset(&control_->phase), 24);
    EXPECT_EQ(offset(&control_->exit_status), 28);
    EXPECT_EQ(offset(&control_->log.head), 128);
    EXPECT_EQ(offset(&control_->log.tail), 256);
    EXPECT_EQ(offset(&control_->stop), 384);
    EXPECT_EQ(offset(&control_->intake.head), 512);
    EXPECT_EQ(offset(&control_->intake.tail), 640);
    EXPECT_EQ(offset(&control_->report), 768);
}

/// The stream's byte at a position: a mix of all of the position's bits.
std::byte stream_byte(u64 position) {
    return static_cast<std::byte>((position * 0x9E37'79B9'7F4A'7C15) >> 56);
}

void produce(const DrainProducer<>& producer, u64 total) {
    std::mt19937_64 random(1);
    std::vector<std::byte> piece;
    for (u64 at = 0; at < total;) {
        const u64 size = std::min<u64>(total - at, random() % 200'000);
        piece.resize(size);
        for (u64 i = 0; i < size; ++i) {
            piece[i] = stream_byte(at + i);
        }
        while (!producer.fits(at, size)) {
            std::this_thread::yield();
        }
        producer.write(at, piece.data(), size);
        producer.publish(at + size);
        at += size;
    }
}

TEST_F(DrainTest, stream_of_random_pieces_arrives_unchanged_on_another_thread) {
    constexpr u64 TOTAL = 5 * DRAIN_RING_BYTES + 12'345;
    std::thread writer([this] { produce(producer_, TOTAL); });
    std::mt19937_64 random(2);
    u64 wrong = 0;
    u64 at = 0;
    while (at < TOTAL) {
        const auto chunk = consumer_.available();
        const u64 part = std::min<u64>(chunk.size, random() % 300'000);
        for (u64 i = 0; i < part; ++i) {
            wrong += chunk.bytes[i] != stream_byte(at + i) ? 1 : 0;
        }
        consumer_.release(part);
        at += part;
    }
    writer.join();
    EXPECT_EQ(wrong, 0u);
    EXPECT_EQ(consumer_.available().size, 0u);
}

} // namespace
} // namespace knhk
