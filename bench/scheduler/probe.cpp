// SPDX-License-Identifier: MIT
// `scheduler_probe`: the rows of ours alone, in seconds, for whoever tunes the scheduler. Nothing
// is judged.
#include <cstdio>
#include <cstdlib>
#include <exception>

#include <fmt/format.h>

#include "bench/measure.hpp"
#include "bench/scheduler/harness.hpp"
#include "bench/scheduler/work.hpp"

namespace knhk::bench {
namespace {

struct Case {
    const char* name;
    RunOfOurs run;
};

void print_case(Harness& harness, const Case& of, u32 runs) {
    std::vector<double> cycles;
    ResultOfOurs result;
    for (u32 i = 0; i < runs; ++i) {
        result = harness.run(of.run);
        cycles.push_back(result.cycles);
    }
    const Sample sample = sample_of(std::move(cycles));
    char digest[DIGEST_TEXT_CHARS + 1] = {};
    write_hex(result.digest, digest);
    fmt::print("{:<34} {:7.2f} [{:.2f}..{:.2f}] {} tasks {} events {} beats {} remote {}\n",
               of.name, sample.cycles, sample.least, sample.most, result.tasks, result.events,
               result.beats, result.remote_messages, digest);
}

void print_all(const std::string& filter, u32 runs, u64 tasks) {
    std::vector<double> loops;
    for (u32 i = 0; i < runs; ++i) {
        loops.push_back(bare_loop_cycles());
    }
    fmt::print("bare handler loop {:.2f}\n", sample_of(std::move(loops)).cycles);
    const Chains home{ChainsKind::Home, 8, tasks};
    const Chains remote{ChainsKind::Remote, 8, tasks};
    const Chains mixed{ChainsKind::RemoteMixed, 8, tasks};
    Harness harness;
    for (const Case& of :
         {Case{"home, 1 worker", {home, 1}}, Case{"home, 2 workers", {home, 2}},
          Case{"remote, 1 worker", {remote, 1}}, Case{"remote, 2 workers", {remote, 2}},
          Case{"mixed, 1 worker", {mixed, 1}}, Case{"mixed, 2 workers", {mixed, 2}},
          Case{"home, 1 worker, log discarded", {home, 1, LogSinkKind::Discard}}}) {
        if (std::string_view(of.name).contains(filter)) {
            print_case(harness, of, runs);
        }
    }
}

} // namespace
} // namespace knhk::bench

/// scheduler_probe [FILTER [RUNS [TASKS]]]
int main(int argc, char** argv) {
    try {
        (void)knhk::bench::usable_cpus();
        knhk::bench::pin_to(0);
        const auto number = [&](int at, unsigned long otherwise) {
            return argc > at ? std::strtoul(argv[at], nullptr, 10) : otherwise;
        };
        knhk::bench::print_all(argc > 1 ? argv[1] : "", static_cast<knhk::u32>(number(2, 11)),
                               number(3, 1'000'000));
        return EXIT_SUCCESS;
    } catch (const std::exception& error) {
        fmt::print(stderr, "error: {}\n", error.what());
        return EXIT_FAILURE;
    }
}
