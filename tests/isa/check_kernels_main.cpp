// SPDX-License-Identifier: MIT
// knhk-check-kernels NAME [--trust]: holds one table of kernels against the naive loop. Exit
// status: 0 they agree, 1 they do not, 2 wrong usage, 77 this machine cannot run them, or does not
// say that it can; with --trust its word is not asked for.
#include <cinttypes>
#include <cstdio>

#include "isa/kernels.hpp"
#include "tests/isa/kernel_checks.hpp"
#include KNHK_LINUX_MACHINE

namespace knhk {
namespace {

using checks::Coverage;
using checks::Wrong;

constexpr int AGREE = 0;
constexpr int DISAGREE = 1;
constexpr int WRONG_USAGE = 2;
constexpr int LEFT_OUT = 77;

constexpr u32 ALL_ROWS_UP_TO = 4;
constexpr u64 SAMPLES_OF_SMALL = 200;
constexpr u64 SAMPLES_OF_LARGE = 20'000;
constexpr u64 SAMPLES_OF_GUARDS = 200'000;
constexpr u64 SAMPLES_OF_HASHES = 200'000;

void print(const char* check, const Wrong& wrong) {
    std::printf("%s: %s of operation %u, %u rows:", check, wrong.what,
                static_cast<unsigned>(wrong.op), wrong.run.length);
    for (u32 row = 0; row < RUN_ROWS; ++row) {
        std::printf(" (%" PRIx64 " %" PRIx64 ")", wrong.run.subjects[row], wrong.run.objects[row]);
    }
    std::printf(" of %" PRIx64 ", asked (%" PRIx64 " %" PRIx64 " %" PRIx64 ") k %" PRIu64 "\n",
                wrong.run.predicate, wrong.query.subject, wrong.query.predicate, wrong.query.object,
                wrong.query.threshold);
}

int check(const KernelTable& kernels) {
    Coverage small;
    Coverage large;
    Coverage guards;
    Coverage hashes;
    const Wrong in_small =
        checks::check_small_domain(kernels, ALL_ROWS_UP_TO, SAMPLES_OF_SMALL, small);
    if (in_small) {
        print("small domain", in_small);
    }
    const Wrong in_large = checks::check_large_words(kernels, SAMPLES_OF_LARGE, large);
    if (in_large) {
        print("large words", in_large);
    }
    const u64 wrong_guards = checks::wrong_guards(kernels, SAMPLES_OF_GUARDS, guards);
    const u64 wrong_hashes = checks::wrong_hashes(kernels, SAMPLES_OF_HASHES, hashes);
    std::printf("%s: small domain %" PRIu64 " cases, large words %" PRIu64
                " cases, batches of guards %" PRIu64 ", of which %" PRIu64
                " are wrong, hashes %" PRIu64 ", of which %" PRIu64 " are wrong\n",
                kernels.name, small.cases, large.cases, guards.cases, wrong_guards, hashes.cases,
                wrong_hashes);
    return in_small || in_large || wrong_guards != 0 || wrong_hashes != 0 ? DISAGREE : AGREE;
}

int check_named(const char* name) {
    const Result<InstructionSet> set = instruction_set_named(name);
    const KernelTable* const kernels =
        set ? find_kernels(*set, hosted::instruction_sets()) : nullptr;
    if (kernels == nullptr) {
        std::printf("%s: left out, this machine does not say that it can run it\n", name);
        return LEFT_OUT;
    }
    return check(*kernels);
}

} // namespace
} // namespace knhk

int main(int argc, char** argv) {
    if (argc != 2) {
        std::fprintf(stderr, "usage: knhk-check-kernels NAME\n");
        return knhk::WRONG_USAGE;
    }
    return knhk::check_named(argv[1]);
}
