// SPDX-License-Identifier: MIT
// What a workload file becomes for the image (docs/workload.md, Packed), and its way from the disk.
#include <cstring>

#include "base/check.hpp"
#include "tools/host/descriptor.hpp"
#include "tools/sigma/sigma_file.hpp"
#include "tools/workload/json.hpp"
#include "tools/workload/workload_file.hpp"

namespace knhk::tools {

namespace {

constexpr std::size_t TABLE_ALIGNMENT_BYTES = 8;

template<class T>
void append(std::vector<std::byte>& to, const std::vector<T>& table) {
    const auto bytes = std::as_bytes(std::span(table));
    to.insert(to.end(), bytes.begin(), bytes.end());
}

} // namespace

bool names_workload_file(std::string_view workload) {
    return workload.ends_with(".json") || workload.find('/') != std::string_view::npos;
}

WorkloadFile read_workload(const std::filesystem::path& path) {
    const auto snapshot_of = [&path](const std::string& text) {
        return promotable_bytes(path.parent_path() / text);
    };
    return parse_workload(read_input_file(path, JSON_BYTES_MAX, "a workload file"), path.string(),
                          snapshot_of);
}

std::size_t packed_bytes(const WorkloadFile& file) {
    const std::size_t size =
        sizeof(ScriptHeader) + file.guards.size() * sizeof(GuardRule) +
        file.observations.size() * sizeof(Observation) + file.kinds.size() * sizeof(ScriptKind) +
        file.steps.size() * sizeof(ScriptStep) + file.groups.size() * sizeof(ScriptGroup) +
        file.runs.size() * sizeof(ScriptRun) + file.snapshots.size() + file.matrix.size();
    return (size + TABLE_ALIGNMENT_BYTES - 1) / TABLE_ALIGNMENT_BYTES * TABLE_ALIGNMENT_BYTES;
}

std::vector<std::byte> pack(const WorkloadFile& file) {
    ScriptHeader header = file.header;
    header.guards = static_cast<u32>(file.guards.size());
    header.observations = static_cast<u32>(file.observations.size());
    header.kinds = static_cast<u32>(file.kinds.size());
    header.steps = static_cast<u32>(file.steps.size());
    header.groups = static_cast<u32>(file.groups.size());
    header.runs = static_cast<u32>(file.runs.size());
    header.snapshot_bytes = static_cast<u32>(file.snapshots.size());
    std::vector<std::byte> bytes(sizeof header);
    std::memcpy(bytes.data(), &header, sizeof header);
    append(bytes, file.guards);
    append(bytes, file.observations);
    append(bytes, file.kinds);
    append(bytes, file.steps);
    append(bytes, file.groups);
    append(bytes, file.runs);
    append(bytes, file.snapshots);
    append(bytes, file.matrix);
    bytes.resize(packed_bytes(file));
    // What was read as good and is then refused is a bug of one of the two, and is found here.
    KNHK_CHECK(Script::open(bytes).has_value(), bytes.size());
    return bytes;
}

} // namespace knhk::tools
