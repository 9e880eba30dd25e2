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

/// Returns the offset of the first block.
std::size_t parse_prologue(const LogBytes& bytes, ParsedLog& log) {
    const View header{bytes, 0};
    demand(header.number(0, 8) == 0x01474F4C4B484E4B, "magic");
    demand(header.number(8, 4) == 2, "format version");
    log.level = header.number(12, 4);
    const u64 identity_size = header.number(16, 4);
    const u64 workload_size = header.number(20, 4);
    log.identity_hash = header.digest(24);
    log.identity = header.part(40, identity_size);
    log.workload = header.part(40 + identity_size, workload_size);
    std::size_t end = 40 + identity_size + workload_size;
    for (; (end - 40) % 8 != 0; ++end) {
        demand(bytes.at(end) == 0, "padding");
    }
    return end;
}

void parse_cores(const View& block, ParsedBeat& beat) {
    std::size_t events_at = 48 + beat.core_count * 24;
    for (u64 i = 0; i < beat.core_count; ++i) {
        const View entry{block.bytes, block.begin + 48 + i * 24};
        demand(entry.number(2, 2) == 0, "reserved bytes of a core entry");
        ParsedCore core{entry.number(0, 2), entry.number(4, 4), entry.digest(8), {}};
        core.events = block.part(events_at, core.event_count * 32);
        events_at += core.events.size();
        beat.cores.push_back(std::move(core));
    }
    demand(events_at == block.number(4, 4), "size of a block");
}

ParsedBeat parse_beat(const View& block) {
    ParsedBeat beat{block.number(8, 8),  block.number(16, 8), block.number(24, 4),
                    block.number(28, 4), block.digest(32),    {}};
    parse_cores(block, beat);
    return beat;
}

void parse_trailer(const View& trailer, ParsedLog& log) {
    demand(trailer.number(0, 4) == 0x20444E45, "tag of the trailer");
    demand(trailer.number(4, 4) == 48, "size of the trailer");
    demand(trailer.number(12, 4) == 0, "reserved bytes of the trailer");
    log.end_reason = trailer.number(8, 4);
    log.beats_in_trailer = trailer.number(16, 8);
    log.events_in_trailer = trailer.number(24, 8);
    log.run_digest = trailer.digest(32);
    demand(trailer.begin + 48 == trailer.bytes.size(), "bytes behind the trailer");
}

} // namespace

ParsedLog parse_log(const LogBytes& bytes) {
    ParsedLog log{};
    std::size_t at = parse_prologue(bytes, log);
    while (View{bytes, at}.number(0, 4) == 0x54414542) {
        log.beats.push_back(parse_beat({bytes, at}));
        at += View{bytes, at}.number(4, 4);
    }
    parse_trailer({bytes, at}, log);
    return log;
}

} // namespace knhk::test
