// SPDX-License-Identifier: MIT
#include "arch/bare/machine_tree.hpp"

#include <algorithm>

namespace knhk::bare {
namespace {

/// Loaders write these names with and without it.
TreeValue console_property(const TreeNode& chosen) {
    const TreeValue value = chosen.property("stdout-path");
    return value.is_there ? value : chosen.property("linux,stdout-path");
}

bool is_hart(const TreeNode& node) {
    return node.property("device_type").text() == "cpu" && node.is_available();
}

} // namespace

TreeChoice choice_of(const DeviceTree& tree) {
    const TreeNode chosen = tree.find("/chosen");
    const u64 begin = chosen.property("linux,initrd-start").number();
    const u64 end = chosen.property("linux,initrd-end").number();
    TreeChoice choice{.command_line = chosen.property("bootargs").bytes, .initrd = {}};
    if (begin != 0 && begin < end) {
        choice.initrd = {begin, end - begin};
    }
    return choice;
}

TreeNode console_of(const DeviceTree& tree) {
    std::string_view path = console_property(tree.find("/chosen")).text();
    path = up_to(path, ':'); // its settings, which the firmware has made
    if (!path.empty() && path.front() != '/') {
        path = tree.find("/aliases").property(path).text();
    }
    const TreeNode node = path.empty() ? TreeNode() : tree.find(path);
    return node.is_available() ? node : TreeNode();
}

void add_harts(const DeviceTree& tree, HartTable& harts) {
    each_child(tree.find("/cpus"), [&](const TreeNode& node) {
        PhysicalSpan number;
        if (is_hart(node) && node.raw_register(0, number)) {
            harts.add(number.base);
        }
    });
}

bool all_harts_have(const DeviceTree& tree, bool (*has)(const TreeNode& hart)) {
    u32 harts = 0;
    u32 without = 0;
    each_child(tree.find("/cpus"), [&](const TreeNode& node) {
        if (is_hart(node)) {
            ++harts;
            without += has(node) ? 0 : 1;
        }
    });
    return harts > 0 && without == 0;
}

u64 timebase_hz(const DeviceTree& tree) {
    return tree.find("/cpus").property("timebase-frequency").number();
}

TreeMonitor monitor_of(const DeviceTree& tree) {
    TreeMonitor monitor;
    TreeNode node = tree.find_compatible("arm,psci-0.2");
    if (!node.is_there()) {
        node = tree.find_compatible("arm,psci-1.0");
    }
    if (!node.is_there()) {
        node = tree.find_compatible("arm,psci");
        monitor.start_hart = node.property("cpu_on").number();
    }
    const std::string_view method = node.property("method").text();
    if (method == "hvc") {
        monitor.method = MonitorCall::HYPERVISOR;
    } else if (method == "smc") {
        monitor.method = MonitorCall::SECURE_MONITOR;
    }
    return monitor;
}

} // namespace knhk::bare
