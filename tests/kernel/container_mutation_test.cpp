// SPDX-License-Identifier: MIT
// Damage without a plan: each single bit, and many random changes with and without a mended hash.
#include <gtest/gtest.h>

#include <cstring>
#include <random>

#include "kernel/container.hpp"
#include "tests/kernel/container_builder.hpp"

namespace knhk {
namespace {

using test::container_of;
using test::container_with;
using test::ContainerBytes;

/// Two sections, so that the table, the gap between payloads and the padding are all there.
ContainerBytes two_sections() {
    ContainerBytes bytes =
        container_with({{.offset = 96, .size = 13}, {.offset = 112, .size = 5}}, 24);
    std::memcpy(bytes.data() + 96, "workload=ring", 13);
    std::memcpy(bytes.data() + 112, "other", 5);
    test::seal(bytes);
    return bytes;
}

// No bit is without meaning: even padding is under the hash.
TEST(ContainerMutationTest, every_single_flipped_bit_is_refused) {
    for (const ContainerBytes& good : {container_of("workload=ring tasks=5\n"), two_sections()}) {
        ASSERT_TRUE(Container::open(good).has_value());
        for (std::size_t bit = 0; bit < good.size() * 8; ++bit) {
            ContainerBytes bytes = good;
            bytes[bit / 8] ^= static_cast<std::byte>(1u << (bit % 8));
            EXPECT_FALSE(Container::open(bytes).has_value())
                << "bit " << bit % 8 << " of byte " << bit / 8;
        }
    }
}

void mutate(ContainerBytes& bytes, std::mt19937_64& random) {
    constexpr u64 INTERESTING[] = {0,  1,  7,       8,          31,         32,
                                   64, 96, 1 << 12, 1ull << 32, 1ull << 63, ~u64{0}};
    const u64 changes = 1 + random() % 4;
    for (u64 i = 0; i < changes; ++i) {
        const std::size_t at = random() % bytes.size();
        if (random() % 2 == 0 || at + 8 > bytes.size()) {
            bytes[at] = static_cast<std::byte>(random());
        } else {
            test::put_number(bytes, at / 8 * 8, INTERESTING[random() % std::size(INTERESTING)], 8);
        }
    }
    if (random() % 4 == 0) {
        bytes.resize(32 + random() % (bytes.size() - 31));
    }
}

bool inside(std::span<const std::byte> part, const ContainerBytes& bytes) {
    return part.empty() || (part.data() >= bytes.data() && part.size() <= bytes.size() &&
                            part.data() + part.size() <= bytes.data() + bytes.size());
}

// With the hash mended, half of them get past it to the table's own checks.
TEST(ContainerMutationTest, random_changes_never_lead_outside_the_bytes) {
    std::mt19937_64 random(2026);
    const ContainerBytes good = two_sections();
    u64 opened = 0;
    u64 refused = 0;
    for (u32 i = 0; i < 200'000; ++i) {
        ContainerBytes bytes = good;
        mutate(bytes, random);
        if (random() % 2 == 0) {
            test::put_number(bytes, 16, bytes.size(), 8);
            test::seal(bytes);
        }
        // An exact copy on the heap: reading behind it is seen by a sanitizer.
        const ContainerBytes exact(bytes);
        const auto container = Container::open(exact);
        ++(container ? opened : refused);
        if (container) {
            ASSERT_TRUE(inside(container->section(SectionKind::Workload), exact)) << i;
        }
    }
    EXPECT_GT(opened, 1000u) << "the changes are all too crude to test anything";
    EXPECT_GT(refused, 100'000u);
}

} // namespace
} // namespace knhk
