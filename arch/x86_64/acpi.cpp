// SPDX-License-Identifier: MIT
#include "arch/x86_64/acpi.hpp"

#include <string_view>

#include "arch/x86_64/console.hpp"
#include "arch/x86_64/local_apic.hpp"
#include "base/bytes.hpp"

namespace knhk::x86 {
namespace {

constexpr std::string_view ROOT_POINTER_SIGNATURE = "RSD PTR ";
constexpr std::string_view RSDT_SIGNATURE = "RSDT";
constexpr std::string_view XSDT_SIGNATURE = "XSDT";
constexpr std::string_view MADT_SIGNATURE = "APIC";
constexpr std::string_view FADT_SIGNATURE = "FACP";

constexpr std::size_t ROOT_POINTER_BYTES_OLD = 20;
constexpr std::size_t ROOT_POINTER_REVISION = 15;
constexpr std::size_t ROOT_POINTER_RSDT = 16;
constexpr std::size_t ROOT_POINTER_XSDT = 24;

constexpr std::size_t TABLE_HEADER_BYTES = 36;
constexpr std::size_t TABLE_SIZE_OFFSET = 4;
constexpr std::size_t TABLE_BYTES_MAX = 64 * 1024;

enum class MadtType : u8 {
    LOCAL_APIC = 0,
    LOCAL_APIC_ADDRESS = 5,
    LOCAL_X2APIC = 9,
};
constexpr u32 HART_ENABLED = 1;

// In the FADT. Its bytes reach to the second field in every version.
constexpr std::size_t FADT_TIMER_PORT = 76;
constexpr std::size_t FADT_TIMER_PORT_BYTES = 91;
constexpr u32 TIMER_PORT_BYTES = 4;
constexpr u32 PORT_MAX = 0xFFFF;

bool has_signature(std::span<const std::byte> bytes, std::string_view signature) {
    return bytes.size() >= signature.size() &&
           std::memcmp(bytes.data(), signature.data(), signature.size()) == 0;
}

bool sums_to_zero(std::span<const std::byte> bytes) {
    u32 sum = 0;
    for (const std::byte byte : bytes) {
        sum += std::to_integer<u32>(byte);
    }
    return sum % 256 == 0;
}

/// A whole, undamaged table with this signature, or nothing.
std::span<const std::byte> table_at(u64 address, std::string_view signature) {
    const auto header = physical_bytes({address, TABLE_HEADER_BYTES});
    if (header.empty() || !has_signature(header, signature)) {
        return {};
    }
    const u32 size_bytes = load_le<u32>(&header[TABLE_SIZE_OFFSET]);
    if (size_bytes < TABLE_HEADER_BYTES || size_bytes > TABLE_BYTES_MAX) {
        return {};
    }
    const auto table = physical_bytes({address, size_bytes});
    return sums_to_zero(table) ? table : std::span<const std::byte>{};
}

template<class Address>
std::span<const std::byte> find_in(std::span<const std::byte> root, std::string_view signature) {
    if (root.empty()) {
        return {};
    }
    ByteReader entries(root.subspan(TABLE_HEADER_BYTES));
    while (entries.left() >= sizeof(Address)) {
        const auto table = table_at(entries.get<Address>(), signature);
        if (!table.empty()) {
            return table;
        }
    }
    return {};
}

/// Some machines have only the table with 64-bit addresses, some only the one with 32-bit ones.
std::span<const std::byte> find_table(const Firmware& firmware, std::string_view signature) {
    if (!firmware.has_root_pointer) {
        return {};
    }
    const std::byte* root = firmware.root_pointer.data();
    if (std::to_integer<u32>(root[ROOT_POINTER_REVISION]) >= 2) {
        const u64 xsdt = load_le<u64>(root + ROOT_POINTER_XSDT);
        const auto table = find_in<u64>(table_at(xsdt, XSDT_SIGNATURE), signature);
        if (!table.empty()) {
            return table;
        }
    }
    const u32 rsdt = load_le<u32>(root + ROOT_POINTER_RSDT);
    return find_in<u32>(table_at(rsdt, RSDT_SIGNATURE), signature);
}

/// Collects harts; the boot hart goes first and none twice (some firmware lists both forms).
class HartCollector {
  public:
    explicit HartCollector(HartTable& table) : table_(table) { add(local_apic_id()); }

    void add(u32 apic_id) {
        if (apic_id > LOCAL_APIC_ID_MAX || table_.count == CORES_MAX) {
            ++left_out_;
        } else if (!seen_[apic_id]) {
            seen_[apic_id] = true;
            table_.apic_ids[table_.count++] = static_cast<u8>(apic_id);
        }
    }
    [[nodiscard]] u32 left_out() const { return left_out_; }

  private:
    HartTable& table_;
    u32 left_out_ = 0;
    std::array<bool, LOCAL_APIC_ID_MAX + 1> seen_{};
};

void read_madt_entry(MadtType type, ByteReader payload, HartTable& table, HartCollector& harts) {
    switch (type) {
    case MadtType::LOCAL_APIC: {
        static_cast<void>(payload.get<u8>()); // ACPI's number of the processor
        const u32 apic_id = payload.get<u8>();
        if ((payload.get<u32>() & HART_ENABLED) != 0) {
            harts.add(apic_id);
        }
        break;
    }
    case MadtType::LOCAL_X2APIC: {
        static_cast<void>(payload.get<u16>()); // reserved
        const u32 apic_id = payload.get<u32>();
        if ((payload.get<u32>() & HART_ENABLED) != 0) {
            harts.add(apic_id);
        }
        break;
    }
    case MadtType::LOCAL_APIC_ADDRESS: {
        static_cast<void>(payload.get<u16>()); // reserved
        const u64 address = payload.get<u64>();
        if (payload.ok()) {
            table.local_apic = address;
        }
        break;
    }
    }
}

void read_madt(std::span<const std::byte> madt, HartTable& table, HartCollector& harts) {
    ByteReader reader(madt.subspan(TABLE_HEADER_BYTES));
    table.local_apic = reader.get<u32>();
    static_cast<void>(reader.get<u32>()); // flags
    while (reader.left() >= 2) {
        const auto type = static_cast<MadtType>(reader.get<u8>());
        const u32 entry_bytes = reader.get<u8>();
        if (entry_bytes < 2 || entry_bytes - 2 > reader.left()) {
            return;
        }
        read_madt_entry(type, ByteReader(reader.get_bytes(entry_bytes - 2)), table, harts);
    }
}

} // namespace

bool is_root_pointer(std::span<const std::byte> bytes) {
    if (bytes.size() < ROOT_POINTER_BYTES_OLD || !has_signature(bytes, ROOT_POINTER_SIGNATURE) ||
        !sums_to_zero(bytes.first(ROOT_POINTER_BYTES_OLD))) {
        return false;
    }
    return std::to_integer<u32>(bytes[ROOT_POINTER_REVISION]) < 2 ||
           (bytes.size() >= ROOT_POINTER_BYTES && sums_to_zero(bytes.first(ROOT_POINTER_BYTES)));
}

HartTable find_harts(const Firmware& firmware) {
    HartTable table;
    table.local_apic = local_apic_physical();
    HartCollector harts(table);
    const auto madt = find_table(firmware, MADT_SIGNATURE);
    if (madt.empty()) {
        print(TextLine{}.text("knhk: no ACPI table lists the harts (MADT): going on with one"));
    } else {
        read_madt(madt, table, harts);
    }
    if (harts.left_out() > 0) {
        TextLine line;
        line.text("knhk: ").number(harts.left_out()).text(" harts are left out: their APIC id is ");
        line.text("above ").number(LOCAL_APIC_ID_MAX).text(" or they are more than ");
        print(line.number(CORES_MAX));
    }
    return table;
}

u16 find_acpi_timer(const Firmware& firmware) {
    const auto fadt = find_table(firmware, FADT_SIGNATURE);
    if (fadt.size() <= FADT_TIMER_PORT_BYTES ||
        std::to_integer<u32>(fadt[FADT_TIMER_PORT_BYTES]) != TIMER_PORT_BYTES) {
        return 0;
    }
    const u32 port = load_le<u32>(&fadt[FADT_TIMER_PORT]);
    return port <= PORT_MAX ? static_cast<u16>(port) : u16{0};
}

} // namespace knhk::x86
