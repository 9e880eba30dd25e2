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

void put_handlers(ByteWriter& out, std::span<const HandlerName> handlers) {
    constexpr std::size_t FIXED_BYTES = 8;
    std::size_t size = 0;
    for (const HandlerName& handler : handlers) {
        size += FIXED_BYTES + handler.name.size();
    }
    begin_field(out, IdentityTag::Handlers, size);
    for (const HandlerName& handler : handlers) {
        out.put(handler.id);
        out.put(static_cast<u16>(handler.name.size()));
        out.put(handler.version);
        out.put_bytes(handler.name.data(), handler.name.size());
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
    put_handlers(out, identity.handlers);
    put_bytes_field(out, IdentityTag::WorkloadSha, identity.workload_sha256.data(),
                    identity.workload_sha256.size());
    return out.written();
}

} // namespace knhk
