// SPDX-License-Identifier: MIT
#include "tools/log/digests_compare.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "replay/chain.hpp"
#include "tools/log/hex_text.hpp"

namespace knhk::tools {

namespace {

std::string end_text(const DigestsHeader& header) {
    return fmt::format("{} beats, {} events, {}", header.run_beats, header.run_events,
                       header.end_reason == DIGESTS_WITHOUT_END
                           ? "not whole"
                           : text_of(static_cast<EndReason>(header.end_reason)));
}

class DigestsComparer {
  public:
    DigestsComparer(const Digests& a, const Digests& b) : a_(a), b_(b) {}

    DigestsComparison run() {
        result_.has_one_identity = a_.header.identity_hash == b_.header.identity_hash;
        result_.a = {a_.name, a_.log_name(), {}, {}};
        result_.b = {b_.name, b_.log_name(), {}, {}};
        result_.end_a = end_text(a_.header);
        result_.end_b = end_text(b_.header);
        if (!find_agreement()) {
            return std::move(result_);
        }
        if (result_.verdict != DigestsVerdict::Parted) {
            judge_ends();
        }
        if (result_.verdict == DigestsVerdict::Parted) {
            result_.a = next_range(a_);
            result_.b = next_range(b_);
        }
        return std::move(result_);
    }

  private:
    /// Up to the last sample of both that is equal; false when there is nothing to go on with.
    bool find_agreement() {
        const bool begin_together = a_.header.first == b_.header.first;
        if (begin_together && !(a_.header.chain_before == b_.header.chain_before)) {
            result_.verdict = DigestsVerdict::PartedBefore;
            return false;
        }
        bool has_begun = begin_together;
        result_.agreed_beats = begin_together ? a_.header.first - 1 : 0;
        std::size_t in_a = 0;
        std::size_t in_b = 0;
        while (in_a < a_.samples.size() && in_b < b_.samples.size()) {
            const u64 ordinal_a = a_.ordinal_of(in_a);
            const u64 ordinal_b = b_.ordinal_of(in_b);
            if (ordinal_a != ordinal_b) {
                ++(ordinal_a < ordinal_b ? in_a : in_b);
                continue;
            }
            if (!are_equal(a_.samples[in_a++], b_.samples[in_b++])) {
                result_.verdict = has_begun ? DigestsVerdict::Parted : DigestsVerdict::PartedBefore;
                result_.parted_at = ordinal_a;
                return has_begun;
            }
            has_begun = true;
            result_.agreed_beats = ordinal_a;
        }
        return has_begun;
    }

    static bool are_equal(const DigestsSample& a, const DigestsSample& b) {
        return a.beat == b.beat && a.chain_low == b.chain_low;
    }

    /// No sample differs that both have.
    void judge_ends() {
        const DigestsHeader& a = a_.header;
        const DigestsHeader& b = b_.header;
        const u64 shorter = std::min(a.run_beats, b.run_beats);
        const u64 shorter_range = std::min(a.last, b.last);
        const bool have_equal_chains = a.run_beats == b.run_beats && a.chain_end == b.chain_end;
        if (have_equal_chains || result_.agreed_beats == shorter) {
            const bool are_whole = a.end_reason != DIGESTS_WITHOUT_END;
            const bool is_match = have_equal_chains && a.run_events == b.run_events &&
                                  a.end_reason == b.end_reason && are_whole &&
                                  result_.has_one_identity;
            result_.agreed_beats = shorter;
            result_.verdict = is_match ? DigestsVerdict::ExactMatch : DigestsVerdict::EndsDiffer;
            result_.run_digest = digest_text(run_digest(a.identity_hash, a.chain_end));
        } else if (result_.agreed_beats < shorter_range) {
            result_.verdict = DigestsVerdict::Parted; // behind the last beat that both sampled
            result_.parted_at = shorter_range;
        } else {
            result_.verdict = DigestsVerdict::RangeAgrees;
        }
    }

    /// From the last sample that agreed to the next one.
    [[nodiscard]] NextRange next_range(const Digests& digests) const {
        NextRange next{digests.name, digests.log_name(), {}, {}};
        if (result_.agreed_beats + 1 == digests.header.first) {
            next.from = digests.header.first_beat;
        }
        for (std::size_t i = 0; i < digests.samples.size(); ++i) {
            const u64 ordinal = digests.ordinal_of(i);
            if (ordinal == result_.agreed_beats) {
                next.from = digests.samples[i].beat + 1;
            } else if (ordinal >= result_.parted_at) {
                next.to = digests.samples[i].beat;
                break;
            }
        }
        return next;
    }

    const Digests& a_;
    const Digests& b_;
    DigestsComparison result_;
};

const char* name_of(DigestsVerdict verdict) {
    switch (verdict) {
    case DigestsVerdict::ExactMatch:
        return "ExactMatch";
    case DigestsVerdict::RangeAgrees:
        return "RangeAgrees";
    case DigestsVerdict::NotShared:
        return "NotShared";
    case DigestsVerdict::Parted:
    case DigestsVerdict::PartedBefore:
    case DigestsVerdict::EndsDiffer:
        break;
    }
    return "Diverged";
}

std::string command_text(const NextRange& next) {
    std::string text = "knhk digests " + next.log;
    if (next.from) {
        text += fmt::format(" --from {}", *next.from);
    }
    if (next.to) {
        text += fmt::format(" --to {}", *next.to);
    }
    return text;
}

std::string number_text(const std::optional<u64>& value) {
    return value ? fmt::format("{}", *value) : std::string("the end");
}

std::string parted_text(const DigestsComparison& comparison) {
    if (comparison.is_found()) {
        return fmt::format("first difference: the {}. executed beat: number {} in A, {} in B\n",
                           comparison.parted_at, number_text(comparison.a.to),
                           number_text(comparison.b.to));
    }
    return fmt::format(
        "the first difference lies within the executed beats {} to {}: numbers {} to "
        "{} in A, to {} in B\nnext, where A lies:  {}\nnext, where B lies:  {}\n",
        comparison.agreed_beats + 1, comparison.parted_at, number_text(comparison.a.from),
        number_text(comparison.a.to), number_text(comparison.b.to), command_text(comparison.a),
        command_text(comparison.b));
}

std::string finding_text(const DigestsComparison& comparison) {
    switch (comparison.verdict) {
    case DigestsVerdict::ExactMatch:
        return {};
    case DigestsVerdict::Parted:
        return parted_text(comparison);
    case DigestsVerdict::PartedBefore:
        return "the first difference lies before these digests: make them of the beats before\n";
    case DigestsVerdict::EndsDiffer:
        return fmt::format("equal for {} beats, as far as both go; the ends differ\n",
                           comparison.agreed_beats);
    case DigestsVerdict::RangeAgrees:
        return fmt::format("equal up to the {}. executed beat, and no digests of those behind it\n",
                           comparison.agreed_beats);
    case DigestsVerdict::NotShared:
        break;
    }
    return "no beat has a digest in both files: make them of the same range\n";
}

Json to_json(const NextRange& next, const DigestsComparison& comparison) {
    const bool is_asked = comparison.verdict == DigestsVerdict::Parted;
    return {{"path", next.name},
            {"from", Json::from(next.from)},
            {"to", Json::from(next.to)},
            {"next", is_asked && !comparison.is_found() ? Json(command_text(next)) : Json()}};
}

} // namespace

DigestsComparison compare(const Digests& a, const Digests& b) {
    return DigestsComparer(a, b).run();
}

Json to_json(const DigestsComparison& comparison) {
    Json object;
    object["a"] = to_json(comparison.a, comparison);
    object["b"] = to_json(comparison.b, comparison);
    object["match"] = comparison.verdict == DigestsVerdict::ExactMatch;
    object["verdict"] = name_of(comparison.verdict);
    object["evidence"] = "digests files";
    object["has_one_identity"] = comparison.has_one_identity;
    object["agreed_beats"] = comparison.agreed_beats;
    object["parted_at"] = comparison.parted_at != 0 ? Json(comparison.parted_at) : Json();
    object["is_found"] = comparison.is_found();
    object["first_difference"] = comparison.is_found()
                                     ? Json{{"ordinal", comparison.parted_at},
                                            {"beat_a", Json::from(comparison.a.to)},
                                            {"beat_b", Json::from(comparison.b.to)}}
                                     : Json();
    object["run_digest"] = comparison.run_digest.empty() ? Json() : Json(comparison.run_digest);
    return object;
}

std::string to_text(const DigestsComparison& comparison) {
    std::string text = fmt::format("A: {}: {}\nB: {}: {}\n", comparison.a.name, comparison.end_a,
                                   comparison.b.name, comparison.end_b);
    text += "compared from digests files\n";
    if (!comparison.has_one_identity) {
        text += "the identities differ: 'knhk compare' of the logs says in what\n";
    }
    text += finding_text(comparison) + name_of(comparison.verdict);
    return text + (comparison.verdict == DigestsVerdict::ExactMatch
                       ? fmt::format(" {}\n", comparison.run_digest)
                       : std::string("\n"));
}

} // namespace knhk::tools
