// SPDX-License-Identifier: MIT
#include "bench/measure.hpp"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <system_error>
#include <thread>

#include <sched.h>

namespace knhk::bench {

Sample sample_of(std::vector<double> runs) {
    if (runs.empty()) {
        return {};
    }
    std::ranges::sort(runs);
    return {runs[runs.size() / 2], runs.front(), runs.back(), static_cast<u32>(runs.size())};
}

const std::vector<u32>& usable_cpus() {
    // Read before anybody is pinned: the first call is main's.
    static const std::vector<u32> cpus = [] {
        cpu_set_t set;
        CPU_ZERO(&set);
        if (::sched_getaffinity(0, sizeof set, &set) != 0) {
            throw std::system_error(errno, std::generic_category(), "sched_getaffinity");
        }
        std::vector<u32> found;
        for (u32 cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
            if (CPU_ISSET(cpu, &set)) {
                found.push_back(cpu);
            }
        }
        return found;
    }();
    return cpus;
}

namespace {

void bind_to(const cpu_set_t& set) {
    if (::sched_setaffinity(0, sizeof set, &set) != 0) {
        throw std::system_error(errno, std::generic_category(), "sched_setaffinity");
    }
}

} // namespace

void pin_to(u32 index) {
    const std::vector<u32>& cpus = usable_cpus();
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(cpus[index % cpus.size()], &set);
    bind_to(set);
}

void unpin() {
    cpu_set_t set;
    CPU_ZERO(&set);
    for (const u32 cpu : usable_cpus()) {
        CPU_SET(cpu, &set);
    }
    bind_to(set);
}

u64 cycles_together(u32 threads, const std::function<void(u32)>& run) {
    struct Times {
        u64 begin;
        u64 end;
    };
    std::vector<Times> times(threads);
    std::atomic<u32> ready{0};
    std::vector<std::thread> started;
    for (u32 number = 0; number < threads; ++number) {
        started.emplace_back([&, number] {
            pin_to(number);
            ready.fetch_add(1);
            while (ready.load() < threads) {
                std::this_thread::yield(); // who is not there may still need this CPU
            }
            times[number].begin = cycles_at_begin();
            run(number);
            times[number].end = cycles_at_end();
        });
    }
    u64 begin = ~u64{0};
    u64 end = 0;
    for (u32 number = 0; number < threads; ++number) {
        started[number].join();
        begin = std::min(begin, times[number].begin);
        end = std::max(end, times[number].end);
    }
    return end - begin;
}

std::vector<Sample> measure_in_turns(const std::vector<Candidate>& candidates, u32 runs) {
    std::vector<std::vector<double>> cycles(candidates.size());
    for (u32 run = 0; run < runs; ++run) {
        for (std::size_t i = 0; i < candidates.size(); ++i) {
            cycles[i].push_back(candidates[i].run());
        }
    }
    std::vector<Sample> samples;
    for (std::vector<double>& of : cycles) {
        samples.push_back(sample_of(std::move(of)));
    }
    return samples;
}

void keep(u64 value) {
    static std::atomic<u64> last;
    last.store(value, std::memory_order_relaxed); // nobody reads it
}

} // namespace knhk::bench
