// SPDX-License-Identifier: MIT
// Snapshots out of tables that a test writes down, good ones and bad ones.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "sigma/receipt.hpp"
#include "sigma/snapshot.hpp"

namespace knhk::test {

/// The tables of a small snapshot that uses every kind of record; a test changes what it likes.
struct SnapshotDraft {
    SnapshotDraft();

    std::string name = "small";
    std::vector<SigmaTask> tasks;
    std::vector<Hook> hooks;
    std::vector<SigmaGuard> guards;
    std::vector<SigmaPattern> patterns;

    /// With the right size, counts and id, and the right ticks of tasks that state none.
    [[nodiscard]] std::vector<std::byte> bytes() const;
    /// The same, and their receipt.
    [[nodiscard]] std::vector<std::byte> sealed() const;
};

/// Makes the id right again.
void seal(std::span<std::byte> bytes);

/// Of bytes that must be good; they stay where they are.
[[nodiscard]] Snapshot opened(std::span<const std::byte> bytes);

/// A task of pattern 0, and which hooks it evaluates.
[[nodiscard]] SigmaTask task_with(std::initializer_list<u16> hooks);

} // namespace knhk::test
