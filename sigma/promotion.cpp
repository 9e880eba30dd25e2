// SPDX-License-Identifier: MIT
#include "sigma/promotion.hpp"

#include <cstring>

#include "base/check.hpp"

namespace knhk {

Result<Promotion<Preparing>> Promotion<Preparing>::begin(SnapshotStore& store,
                                                         const Sha256Digest& id,
                                                         const Snapshot& snapshot,
                                                         const ValidationReceipt& receipt) {
    if (!is_intact(receipt)) {
        return fail(Error::BadReceipt);
    }
    if (receipt.snapshot_id != id || snapshot.id() != id) {
        return fail(Error::OtherSnapshot);
    }
    if (receipt.invariants != INVARIANTS_ALL) {
        return fail(Error::InvariantsBroken);
    }
    return Promotion(store, snapshot);
}

Result<Promotion<Ready>> Promotion<Preparing>::prepare() && {
    SnapshotRegion& region = *store_->region_;
    const Result<u32> slot = region.slots.take(store_->cores_);
    if (!slot) {
        return fail(slot.error());
    }
    const std::span<const std::byte> bytes = snapshot_.bytes();
    std::memcpy(region.bytes[*slot], bytes.data(), bytes.size());
    region.slots.descriptor(*slot) = {
        snapshot_.id(), 0, *slot, static_cast<u32>(bytes.size()), {0, 0}};
    return Promotion<Ready>(*store_, *slot);
}

Promotion<Ready>::~Promotion() {
    if (store_ != nullptr) {
        store_->region_->slots.give_back(slot_);
    }
}

Promotion<Promoted> Promotion<Ready>::promote() && {
    KNHK_CHECK(store_ != nullptr, slot_); // moved from: this was promoted before
    RunSnapshots& slots = std::exchange(store_, nullptr)->region_->slots;
    const Sha256Digest id = slots.descriptor(slot_).id;
    return {slots.promote(slot_), id};
}

Result<Promotion<Promoted>> Promotion<Promoted>::roll_back(SnapshotStore& store,
                                                           const Sha256Digest& id) {
    return promote_kept(
        store, store.region_->slots.take_kept(
                   store.cores_, [&id](const SnapshotDescriptor& kept) { return kept.id == id; }));
}

Result<Promotion<Promoted>> Promotion<Promoted>::roll_back(SnapshotStore& store) {
    return promote_kept(store, store.region_->slots.take_kept(
                                   store.cores_, [](const SnapshotDescriptor&) { return true; }));
}

Result<Promotion<Promoted>> Promotion<Promoted>::promote_kept(SnapshotStore& store,
                                                              Result<u32> slot) {
    if (!slot) {
        return fail(slot.error());
    }
    return Promotion<Ready>(store, *slot).promote();
}

} // namespace knhk
