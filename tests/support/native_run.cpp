// SPDX-License-Identifier: MIT
#include "tests/support/native_run.hpp"

#include <sys/mman.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <stdexcept>

#include "kernel/program_table.hpp"
#include "kernel/topology.hpp"
#include "replay/checkpoint.hpp"
#include "tests/support/feed.hpp"

extern "C" void knhk_panic(const char* file, unsigned line, const char* expected,
                           unsigned long long found) {
    std::fprintf(stderr, "panic: %s:%u: expected %s, found %llu\n", file, line, expected, found);
    std::abort();
}

namespace knhk::test {

RegionSpan::RegionSpan() {
    void* span = mmap(nullptr, REGIONS_SIZE_BYTES, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (span == MAP_FAILED) {
        throw std::runtime_error("no memory for the regions");
    }
    base_ = static_cast<std::byte*>(span);
}

RegionSpan::~RegionSpan() {
    munmap(base_, REGIONS_SIZE_BYTES);
}

namespace {

void yield_thread() {
    std::this_thread::yield();
}

u64 nanoseconds_now() {
    return static_cast<u64>(std::chrono::steady_clock::now().time_since_epoch().count());
}

Host thread_host(u32 spins) {
    return {.pause = [] {},
            .relax = yield_thread,
            .wait = [](const u32* word,
                       u32 expected) { std::atomic_ref(*const_cast<u32*>(word)).wait(expected); },
            .wake = [](const u32* word) { std::atomic_ref(*const_cast<u32*>(word)).notify_all(); },
            .stop_requested =
                [] {
                    Feed::of_this_thread_looks();
                    return false;
                },
            .cycles = nanoseconds_now,
            .telemetry = false,
            .epoch_ended = nullptr,
            .spins = spins};
}

/// Reads the drain on a thread of its own until the run has ended.
class Sink {
  public:
    Sink(DrainControl<>* control, const std::byte* ring, bool slow)
        : control_(control), consumer_(&control->log, ring), slow_(slow),
          thread_([this] { read(); }) {}

    std::vector<std::byte> finish() {
        ended_.store(true);
        thread_.join();
        return std::move(bytes_);
    }

  private:
    static constexpr u64 SLOW_CHUNK_BYTES = 64 * 1024;

    void read() {
        for (;;) {
            const bool last_look = ended_.load();
            auto chunk = consumer_.available();
            chunk.size = slow_ ? std::min(chunk.size, SLOW_CHUNK_BYTES) : chunk.size;
            if (chunk.size == 0 && last_look) {
                return;
            }
            bytes_.insert(bytes_.end(), chunk.bytes, chunk.bytes + chunk.size);
            consumer_.release(chunk.size);
            // No byte of a checkpoint comes by this ring (save_checkpoint below).
            control_->checkpoint_taken.store(consumer_.position());
            if (chunk.size == 0 || slow_) {
                std::this_thread::sleep_for(std::chrono::microseconds(slow_ ? 300 : 100));
            }
        }
    }

    DrainControl<>* control_;
    DrainConsumer<> consumer_;
    bool slow_;
    std::atomic<bool> ended_{false};
    std::vector<std::byte> bytes_;
    std::thread thread_;
};

void fill_setup(RunSetup& run, const NativeOptions& options, const Memory& memory) {
    run.memory = memory;
    run.cores = options.cores;
    run.seed = options.seed;
    u8* latencies = memory.as<u8>(region::latencies);
    make_flat_latencies(latencies, options.cores, 1);
    if (options.latencies) {
        options.latencies(latencies, options.cores);
    }
    run.latencies = latencies;
    if (!install_program(run)) {
        throw std::runtime_error("handlers");
    }
    for (std::size_t i = 0; i < options.own_handlers.size(); ++i) {
        run.handlers[USER_HANDLERS_BEGIN + i] = options.own_handlers[i].run;
    }
    run.workload =
        options.own_workload != nullptr ? options.own_workload : find_workload(options.workload);
    if (run.workload == nullptr) {
        throw std::runtime_error("unknown workload");
    }
    for (const GuardEntry& guard : options.own_guards) {
        run.guards[guard.id].function = guard.passes;
    }
    for (const GuardRule& rule : options.rules) {
        run.guards[rule.id].rule = &rule;
    }
    run.observations = options.observations;
    run.snapshots = options.snapshots;
    run.runs = options.runs;
    run.kernels = options.kernels;
    run.stealing = options.stealing;
    run.parameters = {options.tasks, options.seed, options.cores, options.data};
    run.input_count = run.workload->input_count(run.parameters);
}

/// Takes checkpoints of the one run that goes on; the scheduler's questions name none.
class Saver {
  public:
    Saver(const NativeOptions& options, const Memory& memory)
        : period_(options.checkpoint_beats), cores_(options.cores), memory_(memory) {
        current_ = this;
    }
    ~Saver() { current_ = nullptr; }
    Saver(const Saver&) = delete;
    Saver& operator=(const Saver&) = delete;

    void ask(Host& host) const {
        if (period_ != 0) {
            host.wants_checkpoint = [](u64 beats) { return current_->wants(beats); };
            host.save_checkpoint = [] { current_->save(); };
        }
    }
    std::vector<std::vector<std::byte>> checkpoints;

  private:
    bool wants(u64 beats) {
        const bool due = beats / period_ != last_ / period_;
        last_ = beats;
        return due;
    }
    void save() {
        checkpoints.emplace_back();
        const auto* state = memory_.as<RunState>(region::scheduler);
        const auto put = [](void* to, const void* bytes, u64 size) {
            auto& all = *static_cast<std::vector<std::byte>*>(to);
            const auto* begin = static_cast<const std::byte*>(bytes);
            all.insert(all.end(), begin, begin + size);
        };
        write_checkpoint(memory_, cores_, {},
                         {state->beats_executed, state->plan.beat.raw, state->events,
                          state->lockchain.leaves(), state->step.previous},
                         {put, &checkpoints.back()});
    }

    static inline Saver* current_ = nullptr;
    u64 period_;
    u64 last_ = 0;
    u32 cores_;
    Memory memory_;
};

/// Fills the regions; throws std::runtime_error with what is wrong with the checkpoint.
void restore(const std::vector<std::byte>& checkpoint, const Memory& memory) {
    std::span<const std::byte> rest(checkpoint);
    const auto read = [](void* from, void* to, u64 size) {
        auto& bytes = *static_cast<std::span<const std::byte>*>(from);
        if (bytes.size() < size) {
            return false;
        }
        std::memcpy(to, bytes.data(), size);
        bytes = bytes.subspan(size);
        return true;
    };
    const CheckpointSource source{read, &rest};
    const auto header = read_checkpoint_header(source);
    const char* damage = "its header";
    if (header && skip_checkpoint_text(*header, source)) {
        damage = read_checkpoint_pages(*header, memory, source);
    }
    if (damage != nullptr) {
        throw std::runtime_error(damage);
    }
}

NativeResult result_of(const Scheduler& scheduler, u32 workers) {
    const RunState& state = scheduler.result();
    NativeResult result;
    result.digest = scheduler.digest();
    result.tasks = state.tasks;
    result.events = state.events;
    result.beats = state.beats_executed;
    result.remote_messages = state.remote_messages;
    result.reason = static_cast<EndReason>(state.end_reason);
    for (u32 worker = 0; worker < workers; ++worker) {
        result.tasks_by_worker.push_back(scheduler.tasks_of_worker(worker));
    }
    return result;
}

/// All records of one kind, up to the log's end.
std::vector<std::span<const std::byte>> records_of(std::span<const std::byte> log, u32 tag) {
    std::vector<std::span<const std::byte>> records;
    const auto header = load_le<LogHeader>(log.data());
    std::size_t at =
        sizeof(LogHeader) + (header.identity_bytes + header.workload_bytes + 7) / 8 * 8;
    while (at < log.size()) {
        const auto record = load_le<LogRecord>(log.data() + at);
        if (record.tag == tag) {
            records.push_back(log.subspan(at, record.size_bytes));
        }
        at += record.size_bytes;
    }
    return records;
}

} // namespace

NativeResult run_native(const NativeOptions& options) {
    return run_native(options, RegionSpan());
}

NativeResult run_native(const NativeOptions& options, const RegionSpan& span) {
    const Memory memory = span.memory();
    auto run = std::make_unique<RunSetup>();
    fill_setup(*run, options, memory);
    Host host = thread_host(options.spins);
    Saver saver(options, memory);
    saver.ask(host);
    if (options.checkpoint != nullptr) {
        restore(*options.checkpoint, memory);
    }

    auto* control = memory.as<DrainControl<>>(region::drain);
    std::byte* ring = memory.at(region::drain) + DRAIN_CONTROL_BYTES;
    LogWriter log;
    log.open(control, ring, options.level, options.cores, yield_thread);
    Sink sink(control, ring, options.slow_sink);
    log.write_prologue(Digest{}, {}, {});

    std::byte* intake_ring = ring + DRAIN_RING_BYTES;
    Intake intake(control, intake_ring, Feed::of_this_thread_waits);
    Feed feed(options, memory);

    auto scheduler = std::make_unique<Scheduler>();
    scheduler->setup(*run,
                     {.workers = options.workers,
                      .beats_max = options.beats_max,
                      .identity = Digest{},
                      .claiming = options.claiming,
                      .chaos_seed = options.chaos_seed,
                      .inputs = options.inputs,
                      .intake = &intake,
                      .resumed = options.checkpoint != nullptr},
                     host, log);
    const auto work = [&](u32 worker) {
        feed.serve_this_thread();
        scheduler->work(worker);
    };
    std::vector<std::thread> threads;
    for (u32 worker = 1; worker < options.workers; ++worker) {
        threads.emplace_back(work, worker);
    }
    work(0);
    for (std::thread& thread : threads) {
        thread.join();
    }
    feed.finish();
    NativeResult result = result_of(*scheduler, options.workers);
    result.inputs_refused = control->inputs_refused.load();
    result.inputs_accepted = control->inputs_done.load() - result.inputs_refused;
    result.log = sink.finish();
    result.checkpoints = std::move(saver.checkpoints);
    return result;
}

std::vector<LoggedBeat> beats_of(const std::vector<std::byte>& log) {
    std::vector<LoggedBeat> beats;
    for (const std::span<const std::byte> record : records_of(log, LOG_BEAT_TAG)) {
        LoggedBeat beat{load_le<LogBeat>(record.data()), {}};
        const std::size_t events = sizeof(LogBeat) + beat.header.core_count * sizeof(LogCore);
        for (std::size_t at = events; at < record.size(); at += sizeof(Event)) {
            beat.events.push_back(load_le<Event>(record.data() + at));
        }
        beats.push_back(std::move(beat));
    }
    return beats;
}

std::vector<FedInput> outside_inputs_of(const std::vector<std::byte>& log) {
    std::vector<FedInput> inputs;
    for (const std::span<const std::byte> record : records_of(log, LOG_INPUTS_TAG)) {
        const auto cut = load_le<LogInputs>(record.data());
        for (u64 i = 0; i < cut.count; ++i) {
            const auto* from = record.data() + sizeof(LogInputs) + i * sizeof(LogInput);
            inputs.push_back({.input = load_le<LogInput>(from), .beat = cut.beat});
        }
    }
    return inputs;
}

} // namespace knhk::test
