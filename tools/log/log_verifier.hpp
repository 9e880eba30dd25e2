// SPDX-License-Identifier: MIT
// Verifies a log, or a part of one, from front to back: every digest, chain and leaf of an epoch is
// computed again from what is there.
#pragma once

#include <utility>

#include "replay/chain.hpp"
#include "replay/lockchain.hpp"
#include "tools/log/log_verify.hpp"

namespace knhk::tools {

class LogVerifier {
  public:
    /// From where `log`, whose prologue is right, begins; it must outlive this.
    explicit LogVerifier(LogReader& log);

    /// Takes so many beats more; false when the log, or what is right of it, has ended.
    bool take(u64 beats);
    /// The leaves of epochs that ended since the last call.
    [[nodiscard]] std::vector<Sha256Digest> take_leaves() { return std::exchange(leaves_, {}); }
    /// After the end: what is to be said, with the lockchain of all epochs.
    [[nodiscard]] Verification finish(const Lockchain& lockchain);

    /// The first beat that was taken.
    [[nodiscard]] const std::optional<LogBeat>& first() const { return first_; }
    /// So far.
    [[nodiscard]] const Verification& result() const { return result_; }

  private:
    const LogBlock* next();
    bool take_epoch();
    bool take_block(const LogBlock& block);
    Digest hash_block(const LogBlock& block);
    [[nodiscard]] LogDamage block_damage_of(const LogBlock& block, const Digest& chain) const;
    void check_trailer(const LogTrailer& trailer, const Lockchain& lockchain);
    bool damage(LogDamage damage);
    bool damage(u64 at, u64 size_bytes, const char* record, std::string what);

    /// A core whose entry has another digest than its events.
    struct Stranger {
        LogCore entry;
        u64 first_event;
        u64 events_bytes;

        [[nodiscard]] u64 entry_index(const LogBlock& block) const;
    };

    LogReader& log_;
    Digest identity_;
    u32 cores_;
    ChainStep step_{};
    std::vector<Sha256Digest> leaves_;
    std::optional<LogBeat> first_;
    std::optional<Stranger> stranger_;
    Verification result_;
};

} // namespace knhk::tools
