// SPDX-License-Identifier: MIT
#include "arch/linux/cpu_binding.hpp"

#include <fmt/format.h>
#include <sched.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "arch/linux/failure.hpp"

namespace knhk::hosted {
namespace {

/// The kernel's own form. cpu_set_t ends at 1024 CPUs, and the kernel refuses a shorter one than it
/// has.
struct KernelSet {
    std::array<cpu_set_t, CPU_NUMBERS_MAX / CPU_SETSIZE> parts{};

    [[nodiscard]] cpu_set_t* first() { return parts.data(); }
};
static_assert(sizeof(KernelSet) * 8 == CPU_NUMBERS_MAX);

} // namespace

CpuSet affinity_of_this_thread() {
    KernelSet found;
    if (sched_getaffinity(0, sizeof found, found.first()) != 0) {
        throw Failure{ExitStatus::Environment,
                      fmt::format("cannot read the CPU affinity ({})", std::strerror(errno)),
                      "sched_getaffinity", "check the sandbox that the process runs in"};
    }
    CpuSet set;
    for (unsigned cpu = 0; cpu < CPU_NUMBERS_MAX; ++cpu) {
        if (CPU_ISSET_S(cpu, sizeof found, found.first())) {
            set.add(cpu);
        }
    }
    return set;
}

void bind_this_thread(unsigned cpu) {
    KernelSet wanted;
    CPU_SET_S(cpu, sizeof wanted, wanted.first());
    const int result = sched_setaffinity(0, sizeof wanted, wanted.first());
    const int error = errno;
    const CpuSet found = affinity_of_this_thread();
    CpuSet asked;
    asked.add(cpu);
    if (found == asked) {
        return;
    }
    throw Failure{
        ExitStatus::Environment,
        fmt::format("cannot bind a worker to its CPU ({})",
                    result != 0 ? std::strerror(error) : "the thread may run on " + text_of(found)),
        fmt::format("CPU {}", cpu), "choose other CPUs with --cpus, and unset HWLOC_* variables"};
}

} // namespace knhk::hosted
