// SPDX-License-Identifier: MIT
#include "replay/identity.hpp"

#include "base/bytes.hpp"
#include "replay/log_format.hpp"

namespace knhk {

namespace {

void begin_field(ByteWriter& out, IdentityTag tag, std::size_t size) {
    out.put(static_cast<u16>(tag));
    out.put(u16{0});
    out.put(static_cast<u32>(size));
}

template<class T>
void put_field(ByteWriter& out, IdentityTag tag, T value) {
    begin_field(out, tag, sizeof value);
    out.put(value);
}

void put_bytes_field(ByteWriter& out, IdentityTag tag, const void* bytes, std::size_t size) {
    begin_field(out, tag, size);
    out.put_bytes(bytes, size);
}

void put_names(ByteWriter& out, IdentityTag tag, std::span<const HandlerName> names) {
    constexpr std::size_t FIXED_BYTES = 8;
    std::size_t size = 0;
    for (const HandlerName& entry : names) {
        size += FIXED_BYTES + entry.name.size();
    }
    begin_field(out, tag, size);
    for (const HandlerName& entry : names) {
        out.put(entry.id);
        out.put(static_cast<u16>(entry.name.size()));
        out.put(entry.version);
        out.put_bytes(entry.name.data(), entry.name.size());
    }
}

} // namespace

std::span<const std::byte> encode_identity(const Identity& identity, std::span<std::byte> buffer) {
    ByteWriter out(buffer);
    put_field(out, IdentityTag::LogFormat, LOG_FORMAT_VERSION);
    put_field(out, IdentityTag::Contract, CONTRACT_VERSION);
    put_field(out, IdentityTag::Cores, identity.cores);
    put_bytes_field(out, IdentityTag::Latencies, identity.latencies.data(),
                    identity.latencies.size());
    put_bytes_field(out, IdentityTag::Capacities, identity.capacities.data(),
                    identity.capacities.size_bytes());
    put_bytes_field(out, IdentityTag::Costs, identity.costs.data(), identity.costs.size_bytes());
    put_field(out, IdentityTag::Seed, identity.seed);
    put_names(out, IdentityTag::Handlers, identity.handlers);
    put_bytes_field(out, IdentityTag::WorkloadSha, identity.workload_sha256.data(),
                    identity.workload_sha256.size());
    put_field(out, IdentityTag::Policies, identity.policies);
    put_names(out, IdentityTag::Guards, identity.guards);
    return out.written();
}

} // namespace knhk
