// SPDX-License-Identifier: MIT
// Runs the scheduler's own sources natively, on threads, over memory of the test's own, and keeps
// the log that comes out of the drain. For tests of what the image does without an image.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "isa/kernel_table.hpp"
#include "kernel/boot.hpp"

namespace knhk::test {

/// The span of all regions, zero at first.
class RegionSpan {
  public:
    RegionSpan();
    ~RegionSpan();
    RegionSpan(const RegionSpan&) = delete;
    RegionSpan& operator=(const RegionSpan&) = delete;
    [[nodiscard]] Memory memory() const { return Memory(base_); }

  private:
    std::byte* base_;
};

/// An input from outside, and when it comes.
struct FedInput {
    LogInput input;
    u64 beat = 0;    ///< of a run with recorded inputs: the one that receives it
    u64 barrier = 0; ///< of an open one: so many beats have been executed when it is there
};

/// When an open run's inputs come.
enum class Feeding : u8 {
    AtBarriers, ///< as they say, or when the run waits for the next one
    AtAnyTime   ///< from a thread of its own, which pauses at random
};

struct NativeOptions {
    std::string workload = "fanout";
    u64 tasks = 1000;
    u32 cores = 4;
    u32 workers = 1;
    u64 seed = 1;
    u64 beats_max = NO_BEAT_LIMIT;
    LogLevel level = LogLevel::Full;
    u32 spins = 20;
    /// Given the matrix after it was made flat: a test may change it.
    std::function<void(u8* latencies, u32 cores)> latencies;
    /// The sink takes little at a time and sleeps in between: a slow disk.
    bool slow_sink = false;
    const WorkloadEntry* own_workload = nullptr;
    std::vector<HandlerEntry> own_handlers; ///< ids from USER_HANDLERS_BEGIN
    std::vector<GuardEntry> own_guards;
    std::vector<GuardRule> rules; ///< guards as data
    std::vector<Observation> observations;
    std::vector<SealedSnapshot> snapshots; ///< of bytes that somebody else holds
    std::vector<TripleRun> runs;
    const KernelTable* kernels = &SCALAR_KERNELS;
    const void* data = nullptr; ///< WorkloadParameters::data
    bool stealing = false;
    Claiming claiming = Claiming::Static;
    u64 chaos_seed = 0;
    InputsMode inputs = InputsMode::None;
    std::vector<FedInput> outside; ///< ascending
    Feeding feeding = Feeding::AtBarriers;
    /// A checkpoint at the end of each epoch in which so many more beats were executed; 0: none.
    u64 checkpoint_beats = 0;
    /// The run goes on from here.
    const std::vector<std::byte>* checkpoint = nullptr;
};

struct NativeResult {
    Digest digest;
    u64 tasks = 0;
    u64 events = 0;
    u64 beats = 0;
    u64 remote_messages = 0;
    EndReason reason{};
    std::vector<std::byte> log;
    std::vector<u64> tasks_by_worker;
    std::vector<std::vector<std::byte>> checkpoints;
    u64 inputs_accepted = 0; ///< from outside, as the host is told
    u64 inputs_refused = 0;
};

[[nodiscard]] NativeResult run_native(const NativeOptions& options);
/// The same over the caller's memory.
[[nodiscard]] NativeResult run_native(const NativeOptions& options, const RegionSpan& span);

/// The events of a full log, beat by beat, in file order.
struct LoggedBeat {
    LogBeat header;
    std::vector<Event> events;
};
[[nodiscard]] std::vector<LoggedBeat> beats_of(const std::vector<std::byte>& log);
/// The inputs from outside that a log holds, as a run that is replayed is fed with them.
[[nodiscard]] std::vector<FedInput> outside_inputs_of(const std::vector<std::byte>& log);

} // namespace knhk::test
