// SPDX-License-Identifier: MIT
#include "capi/kernels.hpp"

#include <atomic>
#include <string_view>

#include "base/instruction_set.hpp"
#include "capi/checks.hpp"
#include "isa/kernels.hpp"
#include KNHK_LINUX_MACHINE

namespace {

using namespace knhk;

/// Null until somebody asks. Tables are constants: the pointer is all that is passed on, so its
/// accesses are relaxed, and two threads that ask first find the same.
constinit std::atomic<const KernelTable*> selected{nullptr};

/// As much of it as any name has, and one more character.
std::string_view start_of(const char* name) {
    constexpr u32 LENGTH_MAX = 8;
    u32 length = 0;
    while (length < LENGTH_MAX && name[length] != '\0') {
        ++length;
    }
    return {name, length};
}

} // namespace

const KernelTable& knhk::capi::kernels() {
    const KernelTable* table = selected.load(std::memory_order_relaxed);
    if (table == nullptr) [[unlikely]] {
        table = &best_kernels(hosted::instruction_sets());
        selected.store(table, std::memory_order_relaxed);
    }
    return *table;
}

int knhk_kernel_select(const char* name) {
    if (name == nullptr) {
        return KNHK_E_NULL;
    }
    const std::string_view wanted = start_of(name);
    const u64 usable = hosted::instruction_sets();
    if (wanted == "auto") {
        selected.store(&best_kernels(usable), std::memory_order_relaxed);
        return KNHK_OK;
    }
    const Result<InstructionSet> set = instruction_set_named(wanted);
    if (!set) {
        return capi::code_of(set.error());
    }
    const KernelTable* const table = find_kernels(*set, usable);
    if (table == nullptr) {
        return KNHK_E_KERNELS_MISSING;
    }
    selected.store(table, std::memory_order_relaxed);
    return KNHK_OK;
}

const char* knhk_kernel_name() {
    return capi::kernels().name;
}
