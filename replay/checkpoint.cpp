// SPDX-License-Identifier: MIT
#include "replay/checkpoint.hpp"

#include <cstring>

#include "replay/log_format.hpp"

namespace knhk {

namespace {

constexpr u64 TEXT_ALIGNMENT_BYTES = 8;
constexpr u64 PIECE_BYTES = 4096;

constexpr u64 text_bytes(u64 identity_bytes, u64 workload_bytes) {
    const u64 size = identity_bytes + workload_bytes;
    return (size + TEXT_ALIGNMENT_BYTES - 1) / TEXT_ALIGNMENT_BYTES * TEXT_ALIGNMENT_BYTES;
}

/// Of a region's pages, those that a run of so many cores can have touched.
u64 used_pages(const Region& region, u32 cores) {
    const u64 used =
        region.share == RegionShare::FIXED ? region.stride_bytes(cores) * cores : region.size_bytes;
    return (used + PAGE_BYTES - 1) / PAGE_BYTES;
}

bool is_empty(const std::byte* page) {
    u64 words[8];
    for (u64 at = 0; at < PAGE_BYTES; at += sizeof words) {
        std::memcpy(words, page + at, sizeof words);
        u64 any = 0;
        for (const u64 word : words) {
            any |= word;
        }
        if (any != 0) {
            return false;
        }
    }
    return true;
}

u64 link_of(const CheckpointRun& run, u64 link_before) {
    const u64 words[4] = {u64{run.region} << 32 | run.pages, run.first_page, run.check,
                          link_before};
    return xxh3_64(words, sizeof words);
}

/// Writes runs, each linked to the one before.
class RunWriter {
  public:
    RunWriter(const CheckpointSink& sink, u64 link) : sink_(sink), link_(link) {}

    void write_region(u32 number, const std::byte* base, u64 pages) {
        u64 page = 0;
        while (page < pages) {
            if (is_empty(base + page * PAGE_BYTES)) {
                ++page;
                continue;
            }
            const u64 first = page;
            while (page < pages && page - first < CHECKPOINT_RUN_PAGES_MAX &&
                   !is_empty(base + page * PAGE_BYTES)) {
                ++page;
            }
            write(number, first, page - first, base + first * PAGE_BYTES);
        }
    }
    void write(u32 region, u64 first, u64 pages, const std::byte* bytes) {
        const u64 size_bytes = pages * PAGE_BYTES;
        CheckpointRun run{region, static_cast<u32>(pages), first, xxh3_64(bytes, size_bytes), 0};
        run.link = link_of(run, link_);
        link_ = run.link;
        sink_.put(sink_.context, &run, sizeof run);
        sink_.put(sink_.context, bytes, size_bytes);
    }

  private:
    const CheckpointSink& sink_;
    u64 link_;
};

u64 check_of_header(const CheckpointHeader& header) {
    return xxh3_64(&header, offsetof(CheckpointHeader, check));
}

} // namespace

u64 memory_layout_hash() {
    u64 words[3 * REGIONS.size()];
    for (std::size_t i = 0; i < REGIONS.size(); ++i) {
        words[3 * i] = REGIONS[i].base;
        words[3 * i + 1] = REGIONS[i].size_bytes;
        words[3 * i + 2] = static_cast<u64>(REGIONS[i].checkpoint);
    }
    return xxh3_64(words, sizeof words);
}

void write_checkpoint(const Memory& memory, u32 cores, const CheckpointIdentity& identity,
                      const CheckpointPlace& place, const CheckpointSink& sink) {
    CheckpointHeader header{CHECKPOINT_MAGIC,
                            CHECKPOINT_VERSION,
                            cores,
                            memory_layout_hash(),
                            identity.hash,
                            static_cast<u32>(identity.identity.size()),
                            static_cast<u32>(identity.workload.size()),
                            place,
                            0};
    header.check = check_of_header(header);
    sink.put(sink.context, &header, sizeof header);
    sink.put(sink.context, identity.identity.data(), identity.identity.size());
    sink.put(sink.context, identity.workload.data(), identity.workload.size());
    const u64 zero = 0;
    sink.put(sink.context, &zero,
             text_bytes(header.identity_bytes, header.workload_bytes) - header.identity_bytes -
                 header.workload_bytes);
    RunWriter runs(sink, header.check);
    for (u32 number = 0; number < REGIONS.size(); ++number) {
        const Region& region = REGIONS[number];
        if (region.checkpoint == RegionCheckpoint::SAVED) {
            runs.write_region(number, memory.at(region), used_pages(region, cores));
        }
    }
    runs.write(0, 0, 0, nullptr);
}

std::expected<CheckpointHeader, std::string_view>
read_checkpoint_header(const CheckpointSource& source) {
    CheckpointHeader header{};
    if (!source.read(source.context, &header, sizeof header)) {
        return std::unexpected("it is cut within its header");
    }
    if (header.magic != CHECKPOINT_MAGIC) {
        return std::unexpected("it is no checkpoint");
    }
    if (header.version != CHECKPOINT_VERSION) {
        return std::unexpected("it is of another version (this build reads 1)");
    }
    if (header.check != check_of_header(header)) {
        return std::unexpected("its header is damaged");
    }
    if (header.layout_hash != memory_layout_hash()) {
        return std::unexpected("it is of a build with another memory map");
    }
    if (header.cores == 0 || header.cores > CORES_MAX ||
        header.identity_bytes > IDENTITY_BYTES_MAX ||
        header.workload_bytes > region::container.size_bytes) {
        return std::unexpected("its header is impossible");
    }
    return header;
}

bool skip_checkpoint_text(const CheckpointHeader& header, const CheckpointSource& source) {
    std::byte piece[PIECE_BYTES];
    u64 left = text_bytes(header.identity_bytes, header.workload_bytes);
    while (left > 0) {
        const u64 part = left < PIECE_BYTES ? left : PIECE_BYTES;
        if (!source.read(source.context, piece, part)) {
            return false;
        }
        left -= part;
    }
    return true;
}

const char* read_checkpoint_pages(const CheckpointHeader& header, const Memory& memory,
                                  const CheckpointSource& source) {
    u64 link = header.check;
    for (;;) {
        CheckpointRun run{};
        if (!source.read(source.context, &run, sizeof run)) {
            return "it is cut between its pages";
        }
        if (run.link != link_of(run, link)) {
            return "a run of pages is damaged, missing or moved";
        }
        link = run.link;
        if (run.pages == 0) {
            return nullptr;
        }
        const bool is_known = run.region < REGIONS.size() &&
                              REGIONS[run.region].checkpoint == RegionCheckpoint::SAVED;
        const u64 pages = is_known ? used_pages(REGIONS[run.region], header.cores) : 0;
        if (run.pages > CHECKPOINT_RUN_PAGES_MAX || run.first_page >= pages ||
            run.pages > pages - run.first_page) {
            return "a run of pages lies outside of its region";
        }
        std::byte* const to = memory.at(REGIONS[run.region]) + run.first_page * PAGE_BYTES;
        const u64 size_bytes = u64{run.pages} * PAGE_BYTES;
        if (!source.read(source.context, to, size_bytes)) {
            return "it is cut within its pages";
        }
        if (xxh3_64(to, size_bytes) != run.check) {
            return "its pages are damaged";
        }
    }
}

} // namespace knhk
