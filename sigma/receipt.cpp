// SPDX-License-Identifier: MIT
#include "sigma/receipt.hpp"

#include <cstring>

#include "sigma/task_cost.hpp"

namespace knhk {

namespace {

bool are_same(const Hook& a, const Hook& b) {
    return std::memcmp(&a, &b, sizeof a) == 0;
}

bool are_all_different(std::span<const Hook> hooks) {
    for (std::size_t i = 0; i < hooks.size(); ++i) {
        for (std::size_t before = 0; before < i; ++before) {
            if (are_same(hooks[before], hooks[i])) {
                return false;
            }
        }
    }
    return true;
}

/// Which records of a table are part of a task.
template<std::size_t Max>
class Uses {
  public:
    void add(std::span<const u16> numbers) {
        for (const u16 number : numbers) {
            used_[number] = true;
        }
    }
    [[nodiscard]] bool cover(std::size_t count) const {
        for (std::size_t i = 0; i < count; ++i) {
            if (!used_[i]) {
                return false;
            }
        }
        return true;
    }

  private:
    bool used_[Max] = {};
};

bool is_without_empty_parts(const SigmaTables& tables) {
    Uses<SNAPSHOT_HOOKS_MAX> hooks;
    Uses<SNAPSHOT_GUARDS_MAX> guards;
    Uses<SNAPSHOT_PATTERNS_MAX> patterns;
    for (const SigmaTask& task : tables.tasks) {
        const u16 pattern = tables.patterns[task.pattern].id;
        if (task.hook_count == 0 && shape_of(static_cast<PatternId>(pattern)).needs_hook) {
            return false;
        }
        hooks.add(std::span(task.hooks).first(task.hook_count));
        guards.add(std::span(task.guards).first(task.guard_count));
        patterns.add({&task.pattern, 1});
    }
    return hooks.cover(tables.hooks.size()) && guards.cover(tables.guards.size()) &&
           patterns.cover(tables.patterns.size());
}

bool can_all_run(const SigmaTables& tables) {
    for (const SigmaTask& task : tables.tasks) {
        if (ticks_of(task, tables) > SIGMA_TICKS_MAX) {
            return false;
        }
    }
    return true;
}

} // namespace

Sha256Digest receipt_hash(const ValidationReceipt& receipt) {
    return sha256(std::as_bytes(std::span(&receipt, 1)).first(offsetof(ValidationReceipt, hash)));
}

u32 invariants_of(const Snapshot& snapshot) {
    const SigmaTables& tables = snapshot.tables();
    u32 mask = INVARIANT_PROVENANCE; // there is no Snapshot without
    mask |= tables.tasks.empty() ? 0 : INVARIANT_COMPLETENESS;
    mask |= are_all_different(tables.hooks) ? INVARIANT_CONSISTENCY : 0;
    mask |= is_without_empty_parts(tables) ? INVARIANT_CORRECTNESS : 0;
    mask |= can_all_run(tables) ? INVARIANT_PERFORMANCE : 0;
    return mask;
}

ValidationReceipt receipt_of(const Snapshot& snapshot) {
    ValidationReceipt receipt{
        RECEIPT_MAGIC, RECEIPT_VERSION, invariants_of(snapshot), snapshot.id(), {}};
    receipt.hash = receipt_hash(receipt);
    return receipt;
}

bool is_intact(const ValidationReceipt& receipt) {
    return receipt.magic == RECEIPT_MAGIC && receipt.version == RECEIPT_VERSION &&
           (receipt.invariants & ~INVARIANTS_ALL) == 0 && receipt.hash == receipt_hash(receipt);
}

u64 sealed_size(std::span<const std::byte> bytes) {
    if (bytes.size() < sizeof(SnapshotHeader)) {
        return 0;
    }
    u32 snapshot_size = 0;
    std::memcpy(&snapshot_size, bytes.data() + offsetof(SnapshotHeader, size_bytes),
                sizeof snapshot_size);
    const u64 size = u64{snapshot_size} + sizeof(ValidationReceipt);
    return size % 8 == 0 && size <= bytes.size() ? size : 0;
}

std::expected<SealedSnapshot, SnapshotFault>
SealedSnapshot::open(std::span<const std::byte> bytes) {
    constexpr std::size_t RECEIPT_BYTES = sizeof(ValidationReceipt);
    const std::size_t size = bytes.size() < RECEIPT_BYTES ? 0 : bytes.size() - RECEIPT_BYTES;
    const auto snapshot = Snapshot::open(bytes.first(size));
    if (!snapshot) {
        return std::unexpected(snapshot.error());
    }
    ValidationReceipt receipt;
    std::memcpy(&receipt, bytes.data() + size, sizeof receipt);
    if (!is_intact(receipt)) {
        return std::unexpected(SnapshotFault{SnapshotPart::Receipt, SnapshotFlaw::BadReceipt, 0});
    }
    if (receipt.snapshot_id != snapshot->id()) {
        return std::unexpected(SnapshotFault{SnapshotPart::Receipt, SnapshotFlaw::OtherReceipt, 0});
    }
    return SealedSnapshot{*snapshot, receipt};
}

} // namespace knhk
