// SPDX-License-Identifier: MIT
// A snapshot from its bytes to what cores follow, and back to one from before; and everything that
// stops one on its way.
#include "sigma/promotion.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "tests/support/snapshot_builder.hpp"

namespace knhk {
namespace {

using test::opened;
using test::SnapshotDraft;

constexpr u32 CORES = 2;

struct Built {
    explicit Built(const std::string& name) {
        draft.name = name;
        bytes = draft.bytes();
    }
    [[nodiscard]] Snapshot snapshot() const { return opened(bytes); }
    [[nodiscard]] Sha256Digest id() const { return snapshot().id(); }
    [[nodiscard]] ValidationReceipt receipt() const { return receipt_of(snapshot()); }

    SnapshotDraft draft;
    std::vector<std::byte> bytes;
};

struct Place {
    std::unique_ptr<SnapshotRegion> region = std::make_unique<SnapshotRegion>();
    SnapshotStore store{*region, CORES};

    void end_beat() {
        store.quiesce(CoreId{0});
        store.quiesce(CoreId{1});
    }
    [[nodiscard]] Result<Promotion<Preparing>> begin(const Built& built) {
        return Promotion<Preparing>::begin(store, built.id(), built.snapshot(), built.receipt());
    }
    /// The epoch, or 0.
    u64 promote(const Built& built) {
        auto ready = std::move(*begin(built)).prepare();
        return ready ? std::move(*ready).promote().epoch() : 0;
    }
};

TEST(Promotion, snapshot_is_followed_from_the_swap_on) {
    Place place;
    const Built first("first");
    auto preparing = place.begin(first);
    ASSERT_TRUE(preparing.has_value());
    auto ready = std::move(*preparing).prepare();
    ASSERT_TRUE(ready.has_value());
    EXPECT_EQ(place.store.current(), nullptr);
    const Promotion<Promoted> promoted = std::move(*ready).promote();
    EXPECT_EQ(promoted.epoch(), 1u);
    EXPECT_EQ(promoted.id(), first.id());
    const SnapshotDescriptor* now = place.store.current();
    ASSERT_NE(now, nullptr);
    EXPECT_EQ(now->id, first.id());
    EXPECT_EQ(now->epoch, 1u);
    EXPECT_EQ(now->size_bytes, first.bytes.size());
    const SigmaTables tables = place.store.tables(*now);
    ASSERT_EQ(tables.tasks.size(), 2u);
    EXPECT_EQ(tables.hooks[1].op, OpCode::CountOpGe);
    EXPECT_NE(static_cast<const void*>(tables.tasks.data()),
              static_cast<const void*>(first.snapshot().tables().tasks.data()))
        << "its bytes are the region's own";
}

TEST(Promotion, largest_snapshot_has_room) {
    Built largest("largest");
    largest.draft.tasks.resize(SNAPSHOT_TASKS_MAX, largest.draft.tasks[1]);
    largest.bytes = largest.draft.bytes();
    EXPECT_GE(SnapshotRegion::SLOT_BYTES, SNAPSHOT_BYTES_MAX);
    Place place;
    EXPECT_EQ(place.promote(largest), 1u);
    EXPECT_EQ(place.store.tables(*place.store.current()).tasks.size(), SNAPSHOT_TASKS_MAX);
}

TEST(Promotion, begins_with_the_receipt_and_the_snapshot_that_are_asked_for) {
    Place place;
    const Built wanted("wanted");
    const Built other("other");
    const auto error_of = [&](const Sha256Digest& id, const Built& snapshot,
                              const ValidationReceipt& receipt) {
        const auto preparing =
            Promotion<Preparing>::begin(place.store, id, snapshot.snapshot(), receipt);
        EXPECT_FALSE(preparing.has_value());
        return preparing.error();
    };
    EXPECT_EQ(error_of(wanted.id(), wanted, other.receipt()), Error::OtherSnapshot);
    EXPECT_EQ(error_of(wanted.id(), other, wanted.receipt()), Error::OtherSnapshot);
    EXPECT_EQ(error_of(wanted.id(), other, other.receipt()), Error::OtherSnapshot);
    ValidationReceipt damaged = wanted.receipt();
    damaged.snapshot_id[0] ^= 1;
    EXPECT_EQ(error_of(wanted.id(), wanted, damaged), Error::BadReceipt);
}

TEST(Promotion, each_invariant_that_is_lacking_stops_it) {
    Place place;
    const Built built("built");
    for (u32 bit = 0; bit < INVARIANT_COUNT; ++bit) {
        ValidationReceipt receipt = built.receipt();
        receipt.invariants &= ~(u32{1} << bit);
        receipt.hash = receipt_hash(receipt);
        const auto preparing =
            Promotion<Preparing>::begin(place.store, built.id(), built.snapshot(), receipt);
        ASSERT_FALSE(preparing.has_value()) << bit;
        EXPECT_EQ(preparing.error(), Error::InvariantsBroken);
    }
}

TEST(Promotion, without_a_free_slot_it_is_tried_again) {
    Place place;
    ASSERT_EQ(place.promote(Built("one")), 1u);
    place.end_beat();
    for (u64 epoch = 2; epoch <= RunSnapshots::COUNT; ++epoch) {
        ASSERT_EQ(place.promote(Built("next")), epoch);
    }
    const Built last("last");
    auto preparing = place.begin(last);
    ASSERT_TRUE(preparing.has_value());
    const auto refused = std::move(*preparing).prepare();
    ASSERT_FALSE(refused.has_value());
    EXPECT_EQ(refused.error(), Error::NoFreeSlot);
    place.end_beat();
    auto ready = std::move(*preparing).prepare();
    ASSERT_TRUE(ready.has_value());
    EXPECT_EQ(std::move(*ready).promote().epoch(), 5u);
}

TEST(Promotion, what_is_given_up_leaves_its_slot) {
    Place place;
    const Built built("built");
    for (u32 i = 0; i < 3 * RunSnapshots::COUNT; ++i) {
        auto ready = std::move(*place.begin(built)).prepare();
        ASSERT_TRUE(ready.has_value()) << i;
        const Promotion<Ready> moved = std::move(*ready);
    }
    EXPECT_EQ(place.store.current(), nullptr);
    EXPECT_EQ(place.promote(built), 1u);
}

TEST(Promotion, rolls_back_to_what_a_slot_still_has) {
    Place place;
    const Built first("first");
    const Built second("second");
    ASSERT_EQ(place.promote(first), 1u);
    place.end_beat();
    ASSERT_EQ(place.promote(second), 2u);
    EXPECT_EQ(Promotion<Promoted>::roll_back(place.store, first.id()).error(), Error::NoFreeSlot);
    place.end_beat();
    const auto back = Promotion<Promoted>::roll_back(place.store, first.id());
    ASSERT_TRUE(back.has_value());
    EXPECT_EQ(back->epoch(), 3u);
    EXPECT_EQ(place.store.current()->id, first.id());
    EXPECT_EQ(place.store.current()->epoch, 3u);
    EXPECT_EQ(place.store.tables(*place.store.current()).tasks.size(), 2u);
    EXPECT_EQ(Promotion<Promoted>::roll_back(place.store, Built("third").id()).error(),
              Error::SnapshotNotKept);
    EXPECT_EQ(Promotion<Promoted>::roll_back(place.store, first.id()).error(),
              Error::SnapshotNotKept)
        << "it is what is followed";
}

TEST(Promotion, each_slot_has_the_bytes_of_its_own_snapshot) {
    Place place;
    std::vector<Built> all;
    for (u64 subject = 1; subject <= RunSnapshots::COUNT; ++subject) {
        Built& built = all.emplace_back("next");
        built.draft.hooks[0].subject = subject;
        built.bytes = built.draft.bytes();
        ASSERT_EQ(place.promote(built), subject);
        EXPECT_EQ(place.store.tables(*place.store.current()).hooks[0].subject, subject);
        place.end_beat();
    }
    for (u64 subject = 1; subject < RunSnapshots::COUNT; ++subject) {
        ASSERT_TRUE(Promotion<Promoted>::roll_back(place.store, all[subject - 1].id()).has_value());
        EXPECT_EQ(place.store.tables(*place.store.current()).hooks[0].subject, subject);
        place.end_beat();
    }
}

TEST(PromotionDeathTest, what_was_moved_from_is_not_promoted) {
    Place place;
    auto ready = std::move(*place.begin(Built("built"))).prepare();
    ASSERT_TRUE(ready.has_value());
    Promotion<Ready> moved = std::move(*ready);
    EXPECT_DEATH(static_cast<void>(std::move(*ready).promote()), "panic: .*promotion.cpp");
    EXPECT_EQ(std::move(moved).promote().epoch(), 1u);
}

} // namespace
} // namespace knhk
