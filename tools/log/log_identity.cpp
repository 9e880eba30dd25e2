// SPDX-License-Identifier: MIT
#include "tools/log/log_identity.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

#include <fmt/format.h>

#include "base/bytes.hpp"
#include "isa/cost.hpp"
#include "tools/log/hex_text.hpp"

namespace knhk::tools {

namespace {

/// How the bytes of a field are cut into values that can be named.
struct FieldShape {
    std::string_view name;
    std::size_t unit_bytes; ///< 0: shown as a whole
};

FieldShape shape_of(u16 tag) {
    switch (static_cast<IdentityTag>(tag)) {
    case IdentityTag::LogFormat:
        return {"log format", 4};
    case IdentityTag::Contract:
        return {"contract", 4};
    case IdentityTag::Cores:
        return {"cores", 4};
    case IdentityTag::Latencies:
        return {"latencies", 1};
    case IdentityTag::Capacities:
        return {"capacities", 4};
    case IdentityTag::Costs:
        return {"costs", 4};
    case IdentityTag::Seed:
        return {"seed", 8};
    case IdentityTag::Handlers:
        return {"handlers", 0};
    case IdentityTag::WorkloadSha:
        return {"workload sha256", 0};
    case IdentityTag::Policies:
        return {"policies", 4};
    case IdentityTag::Guards:
        return {"guards", 0};
    }
    return {"unknown field", 0};
}

/// "0 name v1, 7 other v2"; as hex when the bytes are no list of handlers or guards.
std::string handlers_text(std::span<const std::byte> bytes) {
    ByteReader reader(bytes);
    std::string text;
    while (reader.left() > 0) {
        const auto id = reader.get<u16>();
        const auto name_size = reader.get<u16>();
        const auto version = reader.get<u32>();
        const auto name = reader.get_bytes(name_size);
        if (!reader.ok()) {
            return hex_text(bytes);
        }
        std::string shown(reinterpret_cast<const char*>(name.data()), name.size());
        std::ranges::replace_if(shown, [](unsigned char c) { return c < 0x20 || c > 0x7e; }, '?');
        text += fmt::format("{}{} {} v{}", text.empty() ? "" : ", ", id, shown, version);
    }
    return text;
}

std::string value_text(std::span<const std::byte> unit) {
    u64 value = 0;
    std::memcpy(&value, unit.data(), unit.size());
    return fmt::format("{}", value);
}

std::string whole_text(u16 tag, std::span<const std::byte> bytes) {
    const bool has_names = tag == static_cast<u16>(IdentityTag::Handlers) ||
                           tag == static_cast<u16>(IdentityTag::Guards);
    return has_names ? handlers_text(bytes) : hex_text(bytes);
}

FieldDifference difference_in(const IdentityField& a, const IdentityField& b) {
    const FieldShape shape = shape_of(a.tag);
    if (shape.unit_bytes == 0) {
        return {std::string(shape.name), whole_text(a.tag, a.bytes), whole_text(a.tag, b.bytes)};
    }
    if (a.bytes.size() != b.bytes.size() || a.bytes.size() % shape.unit_bytes != 0) {
        return {fmt::format("size of {}", shape.name), fmt::format("{} bytes", a.bytes.size()),
                fmt::format("{} bytes", b.bytes.size())};
    }
    const auto first = std::ranges::mismatch(a.bytes, b.bytes).in1 - a.bytes.begin();
    const std::size_t index = static_cast<std::size_t>(first) / shape.unit_bytes;
    const bool is_list = a.bytes.size() > shape.unit_bytes;
    const auto unit = [&](const IdentityField& field) {
        return value_text(
            std::span(field.bytes).subspan(index * shape.unit_bytes, shape.unit_bytes));
    };
    return {is_list ? fmt::format("{}[{}]", shape.name, index) : std::string(shape.name), unit(a),
            unit(b)};
}

/// Ids ascend, names are short, and nothing is left over.
bool is_list_of_handlers(std::span<const std::byte> bytes) {
    constexpr u16 NAME_BYTES_MAX = 64;
    ByteReader reader(bytes);
    std::optional<u16> previous;
    while (reader.left() > 0) {
        const auto id = reader.get<u16>();
        const auto name_size = reader.get<u16>();
        static_cast<void>(reader.get<u32>());
        static_cast<void>(reader.get_bytes(name_size));
        if (!reader.ok() || name_size > NAME_BYTES_MAX || (previous && id <= *previous)) {
            return false;
        }
        previous = id;
    }
    return true;
}

bool are_latencies(std::span<const std::byte> bytes, u32 cores) {
    constexpr u8 LATENCY_MAX_BEATS = 7;
    return bytes.size() == std::size_t{cores} * cores &&
           std::ranges::all_of(bytes, [](std::byte latency) {
               return std::to_integer<u8>(latency) >= 1 &&
                      std::to_integer<u8>(latency) <= LATENCY_MAX_BEATS;
           });
}

bool is_possible(const IdentityField& field, u32 cores) {
    constexpr std::size_t CAPACITIES = 34;
    const std::span<const std::byte> bytes = field.bytes;
    switch (static_cast<IdentityTag>(field.tag)) {
    case IdentityTag::LogFormat:
        return bytes.size() == sizeof(u32) && load_le<u32>(bytes.data()) == LOG_FORMAT_VERSION;
    case IdentityTag::Contract:
    case IdentityTag::Cores:
        return bytes.size() == sizeof(u32);
    case IdentityTag::Policies:
        return bytes.size() == sizeof(u32) && load_le<u32>(bytes.data()) <= POLICY_STEALING;
    case IdentityTag::Latencies:
        return are_latencies(bytes, cores);
    case IdentityTag::Capacities:
        return bytes.size() == CAPACITIES * sizeof(u32);
    case IdentityTag::Costs:
        return bytes.size() == ALL_COSTS.size() * sizeof(u32);
    case IdentityTag::Seed:
        return bytes.size() == sizeof(u64);
    case IdentityTag::WorkloadSha:
        return bytes.size() == sizeof(Sha256Digest);
    case IdentityTag::Handlers:
    case IdentityTag::Guards:
        return is_list_of_handlers(bytes);
    }
    return false;
}

const IdentityField* find(const std::vector<IdentityField>& identity, u16 tag) {
    const auto found = std::ranges::find(identity, tag, &IdentityField::tag);
    return found == identity.end() ? nullptr : &*found;
}

} // namespace

std::optional<std::vector<IdentityField>> parse_identity(std::span<const std::byte> bytes) {
    std::vector<IdentityField> fields;
    ByteReader reader(bytes);
    while (reader.left() > 0) {
        const auto tag = reader.get<u16>();
        const auto zero = reader.get<u16>();
        const auto size = reader.get<u32>();
        const auto content = reader.get_bytes(size);
        const bool ascends = fields.empty() || fields.back().tag < tag;
        if (!reader.ok() || zero != 0 || !ascends) {
            return std::nullopt;
        }
        fields.push_back({tag, {content.begin(), content.end()}});
    }
    return fields;
}

bool has_all_fields(const std::vector<IdentityField>& identity) {
    constexpr u16 LAST = static_cast<u16>(IdentityTag::Guards);
    u16 expected = static_cast<u16>(IdentityTag::LogFormat);
    for (const IdentityField& field : identity) {
        if (field.tag != expected++) {
            return false;
        }
    }
    return expected == LAST + 1;
}

std::optional<u32> cores_of(const std::vector<IdentityField>& identity) {
    const IdentityField* const field = find(identity, static_cast<u16>(IdentityTag::Cores));
    if (field == nullptr || field->bytes.size() != sizeof(u32)) {
        return std::nullopt;
    }
    const auto cores = load_le<u32>(field->bytes.data());
    return std::has_single_bit(cores) && cores <= CORES_MAX ? std::optional(cores) : std::nullopt;
}

std::string fault_of_identity(const std::vector<IdentityField>& identity) {
    const auto cores = cores_of(identity);
    if (!has_all_fields(identity) || !cores) {
        return "not all of the fields that this format has";
    }
    for (const IdentityField& field : identity) {
        if (!is_possible(field, *cores)) {
            return fmt::format("impossible field: {}", shape_of(field.tag).name);
        }
    }
    return {};
}

std::vector<FieldDifference> differences(const std::vector<IdentityField>& a,
                                         const std::vector<IdentityField>& b) {
    std::vector<FieldDifference> found;
    for (const IdentityField& field : a) {
        const IdentityField* const other = find(b, field.tag);
        if (other == nullptr) {
            found.push_back({std::string(shape_of(field.tag).name), "present", "missing"});
        } else if (field.bytes != other->bytes) {
            found.push_back(difference_in(field, *other));
        }
    }
    for (const IdentityField& field : b) {
        if (find(a, field.tag) == nullptr) {
            found.push_back({std::string(shape_of(field.tag).name), "missing", "present"});
        }
    }
    return found;
}

} // namespace knhk::tools
