// SPDX-License-Identifier: MIT
#include "tools/run/container_writer.hpp"

#include <cstring>

#include <fmt/format.h>

#include "base/bytes.hpp"
#include "base/check.hpp"
#include "base/hash.hpp"

namespace knhk::tools {

namespace {

constexpr u64 PAYLOAD_ALIGNMENT_BYTES = 8;

u64 align_payload(u64 offset) {
    return (offset + PAYLOAD_ALIGNMENT_BYTES - 1) / PAYLOAD_ALIGNMENT_BYTES *
           PAYLOAD_ALIGNMENT_BYTES;
}

std::vector<ContainerSection> lay_out(const std::vector<SectionContent>& sections) {
    std::vector<ContainerSection> table;
    u64 offset = sizeof(ContainerHeader) + sections.size() * sizeof(ContainerSection);
    for (const SectionContent& section : sections) {
        offset = align_payload(offset);
        table.push_back(
            {static_cast<u32>(section.kind), section.version, offset, section.payload.size(), 0});
        offset += section.payload.size();
    }
    return table;
}

std::string workload_words(std::string_view workload, u64 tasks) {
    return fmt::format("workload={} tasks={}", workload, tasks);
}

} // namespace

std::vector<std::byte> pack_container(const std::vector<SectionContent>& sections) {
    KNHK_CHECK(sections.size() <= CONTAINER_SECTIONS_MAX, sections.size());
    const std::vector<ContainerSection> table = lay_out(sections);
    const u64 end =
        table.empty() ? sizeof(ContainerHeader) : table.back().offset + table.back().size_bytes;
    std::vector<std::byte> bytes(align_payload(end));
    for (std::size_t i = 0; i < table.size(); ++i) {
        store_le(bytes.data() + sizeof(ContainerHeader) + i * sizeof(ContainerSection), table[i]);
        std::memcpy(bytes.data() + table[i].offset, sections[i].payload.data(),
                    table[i].size_bytes);
    }
    const auto content = std::span(bytes).subspan(sizeof(ContainerHeader));
    store_le(bytes.data(),
             ContainerHeader{CONTAINER_MAGIC, CONTAINER_VERSION, static_cast<u32>(sections.size()),
                             bytes.size(), xxh3_64(content.data(), content.size())});
    return bytes;
}

std::vector<std::byte> pack_workload(std::string_view workload, u64 tasks) {
    return pack_container(
        {{SectionKind::Workload, WORKLOAD_SECTION_VERSION, workload_words(workload, tasks)}});
}

std::vector<std::byte> pack_workload_file(std::span<const std::byte> packed) {
    return pack_container({{SectionKind::WorkloadFile,
                            WORKLOAD_FILE_SECTION_VERSION,
                            {reinterpret_cast<const char*>(packed.data()), packed.size()}}});
}

std::vector<std::byte> pack_workload(const RunOptions& options) {
    const auto text_of = [](const std::vector<std::byte>& bytes) {
        return std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    };
    std::vector<SectionContent> sections;
    if (options.packed_file) {
        sections.push_back({SectionKind::WorkloadFile, WORKLOAD_FILE_SECTION_VERSION,
                            text_of(*options.packed_file)});
    } else {
        sections.push_back({SectionKind::Workload, WORKLOAD_SECTION_VERSION,
                            workload_words(options.workload, options.tasks)});
    }
    if (options.latencies) {
        sections.push_back(
            {SectionKind::Latencies, LATENCIES_SECTION_VERSION, text_of(*options.latencies)});
    }
    return pack_container(sections);
}

} // namespace knhk::tools
