// SPDX-License-Identifier: MIT
// The bytes of a checkpoint, against docs/checkpoint.md: what is stored, what comes back, and that
// nothing damaged does.
#include "replay/checkpoint.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <vector>

#include "base/bytes.hpp"
#include "tests/support/native_run.hpp"

namespace knhk {
namespace {

using Bytes = std::vector<std::byte>;
using test::RegionSpan;

constexpr u32 CORES = 4;
constexpr u64 HEADER_BYTES = 104;
constexpr u64 RUN_BYTES = 32;
constexpr CheckpointPlace PLACE{16, 24, 1000, 2, {7, 8}};

void append(void* to, const void* bytes, u64 size) {
    auto& all = *static_cast<Bytes*>(to);
    const auto* begin = static_cast<const std::byte*>(bytes);
    all.insert(all.end(), begin, begin + size);
}

bool take(void* from, void* to, u64 size) {
    auto& rest = *static_cast<std::span<const std::byte>*>(from);
    if (rest.size() < size) {
        return false;
    }
    std::memcpy(to, rest.data(), size);
    rest = rest.subspan(size);
    return true;
}

/// Some pages here and there, in the first, the last and neighbouring places.
void mark(const Memory& memory) {
    memory.at(region::core_queues)[0] = std::byte{1};
    memory.at(region::core_queues)[PAGE_BYTES + 5] = std::byte{2};
    memory.at(region::core_queues)[CORES * 64 * 1024 - 1] = std::byte{3};
    for (u64 page = 0; page < 100; ++page) { // more than a run holds
        memory.at(region::ordered_queue)[page * PAGE_BYTES + page] = std::byte{4};
    }
    memory.at(region::scheduler)[100] = std::byte{5};
    memory.at(region::log_window)[0] = std::byte{6}; // volatile: is not saved
}

Bytes written(const RegionSpan& span, std::string_view identity = "identity",
              std::string_view workload = "workload!") {
    Bytes bytes;
    write_checkpoint(span.memory(), CORES,
                     {xxh3_128(identity.data(), identity.size()),
                      std::as_bytes(std::span(identity)), std::as_bytes(std::span(workload))},
                     PLACE, {append, &bytes});
    return bytes;
}

/// Null when it was accepted.
const char* read(const Bytes& bytes, const Memory& memory) {
    std::span<const std::byte> rest(bytes);
    const CheckpointSource source{take, &rest};
    const auto header = read_checkpoint_header(source);
    if (!header) {
        return header.error().data();
    }
    if (!skip_checkpoint_text(*header, source)) {
        return "texts";
    }
    return read_checkpoint_pages(*header, memory, source);
}

class Checkpoint : public testing::Test {
  protected:
    Checkpoint() { mark(span_.memory()); }
    RegionSpan span_;
};

TEST_F(Checkpoint, what_comes_back_is_what_was_saved_and_nothing_else) {
    const RegionSpan other;
    ASSERT_EQ(read(written(span_), other.memory()), nullptr);
    for (const Region& region : REGIONS) {
        const bool equal = std::memcmp(span_.memory().at(region), other.memory().at(region),
                                       region.size_bytes) == 0;
        EXPECT_EQ(equal, region.base != region::log_window.base) << region.name;
    }
    EXPECT_EQ(other.memory().at(region::log_window)[0], std::byte{0}) << "it is not saved";
}

TEST_F(Checkpoint, header_stands_where_the_document_says) {
    const Bytes bytes = written(span_);
    const auto word = [&bytes](u64 at) { return load_le<u64>(bytes.data() + at); };
    EXPECT_EQ(std::memcmp(bytes.data(), "KNHKCHKP", 8), 0);
    EXPECT_EQ(load_le<u32>(bytes.data() + 8), 1u);
    EXPECT_EQ(load_le<u32>(bytes.data() + 12), CORES);
    EXPECT_EQ(load_le<u32>(bytes.data() + 40), 8u);
    EXPECT_EQ(load_le<u32>(bytes.data() + 44), 9u);
    EXPECT_EQ(word(48), 16u);
    EXPECT_EQ(word(56), 24u);
    EXPECT_EQ(word(64), 1000u);
    EXPECT_EQ(word(72), 2u);
    EXPECT_EQ(word(80), 7u);
    EXPECT_EQ(word(88), 8u);
    EXPECT_EQ(word(96), xxh3_64(bytes.data(), 96));
    EXPECT_EQ(std::memcmp(bytes.data() + HEADER_BYTES, "identityworkload!\0\0\0\0\0\0\0", 24), 0);
}

TEST_F(Checkpoint, empty_pages_are_not_stored_and_long_runs_are_divided) {
    // Queues: pages 0 and 1, and the last one; heap: 64 and 36; scheduler: 1; the end.
    const u64 pages = 2 + 1 + 100 + 1;
    const u64 runs = 2 + 2 + 1 + 1;
    EXPECT_EQ(written(span_).size(), HEADER_BYTES + 24 + runs * RUN_BYTES + pages * PAGE_BYTES);
}

TEST_F(Checkpoint, cut_anywhere_is_refused) {
    const Bytes whole = written(span_);
    for (std::size_t size = 0; size < whole.size(); size += size < 4096 ? 1 : 1021) {
        const RegionSpan other;
        EXPECT_NE(read({whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size)},
                       other.memory()),
                  nullptr)
            << size;
    }
}

TEST_F(Checkpoint, a_flipped_bit_of_the_header_or_of_the_pages_is_refused) {
    const Bytes whole = written(span_);
    const RegionSpan other;
    for (std::size_t at = 0; at < whole.size(); at += at < HEADER_BYTES ? 1 : 509) {
        const bool is_text = at >= HEADER_BYTES && at < HEADER_BYTES + 24;
        if (is_text) {
            continue; // covered by the identity's hash and by what it says of the workload
        }
        Bytes damaged = whole;
        damaged[at] ^= std::byte{1} << (at % 8);
        EXPECT_NE(read(damaged, other.memory()), nullptr) << at;
    }
}

TEST_F(Checkpoint, every_bit_of_a_runs_header_counts) {
    const Bytes whole = written(span_);
    const RegionSpan other;
    for (std::size_t bit = 0; bit < RUN_BYTES * 8; ++bit) {
        Bytes damaged = whole;
        damaged[HEADER_BYTES + 24 + bit / 8] ^= std::byte{1} << (bit % 8);
        EXPECT_NE(read(damaged, other.memory()), nullptr) << bit;
    }
}

TEST_F(Checkpoint, a_run_that_is_missing_or_moved_is_refused) {
    const Bytes whole = written(span_);
    const auto first = whole.begin() + HEADER_BYTES + 24;
    const auto second = first + RUN_BYTES + 2 * PAGE_BYTES;
    const auto third = second + RUN_BYTES + PAGE_BYTES;
    const RegionSpan other;
    Bytes missing(whole.begin(), first);
    missing.insert(missing.end(), second, whole.end());
    EXPECT_NE(read(missing, other.memory()), nullptr);
    Bytes moved(whole.begin(), first);
    moved.insert(moved.end(), second, third);
    moved.insert(moved.end(), first, second);
    moved.insert(moved.end(), third, whole.end());
    EXPECT_NE(read(moved, other.memory()), nullptr);
}

} // namespace
} // namespace knhk
