// SPDX-License-Identifier: MIT
// What a device tree says of the machine, whatever the architecture: memory, what is kept of it,
// how the boot loader chose, the harts, the console.
#pragma once

#include "arch/bare/device_tree.hpp"
#include "arch/bare/harts.hpp"

namespace knhk::bare {

/// `/chosen`: what the boot loader passes on.
struct TreeChoice {
    std::span<const std::byte> command_line; ///< ends at its first zero
    PhysicalSpan initrd;                     ///< empty: none
};
[[nodiscard]] TreeChoice choice_of(const DeviceTree& tree);

/// The node that `/chosen` names as the console, perhaps by an alias; none when it names none.
[[nodiscard]] TreeNode console_of(const DeviceTree& tree);

/// The harts of `/cpus` that may be used, by the number that `reg` gives them.
void add_harts(const DeviceTree& tree, HartTable& harts);

/// Whether all of those, and at least one, have what `has` looks for.
[[nodiscard]] bool all_harts_have(const DeviceTree& tree, bool (*has)(const TreeNode& hart));

/// How fast the clock runs that all harts read; 0 when the tree does not say it for all.
[[nodiscard]] u64 timebase_hz(const DeviceTree& tree);

/// Monitors of version 0.2 and later have numbers of their own by standard; the first ones need the
/// tree for that.
enum class MonitorCall : u8 { NONE, HYPERVISOR, SECURE_MONITOR };
struct TreeMonitor {
    MonitorCall method = MonitorCall::NONE;
    u64 start_hart = 0; ///< the number of the call that starts a hart; 0: the standard's
};
/// The node "psci" of machines that start harts by it.
[[nodiscard]] TreeMonitor monitor_of(const DeviceTree& tree);

/// Calls take(PhysicalSpan, bool usable) for all that the tree says of memory: RAM, what firmware
/// keeps of it.
template<class Take>
void each_memory(const DeviceTree& tree, Take take) {
    each_child(tree.root(), [&](const TreeNode& node) {
        if (node.property("device_type").text() == "memory" && node.is_available()) {
            PhysicalSpan span;
            for (u32 i = 0; node.raw_register(i, span); ++i) {
                take(span, true);
            }
        }
    });
    for (u32 i = 0; tree.reserved(i) != PhysicalSpan{}; ++i) {
        take(tree.reserved(i), false);
    }
    each_child(tree.find("/reserved-memory"), [&](const TreeNode& node) {
        PhysicalSpan span;
        for (u32 i = 0; node.raw_register(i, span); ++i) {
            take(span, false);
        }
    });
}

} // namespace knhk::bare
