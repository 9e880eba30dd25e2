// SPDX-License-Identifier: MIT
#include "tools/log/digests_file.hpp"

#include <algorithm>
#include <bit>

#include "tools/host/failure.hpp"

namespace knhk::tools {

namespace {

/// How many ordinals in first..last `stride` divides.
u64 divided_between(u64 first, u64 last, u64 stride) {
    return last < first ? 0 : last / stride - (first - 1) / stride;
}

/// The same on every machine, and for ranges that differ in their ends alone often the same: files
/// about two runs then hold samples of the same beats.
u64 stride_for(u64 first, u64 last) {
    u64 stride = 1;
    while (divided_between(first, last, stride) > DIGESTS_SAMPLES_MAX) {
        stride *= 2;
    }
    return stride;
}

u64 sample_count_of(const DigestsHeader& header) {
    if (header.last < header.first) {
        return 0;
    }
    return divided_between(header.first, header.last, header.stride) +
           (header.last % header.stride != 0 ? 1 : 0);
}

/// The first ordinal that `stride` divides from `first` on.
u64 first_divided(u64 first, u64 stride) {
    return (first + stride - 1) / stride * stride;
}

class Sampler {
  public:
    explicit Sampler(const LogIndex& log) : log_(log) {}

    void fill(Digests& digests) const {
        DigestsHeader& header = digests.header;
        const LogTail& tail = log_.tail();
        header.magic = DIGESTS_MAGIC;
        header.version = DIGESTS_VERSION;
        header.identity_hash = log_.prologue().header.identity_hash;
        header.run_beats = tail.beats;
        header.run_events = tail.events;
        header.chain_end = tail.chain;
        header.end_reason = tail.is_whole ? tail.trailer->end_reason : DIGESTS_WITHOUT_END;
        header.chain_before = chain_at(header.first - 1);
        const auto first = log_.beat_at(header.first);
        header.first_beat = first && header.last >= header.first ? first->header.beat : 0;
        header.sample_count = static_cast<u32>(sample_count_of(header));
        for (u32 i = 0; i < header.sample_count; ++i) {
            const auto place = log_.beat_at(digests.ordinal_of(i));
            if (!place) {
                throw bad_input("{} changed or is damaged: 'knhk verify' says more",
                                log_.file().name());
            }
            digests.samples.push_back({place->header.beat, place->header.chain.low});
        }
        digests.name = log_.file().name();
        header.size_bytes = static_cast<u32>(sizeof header + sizeof(u64) +
                                             digests.samples.size() * sizeof(DigestsSample));
    }

  private:
    [[nodiscard]] Digest chain_at(u64 ordinal) const {
        if (ordinal <= log_.begin().beats) {
            return log_.begin().chain;
        }
        const auto place = log_.beat_at(ordinal);
        return place ? place->header.chain : log_.tail().chain;
    }

    const LogIndex& log_;
};

} // namespace

std::string Digests::log_name() const {
    constexpr std::string_view ENDING = ".digests";
    if (!is_file) {
        return name;
    }
    return name.ends_with(ENDING) ? name.substr(0, name.size() - ENDING.size()) : "LOG";
}

u64 Digests::ordinal_of(std::size_t index) const {
    const u64 divided = first_divided(header.first, header.stride) + index * header.stride;
    return std::min(divided, header.last);
}

Digests digests_of(const LogIndex& log, const DigestsRange& range) {
    Digests digests;
    const u64 end = log.tail().beats;
    const auto first = log.first_beat_from(range.from.value_or(0));
    digests.header.first = first ? first->ordinal : end + 1;
    digests.header.last = end;
    if (range.to && *range.to != ~u64{0}) {
        const auto behind = log.first_beat_from(*range.to + 1);
        digests.header.last = behind ? behind->ordinal - 1 : end;
    }
    digests.header.last = std::max(digests.header.last, digests.header.first - 1);
    digests.header.stride = stride_for(digests.header.first, digests.header.last);
    Sampler(log).fill(digests);
    return digests;
}

Digests digests_like(const LogIndex& log, const DigestsHeader& other) {
    Digests digests;
    digests.header.first = std::clamp(other.first, log.begin().beats + 1, log.tail().beats + 1);
    digests.header.last = std::clamp(other.last, digests.header.first - 1, log.tail().beats);
    digests.header.stride = other.stride;
    Sampler(log).fill(digests);
    return digests;
}

std::vector<std::byte> encode(const Digests& digests) {
    std::vector<std::byte> bytes(digests.header.size_bytes);
    ByteWriter out(bytes);
    out.put(digests.header);
    if (!digests.samples.empty()) { // of none there is no address
        out.put_bytes(digests.samples.data(), digests.samples.size() * sizeof(DigestsSample));
    }
    out.put(xxh3_64(bytes.data(), out.size()));
    return bytes;
}

Digests decode_digests(std::span<const std::byte> bytes, std::string name) {
    Digests digests;
    digests.name = std::move(name);
    digests.is_file = true;
    DigestsHeader& header = digests.header;
    if (bytes.size() < sizeof header || load_le<u64>(bytes.data()) != DIGESTS_MAGIC) {
        throw bad_input("{} is no digests file: give a file that 'knhk digests' made",
                        digests.name);
    }
    header = load_le<DigestsHeader>(bytes.data());
    if (header.version != DIGESTS_VERSION) {
        throw bad_input(
            "{} is a digests file of version {}, and this command reads version {}: use "
            "the command that made it",
            digests.name, header.version, DIGESTS_VERSION);
    }
    constexpr u64 ORDINAL_MAX = u64{1} << 62; // sums of two still fit
    const bool has_range =
        header.run_beats <= ORDINAL_MAX && header.stride <= ORDINAL_MAX && header.first >= 1 &&
        header.first <= ORDINAL_MAX && header.last >= header.first - 1 &&
        header.last <= header.run_beats && std::has_single_bit(header.stride) &&
        divided_between(header.first, header.last, header.stride) <= DIGESTS_SAMPLES_MAX &&
        header.sample_count == sample_count_of(header);
    const bool has_end = header.end_reason <= static_cast<u32>(EndReason::Stopped) ||
                         header.end_reason == DIGESTS_WITHOUT_END;
    if (!has_range || !has_end || header.size_bytes != bytes.size() ||
        bytes.size() != sizeof header + header.sample_count * sizeof(DigestsSample) + sizeof(u64) ||
        load_le<u64>(bytes.data() + bytes.size() - sizeof(u64)) !=
            xxh3_64(bytes.data(), bytes.size() - sizeof(u64))) {
        throw bad_input("{} is a damaged digests file: make it again", digests.name);
    }
    const auto samples = bytes.subspan(sizeof header, header.sample_count * sizeof(DigestsSample));
    digests.samples.resize(header.sample_count);
    std::ranges::copy(samples, std::as_writable_bytes(std::span(digests.samples)).begin());
    return digests;
}

bool is_digests_file(const LogFile& file) {
    u64 magic = 0;
    return file.read_whole(0, magic) && magic == DIGESTS_MAGIC;
}

Digests read_digests(const LogFile& file) {
    std::vector<std::byte> bytes(DIGESTS_BYTES_MAX + 1);
    bytes.resize(file.read_at(0, bytes));
    return decode_digests(bytes, file.name());
}

} // namespace knhk::tools
