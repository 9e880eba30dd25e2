// SPDX-License-Identifier: MIT
#include "tests/replay/log_bytes.hpp"

#include <stdexcept>

namespace knhk::test {

namespace {

void demand(bool condition, const std::string& what) {
    if (!condition) {
        throw std::runtime_error("not a log: " + what);
    }
}

/// The bytes from `begin`, with everything that may follow.
struct View {
    const LogBytes& bytes;
    std::size_t begin;

    [[nodiscard]] u64 number(std::size_t offset, u32 size) const {
        u64 value = 0;
        for (u32 i = size; i > 0; --i) {
            value = value << 8 | bytes.at(begin + offset + i - 1);
        }
        return value;
    }
    [[nodiscard]] Digest digest(std::size_t offset) const {
        return {number(offset, 8), number(offset + 8, 8)};
    }
    [[nodiscard]] LogBytes part(std::size_t offset, std::size_t size) const {
        demand(begin + offset + size <= bytes.size(), "cut");
        const auto first = bytes.begin() + static_cast<std::ptrdiff_t>(begin + offset);
        return {first, first + static_cast<std::ptrdiff_t>(size)};
    }
};

u64 hash_of(const LogBytes& bytes) {
    return xxh3_64(bytes.data(), bytes.size());
}

/// The record's last eight bytes, or those behind `covered` bytes, are the check of what is before.
void demand_check(const View& record, u64 covered) {
    demand(record.number(covered, 8) == hash_of(record.part(0, covered)), "check");
}

/// Returns the offset of the first record.
std::size_t parse_prologue(const LogBytes& bytes, ParsedLog& log) {
    const View header{bytes, 0};
    demand(header.number(0, 8) == 0x01474F4C4B484E4B, "magic");
    demand(header.number(8, 4) == 4, "format version");
    demand_check(header, 40);
    log.level = header.number(12, 4);
    const u64 identity_size = header.number(16, 4);
    const u64 workload_size = header.number(20, 4);
    log.identity_hash = header.digest(24);
    log.identity = header.part(48, identity_size);
    log.workload = header.part(48 + identity_size, workload_size);
    std::size_t end = 48 + identity_size + workload_size;
    for (; end % 8 != 0; ++end) {
        demand(bytes.at(end) == 0, "padding");
    }
    return end;
}

void parse_cores(const View& block, ParsedBeat& beat) {
    std::size_t events_at = 56 + beat.core_count * 24;
    for (u64 i = 0; i < beat.core_count; ++i) {
        const View entry{block.bytes, block.begin + 56 + i * 24};
        demand(entry.number(2, 2) == 0, "reserved bytes of a core entry");
        ParsedCore core{entry.number(0, 2), entry.number(4, 4), entry.digest(8), {}};
        core.events = block.part(events_at, core.event_count * 32);
        events_at += core.events.size();
        beat.cores.push_back(std::move(core));
    }
    demand(events_at == block.number(4, 4), "size of a block");
}

ParsedBeat parse_beat(const View& block) {
    demand_check(block, 48);
    ParsedBeat beat{block.number(8, 8),  block.number(16, 8), block.number(24, 4),
                    block.number(28, 4), block.digest(32),    {}};
    parse_cores(block, beat);
    return beat;
}

ParsedInputs parse_inputs(const View& record) {
    const u64 size = record.number(4, 4);
    const u64 beat = record.number(8, 8);
    const u64 count = record.number(16, 8);
    demand(1 <= count && count <= 1024 && size == 24 + 72 * count + 8, "size of inputs");
    ParsedInputs parsed{beat, record.part(24, 72 * count)};
    const u64 words[4] = {hash_of(parsed.inputs), beat, count, size};
    demand(record.number(size - 8, 8) == xxh3_64(words, sizeof words), "check of inputs");
    return parsed;
}

ParsedEpoch parse_epoch(const View& record, std::size_t span_begin, u64 beats_before) {
    demand(record.number(4, 4) == 96, "size of an epoch");
    demand_check(record, 88);
    demand(record.number(80, 8) == record.begin + 96 - span_begin, "span of an epoch");
    return {record.number(8, 8), record.number(16, 8), record.number(24, 8),
            record.digest(32),   record.part(48, 32),  beats_before};
}

ParsedResumed parse_resumed(const View& record) {
    ParsedResumed resumed{
        record.number(8, 8), record.number(16, 8), record.number(24, 8), record.digest(32), {}};
    u64 peaks = 0;
    for (u64 rest = resumed.epochs; rest != 0; rest /= 2) {
        peaks += rest % 2;
    }
    demand(record.number(4, 4) == 48 + 32 * peaks + 8, "size of what was before");
    demand_check(record, 48 + 32 * peaks);
    resumed.peaks = record.part(48, 32 * peaks);
    return resumed;
}

void parse_trailer(const View& trailer, ParsedLog& log) {
    demand(trailer.number(0, 4) == 0x20444E45, "tag of the trailer");
    demand(trailer.number(4, 4) == 96, "size of the trailer");
    demand(trailer.number(12, 4) == 0, "reserved bytes of the trailer");
    demand_check(trailer, 88);
    log.end_reason = trailer.number(8, 4);
    log.beats_in_trailer = trailer.number(16, 8);
    log.events_in_trailer = trailer.number(24, 8);
    log.epochs_in_trailer = trailer.number(32, 8);
    log.run_digest = trailer.digest(40);
    log.lockchain = trailer.part(56, 32);
    demand(trailer.begin + 96 == trailer.bytes.size(), "bytes behind the trailer");
}

} // namespace

ParsedLog parse_log(const LogBytes& bytes) {
    ParsedLog log{};
    std::size_t at = parse_prologue(bytes, log);
    std::size_t span_begin = at;
    for (u64 tag = View{bytes, at}.number(0, 4); tag != 0x20444E45;
         tag = View{bytes, at}.number(0, 4)) {
        const View record{bytes, at};
        at += record.number(4, 4);
        switch (tag) {
        case 0x54414542:
            log.beats.push_back(parse_beat(record));
            break;
        case 0x54504E49:
            log.inputs.push_back(parse_inputs(record));
            break;
        case 0x434F5045:
            log.epochs.push_back(parse_epoch(record, span_begin, log.beats.size()));
            span_begin = at;
            break;
        case 0x4D555352:
            demand(record.begin == span_begin && !log.resumed, "place of what was before");
            log.resumed = parse_resumed(record);
            span_begin = at;
            break;
        default:
            demand(false, "tag");
        }
    }
    parse_trailer({bytes, at}, log);
    return log;
}

} // namespace knhk::test
