// SPDX-License-Identifier: MIT
#include "tools/log/log_verify.hpp"

#include <fmt/format.h>

#include "replay/chain.hpp"
#include "replay/lockchain.hpp"
#include "tools/host/wide_hash.hpp"
#include "tools/log/hex_text.hpp"

namespace knhk::tools {

namespace {

constexpr u64 BEATS_BETWEEN_SHOWS = 256;
constexpr u64 AHEAD_BYTES_MIN = u64{4} * 1024 * 1024; ///< below, a second thread does not pay

class LogVerifier {
  public:
    explicit LogVerifier(LogReader& log)
        : log_(log), identity_(log.prologue().header.identity_hash), cores_(log.prologue().cores) {}

    Verification run(const VerifyProgress& progress) {
        result_.name = log_.name();
        result_.level = log_.level();
        if (!has_its_workload(log_.prologue())) {
            const LogHeader& header = log_.prologue().header;
            damage({sizeof header + header.identity_bytes,
                    header.workload_bytes,
                    "workload text",
                    {},
                    {},
                    {},
                    "a workload text that is not the one that the identity names"});
            return std::move(result_);
        }
        const LogBlock* block = next();
        for (; block != nullptr && take_epoch() && take_block(*block); block = next()) {
            if (log_.beats_read() % BEATS_BETWEEN_SHOWS == 0 && progress) {
                progress(log_.end_position(), 0);
            }
        }
        if (block == nullptr && take_epoch()) {
            take_end();
        }
        result_.run_digest = digest_text(run_digest(identity_, step_.previous));
        const Sha256Digest root = lockchain_.root();
        result_.lockchain = hex_text(std::as_bytes(std::span(root)));
        return std::move(result_);
    }

  private:
    /// What was before a resumed run is known as soon as the first record was read.
    const LogBlock* next() {
        const LogBlock* const block = log_.next();
        if (log_.resumed() && !has_begun_) {
            step_.previous = log_.resumed()->chain;
            lockchain_.restore(log_.resumed()->epochs, log_.peaks().data());
        }
        has_begun_ = true;
        return block;
    }

    bool take_epoch() {
        if (!log_.has_passed_epoch()) {
            return true;
        }
        const LogEpoch& epoch = *log_.epoch();
        const u64 at = log_.epoch_end() - sizeof epoch;
        const Sha256Digest leaf =
            leaf_hash({epoch.index, epoch.beats, epoch.events, run_digest(identity_, epoch.chain)});
        if (leaf != epoch.leaf) {
            return damage({at,
                           sizeof epoch,
                           "epoch record",
                           {},
                           {},
                           {},
                           fmt::format("epoch record {}: its leaf is not the hash of what it says",
                                       epoch.index)});
        }
        lockchain_.append(leaf);
        result_.verified_bytes = log_.epoch_end();
        return true;
    }

    bool take_block(const LogBlock& block) {
        const u64 epoch = block.beat.beat / CHATMAN;
        if (result_.last_beat && *result_.last_beat / CHATMAN != epoch &&
            !log_.has_passed_epoch()) {
            return damage(block_damage(
                log_.block_position(), block.beat,
                fmt::format("beat {}: the epoch before has no record", block.beat.beat)));
        }
        Digest chain = block.beat.chain;
        if (log_.level() == LogLevel::Full) {
            chain = hash_block(block);
            if (stranger_ || !(chain == block.beat.chain)) {
                return damage(block_damage_of(block, chain));
            }
        }
        step_.previous = chain;
        result_.verified_bytes = log_.end_position();
        result_.last_beat = block.beat.beat;
        ++result_.beats;
        result_.events += block.beat.event_count;
        return true;
    }

    /// E after the block, from the events themselves.
    Digest hash_block(const LogBlock& block) {
        step_.beat = block.beat.beat;
        step_.start_time = block.beat.start_time;
        u32 next_core = 0;
        for_each_core(block, [&](const LogCore& entry, std::span<const Event> events, u64 first) {
            for (; next_core < entry.core; ++next_core) {
                step_.core_digests[next_core] = {};
            }
            const Digest digest = hash_(events.data(), events.size_bytes());
            step_.core_digests[next_core++] = digest;
            if (!(digest == entry.digest) && !stranger_) {
                stranger_ = Stranger{entry, first, events.size_bytes()};
            }
        });
        for (; next_core < cores_; ++next_core) {
            step_.core_digests[next_core] = {};
        }
        return hash_(&step_, 32 + sizeof(Digest) * std::size_t{cores_});
    }

    /// `chain` is E from the events: if the block says the same, its core's entry is what is wrong.
    [[nodiscard]] LogDamage block_damage_of(const LogBlock& block, const Digest& chain) const {
        const u64 at = log_.block_position();
        if (!stranger_) {
            return block_damage(
                at, block.beat,
                fmt::format(
                    "the chain of beat {} does not follow from its events and the beat before",
                    block.beat.beat));
        }
        LogDamage damage =
            block_damage(at, block.beat, "its events are not those that were hashed");
        damage.core = stranger_->entry.core;
        damage.byte = event_position(at, block.beat, stranger_->first_event);
        damage.size_bytes = stranger_->events_bytes;
        if (chain == block.beat.chain) {
            const u64 index = static_cast<u64>(stranger_->entry_index(block));
            damage.byte = entry_position(at, index);
            damage.size_bytes = sizeof(LogCore);
            damage.what = "its digest is not that of its events";
        }
        return damage;
    }

    void take_end() {
        result_.ending = log_.ending();
        if (log_.damage()) {
            result_.damage = log_.damage();
            return;
        }
        if (!log_.trailer()) {
            return;
        }
        const LogTrailer& trailer = *log_.trailer();
        const u64 at = log_.end_position() - sizeof trailer;
        if (!(trailer.run_digest == run_digest(identity_, step_.previous))) {
            damage({at,
                    sizeof trailer,
                    "trailer",
                    {},
                    {},
                    {},
                    "the trailer's digest is not that of its chain"});
        } else if (trailer.lockchain != lockchain_.root()) {
            damage({at,
                    sizeof trailer,
                    "trailer",
                    {},
                    {},
                    {},
                    "the trailer's lockchain root is not that of its epochs"});
        } else {
            result_.verified_bytes = log_.end_position();
            result_.end_reason = text_of(static_cast<EndReason>(trailer.end_reason));
        }
    }

    bool damage(LogDamage damage) {
        result_.ending = LogEnding::Damaged;
        result_.damage = std::move(damage);
        return false;
    }

    /// A core whose entry has another digest than its events.
    struct Stranger {
        LogCore entry;
        u64 first_event;
        u64 events_bytes;

        [[nodiscard]] std::ptrdiff_t entry_index(const LogBlock& block) const {
            std::ptrdiff_t index = 0;
            for (const LogCore& core : block.cores) {
                if (core.core == entry.core) {
                    break;
                }
                ++index;
            }
            return index;
        }
    };

    LogReader& log_;
    Digest identity_;
    u32 cores_;
    HashFunction hash_ = widest_xxh3_128();
    ChainStep step_{};
    Lockchain lockchain_{};
    bool has_begun_ = false;
    std::optional<Stranger> stranger_;
    Verification result_;
};

} // namespace

Verification verify(LogFile file, const VerifyProgress& progress) {
    const u64 size = file.size_bytes();
    auto prologue = read_prologue(file);
    Verification result;
    if (!prologue) {
        result.name = file.name();
        result.damage = prologue.error();
        result.ending = result.damage->size_bytes == 0 ? LogEnding::Cut : LogEnding::Damaged;
    } else {
        const Reading reading = size < AHEAD_BYTES_MIN ? Reading::Alone : Reading::Ahead;
        LogReader log(std::move(file), std::move(*prologue), reading);
        const auto show = [&](u64 done, u64) {
            if (progress) {
                progress(done, size);
            }
        };
        result = LogVerifier(log).run(show);
    }
    result.size_bytes = size;
    return result;
}

} // namespace knhk::tools
