// SPDX-License-Identifier: MIT
#include "tools/sigma/sigma_file.hpp"

#include "tools/host/descriptor.hpp"
#include "tools/host/failure.hpp"
#include "tools/sigma/sigma_text.hpp"
#include "tools/workload/json.hpp"

namespace knhk::tools {

namespace {

/// A text begins with a blank or a brace, a snapshot with its magic.
constexpr std::string_view SNAPSHOT_BEGIN = "KNHKSIGM";

std::string place_of(const SnapshotFault& fault) {
    const bool is_one_of_many =
        fault.part != SnapshotPart::Header && fault.part != SnapshotPart::Receipt;
    return is_one_of_many ? fmt::format("{} {}", text_of(fault.part), fault.number)
                          : std::string(text_of(fault.part));
}

} // namespace

std::vector<std::byte> sealed_bytes(std::string_view bytes, const std::string& file) {
    if (!bytes.starts_with(SNAPSHOT_BEGIN)) {
        return build_sigma(bytes, file);
    }
    const auto raw = std::as_bytes(std::span(bytes));
    return {raw.begin(), raw.end()};
}

SealedSnapshot open_sealed(const std::vector<std::byte>& bytes, const std::string& file) {
    const auto sealed = SealedSnapshot::open(bytes);
    if (!sealed) {
        throw bad_input("{}: {}: {}: build it again with 'knhk sigma build'", file,
                        place_of(sealed.error()), text_of(sealed.error().flaw));
    }
    return *sealed;
}

std::vector<std::byte> promotable_bytes(const std::filesystem::path& path) {
    std::vector<std::byte> bytes = sealed_bytes(read_sigma(path), path.string());
    if (open_sealed(bytes, path.string()).receipt.invariants != INVARIANTS_ALL) {
        throw bad_input("{}: {}", path.string(), text_of(Error::InvariantsBroken));
    }
    return bytes;
}

std::string read_sigma(const std::filesystem::path& path) {
    return read_input_file(path, JSON_BYTES_MAX, "a snapshot or of its text");
}

} // namespace knhk::tools
