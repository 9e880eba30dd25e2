// SPDX-License-Identifier: MIT
#include "bench/scheduler/peers.hpp"

#include <chrono>
#include <exception>
#include <stdexcept>
#include <thread>

#include <fmt/format.h>

#include "bench/measure.hpp"
#include "bench/scheduler/work.hpp"

namespace knhk::bench {

[[gnu::noinline]] void PeerLane::run(u64& value) {
    value = work(value);
    sum ^= value;
    ++tasks;
}

void check_lanes(const std::vector<PeerLane>& lanes, u64 tasks) {
    u64 found = 0;
    for (const PeerLane& lane : lanes) {
        found += lane.tasks;
        keep(lane.sum);
    }
    if (found != tasks) {
        throw std::runtime_error(fmt::format("a peer ran {} tasks of {}", found, tasks));
    }
}

double on_fresh_thread(const std::function<double()>& run) {
    constexpr auto UNTIL_ASLEEP = std::chrono::milliseconds(10);
    double cycles = 0;
    std::exception_ptr why;
    std::thread thread([&] {
        try {
            pin_to(0);
            cycles = run();
        } catch (...) {
            why = std::current_exception();
        }
    });
    thread.join();
    std::this_thread::sleep_for(UNTIL_ASLEEP);
    if (why) {
        std::rethrow_exception(why);
    }
    return cycles;
}

} // namespace knhk::bench
