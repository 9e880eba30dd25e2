// SPDX-License-Identifier: MIT
#include "tools/views/proof.hpp"

#include <bit>

#include "base/bytes.hpp"
#include "replay/chain.hpp"
#include "tools/host/failure.hpp"
#include "tools/log/event_names.hpp"
#include "tools/views/audit_path.hpp"
#include "tools/views/epoch_walk.hpp"

namespace knhk::tools {

namespace {

constexpr u64 STEP_HEAD_BYTES = 2 * sizeof(u64);

u64 size_of(const ProofHeader& header) {
    const u64 step_bytes = STEP_HEAD_BYTES + header.core_count * sizeof(Digest);
    return sizeof header + header.event_count * sizeof(Event) + header.step_count * step_bytes +
           header.path_count * sizeof(Sha256Digest) + sizeof(u64);
}

/// Whether each count is one that a proof may have, so that products of them stay small.
bool is_possible(const ProofHeader& header) {
    return std::has_single_bit(header.core_count) && header.core_count <= CORES_MAX &&
           header.core < header.core_count && header.index < header.event_count &&
           header.event_count <= PROOF_EVENTS_MAX / header.core_count && header.step_count >= 1 &&
           header.step_count <= PROOF_STEPS_MAX && header.path_count <= PROOF_PATH_MAX &&
           header.leaf_index < header.leaves && header.reserved == 0;
}

ProofHeader header_of(const Proof& proof) {
    ProofHeader header{PROOF_MAGIC,
                       PROOF_VERSION,
                       proof.core_count,
                       0,
                       proof.identity_hash,
                       proof.core,
                       proof.index,
                       static_cast<u32>(proof.events.size()),
                       static_cast<u32>(proof.steps.size()),
                       static_cast<u32>(proof.path.size()),
                       0,
                       proof.leaf.index,
                       proof.leaf.beats,
                       proof.leaf.events,
                       proof.leaves,
                       proof.previous};
    header.size_bytes = size_of(header);
    return header;
}

ProofHeader parse_header(std::span<const std::byte> bytes, const std::string& name) {
    ByteReader in(bytes);
    const auto header = in.get<ProofHeader>();
    if (!in.ok() || header.magic != PROOF_MAGIC) {
        throw bad_input("{} is not a proof: give a file that 'knhk prove' wrote", name);
    }
    if (header.version != PROOF_VERSION) {
        throw bad_input("{} is a proof of version {}, and this command reads version {}: use the "
                        "command that wrote it",
                        name, header.version, PROOF_VERSION);
    }
    if (!is_possible(header) || header.size_bytes != bytes.size() ||
        size_of(header) != bytes.size()) {
        throw bad_input("{} is a damaged proof: its sizes cannot be; make it again", name);
    }
    const std::size_t checked = bytes.size() - sizeof(u64);
    if (load_le<u64>(bytes.data() + checked) != xxh3_64(bytes.data(), checked)) {
        throw bad_input("{} is a damaged proof: it is not what was written; make it again", name);
    }
    return header;
}

/// Whether these can be the events that one core recorded in the first step's beat.
bool are_of_one_core(const Proof& proof) {
    u64 time = proof.steps.front().start_time;
    for (const Event& event : proof.events) {
        if (event.core != proof.core || event.timestamp <= time || kind_name(event.kind).empty()) {
            return false;
        }
        time = event.timestamp;
    }
    return proof.steps.size() == 1 || time <= proof.steps[1].start_time;
}

bool are_of_one_epoch(const std::vector<ProofStep>& steps) {
    for (std::size_t i = 1; i < steps.size(); ++i) {
        if (steps[i].beat <= steps[i - 1].beat || steps[i].start_time < steps[i - 1].start_time ||
            steps[i].beat / EPOCH_BEATS != steps[0].beat / EPOCH_BEATS) {
            return false;
        }
    }
    return true;
}

/// E after the last step.
Digest chain_of(const Proof& proof) {
    Digest chain = proof.previous;
    for (const ProofStep& step : proof.steps) {
        ChainStep hashed{chain, step.beat, step.start_time, {}};
        std::ranges::copy(step.digests, hashed.core_digests);
        chain = chain_digest(hashed, proof.core_count);
    }
    return chain;
}

} // namespace

std::string bytes_of(const Proof& proof) {
    const ProofHeader header = header_of(proof);
    std::string text(header.size_bytes, '\0');
    ByteWriter out(std::as_writable_bytes(std::span(text)));
    out.put(header);
    out.put_bytes(proof.events.data(), proof.events.size() * sizeof(Event));
    for (const ProofStep& step : proof.steps) {
        out.put(step.beat);
        out.put(step.start_time);
        out.put_bytes(step.digests.data(), step.digests.size() * sizeof(Digest));
    }
    out.put_bytes(proof.path.data(), proof.path.size() * sizeof(Sha256Digest));
    out.put(xxh3_64(text.data(), out.size()));
    return text;
}

Proof parse_proof(std::span<const std::byte> bytes, const std::string& name) {
    const ProofHeader header = parse_header(bytes, name);
    ByteReader in(bytes.subspan(sizeof header));
    const auto fill = [&in]<class Item>(std::vector<Item>& items, std::size_t count) {
        items.resize(count);
        std::memcpy(items.data(), in.get_bytes(count * sizeof(Item)).data(), count * sizeof(Item));
    };
    Proof proof{header.identity_hash,
                header.core_count,
                header.core,
                header.index,
                {header.leaf_index, header.leaf_beats, header.leaf_events, {}},
                header.leaves,
                header.previous,
                {},
                {},
                {}};
    fill(proof.events, header.event_count);
    for (u32 i = 0; i < header.step_count; ++i) {
        const auto beat = in.get<u64>();
        const auto start_time = in.get<u64>();
        ProofStep& step = proof.steps.emplace_back(ProofStep{beat, start_time, {}});
        fill(step.digests, header.core_count);
    }
    fill(proof.path, header.path_count);
    return proof;
}

std::optional<std::string> flaw_of(const Proof& proof, const Sha256Digest& root) {
    if (!are_of_one_core(proof)) {
        return "its events are not those of one core in one beat";
    }
    const Digest events = xxh3_128(proof.events.data(), proof.events.size() * sizeof(Event));
    if (events != proof.steps.front().digests[proof.core]) {
        return "its events are not those that the chain of digests took in";
    }
    if (!are_of_one_epoch(proof.steps)) {
        return "its steps of the chain are not those of one epoch";
    }
    EpochLeaf leaf = proof.leaf;
    leaf.run_digest = run_digest(proof.identity_hash, chain_of(proof));
    if (!leads_to_root(leaf_hash(leaf), leaf.index, proof.leaves, proof.path, root)) {
        return "it does not lead to this root";
    }
    return std::nullopt;
}

} // namespace knhk::tools
