// SPDX-License-Identifier: MIT
// A histogram over all cores: samples are drawn anywhere, and counted in the state of the core that
// owns their bucket. Build and run it, from the top of the tree:
//
//     ./knhk build examples/histogram -o histogram.elf
//     ./knhk run histogram --image histogram.elf --cores 16 --tasks 1000
//
// The same digest comes out on every platform and for every number of workers.
#include "sched/program.hpp"

#include <array>
#include <cstring>

using namespace knhk;

namespace {

enum : u32 { SAMPLE, COUNT }; // indices into HANDLERS

constexpr u64 BUCKETS = 1024;

/// Draws a sample and sends it to its bucket: bucket b lives on core b mod C.
void sample(TaskContext& context) {
    // The larger of two draws: a distribution that is visibly not flat.
    const u64 first = context.random() % BUCKETS;
    const u64 second = context.random() % BUCKETS;
    const u64 bucket = first > second ? first : second;
    context.output(bucket);
    context.spawn(Task{.id = bucket, .handler = user_handler(COUNT), .payload = {bucket}});
}

/// Counts it there. The state of a core is its own: no lock, no atomic, and logged at each pulse.
void count(TaskContext& context) {
    const std::span<std::byte> state = context.state();
    const u64 bucket_here = context.payload(0) / context.cores();
    const std::size_t offset = bucket_here * sizeof(u32);
    if (offset + sizeof(u32) > state.size()) {
        return;
    }
    u32 counter;
    std::memcpy(&counter, state.data() + offset, sizeof counter);
    ++counter;
    std::memcpy(state.data() + offset, &counter, sizeof counter);
    context.output(context.payload(0), counter);
}

/// The run begins with --tasks samples, one after the other on core 0, 1, 2, ...
u64 sample_count(const WorkloadParameters& parameters) {
    return parameters.tasks;
}

Task nth_sample(const WorkloadParameters&, u64) {
    return Task{.handler = user_handler(SAMPLE)};
}

constexpr auto HANDLERS = std::to_array<HandlerEntry>({
    {"histogram.sample", 1, sample},
    {"histogram.count", 1, count},
});

constexpr auto WORKLOADS = std::to_array<WorkloadEntry>({
    {"histogram", 1, sample_count, nth_sample},
});

} // namespace

constinit const Program knhk_user_program{HANDLERS, WORKLOADS};
