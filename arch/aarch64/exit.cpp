// SPDX-License-Identifier: MIT
// Leaving an emulator by semihosting, which passes a status on; else switching the machine off.
#include "arch/aarch64/cpu.hpp"

extern "C" void semihosting_call(knhk::u32 operation, const void* arguments);

namespace knhk::bare {
namespace {

constexpr u32 EXIT_EXTENDED = 0x20;
constexpr u64 APPLICATION_EXIT = 0x20026;

} // namespace

void leave_machine(u32 status) {
    // The base keeps every status apart from 0, which is also what switching off gives, and from 1,
    // "QEMU did not start".
    const u64 arguments[] = {APPLICATION_EXIT, u64{KNHK_EXIT_BASE} + status};
    semihosting_call(EXIT_EXTENDED, arguments);
    switch_machine_off();
}

} // namespace knhk::bare
