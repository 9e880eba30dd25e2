// SPDX-License-Identifier: MIT
// A log: read to its end, verified, searched by halving, and asked for its inputs. Every second
// mutation makes the checks right again: what is behind them would not be met otherwise.
#include "base/hash.hpp"
#include "tests/fuzz/fuzz.hpp"
#include "tests/tools/log_builder.hpp"
#include "tools/log/log_index.hpp"
#include "tools/log/log_verify.hpp"
#include "tools/run/recorded_inputs.hpp"

namespace {

using namespace knhk;

void use(const tools::LogReader& reader, const tools::LogBlock& block) {
    fuzz::demand(block.cores.size() <= CORES_MAX && block.events.size() <= 16384);
    fuzz::demand(block.inputs.size() <= LOG_INPUTS_MAX);
    u64 events = 0;
    for (const LogCore& core : block.cores) {
        fuzz::demand(core.core < reader.prologue().cores);
        events += core.event_count;
    }
    fuzz::demand(events == block.events.size());
}

tools::LogFile file_of(const std::string& bytes) {
    return tools::LogFile::from(test::file_holding(bytes), "a.log");
}

/// In parts as small as can be, and from front to back.
tools::Verification verify_both_ways(const std::string& bytes) {
    const tools::Verification in_parts = tools::verify(file_of(bytes), {}, {1, 1, 1});
    const tools::Verification verified =
        tools::verify(file_of(bytes), {}, {1, bytes.size(), bytes.size()});
    fuzz::demand(in_parts.ending == verified.ending && in_parts.beats == verified.beats);
    fuzz::demand(in_parts.verified_bytes == verified.verified_bytes);
    fuzz::demand(in_parts.lockchain == verified.lockchain);
    return verified;
}

void search(const std::string& bytes) {
    fuzz::accepts([&] {
        const tools::Verification verified = verify_both_ways(bytes);
        fuzz::demand(verified.verified_bytes <= bytes.size());
        const tools::LogIndex index(file_of(bytes));
        fuzz::demand(verified.ending != tools::LogEnding::Whole || index.tail().is_whole);
        static_cast<void>(index.first_beat_from(index.tail().last_beat.value_or(0)));
        static_cast<void>(index.beat_at(index.tail().beats / 2));
    });
}

void take_inputs(const std::string& bytes) {
    const tools::Descriptor file = test::file_holding(bytes);
    fuzz::accepts([&] {
        tools::RecordedInputs inputs("/proc/self/fd/" + std::to_string(file.get()));
        std::vector<std::byte> taken;
        while (inputs.read(taken, taken.size() + 1024)) {
            fuzz::demand(taken.size() <= 2 * bytes.size() + 1024);
        }
    });
}

/// The check of the header and those of all records that can be found.
void renew_checks(std::string& bytes) {
    constexpr std::size_t HEADER_BYTES = 48;
    if (bytes.size() < HEADER_BYTES) {
        return;
    }
    test::renew_check(bytes, 0);
    u32 texts[2];
    std::memcpy(texts, bytes.data() + 16, sizeof texts);
    u64 at = (HEADER_BYTES + u64{texts[0]} + texts[1] + 7) / 8 * 8;
    while (at + 8 <= bytes.size()) {
        u32 size = 0;
        std::memcpy(&size, bytes.data() + at + 4, sizeof size);
        test::renew_check(bytes, at);
        if (size < 8) {
            return;
        }
        at += size;
    }
}

} // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string bytes(fuzz::text_of(data, size));
    // Readers with large buffers and threads of their own take long: one input in eight.
    if (xxh3_64(data, size) % 8 == 0) {
        search(bytes);
        take_inputs(bytes);
    }
    fuzz::accepts([&] {
        tools::LogReader reader = test::reader_of(bytes);
        while (const tools::LogBlock* block = reader.next()) {
            use(reader, *block);
        }
        fuzz::demand(!reader.ending_text().empty());
        fuzz::demand((reader.ending() == tools::LogEnding::Whole) == reader.trailer().has_value());
        fuzz::demand(reader.next() == nullptr);
    });
    return 0;
}

std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t size_max,
                                    unsigned seed) {
    size = LLVMFuzzerMutate(data, size, size_max);
    if (seed % 2 == 0) {
        std::string bytes(fuzz::text_of(data, size));
        renew_checks(bytes);
        std::memcpy(data, bytes.data(), size);
    }
    return size;
}
