// SPDX-License-Identifier: MIT
#include "tools/log/beat_walk.hpp"

#include <cstring>

namespace knhk::tools {

namespace {

constexpr u64 NEAR_BYTES = 4096;

} // namespace

std::optional<BeatPlace> BeatWalk::next() {
    BeatPlace place{};
    if (!pass_others() || !read(&place.header, sizeof place.header)) {
        return std::nullopt;
    }
    if (auto fault = fault_of(place.header, at_, *prologue_)) {
        end_damaged(std::move(*fault));
        return std::nullopt;
    }
    place.at = at_;
    place.ordinal = beats_ + 1;
    if (place.header.record.size_bytes > sizeof(LogBeat)) {
        std::byte last{}; // a file that was cut does not have it
        if (!file_->read_whole(place.end() - 1, last)) {
            return std::nullopt;
        }
    }
    at_ = place.end();
    ++beats_;
    return place;
}

/// Goes past the records that are no beats; false at the log's end.
bool BeatWalk::pass_others() {
    constexpr u64 INPUTS_BYTES_MAX =
        sizeof(LogInputs) + LOG_INPUTS_MAX * sizeof(LogInput) + sizeof(u64);
    LogRecord record{};
    while (!damage_ && read(&record, sizeof record)) {
        switch (record.tag) {
        case LOG_BEAT_TAG:
            return true;
        case LOG_TRAILER_TAG:
            return false;
        case LOG_EPOCH_TAG:
        case LOG_INPUTS_TAG:
        case LOG_RESUMED_TAG:
            if (record.size_bytes % 8 == 0 && record.size_bytes >= sizeof record &&
                record.size_bytes <= INPUTS_BYTES_MAX) {
                at_ += record.size_bytes;
                continue;
            }
            break;
        default:
            break;
        }
        return end_damaged({at_, sizeof record, "record", {}, {}, {}, "a record that cannot be"});
    }
    return false;
}

bool BeatWalk::read(void* to, u64 size_bytes) {
    if (at_ < near_at_ || at_ + size_bytes > near_at_ + near_.size()) {
        near_.resize(NEAR_BYTES);
        near_at_ = at_;
        near_.resize(file_->read_at(at_, near_));
        if (near_.size() < size_bytes) {
            return false;
        }
    }
    std::memcpy(to, near_.data() + (at_ - near_at_), size_bytes);
    return true;
}

bool BeatWalk::end_damaged(LogDamage damage) {
    damage_ = std::move(damage);
    return false;
}

std::optional<LoadedBlock> LoadedBlock::load(const LogFile& file, const LogPrologue& prologue,
                                             const BeatPlace& place) {
    LoadedBlock loaded;
    loaded.words_.resize(place.header.record.size_bytes / sizeof(u64));
    const auto bytes = std::as_writable_bytes(std::span(loaded.words_));
    if (file.read_at(place.at, bytes) != bytes.size() ||
        std::memcmp(bytes.data(), &place.header, sizeof place.header) != 0) {
        return std::nullopt;
    }
    lay_out(loaded.block_, bytes);
    const EventScan scan(prologue.cores);
    if (fault_of_contents(loaded.block_, place.at, scan, prologue.cores)) {
        return std::nullopt;
    }
    return loaded;
}

std::span<const Event> LoadedBlock::events_of(u32 core) const {
    std::span<const Event> found;
    for_each_core(block_, [&](const LogCore& entry, std::span<const Event> events, u64) {
        found = entry.core == core ? events : found;
    });
    return found;
}

} // namespace knhk::tools
