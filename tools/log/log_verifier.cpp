// SPDX-License-Identifier: MIT
#include "tools/log/log_verifier.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "tools/log/hex_text.hpp"

namespace knhk::tools {

LogVerifier::LogVerifier(LogReader& log)
    : log_(log), identity_(log.prologue().header.identity_hash), cores_(log.prologue().cores) {
    result_.name = log_.name();
    result_.level = log_.level();
}

bool LogVerifier::take(u64 beats) {
    for (u64 i = 0; i < beats && !result_.damage; ++i) {
        const LogBlock* const block = next();
        if (!take_epoch() || block == nullptr || !take_block(*block)) {
            return false;
        }
    }
    return !result_.damage;
}

/// What was before a resumed run is known as soon as the first record was read.
const LogBlock* LogVerifier::next() {
    const LogBlock* const block = log_.next();
    if (result_.beats == 0) {
        step_.previous = log_.before().chain;
    }
    return block;
}

bool LogVerifier::take_epoch() {
    if (!log_.has_passed_epoch()) {
        return true;
    }
    const LogEpoch& epoch = *log_.epoch();
    const u64 at = log_.epoch_end() - sizeof epoch;
    const Sha256Digest leaf =
        leaf_hash({epoch.index, epoch.beats, epoch.events, run_digest(identity_, epoch.chain)});
    if (leaf != epoch.leaf) {
        return damage(
            at, sizeof epoch, "epoch record",
            fmt::format("epoch record {}: its leaf is not the hash of what it says", epoch.index));
    }
    leaves_.push_back(leaf);
    result_.verified_bytes = log_.epoch_end();
    return true;
}

bool LogVerifier::take_block(const LogBlock& block) {
    const u64 epoch = block.beat.beat / CHATMAN;
    if (result_.last_beat && *result_.last_beat / CHATMAN != epoch && !log_.has_passed_epoch()) {
        return damage(
            block_damage(log_.block_position(), block.beat,
                         fmt::format("beat {}: the epoch before has no record", block.beat.beat)));
    }
    Digest chain = block.beat.chain;
    if (log_.level() == LogLevel::Full) {
        chain = hash_block(block);
        if (stranger_ || !(chain == block.beat.chain)) {
            return damage(block_damage_of(block, chain));
        }
    }
    first_ = first_ ? first_ : block.beat;
    step_.previous = chain;
    result_.verified_bytes = log_.end_position();
    result_.last_beat = block.beat.beat;
    ++result_.beats;
    result_.events += block.beat.event_count;
    return true;
}

/// E after the block, from the events themselves.
Digest LogVerifier::hash_block(const LogBlock& block) {
    step_.beat = block.beat.beat;
    step_.start_time = block.beat.start_time;
    u32 next_core = 0;
    for_each_core(block, [&](const LogCore& entry, std::span<const Event> events, u64 first) {
        for (; next_core < entry.core; ++next_core) {
            step_.core_digests[next_core] = {};
        }
        const Digest digest = xxh3_128(events.data(), events.size_bytes());
        step_.core_digests[next_core++] = digest;
        if (!(digest == entry.digest) && !stranger_) {
            stranger_ = Stranger{entry, first, events.size_bytes()};
        }
    });
    for (; next_core < cores_; ++next_core) {
        step_.core_digests[next_core] = {};
    }
    return xxh3_128(&step_, 32 + sizeof(Digest) * std::size_t{cores_});
}

/// `chain` is E from the events: if the block says the same, its core's entry is what is wrong.
LogDamage LogVerifier::block_damage_of(const LogBlock& block, const Digest& chain) const {
    const u64 at = log_.block_position();
    if (!stranger_) {
        return block_damage(
            at, block.beat,
            fmt::format("the chain of beat {} does not follow from its events and the beat before",
                        block.beat.beat));
    }
    LogDamage damage = block_damage(at, block.beat, "its events are not those that were hashed");
    damage.core = stranger_->entry.core;
    damage.byte = event_position(at, block.beat, stranger_->first_event);
    damage.size_bytes = stranger_->events_bytes;
    if (chain == block.beat.chain) {
        damage.byte = entry_position(at, stranger_->entry_index(block));
        damage.size_bytes = sizeof(LogCore);
        damage.what = "its digest is not that of its events";
    }
    return damage;
}

u64 LogVerifier::Stranger::entry_index(const LogBlock& block) const {
    const auto is_it = [this](const LogCore& core) { return core.core == entry.core; };
    return static_cast<u64>(std::ranges::find_if(block.cores, is_it) - block.cores.begin());
}

Verification LogVerifier::finish(const Lockchain& lockchain) {
    if (!result_.damage) {
        result_.ending = log_.ending();
        result_.damage = log_.damage();
        if (!result_.damage && log_.trailer()) {
            check_trailer(*log_.trailer(), lockchain);
        }
    }
    result_.run_digest = digest_text(run_digest(identity_, step_.previous));
    const Sha256Digest root = lockchain.root();
    result_.lockchain = hex_text(std::as_bytes(std::span(root)));
    return std::move(result_);
}

void LogVerifier::check_trailer(const LogTrailer& trailer, const Lockchain& lockchain) {
    const u64 at = log_.end_position() - sizeof trailer;
    if (!(trailer.run_digest == run_digest(identity_, step_.previous))) {
        damage(at, sizeof trailer, "trailer", "the trailer's digest is not that of its chain");
    } else if (trailer.lockchain != lockchain.root()) {
        damage(at, sizeof trailer, "trailer",
               "the trailer's lockchain root is not that of its epochs");
    } else {
        result_.verified_bytes = log_.end_position();
        result_.end_reason = text_of(static_cast<EndReason>(trailer.end_reason));
    }
}

bool LogVerifier::damage(LogDamage damage) {
    result_.ending = LogEnding::Damaged;
    result_.damage = std::move(damage);
    return false;
}

bool LogVerifier::damage(u64 at, u64 size_bytes, const char* record, std::string what) {
    return damage({at, size_bytes, record, {}, {}, {}, std::move(what)});
}

} // namespace knhk::tools
