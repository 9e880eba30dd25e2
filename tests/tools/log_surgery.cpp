// SPDX-License-Identifier: MIT
#include "tests/tools/log_surgery.hpp"

#include <algorithm>
#include <cstring>
#include <vector>

#include "replay/chain.hpp"
#include "replay/lockchain.hpp"

namespace knhk::test {

namespace {

template<class Record>
Record take(const std::string& bytes, std::size_t at) {
    Record record;
    std::memcpy(&record, bytes.data() + at, sizeof record);
    return record;
}

template<class Record>
void put_back(std::string& bytes, std::size_t at, Record record) {
    record.check = check_of(record);
    std::memcpy(bytes.data() + at, &record, sizeof record);
}

class Surgery {
  public:
    Surgery(std::string& bytes, const EventChange& change_event, const BeatChange& change_beat)
        : bytes_(bytes), change_event_(change_event), change_beat_(change_beat) {}

    void run() {
        const auto header = take<LogHeader>(bytes_, 0);
        identity_ = header.identity_hash;
        const std::size_t content = std::size_t{header.identity_bytes} + header.workload_bytes;
        std::size_t at = sizeof header + (content + 7) / 8 * 8;
        cores_ = cores_of(header);
        while (at < bytes_.size()) {
            const auto record = take<LogRecord>(bytes_, at);
            if (record.tag == LOG_BEAT_TAG) {
                mend_beat(at);
            } else if (record.tag == LOG_EPOCH_TAG) {
                mend_epoch(at);
            } else if (record.tag == LOG_TRAILER_TAG) {
                auto trailer = take<LogTrailer>(bytes_, at);
                trailer.run_digest = run_digest(identity_, step_.previous);
                trailer.lockchain = lockchain_.root();
                put_back(bytes_, at, trailer);
            }
            at += record.size_bytes;
        }
    }

  private:
    /// Fields of 8 + 4, 8 + 4 and 8 + 4 bytes stand first: format, contract, cores.
    u32 cores_of(const LogHeader&) const { return take<u32>(bytes_, sizeof(LogHeader) + 32); }

    void mend_beat(std::size_t at) {
        auto header = take<LogBeat>(bytes_, at);
        if (change_beat_) {
            change_beat_(header);
        }
        std::ranges::fill(step_.core_digests, Digest{});
        std::size_t event_at = at + sizeof header + header.core_count * sizeof(LogCore);
        for (u32 i = 0; i < header.core_count; ++i) {
            const std::size_t entry_at = at + sizeof header + i * sizeof(LogCore);
            auto entry = take<LogCore>(bytes_, entry_at);
            std::vector<Event> events(entry.event_count);
            std::memcpy(events.data(), bytes_.data() + event_at, events.size() * sizeof(Event));
            for (Event& event : events) {
                change_event_(header.beat, event);
            }
            std::memcpy(bytes_.data() + event_at, events.data(), events.size() * sizeof(Event));
            event_at += events.size() * sizeof(Event);
            entry.digest = xxh3_128(events.data(), events.size() * sizeof(Event));
            std::memcpy(bytes_.data() + entry_at, &entry, sizeof entry);
            step_.core_digests[entry.core] = entry.digest;
        }
        step_.beat = header.beat;
        step_.start_time = header.start_time;
        step_.previous = chain_digest(step_, cores_);
        header.chain = step_.previous;
        put_back(bytes_, at, header);
    }

    void mend_epoch(std::size_t at) {
        auto epoch = take<LogEpoch>(bytes_, at);
        epoch.chain = step_.previous;
        epoch.leaf =
            leaf_hash({epoch.index, epoch.beats, epoch.events, run_digest(identity_, epoch.chain)});
        lockchain_.append(epoch.leaf);
        put_back(bytes_, at, epoch);
    }

    std::string& bytes_;
    const EventChange& change_event_;
    const BeatChange& change_beat_;
    Digest identity_;
    u32 cores_ = 0;
    ChainStep step_{};
    Lockchain lockchain_{};
};

} // namespace

void rehash(std::string& bytes, const EventChange& change_event, const BeatChange& change_beat) {
    Surgery(bytes, change_event, change_beat).run();
}

} // namespace knhk::test
