// SPDX-License-Identifier: MIT
#include "kernel/container.hpp"

#include "base/bytes.hpp"
#include "base/hash.hpp"

namespace knhk {

namespace {

ContainerSection section_at(std::span<const std::byte> bytes, u32 index) {
    const std::size_t offset = sizeof(ContainerHeader) + index * sizeof(ContainerSection);
    return load_le<ContainerSection>(bytes.data() + offset);
}

/// The version of a section that this build reads; 0 for a kind it does not know.
u32 version_of(u32 kind) {
    switch (static_cast<SectionKind>(kind)) {
    case SectionKind::Workload:
        return WORKLOAD_SECTION_VERSION;
    case SectionKind::WorkloadFile:
        return WORKLOAD_FILE_SECTION_VERSION;
    case SectionKind::Latencies:
        return LATENCIES_SECTION_VERSION;
    }
    return 0;
}

/// Payloads begin at multiples of 8, with nothing but padding between them.
constexpr u64 align_payload(u64 end) {
    return (end + 7) / 8 * 8;
}

Result<void> check_sections(std::span<const std::byte> bytes, u32 count) {
    u64 end = sizeof(ContainerHeader) + u64{count} * sizeof(ContainerSection);
    if (end > bytes.size()) {
        return fail(Error::BadContainer);
    }
    u32 workloads = 0;
    u32 workload_files = 0;
    u32 latencies = 0;
    for (u32 i = 0; i < count; ++i) {
        const ContainerSection section = section_at(bytes, i);
        if (section.offset != align_payload(end) || section.offset > bytes.size() ||
            section.size_bytes > bytes.size() - section.offset || section.reserved != 0) {
            return fail(Error::BadContainer);
        }
        if (version_of(section.kind) == 0 || section.version != version_of(section.kind)) {
            return fail(Error::SectionVersion);
        }
        end = section.offset + section.size_bytes;
        const auto is = [&section](SectionKind kind) {
            return section.kind == static_cast<u32>(kind) ? 1u : 0u;
        };
        workloads += is(SectionKind::Workload);
        workload_files += is(SectionKind::WorkloadFile);
        latencies += is(SectionKind::Latencies);
    }
    const bool names_one_workload = workload_files == 0 || (workload_files == 1 && workloads == 0);
    if (align_payload(end) != bytes.size() || !names_one_workload || latencies > 1) {
        return fail(Error::BadContainer);
    }
    return {};
}

} // namespace

Result<Container> Container::open(std::span<const std::byte> bytes) {
    if (bytes.size() < sizeof(ContainerHeader)) {
        return fail(Error::BadContainer);
    }
    const auto header = load_le<ContainerHeader>(bytes.data());
    if (header.magic != CONTAINER_MAGIC) {
        return fail(Error::BadContainer);
    }
    if (header.version != CONTAINER_VERSION) {
        return fail(Error::ContainerVersion);
    }
    if (header.size_bytes < sizeof(ContainerHeader) || header.size_bytes > bytes.size() ||
        header.section_count > CONTAINER_SECTIONS_MAX) {
        return fail(Error::BadContainer);
    }
    // A boot loader may round a module up to a page: only the container's own size counts.
    bytes = bytes.first(header.size_bytes);
    const auto content = bytes.subspan(sizeof(ContainerHeader));
    if (xxh3_64(content.data(), content.size()) != header.content_hash) {
        return fail(Error::BadContainer);
    }
    const Result<void> sections = check_sections(bytes, header.section_count);
    if (!sections) {
        return fail(sections.error());
    }
    return Container(bytes);
}

std::span<const std::byte> Container::section(SectionKind kind) const {
    const auto header = load_le<ContainerHeader>(bytes_.data());
    for (u32 i = 0; i < header.section_count; ++i) {
        const ContainerSection section = section_at(bytes_, i);
        if (section.kind == static_cast<u32>(kind)) {
            return bytes_.subspan(section.offset, section.size_bytes);
        }
    }
    return {};
}

} // namespace knhk
