// SPDX-License-Identifier: MIT
// Tokens, core-local data and shared values: who may reach what, and in which memory order. What
// must not even compile stands in tests/compile_fail.
#include "sched/ownership.hpp"

#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

#include "sched/logical_clock.hpp"

namespace knhk {
namespace {

struct Wide {
    u64 words[4];
};
struct Marked : StaysOnCore {
    u32 count;
};

static_assert(!std::is_copy_constructible_v<CoreToken> && !std::is_copy_assignable_v<CoreToken>);
static_assert(std::is_move_constructible_v<CoreToken> && std::is_move_assignable_v<CoreToken>);
static_assert(!std::is_default_constructible_v<CoreToken>);
static_assert(!std::is_constructible_v<CoreToken, CoreTokens&, CoreId>);
static_assert(!std::is_copy_constructible_v<CoreLocal<u64>>);
static_assert(!std::is_move_constructible_v<CoreLocal<u64>>);
static_assert(!std::is_copy_assignable_v<CoreLocal<u64>>);
static_assert(!std::is_move_assignable_v<CoreLocal<u64>>);
static_assert(alignof(CoreLocal<u8>) == SEPARATION_BYTES);

static_assert(is_core_local_v<CoreLocal<u64>> && is_core_local_v<const CoreLocal<u64>&>);
static_assert(is_core_local_v<CoreLocal<u64>[2]> && is_core_local_v<CoreLocal<u64>* const*>);
static_assert(is_core_local_v<CoreToken> && is_core_local_v<Marked>);
static_assert(!is_core_local_v<u64> && !is_core_local_v<u64*> && !is_core_local_v<LogicalClock>);

static_assert(Shareable<u64> && Shareable<u32*> && Shareable<Timestamp> && Shareable<LogicalClock>);
static_assert(!Shareable<Wide> && !Shareable<Marked> && !Shareable<CoreLocal<u64>>);
static_assert(!Shareable<CoreLocal<u64>*> && !Shareable<CoreToken> && !Shareable<const u64>);
static_assert(!Shareable<std::unique_ptr<u64>> && !Shareable<u64&> && !Shareable<void>);

TEST(CoreToken, claimed_token_names_its_core) {
    CoreTokens tokens;
    const CoreToken token = tokens.claim(CoreId{255});
    EXPECT_TRUE(token.valid());
    EXPECT_EQ(token.core(), CoreId{255});
}

TEST(CoreToken, all_cores_can_be_claimed_at_once) {
    CoreTokens tokens;
    std::vector<CoreToken> all;
    for (u16 core = 0; core < CORES_MAX; ++core) {
        all.push_back(tokens.claim(CoreId{core}));
    }
    for (u16 core = 0; core < CORES_MAX; ++core) {
        EXPECT_EQ(all[core].core(), CoreId{core});
    }
}

TEST(CoreToken, token_that_died_can_be_claimed_again) {
    CoreTokens tokens;
    for (u32 i = 0; i < 3; ++i) {
        EXPECT_TRUE(tokens.claim(CoreId{7}).valid());
    }
}

TEST(CoreToken, move_leaves_nothing_behind) {
    CoreTokens tokens;
    CoreToken first = tokens.claim(CoreId{1});
    const CoreToken second = std::move(first);
    EXPECT_FALSE(first.valid()); // NOLINT(bugprone-use-after-move): this is the question
    EXPECT_NE(first.core(), CoreId{1});
    EXPECT_EQ(second.core(), CoreId{1});
}

TEST(CoreTokenDeathTest, assignment_gives_the_old_core_back_and_holds_the_new_one) {
    CoreTokens tokens;
    CoreToken token = tokens.claim(CoreId{1});
    token = tokens.claim(CoreId{2});
    EXPECT_EQ(token.core(), CoreId{2});
    const CoreToken again = tokens.claim(CoreId{1});
    EXPECT_TRUE(again.valid());
    EXPECT_DEATH(static_cast<void>(tokens.claim(CoreId{2})), "panic: .*ownership.hpp");
}

TEST(CoreTokenDeathTest, second_claim_of_a_core_panics) {
    CoreTokens tokens;
    const CoreToken token = tokens.claim(CoreId{64});
    EXPECT_DEATH(static_cast<void>(tokens.claim(CoreId{64})), "panic: .*ownership.hpp");
    EXPECT_TRUE(tokens.claim(CoreId{0}).valid()) << "other cores are free";
    EXPECT_TRUE(tokens.claim(CoreId{65}).valid());
}

TEST(CoreTokenDeathTest, claim_of_a_core_that_cannot_be_panics) {
    CoreTokens tokens;
    EXPECT_DEATH(static_cast<void>(tokens.claim(CoreId{CORES_MAX})), "panic: .*ownership.hpp");
}

TEST(CoreLocalDeathTest, default_one_is_zero_and_belongs_to_who_reaches_it_first) {
    CoreTokens tokens;
    const auto locals = std::make_unique<CoreLocal<u64>[]>(CORES_MAX);
    for (u16 core = 0; core < CORES_MAX; ++core) {
        const CoreToken token = tokens.claim(CoreId{core});
        EXPECT_EQ(locals[core].with(token, [&](u64& value) { return std::exchange(value, core); }),
                  0u);
    }
    const CoreToken token = tokens.claim(CoreId{200});
    EXPECT_EQ(locals[200].read(token, [](const u64& value) { return value; }), 200u);
    EXPECT_DEATH(locals[201].with(token, [](u64&) {}), "panic: .*ownership.hpp");
    EXPECT_DEATH(locals[199].read(token, [](const u64&) {}), "panic: .*ownership.hpp");
}

TEST(CoreLocal, callback_changes_the_data_in_place) {
    CoreTokens tokens;
    CoreLocal<std::array<u64, 100>> local(CoreId{3});
    const CoreToken token = tokens.claim(CoreId{3});
    local.with(token, [](auto& values) { values[42] = 1; });
    local.with(token, [](auto& values) { values[42] += 1; });
    EXPECT_EQ(local.read(token, [](const auto& values) { return values[42]; }), 2u);
}

TEST(CoreLocal, callback_that_only_moves_is_called_as_it_is) {
    CoreTokens tokens;
    CoreLocal<u64> local(CoreId{3});
    const CoreToken token = tokens.claim(CoreId{3});
    EXPECT_EQ(local.with(token, [owned = std::make_unique<u64>(5)](u64& v) { return v + *owned; }),
              5u);
}

TEST(CoreLocal, readers_may_nest) {
    CoreTokens tokens;
    CoreLocal<u64> local(CoreId{0});
    const CoreToken token = tokens.claim(CoreId{0});
    const u64 sum = local.read(token, [&](const u64& a) {
        return local.read(token, [&](const u64& b) { return a + b; }) +
               local.read(token, [&](const u64& b) { return a + b; });
    });
    EXPECT_EQ(sum, 0u);
    local.with(token, [](u64& value) { value = 1; }); // all readers have left
}

TEST(CoreLocal, callbacks_of_two_data_may_nest) {
    CoreTokens tokens;
    CoreLocal<u64> a(CoreId{0});
    CoreLocal<u64> b(CoreId{0});
    const CoreToken token = tokens.claim(CoreId{0});
    a.with(token, [&](u64& x) { b.with(token, [&](u64& y) { x = y = 4; }); });
    EXPECT_EQ(a.read(token, [](const u64& x) { return x; }), 4u);
    EXPECT_EQ(b.read(token, [](const u64& y) { return y; }), 4u);
}

TEST(CoreLocalDeathTest, token_of_another_core_panics) {
    CoreTokens tokens;
    CoreLocal<u64> local(CoreId{4});
    const CoreToken token = tokens.claim(CoreId{5});
    EXPECT_DEATH(local.with(token, [](u64&) {}), "panic: .*ownership.hpp");
    EXPECT_DEATH(local.read(token, [](const u64&) {}), "panic: .*ownership.hpp");
}

TEST(CoreLocalDeathTest, data_of_core_zero_is_owned_too) {
    CoreTokens tokens;
    CoreLocal<u64> local(CoreId{0});
    const CoreToken token = tokens.claim(CoreId{1});
    EXPECT_DEATH(local.with(token, [](u64&) {}), "panic: .*ownership.hpp");
}

TEST(CoreLocalDeathTest, token_that_was_moved_from_panics) {
    CoreTokens tokens;
    CoreLocal<u64> local;
    CoreToken token = tokens.claim(CoreId{5});
    const CoreToken other = std::move(token);
    // NOLINTNEXTLINE(bugprone-use-after-move): this is the question
    EXPECT_DEATH(local.with(token, [](u64&) {}), "panic: .*token.valid");
}

TEST(CoreLocalDeathTest, second_name_for_what_changes_panics) {
    CoreTokens tokens;
    CoreLocal<u64> local(CoreId{0});
    const CoreToken token = tokens.claim(CoreId{0});
    const auto change = [&](auto&) { local.with(token, [](u64&) {}); };
    const auto read = [&](auto&) { local.read(token, [](const u64&) {}); };
    EXPECT_DEATH(local.with(token, change), "panic: .*borrows_");
    EXPECT_DEATH(local.with(token, read), "panic: .*borrows_");
    EXPECT_DEATH(local.read(token, change), "panic: .*borrows_");
    local.read(token, read);
    const auto read_then_change = [&](auto& value) {
        read(value);
        change(value);
    };
    EXPECT_DEATH(local.read(token, read_then_change), "panic: .*borrows_");
    EXPECT_DEATH(local.read(token, [&](auto&) { local.read(token, change); }), "panic: .*borrows_");
}

/// Claims order nothing: whoever hands a core on does, as the barrier does here by `turn`.
TEST(CoreLocal, next_runner_of_a_core_sees_what_the_last_one_left) {
    constexpr u64 TURNS = 500;
    CoreTokens tokens;
    CoreLocal<u64> local;
    std::atomic<u64> turn{0};
    const auto run = [&](u64 worker) {
        for (u64 mine = worker; mine < TURNS; mine += 2) {
            while (turn.load(std::memory_order_acquire) != mine) {
                std::this_thread::yield();
            }
            {
                const CoreToken token = tokens.claim(CoreId{9});
                local.with(token, [](u64& value) { ++value; });
            }
            turn.store(mine + 1, std::memory_order_release);
        }
    };
    std::thread other(run, 1);
    run(0);
    other.join();
    const CoreToken token = tokens.claim(CoreId{9});
    EXPECT_EQ(local.read(token, [](const u64& value) { return value; }), TURNS);
}

// Shared values.

/// The orders that were asked for, in turn.
std::vector<std::memory_order> orders_;

template<class T>
class RecordingAtomic {
  public:
    RecordingAtomic() = default;
    explicit RecordingAtomic(T value) : value_(value) {}
    T load(std::memory_order order) const {
        orders_.push_back(order);
        return value_;
    }
    void store(T value, std::memory_order order) {
        orders_.push_back(order);
        value_ = value;
    }
    T fetch_add(T amount, std::memory_order order) {
        orders_.push_back(order);
        return std::exchange(value_, value_ + amount);
    }
    T fetch_or(T bits, std::memory_order order) {
        orders_.push_back(order);
        return std::exchange(value_, value_ | bits);
    }
    bool compare_exchange_strong(T& expected, T desired, std::memory_order success,
                                 std::memory_order failure) {
        orders_.push_back(success);
        orders_.push_back(failure);
        const bool equal = value_ == expected;
        (equal ? value_ : expected) = equal ? desired : value_;
        return equal;
    }

  private:
    T value_{};
};
struct RecordingAtomics {
    template<class T>
    using Atomic = RecordingAtomic<T>;
};

/// What load, store, fetch_add, fetch_or and compare_exchange (two orders) ask for.
template<SharedOrder Order>
std::vector<std::memory_order> orders_of() {
    orders_.clear();
    Shared<u64, Order, RecordingAtomics> value;
    static_cast<void>(value.load());
    value.store(1);
    value.fetch_add(1);
    value.fetch_or(1);
    u64 expected = 0;
    static_cast<void>(value.compare_exchange(expected, 9));
    return orders_;
}

TEST(Shared, each_order_is_mapped_to_what_is_legal_for_the_access) {
    using std::memory_order;
    constexpr auto SEQ_CST = memory_order::seq_cst;
    constexpr auto RELAXED = memory_order::relaxed;
    constexpr auto ACQUIRE = memory_order::acquire;
    constexpr auto ACQ_REL = memory_order::acq_rel;
    EXPECT_EQ(orders_of<SharedOrder::SeqCst>(), std::vector<memory_order>(6, SEQ_CST));
    EXPECT_EQ(orders_of<SharedOrder::Relaxed>(), std::vector<memory_order>(6, RELAXED));
    EXPECT_EQ(orders_of<SharedOrder::AcqRel>(),
              (std::vector<memory_order>{ACQUIRE, memory_order::release, ACQ_REL, ACQ_REL, ACQ_REL,
                                         ACQUIRE}));
}

TEST(Shared, orders_have_the_numbers_that_are_known_for_them) {
    EXPECT_EQ(static_cast<u32>(SharedOrder::SeqCst), 0u);
    EXPECT_EQ(static_cast<u32>(SharedOrder::AcqRel), 1u);
    EXPECT_EQ(static_cast<u32>(SharedOrder::Relaxed), 2u);
}

template<SharedOrder Order>
void expect_atomic_semantics() {
    Shared<u64, Order> value(5);
    EXPECT_EQ(value.load(), 5u);
    value.store(8);
    EXPECT_EQ(value.fetch_add(3), 8u);
    EXPECT_EQ(value.fetch_or(0x13), 11u);
    u64 expected = 1;
    EXPECT_FALSE(value.compare_exchange(expected, 2));
    EXPECT_EQ(expected, 0x1Bu) << "a refused exchange says what it found";
    EXPECT_TRUE(value.compare_exchange(expected, 2));
    EXPECT_EQ(value.load(), 2u);
}

TEST(Shared, operations_do_what_they_say_in_every_order) {
    expect_atomic_semantics<SharedOrder::SeqCst>();
    expect_atomic_semantics<SharedOrder::AcqRel>();
    expect_atomic_semantics<SharedOrder::Relaxed>();
}

TEST(Shared, default_value_is_zero_and_lies_in_place) {
    const Shared<u64> value;
    EXPECT_EQ(value.load(), 0u);
    static_assert(sizeof(Shared<u64>) == 8 && sizeof(Shared<u8, SharedOrder::Relaxed>) == 1);
}

TEST(Shared, value_that_is_no_number_can_be_exchanged) {
    Shared<Timestamp, SharedOrder::AcqRel> latest;
    Timestamp seen{0};
    EXPECT_TRUE(latest.compare_exchange(seen, Timestamp{3}));
    EXPECT_EQ(latest.load(), Timestamp{3});
}

TEST(Shared, additions_of_several_threads_are_all_counted) {
    Shared<u64, SharedOrder::Relaxed> sum;
    std::vector<std::thread> threads;
    for (u32 thread = 0; thread < 4; ++thread) {
        threads.emplace_back([&] {
            for (u32 i = 0; i < 10'000; ++i) {
                sum.fetch_add(1);
            }
        });
    }
    for (std::thread& thread : threads) {
        thread.join();
    }
    EXPECT_EQ(sum.load(), 40'000u);
}

/// A store hands over what was written before it; a thread sanitizer sees if it does not.
TEST(Shared, acquire_release_value_hands_over_what_came_before) {
    Shared<u32, SharedOrder::AcqRel> ready;
    u64 data = 0;
    std::thread writer([&] {
        data = 7;
        ready.store(1);
    });
    while (ready.load() == 0) {
        std::this_thread::yield();
    }
    EXPECT_EQ(data, 7u);
    writer.join();
}

} // namespace
} // namespace knhk
