// SPDX-License-Identifier: MIT
// The harts that ACPI lists, and their start by INIT and start-up commands.
#include <array>

#include "arch/bare/acpi.hpp"
#include "arch/bare/console.hpp"
#include "arch/bare/exit.hpp"
#include "arch/x86_64/cpu.hpp"
#include "arch/x86_64/interrupts.hpp"
#include "base/bytes.hpp"

extern "C" {
extern const std::byte trampoline_start[];
extern const std::byte trampoline_end[];
}

namespace knhk::bare {
namespace {

constexpr std::string_view MADT_SIGNATURE = "APIC";

enum class MadtType : u8 {
    LOCAL_APIC = 0,
    LOCAL_X2APIC = 9,
};
constexpr u32 HART_ENABLED = 1;

constexpr PhysicalSpan TRAMPOLINE_PAGE{KNHK_TRAMPOLINE_BASE, PAGE_BYTES};

bool is_free_ram(const Firmware& firmware, PhysicalSpan page) {
    bool covered = false;
    for (const MemoryEntry& entry : firmware.entries()) {
        if (page.base < entry.span.end() && entry.span.base < page.end()) {
            if (!entry.usable) {
                return false;
            }
            covered |= entry.span.base <= page.base && page.end() <= entry.span.end();
        }
    }
    return covered;
}

void add(u64 apic_id, HartTable& harts) {
    if (apic_id > LOCAL_APIC_ID_MAX) {
        ++harts.left_out;
    } else {
        harts.add(apic_id);
    }
}

void read_madt_entry(MadtType type, ByteReader payload, HartTable& harts) {
    switch (type) {
    case MadtType::LOCAL_APIC: {
        static_cast<void>(payload.get<u8>()); // ACPI's number of the processor
        const u32 apic_id = payload.get<u8>();
        if ((payload.get<u32>() & HART_ENABLED) != 0) {
            add(apic_id, harts);
        }
        break;
    }
    case MadtType::LOCAL_X2APIC: {
        static_cast<void>(payload.get<u16>()); // reserved
        const u32 apic_id = payload.get<u32>();
        if ((payload.get<u32>() & HART_ENABLED) != 0) {
            add(apic_id, harts);
        }
        break;
    }
    }
}

void read_madt(std::span<const std::byte> madt, HartTable& harts) {
    ByteReader reader(madt.subspan(TABLE_HEADER_BYTES));
    static_cast<void>(reader.get<u32>()); // the local APIC, which the processor itself knows
    static_cast<void>(reader.get<u32>()); // flags
    while (reader.left() >= 2) {
        const auto type = static_cast<MadtType>(reader.get<u8>());
        const u32 entry_bytes = reader.get<u8>();
        if (entry_bytes < 2 || entry_bytes - 2 > reader.left()) {
            return;
        }
        read_madt_entry(type, ByteReader(reader.get_bytes(entry_bytes - 2)), harts);
    }
}

} // namespace

HartTable find_harts(const Firmware& firmware) {
    HartTable harts;
    harts.add(local_apic_id());
    const auto madt = find_table(firmware, MADT_SIGNATURE);
    if (madt.empty()) {
        print(TextLine{}.text("knhk: no ACPI table lists the harts (MADT): going on with one"));
    } else {
        read_madt(madt, harts);
    }
    return harts;
}

void prepare_hart_starts(const Firmware& firmware, const HartTable& harts) {
    if (harts.count == 1) {
        return;
    }
    if (!is_free_ram(firmware, TRAMPOLINE_PAGE)) {
        refuse(ExitStatus::Environment,
               "the firmware keeps the page at 0x8000, where harts start: use one hart (-smp 1)");
    }
    copy_bytes(physical_pointer(TRAMPOLINE_PAGE.base), trampoline_start,
               static_cast<u64>(trampoline_end - trampoline_start));
}

} // namespace knhk::bare
