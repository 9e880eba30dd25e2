// SPDX-License-Identifier: MIT
#include "tests/support/snapshot_builder.hpp"

#include <algorithm>
#include <cstring>
#include <stdexcept>

#include "sigma/task_cost.hpp"
#include "tests/support/append_records.hpp"

namespace knhk::test {

SigmaTask task_with(std::initializer_list<u16> hooks) {
    SigmaTask task{};
    task.when_true = SIGMA_NONE;
    task.when_false = SIGMA_NONE;
    task.hook_count = static_cast<u8>(hooks.size());
    std::ranges::copy(hooks, task.hooks);
    return task;
}

namespace {

/// Of one whose numbers name something: a test may have others.
bool has_price(const SigmaTask& task, const SnapshotDraft& draft) {
    const bool counts_fit = task.pattern < draft.patterns.size() &&
                            task.hook_count <= SIGMA_HOOKS_MAX &&
                            task.branch_count <= SIGMA_BRANCHES_MAX;
    return counts_fit && std::ranges::all_of(std::span(task.hooks).first(task.hook_count),
                                             [&](u16 hook) { return hook < draft.hooks.size(); });
}

std::vector<SigmaTask> priced(const SnapshotDraft& draft) {
    const SigmaTables tables{draft.tasks, draft.patterns, draft.guards, draft.hooks};
    std::vector<SigmaTask> tasks = draft.tasks;
    for (SigmaTask& task : tasks) {
        if (task.ticks == 0 && has_price(task, draft)) {
            task.ticks = static_cast<u8>(ticks_of(task, tables));
        }
    }
    return tasks;
}

} // namespace

SnapshotDraft::SnapshotDraft() {
    patterns = {{static_cast<u16>(PatternId::Sequence), 1, 0}};
    guards = {{SigmaGuardKind::Carry, 1, 0, 0, 6}, {SigmaGuardKind::Custom, 0, 1023, 0, 0}};
    hooks = {{OpCode::AskSp, 0, 0, 0, 10, 20, 0},
             {OpCode::CountOpGe, HOOK_OBJECT_FROM_TASK, 0, 2, 0, 20, 0},
             {OpCode::Construct8, 0, 0, 0, 0, 20, 0}};
    tasks = {task_with({0, 1}), task_with({2})};
    tasks[0].guard_count = 2;
    tasks[0].guards[1] = 1;
    tasks[0].when_true = 1;
    tasks[1].when_false = 0;
}

std::vector<std::byte> SnapshotDraft::bytes() const {
    SnapshotHeader header{};
    header.magic = SNAPSHOT_MAGIC;
    header.version = SNAPSHOT_VERSION;
    header.tasks = static_cast<u32>(tasks.size());
    header.hooks = static_cast<u32>(hooks.size());
    header.guards = static_cast<u32>(guards.size());
    header.patterns = static_cast<u32>(patterns.size());
    header.size_bytes = static_cast<u32>(snapshot_bytes(header));
    name.copy(header.name, sizeof header.name);
    std::vector<std::byte> bytes(sizeof header);
    std::memcpy(bytes.data(), &header, sizeof header);
    append_records(bytes, priced(*this));
    append_records(bytes, hooks);
    append_records(bytes, guards);
    append_records(bytes, patterns);
    seal(bytes);
    return bytes;
}

std::vector<std::byte> SnapshotDraft::sealed() const {
    std::vector<std::byte> all = bytes();
    const ValidationReceipt receipt = receipt_of(opened(all));
    const auto tail = std::as_bytes(std::span(&receipt, 1));
    all.insert(all.end(), tail.begin(), tail.end());
    return all;
}

void seal(std::span<std::byte> bytes) {
    const Sha256Digest id = snapshot_id(bytes);
    std::memcpy(bytes.data() + offsetof(SnapshotHeader, id), id.data(), id.size());
}

Snapshot opened(std::span<const std::byte> bytes) {
    const auto snapshot = Snapshot::open(bytes);
    if (!snapshot) {
        throw std::runtime_error(std::string(text_of(snapshot.error().part)) + " " +
                                 std::to_string(snapshot.error().number) + ": " +
                                 text_of(snapshot.error().flaw));
    }
    return *snapshot;
}

} // namespace knhk::test
