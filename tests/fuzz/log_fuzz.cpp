// SPDX-License-Identifier: MIT
// A log, read to its end. Every second mutation makes the checks right again: what is behind them
// would not be met otherwise.
#include "tests/fuzz/fuzz.hpp"
#include "tests/tools/log_builder.hpp"

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
