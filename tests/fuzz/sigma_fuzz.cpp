// SPDX-License-Identifier: MIT
// A snapshot, or the text of one: what is accepted can be shown, and what is shown of a built one
// builds the same bytes. Every second mutation of a snapshot makes its size, id and receipt right.
#include "isa/eval_task.hpp"
#include "isa/kernels.hpp"
#include "isa/tick_budget.hpp"
#include "sigma/task_cost.hpp"
#include "tests/fuzz/fuzz.hpp"
#include "tools/sigma/sigma_file.hpp"
#include "tools/sigma/sigma_text.hpp"

using namespace knhk;

namespace {

/// More than any task costs.
constexpr u32 COLD_TICKS = 512;

/// As whoever runs its tasks does: every number names something.
void use(const SigmaTables& tables) {
    for (const SigmaTask& task : tables.tasks) {
        u64 sum = ticks_of(task, tables);
        for (const u16 guard : std::span(task.guards).first(task.guard_count)) {
            sum += tables.guards[guard].value;
        }
        sum += task.when_true == SIGMA_NONE ? 0 : tables.tasks[task.when_true].pattern;
        sum += task.when_false == SIGMA_NONE ? 0 : tables.tasks[task.when_false].pattern;
        fuzz::demand(sum != 0 || tables.guards.size() > 0);
    }
}

/// Each task, as a run does: what a snapshot has been found to be is not looked at again.
void evaluate(const CheckedTables& tables) {
    static const TripleRun run{
        .subjects = {1, 2}, .objects = {3, 4}, .predicate = 5, .length = 2, .reserved = {}};
    const CheckedWorld world{tables, std::span(&run, 1), &SCALAR_KERNELS};
    const auto all = [](u16) { return true; };
    for (u64 number = 0; number < tables.tasks.size(); ++number) {
        constexpr u64 LIFE = u64{7} << MuRequest::MU_LIFE_AT;
        TickBudget budget(Tick{COLD_TICKS});
        MuOutcome outcome;
        const MuRequest request{{number | LIFE, 0, 1, 3}, 0, 0, 0};
        const MuStatus status = eval_task(budget, world, request, all, NoFlows(), outcome);
        fuzz::demand(status == outcome.status && outcome.hooks_run <= SIGMA_HOOKS_MAX);
    }
}

std::vector<std::byte> built(const std::string& text) {
    return tools::sealed_bytes(text, "fuzz.json");
}

/// Patterns of others may stand in another order, and parts may be in no task: such a snapshot has
/// no text.
void come_back(const SealedSnapshot& sealed, const std::vector<std::byte>& bytes) {
    if (sealed.receipt.invariants == INVARIANTS_ALL &&
        invariants_of(sealed.snapshot) == INVARIANTS_ALL) {
        fuzz::demand(built(tools::sigma_json(sealed).text()) == bytes);
    }
}

} // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::accepts([&] {
        const std::vector<std::byte> bytes =
            tools::sealed_bytes(fuzz::text_of(data, size), "fuzz.json");
        const SealedSnapshot sealed = tools::open_sealed(bytes, "fuzz.sigma");
        use(sealed.snapshot.tables());
        evaluate(sealed.snapshot.tables());
        fuzz::demand(!tools::sigma_listing(sealed).empty());
        come_back(sealed, bytes);
    });
    return 0;
}

std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t size_max,
                                    unsigned seed) {
    size = LLVMFuzzerMutate(data, size, size_max);
    if (seed % 2 != 0 || size < sizeof(SnapshotHeader) + sizeof(ValidationReceipt) ||
        std::memcmp(data, &SNAPSHOT_MAGIC, sizeof SNAPSHOT_MAGIC) != 0) {
        return size;
    }
    SnapshotHeader header;
    std::memcpy(&header, data, sizeof header);
    const std::size_t snapshot_size = size - sizeof(ValidationReceipt);
    header.size_bytes = static_cast<u32>(snapshot_size);
    std::memcpy(data, &header, sizeof header);
    header.id = snapshot_id({reinterpret_cast<const std::byte*>(data), snapshot_size});
    std::memcpy(data, &header, sizeof header);
    ValidationReceipt receipt{RECEIPT_MAGIC, RECEIPT_VERSION, INVARIANTS_ALL, header.id, {}};
    receipt.hash = receipt_hash(receipt);
    std::memcpy(data + snapshot_size, &receipt, sizeof receipt);
    return size;
}
