// SPDX-License-Identifier: MIT
#include "tools/log/log_index.hpp"

#include <algorithm>
#include <cstring>

#include <fmt/format.h>

#include "base/bytes.hpp"
#include "replay/chain.hpp"
#include "replay/lockchain.hpp"
#include "tools/host/failure.hpp"

namespace knhk::tools {

LogIndex::LogIndex(LogFile file) : file_(std::move(file)), prologue_(prologue_of(file_)) {
    find_begin();
    find_last();
    find_tail();
}

void LogIndex::find_begin() {
    begin_ = {prologue_.size_bytes, 0, 0, 0, {}};
    LogResumed resumed{};
    if (!file_.read_whole(begin_.end, resumed) || resumed.record.tag != LOG_RESUMED_TAG) {
        return;
    }
    const u64 peaks_bytes = u64{Lockchain::peaks_of(resumed.epochs)} * sizeof(Sha256Digest);
    const u64 checked = sizeof resumed + peaks_bytes;
    std::vector<std::byte> bytes(checked + sizeof(u64));
    if (resumed.record.size_bytes != bytes.size() ||
        file_.read_at(begin_.end, bytes) != bytes.size() ||
        load_le<u64>(bytes.data() + checked) != xxh3_64(bytes.data(), checked)) {
        throw bad_input("{} has a damaged record of what was before (byte {}): 'knhk verify' says "
                        "more",
                        file_.name(), begin_.end);
    }
    begin_ = {begin_.end + bytes.size(), resumed.epochs, resumed.beats, resumed.events,
              resumed.chain};
}

void LogIndex::find_last() {
    const u64 size = EpochSearch::aligned(file_.size_bytes());
    // A whole log's stands before the trailer.
    auto found =
        size >= sizeof(LogTrailer) ? epoch_ending_at(size - sizeof(LogTrailer)) : std::nullopt;
    if (!found) {
        found = search().last_before(size);
    }
    last_ = found.value_or(begin_);
}

void LogIndex::find_tail() {
    BeatWalk walk = walk_from(last_);
    tail_.events = last_.events;
    tail_.chain = last_.chain;
    while (const auto place = walk.next()) {
        tail_.events += place->header.event_count;
        tail_.chain = place->header.chain;
        tail_.last_beat = place->header.beat;
    }
    tail_.beats = walk.beats();
    if (!tail_.last_beat && tail_.beats > begin_.beats) {
        const auto last_beat = beat_at(tail_.beats);
        tail_.last_beat = last_beat ? std::optional(last_beat->header.beat) : std::nullopt;
    }
    LogTrailer trailer{};
    const bool is_there = file_.read_whole(walk.at(), trailer) &&
                          trailer.record.tag == LOG_TRAILER_TAG &&
                          trailer.check == check_of(trailer);
    const std::string place =
        tail_.last_beat ? fmt::format("after beat {}", *tail_.last_beat) : "before its first beat";
    if (is_there && agrees_with_trailer(trailer) &&
        file_.size_bytes() == walk.at() + sizeof trailer) {
        tail_.trailer = trailer;
        tail_.is_whole = true;
        tail_.text = "is whole";
    } else if (is_there || walk.damage()) {
        tail_.text = fmt::format("is damaged {} (byte {})", place, walk.at());
    } else {
        tail_.text = "is cut " + place;
    }
}

bool LogIndex::agrees_with_trailer(const LogTrailer& trailer) const {
    return trailer.beats == last_.beats && trailer.events == last_.events &&
           trailer.epochs == last_.next_index &&
           trailer.run_digest == run_digest(prologue_.header.identity_hash, last_.chain);
}

std::optional<EpochPlace> LogIndex::epoch_ending_at(u64 end) const {
    return end >= begin_.end + sizeof(LogEpoch) ? search().at(end - sizeof(LogEpoch))
                                                : std::nullopt;
}

EpochPlace LogIndex::last_where(const Condition& holds) const {
    if (last_.end == begin_.end || holds(last_)) {
        return last_;
    }
    EpochPlace low = begin_;
    u64 end = last_.end - sizeof(LogEpoch); // here and behind it begin none for which it holds
    while (low.end < end) {
        const u64 middle = low.end + EpochSearch::aligned((end - low.end) / 2);
        const auto found = search().first_in(middle, end);
        if (found && holds(*found)) {
            low = *found;
        } else {
            end = middle;
        }
    }
    return low;
}

BeatWalk LogIndex::walk_from(const EpochPlace& place) const {
    return {file_, prologue_, place.end, place.beats};
}

std::optional<BeatPlace> LogIndex::beat_at(u64 ordinal) const {
    if (ordinal <= begin_.beats) {
        return std::nullopt;
    }
    BeatWalk walk =
        walk_from(last_where([ordinal](const EpochPlace& place) { return place.beats < ordinal; }));
    auto found = walk.next();
    while (found && found->ordinal < ordinal) {
        found = walk.next();
    }
    return found;
}

std::optional<BeatPlace> LogIndex::first_beat_from(u64 beat) const {
    const auto begins_before = [this, beat](const EpochPlace& place) {
        const auto next = walk_from(place).next();
        return next && next->header.beat <= beat;
    };
    BeatWalk walk = walk_from(last_where(begins_before));
    auto found = walk.next();
    while (found && found->header.beat < beat) {
        found = walk.next();
    }
    return found;
}

} // namespace knhk::tools
