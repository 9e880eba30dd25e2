// SPDX-License-Identifier: MIT
#include "arch/linux/faults.hpp"

#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstring>

#include "arch/linux/failure.hpp"
#include "arch/linux/harts.hpp"
#include "arch/linux/linux_platform.hpp"
#include "base/memory_map.hpp"
#include "base/text.hpp"
#include KNHK_LINUX_MACHINE

namespace knhk::hosted {
namespace {

constexpr std::size_t GUARD_BYTES = PAGE_BYTES;
// The frame of a signal with AVX-512 and AMX state takes 11 KiB of it, the image's handler the
// rest.
constexpr std::size_t FAULT_STACK_BYTES = 64 * 1024;
constexpr std::size_t MAPPING_BYTES = GUARD_BYTES + FAULT_STACK_BYTES;

// How long a fault waits for the report of another hart's fault to be finished.
constexpr unsigned OTHER_REPORT_MAX_SECONDS = 2;

struct FaultSignal {
    int number;
    const char* name;
};
constexpr FaultSignal FAULT_SIGNALS[] = {
    {SIGSEGV, "SIGSEGV"}, {SIGBUS, "SIGBUS"},   {SIGILL, "SIGILL"},
    {SIGFPE, "SIGFPE"},   {SIGTRAP, "SIGTRAP"},
};

std::atomic<FaultHandler> image_handler = nullptr;
static_assert(std::atomic<FaultHandler>::is_always_lock_free, "used in a signal handler");
std::atomic<u32> reporting = 0; // a word: less is not lock-free on every processor
static_assert(std::atomic<u32>::is_always_lock_free, "used in a signal handler");
thread_local bool inside_handler = false;

const char* name_of(int signal) {
    for (const FaultSignal& fault : FAULT_SIGNALS) {
        if (fault.number == signal) {
            return fault.name;
        }
    }
    return "signal";
}

[[noreturn]] void end_run() {
    _exit(static_cast<int>(ExitStatus::RunFailed));
}

FaultReport describe(int signal, const siginfo_t& info, const void* context) {
    FaultReport report{};
    report.what = name_of(signal);
    report.vector = static_cast<u64>(signal);
    report.code = static_cast<u64>(info.si_code);
    // A signal that somebody sent (code <= 0) has the sender's number where the address would be.
    report.address = info.si_code > 0 ? reinterpret_cast<u64>(info.si_addr) : 0;
    report.hart = this_hart();
    describe_registers(*static_cast<const ucontext_t*>(context), report);
    return report;
}

/// The loader's own words, for faults that the image cannot or could not describe.
void print_in_short(const FaultReport& report, const char* why) {
    TextLine line;
    line.text("knhk-loader: error: ").text(report.what).text(" at address 0x").hex(report.address);
    line.text(": ");
    if (report.hart == NO_HART) {
        line.text("outside the workers");
    } else {
        line.text("worker ").number(report.hart);
    }
    line.text(", pc 0x").hex(report.pc).text(": ").text(why).text("\n");
    write_fully(STDERR_FILENO, line.view().data(), line.view().size());
}

void on_fault_signal(int signal, siginfo_t* info, void* context) {
    const FaultReport report = describe(signal, *info, context);
    if (inside_handler) {
        print_in_short(report, "a second fault, while the first was being reported");
        end_run();
    }
    inside_handler = true;
    // Several harts often fault together; the first report is the one to be read in full.
    if (reporting.exchange(1, std::memory_order_relaxed) != 0) {
        sleep(OTHER_REPORT_MAX_SECONDS);
        end_run();
    }
    // Pairs with the release in set_fault_handler: what the image prepared for its handler.
    const FaultHandler handler = image_handler.load(std::memory_order_acquire);
    if (handler == nullptr || report.hart == NO_HART) {
        print_in_short(report, "report it as a bug of the image, or of the loader");
    } else {
        handler(report);
    }
    end_run();
}

[[noreturn]] void fail_call(const char* call) {
    throw Failure{ExitStatus::Environment,
                  fmt::format("{} failed ({})", call, std::strerror(errno)), "fault handling",
                  "check the memory limits and the sandbox of the process"};
}

} // namespace

FaultStack::FaultStack() {
    void* mapping = mmap(nullptr, MAPPING_BYTES, PROT_READ | PROT_WRITE,
                         MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
    if (mapping == MAP_FAILED) {
        fail_call("mmap");
    }
    mapping_ = static_cast<std::byte*>(mapping);
    if (mprotect(mapping_, GUARD_BYTES, PROT_NONE) != 0) {
        fail_call("mprotect");
    }
}

FaultStack::~FaultStack() {
    munmap(mapping_, MAPPING_BYTES);
}

void FaultStack::use() const {
    stack_t stack{};
    stack.ss_sp = mapping_ + GUARD_BYTES;
    stack.ss_size = FAULT_STACK_BYTES;
    if (sigaltstack(&stack, nullptr) != 0) {
        fail_call("sigaltstack");
    }
}

void install_fault_handlers() {
    struct sigaction action{};
    action.sa_sigaction = &on_fault_signal;
    // NODEFER: a fault inside the handler has to reach the handler too, or the kernel ends the
    // process with a status of its own.
    action.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER;
    for (const FaultSignal& fault : FAULT_SIGNALS) {
        if (sigaction(fault.number, &action, nullptr) != 0) {
            fail_call("sigaction");
        }
    }
}

void set_fault_handler(FaultHandler handler) {
    // Pairs with the acquire in on_fault_signal.
    image_handler.store(handler, std::memory_order_release);
}

void leave_faults_unblocked(sigset_t& set) {
    for (const FaultSignal& fault : FAULT_SIGNALS) {
        sigdelset(&set, fault.number);
    }
}

} // namespace knhk::hosted
