// SPDX-License-Identifier: MIT
#include "bench/isa/rows.hpp"

#include <array>
#include <memory>

#include <fmt/format.h>

#include "isa/eval_task.hpp"
#include "isa/tick_budget.hpp"
#include "tests/isa/naive.hpp"
#include KNHK_LINUX_MACHINE

namespace knhk::bench {

namespace {

/// Runs, queries and results of one kind lie in the first cache together.
constexpr u32 RUNS = 64;
/// Short runs and many: one that is interrupted, or whose clock was slow, is not the median.
constexpr u32 ROUNDS = 100;
constexpr u32 USUAL_RUNS = 401;
constexpr u64 PREDICATE = 5;

struct Data {
    std::array<TripleRun, RUNS> runs;
    std::array<Query, RUNS> queries;
    std::array<RowResult, RUNS> results;
};

const KernelTable& boot_table() {
    static const KernelTable& table = best_kernels(hosted::instruction_sets());
    return table;
}

/// Bars are by what the processor has.
Bar bar_of(double with_avx512, double with_avx2) {
    return at_most(boot_table().set == InstructionSet::Avx512 ? with_avx512 : with_avx2);
}

std::unique_ptr<Data> make_data() {
    auto data = std::make_unique<Data>();
    for (u32 i = 0; i < RUNS; ++i) {
        TripleRun& run = data->runs[i];
        run = {.subjects = {},
               .objects = {},
               .predicate = PREDICATE,
               .length = RUN_ROWS,
               .reserved = {}};
        for (u32 row = 0; row < RUN_ROWS; ++row) {
            run.subjects[row] = 1 + (i + row) % 3;
            run.objects[row] = (i * row) % 5;
        }
        data->queries[i] = {1 + i % 4, i % 8 == 0 ? 0 : PREDICATE, i % 5, i % 3};
    }
    return data;
}

/// The obvious loop of one operation, called as kernels are.
template<OpCode op>
[[gnu::noinline]] bool naive_answer(const TripleRun& run, const Query& query) {
    return naive::answer(op, run, query);
}
template<OpCode op>
[[gnu::noinline]] void naive_rows(const TripleRun& run, const Query& query, RowResult& result) {
    naive::emit(op, run, query, result);
}

double cycles_of_boolean(BooleanKernel kernel, const Data& data) {
    u64 yes = 0;
    const double cycles = cycles_of(u64{ROUNDS} * RUNS, [&] {
        for (u32 round = 0; round < ROUNDS; ++round) {
            for (u32 i = 0; i < RUNS; ++i) {
                yes += u64{kernel(data.runs[i], data.queries[i])};
            }
        }
    });
    keep(yes);
    return cycles;
}

double cycles_of_rows(RowKernel kernel, Data& data) {
    const double cycles = cycles_of(u64{ROUNDS} * RUNS, [&] {
        for (u32 round = 0; round < ROUNDS; ++round) {
            for (u32 i = 0; i < RUNS; ++i) {
                kernel(data.runs[i], data.queries[i], data.results[i]);
            }
        }
    });
    keep(data.results[RUNS / 2].mask);
    return cycles;
}

/// Ours and the naive one, in turns.
Row row_of(std::string name, const Options& options, Bar bar, const std::function<double()>& ours,
           const std::function<double()>& peer, const char* peer_name) {
    tell_progress(name);
    pin_to(0);
    const auto samples =
        measure_in_turns({{boot_table().name, ours}, {peer_name, peer}}, options.runs(USUAL_RUNS));
    unpin();
    return {.name = std::move(name),
            .ours = value_of(boot_table().name, samples[0]),
            .peers = {value_of(peer_name, samples[1])},
            .bar = bar,
            .method = fmt::format("{} calls on data in the first cache, medians of {} runs",
                                  u64{ROUNDS} * RUNS, options.runs(USUAL_RUNS))};
}

constexpr const char* NAIVE = "naive loop";

template<OpCode op>
void add_boolean(std::vector<Row>& rows, const char* name, const Options& options, Data& data) {
    const std::string title = fmt::format("{} over 8 rows", name);
    if (options.wants(title)) {
        const BooleanKernel kernel = boot_table().booleans[static_cast<u32>(op)];
        rows.push_back(row_of(
            title, options, bar_of(5.5, 6), [&] { return cycles_of_boolean(kernel, data); },
            [&] { return cycles_of_boolean(naive_answer<op>, data); }, NAIVE));
    }
}

template<OpCode op>
void add_emitting(std::vector<Row>& rows, const char* name, const Options& options, Data& data,
                  RowKernel kernel, Bar bar) {
    const std::string title = fmt::format("{} over 8 rows, all of the result written", name);
    if (options.wants(title)) {
        rows.push_back(row_of(
            title, options, bar, [&] { return cycles_of_rows(kernel, data); },
            [&] { return cycles_of_rows(naive_rows<op>, data); }, NAIVE));
    }
}

/// Batches of all kinds, in an order that a processor can learn.
std::array<GuardBatch, RUNS> make_batches() {
    constexpr SigmaGuardKind KINDS[] = {SigmaGuardKind::TickBudget, SigmaGuardKind::Carry,
                                        SigmaGuardKind::Authorization, SigmaGuardKind::Schema,
                                        SigmaGuardKind::Custom};
    std::array<GuardBatch, RUNS> batches{};
    for (u32 i = 0; i < RUNS; ++i) {
        batches[i].count = CHATMAN;
        for (u32 place = 0; place < CHATMAN; ++place) {
            batches[i].kinds[place] = KINDS[place % std::size(KINDS)];
            batches[i].wanted[place] = i % 7;
            batches[i].found[place] = (i + place) % 7;
        }
    }
    return batches;
}

/// As who has one guard calls it.
[[gnu::noinline]] bool passes_alone(SigmaGuardKind kind, u64 wanted, u64 found) {
    return guard_passes(kind, wanted, found);
}

u32 one_by_one(const GuardBatch& batch) {
    u32 passed = 0;
    for (u32 i = 0; i < CHATMAN; ++i) {
        passed |= u32{passes_alone(batch.kinds[i], batch.wanted[i], batch.found[i])} << i;
    }
    return passed;
}

double cycles_of_guards(GuardsKernel kernel, const std::array<GuardBatch, RUNS>& batches) {
    u64 passed = 0;
    const double cycles = cycles_of(u64{ROUNDS} * RUNS, [&] {
        for (u32 round = 0; round < ROUNDS; ++round) {
            for (const GuardBatch& batch : batches) {
                passed += kernel(batch);
            }
        }
    });
    keep(passed);
    return cycles;
}

/// A snapshot of as many tasks as there are runs.
struct Snapshot {
    std::array<SigmaTask, RUNS> tasks{};
    std::array<SigmaPattern, 1> patterns{SigmaPattern{0, 1, 0}};
    std::array<SigmaGuard, 2> guards{
        SigmaGuard{SigmaGuardKind::Carry, 2, 0, 0, 1},
        SigmaGuard{SigmaGuardKind::Schema, 0, 0, 0, PREDICATE},
    };
    std::array<Hook, 1> hooks{Hook{OpCode::AskSp, HOOK_SUBJECT_FROM_TASK, 0, 0, 0, PREDICATE, 0}};

    Snapshot() {
        for (SigmaTask& task : tasks) {
            task.guard_count = 2;
            task.hook_count = 1;
            task.guards[1] = 1;
            task.when_true = SIGMA_NONE;
            task.when_false = SIGMA_NONE;
        }
    }
    /// As a run has them: of a snapshot that was checked when it was opened.
    [[nodiscard]] CheckedTables tables() const {
        return CheckedTables({tasks, patterns, guards, hooks});
    }
};

double cycles_of_tasks(const CheckedWorld& world) {
    MuOutcome outcome{};
    const auto none = [](u16) { return false; };
    u64 sum = 0;
    const double cycles = cycles_of(u64{ROUNDS} * RUNS, [&] {
        for (u32 round = 0; round < ROUNDS; ++round) {
            for (u32 i = 0; i < RUNS; ++i) {
                TickBudget budget = TickBudget::chatman();
                static_cast<void>(budget.charge(cost_of(Operation::Execute)));
                const MuRequest request{{i, i, 1, 0}, round, i, 0};
                static_cast<void>(eval_task(budget, world, request, none, NoFlows(), outcome));
                sum += outcome.receipts[0].content;
            }
        }
    });
    keep(sum);
    return cycles;
}

} // namespace

std::vector<Row> kernel_rows(const Options& options) {
    const auto data = make_data();
    std::vector<Row> rows;
    add_boolean<OpCode::AskSp>(rows, "ASK_SP", options, *data);
    add_boolean<OpCode::CountSpGe>(rows, "COUNT_SP_GE", options, *data);
    add_boolean<OpCode::AskSpo>(rows, "ASK_SPO", options, *data);
    add_boolean<OpCode::CountSpLe>(rows, "COUNT_SP_LE", options, *data);
    add_boolean<OpCode::CountSpEq>(rows, "COUNT_SP_EQ", options, *data);
    add_boolean<OpCode::AskOp>(rows, "ASK_OP", options, *data);
    add_boolean<OpCode::UniqueSp>(rows, "UNIQUE_SP", options, *data);
    add_boolean<OpCode::CountOpGe>(rows, "COUNT_OP_GE", options, *data);
    add_boolean<OpCode::CountOpLe>(rows, "COUNT_OP_LE", options, *data);
    add_boolean<OpCode::CountOpEq>(rows, "COUNT_OP_EQ", options, *data);
    add_boolean<OpCode::CompareOEq>(rows, "COMPARE_O_EQ", options, *data);
    add_boolean<OpCode::CompareOGt>(rows, "COMPARE_O_GT", options, *data);
    add_boolean<OpCode::CompareOLt>(rows, "COMPARE_O_LT", options, *data);
    add_boolean<OpCode::CompareOGe>(rows, "COMPARE_O_GE", options, *data);
    add_boolean<OpCode::CompareOLe>(rows, "COMPARE_O_LE", options, *data);
    add_boolean<OpCode::ValidateDatatypeSp>(rows, "VALIDATE_DATATYPE_SP", options, *data);
    add_boolean<OpCode::ValidateDatatypeSpo>(rows, "VALIDATE_DATATYPE_SPO", options, *data);
    const KernelTable& table = boot_table();
    add_emitting<OpCode::Construct8>(rows, "CONSTRUCT8", options, *data, table.construct8,
                                     bar_of(7.5, 9));
    add_emitting<OpCode::SelectSp>(rows, "SELECT_SP", options, *data, table.select_sp, {});
    return rows;
}

std::vector<Row> guard_rows(const Options& options) {
    const std::string title = "Eight guards in a batch";
    if (!options.wants(title)) {
        return {};
    }
    const auto batches = make_batches();
    return {row_of(
        title, options, faster_than_peers(2),
        [&] { return cycles_of_guards(boot_table().guards8, batches); },
        [&] { return cycles_of_guards(one_by_one, batches); }, "one by one")};
}

std::vector<Row> task_rows(const Options& options) {
    const std::string title = "eval_task: two guards, one boolean hook, a receipt";
    if (!options.wants(title)) {
        return {};
    }
    const auto data = make_data();
    const Snapshot snapshot;
    const CheckedWorld ours{snapshot.tables(), data->runs, &boot_table()};
    const CheckedWorld scalar{snapshot.tables(), data->runs, &SCALAR_KERNELS};
    return {row_of(
        title, options, at_most(30), [&] { return cycles_of_tasks(ours); },
        [&] { return cycles_of_tasks(scalar); }, "the same with scalar kernels")};
}

} // namespace knhk::bench
