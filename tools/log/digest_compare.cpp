// SPDX-License-Identifier: MIT
// Two logs from their digests. Chains that differ once differ for ever, so the first difference is
// found by halving: first among epochs, then among an epoch's beats, then inside one block.
#include <algorithm>

#include "tools/log/block_compare.hpp"
#include "tools/log/hex_text.hpp"

namespace knhk::tools {

namespace {

class DigestComparer {
  public:
    DigestComparer(const LogIndex& a, const LogIndex& b) : a_(a), b_(b) {}

    std::optional<Comparison> run() {
        result_.evidence = Evidence::Digests;
        result_.is_counted = false;
        result_.identity = identity_differences(a_.prologue(), b_.prologue());
        result_.by_digests_only =
            a_.prologue().level() != LogLevel::Full || b_.prologue().level() != LogLevel::Full;
        result_.beats_before = std::max(a_.begin().beats, b_.begin().beats);
        result_.a = figures_of(a_);
        result_.b = figures_of(b_);
        if (begin_alike() && !descend() && !compare_ends()) {
            return std::nullopt;
        }
        result_.first = differences_.first();
        result_.epochs_looked_at = a_.epochs_looked_at() + b_.epochs_looked_at();
        result_.verdict =
            result_.identity.empty() && !result_.first ? Verdict::ExactMatch : Verdict::Diverged;
        return std::move(result_);
    }

  private:
    static LogFigures figures_of(const LogIndex& log) {
        const LogTail& tail = log.tail();
        return {log.file().name(), tail.text, tail.beats - log.begin().beats,
                tail.events - log.begin().events,
                tail.trailer ? digest_text(tail.trailer->run_digest) : std::string()};
    }

    /// E after the beats that not both logs hold.
    [[nodiscard]] std::optional<Digest> chain_before(const LogIndex& log) const {
        if (log.begin().beats == result_.beats_before) {
            return log.begin().chain;
        }
        const auto place = log.beat_at(result_.beats_before);
        return place ? std::optional(place->header.chain) : std::nullopt;
    }

    bool begin_alike() {
        const auto chain_a = chain_before(a_);
        const auto chain_b = chain_before(b_);
        if (!chain_a || !chain_b) {
            differences_.note_first(
                {{},
                 {},
                 {},
                 {"shared beats", chain_a ? "begin" : "end before the other begins",
                  chain_b ? "begin" : "end before the other begins"}});
            return false;
        }
        differences_.note_digest({{}, {}, {}, {"chain before the shared beats", {}, {}}}, *chain_a,
                                 *chain_b);
        return !differences_.first();
    }

    /// The same epoch in the other log: often at the same place.
    [[nodiscard]] std::optional<EpochPlace> counterpart(const EpochPlace& epoch) const {
        const auto near = b_.epoch_ending_at(epoch.end);
        if (near && near->next_index == epoch.next_index) {
            return near;
        }
        const EpochPlace found = b_.last_where(
            [&epoch](const EpochPlace& other) { return other.next_index <= epoch.next_index; });
        return found.next_index == epoch.next_index ? std::optional(found) : std::nullopt;
    }

    [[nodiscard]] bool agree_at(const EpochPlace& epoch) const {
        if (epoch.beats <= result_.beats_before) {
            return true;
        }
        const auto other = counterpart(epoch);
        return other && other->beats == epoch.beats && other->events == epoch.events &&
               other->chain == epoch.chain;
    }

    static BeatWalk walk_behind(const LogIndex& log, u64 beats) {
        return log.walk_from(
            log.last_where([beats](const EpochPlace& epoch) { return epoch.beats <= beats; }));
    }

    static std::optional<BeatPlace> next_behind(BeatWalk& walk, u64 beats) {
        auto place = walk.next();
        while (place && place->ordinal <= beats) {
            place = walk.next();
        }
        return place;
    }

    /// To the first beat that differs; false when there is none.
    bool descend() {
        const EpochPlace agreed =
            a_.last_where([this](const EpochPlace& epoch) { return agree_at(epoch); });
        const u64 beats = std::max(agreed.beats, result_.beats_before);
        BeatWalk walk_a = walk_behind(a_, beats);
        BeatWalk walk_b = walk_behind(b_, beats);
        auto place_a = next_behind(walk_a, beats);
        auto place_b = next_behind(walk_b, beats);
        while (place_a && place_b && have_equal_headers(*place_a, *place_b)) {
            place_a = walk_a.next();
            place_b = walk_b.next();
        }
        if (place_a && place_b) {
            compare_places(*place_a, *place_b);
        } else if (place_a || place_b) {
            differences_.note_first(
                {(place_a ? place_a : place_b)->header.beat,
                 {},
                 {},
                 {"beat", place_a ? "present" : "missing", place_b ? "present" : "missing"}});
        }
        return differences_.first().has_value();
    }

    static bool have_equal_headers(const BeatPlace& a, const BeatPlace& b) {
        return a.header.beat == b.header.beat && a.header.start_time == b.header.start_time &&
               a.header.event_count == b.header.event_count && a.header.chain == b.header.chain;
    }

    void compare_places(const BeatPlace& place_a, const BeatPlace& place_b) {
        const auto a = LoadedBlock::load(a_.file(), a_.prologue(), place_a);
        const auto b = LoadedBlock::load(b_.file(), b_.prologue(), place_b);
        if (!a || !b) {
            differences_.note_first(
                {place_a.header.beat,
                 {},
                 {},
                 {"block", a ? "can be read" : "is damaged", b ? "can be read" : "is damaged"}});
            return;
        }
        differences_.compare_blocks(a->block(), b->block(), !result_.by_digests_only);
        const auto& first = differences_.first();
        if (first && first->core && first->index) {
            result_.story_a = tell_story(a_, place_a, *first->core, *first->index);
            result_.story_b = tell_story(b_, place_b, *first->core, *first->index);
        }
    }

    /// False when the ends contradict what is before them.
    bool compare_ends() {
        const LogTail& a = a_.tail();
        const LogTail& b = b_.tail();
        if (!a.is_whole || !b.is_whole) {
            differences_.note_first({{}, {}, {}, {"end", a.text, b.text}});
            return true;
        }
        // Under two identities equal chains have two digests, and that is no difference of its own.
        if (!(a.chain == b.chain)) {
            return false;
        }
        if (auto found = difference_between(*a.trailer, *b.trailer)) {
            differences_.note_first(std::move(*found));
        }
        return true;
    }

    const LogIndex& a_;
    const LogIndex& b_;
    Differences differences_;
    Comparison result_;
};

} // namespace

std::optional<Comparison> compare_digests(const LogIndex& a, const LogIndex& b) {
    return DigestComparer(a, b).run();
}

} // namespace knhk::tools
