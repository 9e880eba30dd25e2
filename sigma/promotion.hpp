// SPDX-License-Identifier: MIT
// How a snapshot comes to be followed: Preparing, Ready, Promoted, each a type with the one step
// that leads on from it, and no way to take a step twice or to leave one out. For the one who is
// alone between two beats.
#pragma once

#include <utility>

#include "base/error.hpp"
#include "sigma/receipt.hpp"
#include "sigma/snapshot_store.hpp"

namespace knhk {

struct Preparing;
struct Ready;
struct Promoted;

template<class State>
class Promotion;

/// The snapshot is the one that is wanted, and its receipt says that it may be followed.
template<>
class [[nodiscard]] Promotion<Preparing> {
  public:
    /// BadReceipt, OtherSnapshot, InvariantsBroken. The snapshot's bytes outlive this.
    [[nodiscard]] static Result<Promotion> begin(SnapshotStore& store, const Sha256Digest& id,
                                                 const Snapshot& snapshot,
                                                 const ValidationReceipt& receipt);
    Promotion(Promotion&&) = default;
    Promotion(const Promotion&) = delete;
    Promotion& operator=(const Promotion&) = delete;

    /// Copies the snapshot into a slot. NoFreeSlot: this is as it was, and may be tried again in a
    /// later beat.
    [[nodiscard]] Result<Promotion<Ready>> prepare() &&;

  private:
    Promotion(SnapshotStore& store, const Snapshot& snapshot)
        : store_(&store), snapshot_(snapshot) {}

    SnapshotStore* store_;
    Snapshot snapshot_;
};

/// The snapshot lies in a slot. Given up, the slot is free again.
template<>
class [[nodiscard]] Promotion<Ready> {
  public:
    Promotion(Promotion&& other) noexcept
        : store_(std::exchange(other.store_, nullptr)), slot_(other.slot_) {}
    Promotion(const Promotion&) = delete;
    Promotion& operator=(const Promotion&) = delete;
    ~Promotion();

    /// The snapshot is followed by every core from its next look on.
    Promotion<Promoted> promote() &&;

  private:
    friend class Promotion<Preparing>;
    friend class Promotion<Promoted>;
    Promotion(SnapshotStore& store, u32 slot) : store_(&store), slot_(slot) {}

    SnapshotStore* store_; ///< none once it was moved from
    u32 slot_;
};

/// What happened.
template<>
class [[nodiscard]] Promotion<Promoted> {
  public:
    /// A snapshot that was swapped out and whose slot still has it is followed again, under an
    /// epoch of its own. SnapshotNotKept, NoFreeSlot.
    [[nodiscard]] static Result<Promotion> roll_back(SnapshotStore& store, const Sha256Digest& id);
    /// The same, with the one that was followed before this one.
    [[nodiscard]] static Result<Promotion> roll_back(SnapshotStore& store);
    Promotion(Promotion&&) = default;
    Promotion(const Promotion&) = delete;
    Promotion& operator=(const Promotion&) = delete;

    [[nodiscard]] u64 epoch() const { return epoch_; }
    [[nodiscard]] const Sha256Digest& id() const { return id_; }

  private:
    friend class Promotion<Ready>;
    Promotion(u64 epoch, const Sha256Digest& id) : epoch_(epoch), id_(id) {}
    [[nodiscard]] static Result<Promotion> promote_kept(SnapshotStore& store, Result<u32> slot);

    u64 epoch_;
    Sha256Digest id_;
};

} // namespace knhk
