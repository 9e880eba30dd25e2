// SPDX-License-Identifier: MIT
// A checkpoint, as the image reads it: into the regions, of which it may touch the saved ones
// alone. Every second mutation makes its checks and its chain of runs right again.
#include <cstddef>

#include <sys/mman.h>

#include "replay/checkpoint.hpp"
#include "tests/fuzz/fuzz.hpp"

using namespace knhk;

namespace {

struct Reading {
    std::span<const std::byte> rest;

    static bool read(void* self, void* to, u64 size_bytes) {
        auto& reading = *static_cast<Reading*>(self);
        if (size_bytes > reading.rest.size()) {
            return false;
        }
        std::memcpy(to, reading.rest.data(), size_bytes);
        reading.rest = reading.rest.subspan(size_bytes);
        return true;
    }
};

/// Regions that are empty; what is written takes memory until the next run.
std::byte* empty_regions() {
    static void* const base = ::mmap(nullptr, REGIONS_SIZE_BYTES, PROT_READ | PROT_WRITE,
                                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    fuzz::demand(base != MAP_FAILED && ::madvise(base, REGIONS_SIZE_BYTES, MADV_DONTNEED) == 0);
    return static_cast<std::byte*>(base);
}

void renew_checks(std::uint8_t* data, std::size_t size) {
    CheckpointHeader header;
    if (size < sizeof header) {
        return;
    }
    std::memcpy(&header, data, sizeof header);
    header.layout_hash = memory_layout_hash();
    header.check = xxh3_64(&header, offsetof(CheckpointHeader, check));
    std::memcpy(data, &header, sizeof header);
    u64 at = sizeof header + (u64{header.identity_bytes} + header.workload_bytes + 7) / 8 * 8;
    u64 link = header.check;
    CheckpointRun run;
    while (at + sizeof run <= size) {
        std::memcpy(&run, data + at, sizeof run);
        const u64 bytes = u64{run.pages} * PAGE_BYTES;
        const bool is_whole = bytes <= size - at - sizeof run;
        run.check = is_whole ? xxh3_64(data + at + sizeof run, bytes) : run.check;
        const u64 words[4] = {u64{run.region} << 32 | run.pages, run.first_page, run.check, link};
        run.link = xxh3_64(words, sizeof words); // docs/checkpoint.md
        link = run.link;
        std::memcpy(data + at, &run, sizeof run);
        at += sizeof run + bytes;
    }
}

} // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::vector<std::byte> bytes = fuzz::copy_of(data, size);
    Reading reading{bytes};
    const CheckpointSource source{Reading::read, &reading};
    const auto header = read_checkpoint_header(source);
    if (!header || !skip_checkpoint_text(*header, source)) {
        return 0;
    }
    const Memory memory(empty_regions());
    static_cast<void>(read_checkpoint_pages(*header, memory, source));
    return 0;
}

std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t size_max,
                                    unsigned seed) {
    size = LLVMFuzzerMutate(data, size, size_max);
    if (seed % 2 == 0) {
        renew_checks(data, size);
    }
    return size;
}
