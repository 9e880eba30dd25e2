// SPDX-License-Identifier: MIT
#include "arch/bare/frames.hpp"

#include <algorithm>

#include "arch/bare/exit.hpp"
#include "arch/bare/machine.hpp"

extern "C" const std::byte image_end[];

namespace knhk::bare {
namespace {

constexpr u64 round_up(u64 value, u64 alignment) {
    return (value + alignment - 1) / alignment * alignment;
}

/// The first address from `from` on that is `like` modulo `alignment`.
constexpr u64 next_like(u64 from, u64 alignment, u64 like) {
    return from + (like % alignment + alignment - from % alignment) % alignment;
}
static_assert(next_like(0x1000, 0x200000, 0x50000000) == 0x200000);
static_assert(next_like(0x1000, 0x200000, 0x56101000) == 0x101000);
static_assert(next_like(0x101000, 0x200000, 0x56101000) == 0x101000);

} // namespace

u64 image_physical_end() {
    return round_up(image_physical(reinterpret_cast<u64>(image_end)), PAGE_BYTES);
}

FrameAllocator::FrameAllocator(const Firmware& firmware) {
    for (const MemoryEntry& entry : firmware.entries()) {
        if (entry.usable) {
            add(entry.span);
        }
    }
    // Firmware's maps overlap at times; what somebody claims is not ours.
    for (const MemoryEntry& entry : firmware.entries()) {
        if (!entry.usable) {
            exclude(entry.span);
        }
    }
    exclude(firmware.module);
}

void FrameAllocator::add(PhysicalSpan span) {
    const u64 begin = round_up(std::max(span.base, image_physical_end()), PAGE_BYTES);
    const u64 end = std::min(span.end(), PHYSICAL_LIMIT) / PAGE_BYTES * PAGE_BYTES;
    if (begin < end && count_ < SPANS_MAX) {
        spans_[count_++] = {begin, end - begin};
    }
}

void FrameAllocator::exclude(PhysicalSpan span) {
    if (span.size_bytes == 0) {
        return;
    }
    const u32 count_before = count_; // what add() appends does not overlap any more
    for (u32 i = 0; i < count_before; ++i) {
        const PhysicalSpan whole = spans_[i];
        if (span.base >= whole.end() || span.end() <= whole.base) {
            continue;
        }
        spans_[i] = {};
        if (span.base > whole.base) {
            add({whole.base, span.base - whole.base});
        }
        if (span.end() < whole.end()) {
            add({span.end(), whole.end() - span.end()});
        }
    }
}

u64 FrameAllocator::take(u64 size_bytes, u64 alignment, u64 like) {
    for (PhysicalSpan& span : std::span(spans_).first(count_)) {
        const u64 begin = next_like(span.base, alignment, like);
        if (begin < span.end() && size_bytes <= span.end() - begin) {
            span = {begin + size_bytes, span.end() - begin - size_bytes};
            return begin;
        }
    }
    TextLine line;
    line.text("no ").number(size_bytes / 1024).text(" KiB of RAM in one piece below ");
    line.number(PHYSICAL_LIMIT / GIBIBYTE).text(" GiB: ");
    refuse(ExitStatus::Environment, line.text("give the machine more memory (-m 256M)"));
}

} // namespace knhk::bare
