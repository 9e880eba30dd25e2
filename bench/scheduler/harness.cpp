// SPDX-License-Identifier: MIT
#include "bench/scheduler/harness.hpp"

#include <atomic>
#include <climits>
#include <cstring>
#include <ctime>
#include <stdexcept>
#include <thread>

#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <fmt/format.h>

#include "bench/measure.hpp"

namespace knhk::bench {

namespace {

constexpr u32 SPINS = 2000; // what an image takes unless it is told otherwise

// As the loader does it (arch/linux/linux_platform.cpp).
void sleep_while(const u32* word, u32 expected) {
    ::syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, expected, nullptr, nullptr, 0);
}
void wake_all(const u32* word) {
    ::syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, INT_MAX, nullptr, nullptr, 0);
}
void give_way() {
    constexpr long NANOSECONDS = 50'000;
    const timespec pause{0, NANOSECONDS};
    ::nanosleep(&pause, nullptr);
}

constexpr Host HOST{.pause = [] { _mm_pause(); },
                    .relax = give_way,
                    .wait = sleep_while,
                    .wake = wake_all,
                    .stop_requested = [] { return false; },
                    .cycles = [] { return u64{__rdtsc()}; },
                    .telemetry = false,
                    .epoch_ended = nullptr,
                    .spins = SPINS};

DrainControl<>* control_of(const Memory& memory) {
    return memory.as<DrainControl<>>(region::drain);
}
std::byte* ring_of(const Memory& memory) {
    return memory.at(region::drain) + DRAIN_CONTROL_BYTES;
}

/// Takes the log's bytes off the drain and forgets them, behind the workers' CPUs.
class Discarder {
  public:
    Discarder(const Memory& memory, u32 cpu)
        : consumer_(&control_of(memory)->log, ring_of(memory)),
          thread_([this, cpu] { discard(cpu); }) {}
    ~Discarder() {
        ended_.store(true);
        thread_.join();
    }
    Discarder(const Discarder&) = delete;
    Discarder& operator=(const Discarder&) = delete;

  private:
    void discard(u32 cpu) {
        pin_to(cpu);
        while (!ended_.load()) {
            const auto chunk = consumer_.available();
            consumer_.release(chunk.size);
            if (chunk.size == 0) {
                give_way();
            }
        }
    }

    DrainConsumer<> consumer_;
    std::atomic<bool> ended_{false};
    std::thread thread_;
};

} // namespace

Harness::Harness()
    : setup_(std::make_unique<RunSetup>()), scheduler_(std::make_unique<Scheduler>()) {}

/// What a run takes for zero.
void Harness::clear() const {
    for (const Region& region : REGIONS) {
        if (region.checkpoint == RegionCheckpoint::SAVED) {
            std::memset(memory().at(region), 0, region.size_bytes);
        }
    }
    for (const Region& region : {region::workers, region::telemetry}) {
        std::memset(memory().at(region), 0, region.size_bytes);
    }
    std::memset(memory().at(region::drain), 0, DRAIN_CONTROL_BYTES);
}

void Harness::set_up(const Chains& chains) {
    *setup_ = RunSetup{};
    setup_->memory = memory();
    setup_->seed = 1;
    u8* latencies = memory().as<u8>(region::latencies);
    std::memset(latencies, 1, std::size_t{chains.cores} * chains.cores);
    setup_->latencies = latencies;
    install_chains(*setup_, chains);
}

void Harness::open_log(LogWriter& log, u32 cores) const {
    log.open(control_of(memory()), ring_of(memory()), LogLevel::Full, cores, give_way);
}

ResultOfOurs Harness::run(const RunOfOurs& what) {
    clear();
    set_up(what.chains);
    LogWriter log;
    std::unique_ptr<Discarder> discarder;
    if (what.sink == LogSinkKind::Discard) {
        open_log(log, what.chains.cores);
        discarder = std::make_unique<Discarder>(memory(), what.workers);
        log.write_prologue(Digest{}, {}, {});
    }
    scheduler_->setup(*setup_,
                      {.workers = what.workers,
                       .beats_max = NO_BEAT_LIMIT,
                       .identity = Digest{},
                       .claiming = what.claiming,
                       .chaos_seed = 0},
                      HOST, log);
    const u64 cycles =
        cycles_together(what.workers, [this](u32 worker) { scheduler_->work(worker); });

    const RunState& state = scheduler_->result();
    if (state.tasks != what.chains.tasks ||
        state.end_reason != static_cast<u32>(EndReason::Quiescent)) {
        throw std::runtime_error(fmt::format("{} tasks were run of {}: nothing can be said of it",
                                             state.tasks, what.chains.tasks));
    }
    return {static_cast<double>(cycles) / static_cast<double>(state.tasks),
            state.tasks,
            state.events,
            state.beats_executed,
            state.remote_messages,
            scheduler_->digest()};
}

} // namespace knhk::bench
