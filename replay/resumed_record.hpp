// SPDX-License-Identifier: MIT
// The record with which a log begins that goes on from a checkpoint: made here for the image, and
// for whoever needs a log that begins in the middle of a run.
#pragma once

#include <span>

#include "base/bytes.hpp"
#include "replay/lockchain.hpp"
#include "replay/log_format.hpp"

namespace knhk {

class ResumedRecord {
  public:
    ResumedRecord(u64 beats, u64 events, const Digest& chain, const Lockchain& lockchain) {
        const u64 peaks_bytes = lockchain.peak_count() * sizeof(Sha256Digest);
        const u64 size_bytes = sizeof(LogResumed) + peaks_bytes + sizeof(u64);
        ByteWriter out(bytes_);
        out.put(LogResumed{{LOG_RESUMED_TAG, static_cast<u32>(size_bytes)},
                           beats,
                           events,
                           lockchain.leaves(),
                           chain});
        for (u32 i = 0; i < lockchain.peak_count(); ++i) {
            out.put_bytes(lockchain.peak(i).data(), sizeof(Sha256Digest));
        }
        out.put(xxh3_64(bytes_, out.size()));
        size_bytes_ = out.size();
    }

    [[nodiscard]] std::span<const std::byte> bytes() const {
        return std::span(bytes_).first(size_bytes_);
    }

  private:
    static constexpr u64 BYTES_MAX =
        sizeof(LogResumed) + Lockchain::PEAKS_MAX * sizeof(Sha256Digest) + sizeof(u64);

    std::byte bytes_[BYTES_MAX];
    u64 size_bytes_;
};

} // namespace knhk
