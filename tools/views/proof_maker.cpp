// SPDX-License-Identifier: MIT
#include "tools/views/proof_maker.hpp"

#include <algorithm>

#include "tools/host/failure.hpp"
#include "tools/log/event_names.hpp"
#include "tools/run/progress.hpp"
#include "tools/views/audit_path.hpp"
#include "tools/views/beat_order.hpp"
#include "tools/views/epoch_walk.hpp"
#include "tools/views/log_walk.hpp"

namespace knhk::tools {

namespace {

/// Where an event stands in a block.
struct Place {
    std::size_t entry; ///< in block.cores
    u32 index;         ///< among that core's events
};

class ProofMaker {
  public:
    ProofMaker(const std::filesystem::path& path, const EventChoice& choice)
        : choice_(choice), log_(LogReader::open(path)), epochs_(log_) {}

    MadeProof make(bool quiet);

  private:
    void check_level() const;
    void take(const LogBlock& block);
    void begin_proof(const LogBlock& block, const Place& place);
    void add_step(const LogBlock& block);
    void add_leaf(const EpochLeaf& leaf);
    [[nodiscard]] std::optional<Place> find(const LogBlock& block);
    [[nodiscard]] std::optional<Place> find_ordinal(const LogBlock& block);
    [[nodiscard]] MadeProof finish();

    const EventChoice& choice_;
    LogReader log_;
    EpochWalk epochs_;
    BeatOrder order_;
    AuditPath audit_;
    bool has_begun_ = false;
    Digest chain_{};
    u64 ordinal_ = 0; ///< of the next block's first event
    std::optional<Proof> proof_;
    bool is_in_epoch_ = false; ///< the proof still lacks steps
    bool has_leaf_ = false;
};

MadeProof ProofMaker::make(bool quiet) {
    check_level();
    Progress progress("proving", quiet);
    while (const LogBlock* const block = log_.next()) {
        take(*block);
        progress.show(block->beat.beat, log_.events_read(), "events");
    }
    check_ending(log_);
    if (const auto ended = epochs_.at_end()) {
        add_leaf(*ended);
    }
    return finish();
}

void ProofMaker::check_level() const {
    if (log_.level() != LogLevel::Full) {
        throw bad_input("{} is of level {} and holds no events: record the run with --level full",
                        log_.name(), level_name(log_.level()));
    }
}

void ProofMaker::take(const LogBlock& block) {
    if (!has_begun_ && log_.resumed()) {
        audit_.restore(log_.resumed()->epochs, log_.peaks());
        chain_ = log_.resumed()->chain;
    }
    has_begun_ = true;
    if (const auto ended = epochs_.before(block.beat)) {
        add_leaf(*ended);
    }
    if (!proof_) {
        if (const auto place = find(block)) {
            begin_proof(block, *place);
        }
    }
    if (is_in_epoch_) {
        add_step(block);
    }
    chain_ = block.beat.chain;
    ordinal_ += block.beat.event_count;
}

std::optional<Place> ProofMaker::find(const LogBlock& block) {
    if (choice_.ordinal) {
        return find_ordinal(block);
    }
    if (block.beat.beat != choice_.beat) {
        return std::nullopt;
    }
    const auto entry = std::ranges::find(block.cores, choice_.core, &LogCore::core);
    if (entry == block.cores.end() || choice_.index >= entry->event_count) {
        return std::nullopt;
    }
    return Place{static_cast<std::size_t>(entry - block.cores.begin()),
                 static_cast<u32>(choice_.index)};
}

std::optional<Place> ProofMaker::find_ordinal(const LogBlock& block) {
    if (*choice_.ordinal - ordinal_ >= block.beat.event_count) {
        return std::nullopt;
    }
    u32 index = order_.of(block)[*choice_.ordinal - ordinal_];
    std::size_t entry = 0;
    while (index >= block.cores[entry].event_count) {
        index -= block.cores[entry].event_count;
        ++entry;
    }
    return Place{entry, index};
}

void ProofMaker::begin_proof(const LogBlock& block, const Place& place) {
    const LogCore& core = block.cores[place.entry];
    auto events = block.events.begin();
    for (std::size_t entry = 0; entry < place.entry; ++entry) {
        events += block.cores[entry].event_count;
    }
    proof_ = Proof{log_.prologue().header.identity_hash,
                   log_.prologue().cores,
                   core.core,
                   place.index,
                   {},
                   0,
                   chain_,
                   {events, events + core.event_count},
                   {},
                   {}};
    is_in_epoch_ = true;
}

void ProofMaker::add_step(const LogBlock& block) {
    ProofStep& step =
        proof_->steps.emplace_back(ProofStep{block.beat.beat, block.beat.start_time, {}});
    step.digests.resize(proof_->core_count);
    for (const LogCore& core : block.cores) {
        step.digests[core.core] = core.digest;
    }
}

void ProofMaker::add_leaf(const EpochLeaf& leaf) {
    audit_.append(leaf_hash(leaf), is_in_epoch_);
    if (is_in_epoch_) {
        proof_->leaf = leaf;
        has_leaf_ = true;
        is_in_epoch_ = false;
    }
}

MadeProof ProofMaker::finish() {
    if (!proof_) {
        throw bad_input("{} has no such event: it has {} events in {} beats ('knhk show' counts "
                        "them)",
                        log_.name(), log_.events_read(), log_.beats_read());
    }
    if (!has_leaf_) {
        throw bad_input("{} is cut within the epoch of beat {}, so nothing vouches for it: choose "
                        "an event of an earlier epoch",
                        log_.name(), proof_->beat());
    }
    proof_->leaves = audit_.leaves();
    proof_->path = audit_.path();
    MadeProof made{std::move(*proof_), audit_.root(), log_.trailer().has_value()};
    const bool is_same_root = !made.is_final || log_.trailer()->lockchain == made.root;
    if (!is_same_root || flaw_of(made.proof, made.root)) {
        throw check_says_no("{} contradicts itself, so it proves nothing: 'knhk verify' says where",
                            log_.name());
    }
    return made;
}

} // namespace

MadeProof make_proof(const std::filesystem::path& path, const EventChoice& choice, bool quiet) {
    return ProofMaker(path, choice).make(quiet);
}

} // namespace knhk::tools
