// SPDX-License-Identifier: MIT
#include "tools/log/epoch_search.hpp"

#include <algorithm>
#include <vector>

#include "replay/log_format.hpp"

namespace knhk::tools {

namespace {

constexpr u64 SCAN_BYTES_MIN = 4096;
constexpr u64 SCAN_BYTES_MAX = u64{128} * 1024;
/// How every epoch's record begins: tag and size.
constexpr u64 EPOCH_WORD = LOG_EPOCH_TAG | u64{sizeof(LogEpoch)} << 32;

} // namespace

std::optional<EpochPlace> EpochSearch::at(u64 at) const {
    LogEpoch epoch{};
    if (!file_.read_whole(at, epoch) || epoch.record.tag != LOG_EPOCH_TAG ||
        epoch.record.size_bytes != sizeof epoch || epoch.check != check_of(epoch) ||
        epoch.index < begin_.next_index || epoch.beats < begin_.beats) {
        return std::nullopt;
    }
    ++looked_at_;
    return EpochPlace{at + sizeof epoch, epoch.index + 1, epoch.beats, epoch.events, epoch.chain};
}

std::optional<EpochPlace> EpochSearch::first_in(u64 from, u64 to) const {
    std::vector<u64> words;
    u64 size = SCAN_BYTES_MIN;
    for (u64 at = from; at < to; at += size, size = std::min(2 * size, SCAN_BYTES_MAX)) {
        words.resize(std::min(size, to - at) / ALIGNMENT_BYTES);
        const u64 count =
            file_.read_at(at, std::as_writable_bytes(std::span(words))) / ALIGNMENT_BYTES;
        for (u64 i = 0; i < count; ++i) {
            if (words[i] == EPOCH_WORD) {
                if (const auto found = this->at(at + i * ALIGNMENT_BYTES)) {
                    return found;
                }
            }
        }
    }
    return std::nullopt;
}

std::optional<EpochPlace> EpochSearch::last_before(u64 to) const {
    std::vector<u64> words(SCAN_BYTES_MAX / ALIGNMENT_BYTES);
    while (to > begin_.end) {
        const u64 at = std::max(begin_.end, to - std::min(to, SCAN_BYTES_MAX));
        const auto part = std::span(words).first((to - at) / ALIGNMENT_BYTES);
        u64 i = file_.read_at(at, std::as_writable_bytes(part)) / ALIGNMENT_BYTES;
        while (i-- > 0) {
            if (words[i] == EPOCH_WORD) {
                if (const auto found = this->at(at + i * ALIGNMENT_BYTES)) {
                    return found;
                }
            }
        }
        to = at;
    }
    return std::nullopt;
}

} // namespace knhk::tools
