// SPDX-License-Identifier: MIT
#include "tools/run/interrupt.hpp"

#include <atomic>
#include <csignal>

namespace knhk::tools {

namespace {

std::atomic<unsigned> count{0};
std::atomic<unsigned> requests{0};
static_assert(std::atomic<unsigned>::is_always_lock_free, "a signal handler may use it");

// One word each: nothing else travels with it.
void on_signal(int) {
    count.fetch_add(1, std::memory_order_relaxed);
}
void on_request(int) {
    requests.fetch_add(1, std::memory_order_relaxed);
}

} // namespace

void count_interrupts() {
    struct sigaction action{};
    action.sa_handler = on_signal; // without SA_RESTART: a sleep ends at once
    ::sigaction(SIGINT, &action, nullptr);
    ::sigaction(SIGTERM, &action, nullptr);
    action.sa_handler = on_request;
    ::sigaction(SIGUSR1, &action, nullptr);
    std::signal(SIGPIPE, SIG_IGN);
}

unsigned checkpoint_requests() {
    return requests.load(std::memory_order_relaxed);
}

unsigned interrupts() {
    return count.load(std::memory_order_relaxed);
}

} // namespace knhk::tools
