// SPDX-License-Identifier: MIT
// The query kernels inside an image: a workload by the name of each instruction set holds that
// table against the naive loop, on every core. A wrong kernel ends the run with a panic. It must
// not be asked for what the machine cannot run. `sha256` holds the way to hash that the image took
// against the portable one; `sha256.instructions` wants it to be another.
#include "sched/program.hpp"

#include <array>

#include "base/check.hpp"
#include "base/sha256_code.hpp"
#include "isa/kernels.hpp"
#include "tests/base/sha256_checks.hpp"
#include "tests/isa/kernel_checks.hpp"

using namespace knhk;

namespace {

constexpr u32 ALL_ROWS_UP_TO = 2;
constexpr u64 SAMPLES = 30;
constexpr u64 EVERYTHING = ~u64{0};

template<InstructionSet Set>
void check_kernels(TaskContext& context) {
    const KernelTable* const kernels = find_kernels(Set, EVERYTHING);
    KNHK_CHECK(kernels != nullptr, 0);
    checks::Coverage coverage;
    const auto small = checks::check_small_domain(*kernels, ALL_ROWS_UP_TO, SAMPLES, coverage);
    KNHK_CHECK(!small, static_cast<u32>(small.op));
    const auto large = checks::check_large_words(*kernels, 10 * SAMPLES, coverage);
    KNHK_CHECK(!large, static_cast<u32>(large.op));
    const u64 wrong_guards = checks::wrong_guards(*kernels, 100 * SAMPLES, coverage);
    KNHK_CHECK(wrong_guards == 0, wrong_guards);
    const u64 wrong_hashes = checks::wrong_hashes(*kernels, 100 * SAMPLES, coverage);
    KNHK_CHECK(wrong_hashes == 0, wrong_hashes);
    context.output(coverage.cases);
}

void check_sha256(TaskContext& context) {
    const u64 wrong = checks::wrong_sha256(used_sha256(), 100 * SAMPLES);
    KNHK_CHECK(wrong == 0, wrong);
    context.output(wrong);
}

void check_sha256_instructions(TaskContext& context) {
    KNHK_CHECK(used_sha256() != sha256_portable, 0);
    check_sha256(context);
}

template<InstructionSet Set>
Task on_each_core(const WorkloadParameters&, u64) {
    return Task{.handler = user_handler(static_cast<u32>(Set))};
}

template<u32 Handler>
Task hashing(const WorkloadParameters&, u64) {
    return Task{.handler = user_handler(Handler)};
}

u64 as_many(const WorkloadParameters& parameters) {
    return parameters.tasks;
}

constexpr auto HANDLERS = std::to_array<HandlerEntry>({
    {"kernels.scalar", 1, check_kernels<InstructionSet::Scalar>},
    {"kernels.avx2", 1, check_kernels<InstructionSet::Avx2>},
    {"kernels.avx512", 1, check_kernels<InstructionSet::Avx512>},
    {"kernels.neon", 1, check_kernels<InstructionSet::Neon>},
    {"kernels.rvv", 1, check_kernels<InstructionSet::Rvv>},
    {"sha256", 1, check_sha256},
    {"sha256.instructions", 1, check_sha256_instructions},
});

constexpr auto WORKLOADS = std::to_array<WorkloadEntry>({
    {"scalar", 1, as_many, on_each_core<InstructionSet::Scalar>},
    {"avx2", 1, as_many, on_each_core<InstructionSet::Avx2>},
    {"avx512", 1, as_many, on_each_core<InstructionSet::Avx512>},
    {"neon", 1, as_many, on_each_core<InstructionSet::Neon>},
    {"rvv", 1, as_many, on_each_core<InstructionSet::Rvv>},
    {"sha256", 1, as_many, hashing<INSTRUCTION_SETS>},
    {"sha256.instructions", 1, as_many, hashing<INSTRUCTION_SETS + 1>},
});

} // namespace

constinit const Program knhk_user_program{HANDLERS, WORKLOADS};
