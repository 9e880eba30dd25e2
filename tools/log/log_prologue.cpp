// SPDX-License-Identifier: MIT
#include "tools/log/log_prologue.hpp"

#include <algorithm>
#include <cstring>

#include "base/memory_map.hpp"
#include "base/sha256.hpp"
#include "tools/host/failure.hpp"
#include "tools/log/log_layout.hpp"

namespace knhk::tools {

namespace {

constexpr u64 WORKLOAD_BYTES_MAX = region::container.size_bytes;

LogDamage damage_at(u64 byte, u64 size_bytes, const char* record, std::string what) {
    return {byte, size_bytes, record, {}, {}, {}, std::move(what)};
}

LogHeader header_of(const LogFile& file) {
    LogHeader header{};
    const u64 size = file.read_at(0, std::as_writable_bytes(std::span(&header, 1)));
    if (size < offsetof(LogHeader, level) || header.magic != LOG_MAGIC) {
        throw bad_input("{} is not a KNHK log: give a file that --log wrote", file.name());
    }
    if (header.format_version != LOG_FORMAT_VERSION) {
        throw bad_input("{} is a log of format version {}, and this command reads version {}: use "
                        "the command that wrote it",
                        file.name(), header.format_version, LOG_FORMAT_VERSION);
    }
    return header;
}

std::optional<LogDamage> fault_of(const LogHeader& header) {
    const auto damaged = [](const char* what) {
        return damage_at(0, sizeof(LogHeader), "header", what);
    };
    if (header.check != check_of(header)) {
        return damaged("not what was written");
    }
    if (header.level > static_cast<u32>(LogLevel::Full) || (header.flags & ~LOG_FLAG_OPEN) != 0) {
        return damaged("a level or a flag that this format does not know");
    }
    if ((header.flags & ~LOG_FLAG_OPEN) != 0) {
        return damaged("flags that this format does not know");
    }
    const bool has_text = header.level != static_cast<u32>(LogLevel::DigestOnly);
    if (header.identity_bytes > IDENTITY_BYTES_MAX || header.workload_bytes > WORKLOAD_BYTES_MAX ||
        (!has_text && header.workload_bytes != 0)) {
        return damaged("sizes that cannot be");
    }
    return std::nullopt;
}

/// Takes the identity out of the bytes behind the header.
std::optional<LogDamage> take_identity(LogPrologue& prologue, std::span<const std::byte> bytes) {
    const auto damaged = [&](std::string what) {
        return damage_at(sizeof(LogHeader), bytes.size(), "identity", std::move(what));
    };
    if (!(xxh3_128(bytes.data(), bytes.size()) == prologue.header.identity_hash)) {
        return damaged("not what was hashed");
    }
    auto fields = parse_identity(bytes);
    if (!fields) {
        return damaged("no list of fields");
    }
    if (std::string fault = fault_of_identity(*fields); !fault.empty()) {
        return damaged(std::move(fault));
    }
    prologue.cores = *cores_of(*fields);
    prologue.identity = std::move(*fields);
    return std::nullopt;
}

std::optional<LogDamage> take_rest(LogPrologue& prologue, std::span<const std::byte> bytes) {
    const LogHeader& header = prologue.header;
    if (auto fault = take_identity(prologue, bytes.first(header.identity_bytes))) {
        return fault;
    }
    const auto text = bytes.subspan(header.identity_bytes, header.workload_bytes);
    prologue.workload.assign(reinterpret_cast<const char*>(text.data()), text.size());
    const auto padding = bytes.subspan(u64{header.identity_bytes} + header.workload_bytes);
    const auto strange =
        std::ranges::find_if(padding, [](std::byte b) { return b != std::byte{}; });
    if (strange != padding.end()) {
        const auto at = bytes.size() - padding.size() + static_cast<u64>(strange - padding.begin());
        return damage_at(sizeof header + at, 1, "padding", "not zero");
    }
    return std::nullopt;
}

} // namespace

std::expected<LogPrologue, LogDamage> read_prologue(const LogFile& file) {
    LogPrologue prologue{};
    prologue.header = header_of(file);
    const LogHeader& header = prologue.header;
    if (file.size_bytes() < sizeof header) {
        return std::unexpected(damage_at(0, 0, "end", "cut before its first beat"));
    }
    if (auto fault = fault_of(header)) {
        return std::unexpected(std::move(*fault));
    }
    prologue.size_bytes = prologue_bytes(header);
    std::vector<std::byte> bytes(prologue.size_bytes - sizeof header);
    if (file.read_at(sizeof header, bytes) != bytes.size()) {
        return std::unexpected(damage_at(sizeof header, 0, "end", "cut before its first beat"));
    }
    if (auto fault = take_rest(prologue, bytes)) {
        return std::unexpected(std::move(*fault));
    }
    return prologue;
}

LogPrologue prologue_of(const LogFile& file) {
    auto prologue = read_prologue(file);
    if (!prologue && is_cut(prologue.error())) {
        throw bad_input("{} is cut before its first beat: record the run again", file.name());
    }
    if (!prologue) {
        const LogDamage& damage = prologue.error();
        throw bad_input("{} has a damaged {} (byte {}: {}): record the run again", file.name(),
                        damage.record, damage.byte, damage.what);
    }
    return std::move(*prologue);
}

bool has_its_workload(const LogPrologue& prologue) {
    if (prologue.level() == LogLevel::DigestOnly) {
        return true;
    }
    const Sha256Digest sha256_of_text = sha256(std::as_bytes(std::span(prologue.workload)));
    const auto tag = static_cast<u16>(IdentityTag::WorkloadSha);
    const auto field = std::ranges::find(prologue.identity, tag, &IdentityField::tag);
    return std::memcmp(field->bytes.data(), sha256_of_text.data(), sha256_of_text.size()) == 0;
}

} // namespace knhk::tools
