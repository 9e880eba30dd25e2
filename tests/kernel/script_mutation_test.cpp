// SPDX-License-Identifier: MIT
// Damage without a plan to packed workloads: whatever is still opened can be used to the end.
#include <gtest/gtest.h>

#include <cstring>
#include <random>

#include "tests/kernel/script_builder.hpp"

namespace knhk {
namespace {

/// Reads all that a run could read: a sanitizer sees what lies outside.
u64 use(const Script& script) {
    u64 sum = script.name().size() + script.topology().matrix.size();
    for (const GuardRule& rule : script.guards()) {
        sum += rule.id < GUARDS_BUILTIN_BEGIN ? rule.value : 1;
        EXPECT_LT(rule.id, GUARDS_BUILTIN_BEGIN);
    }
    for (u64 kind = 0; kind < 4; ++kind) {
        for (const ScriptStep& step : script.steps_of(kind)) {
            EXPECT_NE(step.one_in, 0u);
            EXPECT_TRUE(!emits(step.act) || step.task.well_formed());
            EXPECT_TRUE(!emits(step.act) || step.target == 1 || step.share != 0);
            sum += step.value;
        }
    }
    const u64 inputs = script.input_count();
    for (const u64 index : {u64{0}, inputs / 2, inputs - 1}) {
        if (index < inputs) {
            EXPECT_TRUE(script.input(index).well_formed());
            sum += script.input_beat(index) + script.input_time(index) +
                   script.next_input_of(static_cast<u32>(index % 4), 4, index);
        }
    }
    return sum;
}

std::vector<std::byte> with_matrix() {
    test::ScriptBuilder builder;
    builder.header.topology = static_cast<u32>(TopologyKind::Matrix);
    std::fill_n(builder.header.topology_counts, 3, 0u);
    builder.header.topology_latencies[0] = 0;
    builder.header.hops_per_beat = 0;
    builder.matrix.assign(16, 2);
    return builder.bytes();
}

TEST(ScriptMutationTest, every_single_flipped_bit_is_refused_or_still_good) {
    u32 opened = 0;
    u32 refused = 0;
    for (const auto& good : {test::ScriptBuilder().bytes(), with_matrix()}) {
        ASSERT_TRUE(Script::open(good).has_value());
        for (std::size_t bit = 0; bit < good.size() * 8; ++bit) {
            std::vector<std::byte> bytes = good;
            bytes[bit / 8] ^= static_cast<std::byte>(1u << (bit % 8));
            const auto script = Script::open(bytes);
            ++(script ? opened : refused);
            if (script) {
                use(*script);
            }
        }
    }
    EXPECT_GT(opened, 1000u) << "numbers may change: values, ids, counts";
    EXPECT_GT(refused, 5000u) << "what must be zero must be zero";
}

TEST(ScriptMutationTest, random_changes_never_lead_outside_the_bytes) {
    constexpr u64 INTERESTING[] = {
        0,      1, 2, 7, 8, 16, 255, 256, 1024, 32768, u64{1} << 40, ~u64{0} >> 32, u64{1} << 63,
        ~u64{0}};
    std::mt19937_64 random(2026);
    const std::vector<std::byte> goods[] = {test::ScriptBuilder().bytes(), with_matrix()};
    u32 opened = 0;
    for (u32 i = 0; i < 100'000; ++i) {
        std::vector<std::byte> bytes = goods[i % 2];
        for (u64 changes = 1 + random() % 3; changes > 0; --changes) {
            const std::size_t word = random() % (bytes.size() / 4);
            const u64 value = random() % 4 == 0 ? random() : INTERESTING[random() % 14];
            std::memcpy(bytes.data() + word * 4, &value, random() % 4 == 0 ? 1 : 4);
        }
        if (random() % 8 == 0) {
            bytes.resize(random() % (bytes.size() + 1));
        }
        // An exact copy: reading behind it is seen by a sanitizer.
        const std::vector<std::byte> exact(bytes);
        const auto script = Script::open(exact);
        if (script) {
            ++opened;
            use(*script);
        }
    }
    EXPECT_GT(opened, 1000u) << "the changes are all too crude to test anything";
}

} // namespace
} // namespace knhk
