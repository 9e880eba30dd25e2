// SPDX-License-Identifier: MIT
#include "loader/mapping.hpp"

#include <fmt/format.h>
#include <sys/mman.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <string>

#include "base/memory_map.hpp"
#include "loader/occupants.hpp"

namespace knhk::loader {
namespace {

using hosted::Failure;

std::byte* at(u64 address) {
    return reinterpret_cast<std::byte*>(address);
}

[[noreturn]] void fail_map(std::string what, const std::string& name, u64 address, u64 size,
                           std::string remedy) {
    throw Failure{ExitStatus::Environment, std::move(what),
                  fmt::format("{} at {:#x}-{:#x}", name, address, address + size),
                  std::move(remedy)};
}

[[noreturn]] void fail_occupied(const std::string& name, u64 address, u64 size) {
    std::ifstream maps("/proc/self/maps");
    const std::string text(std::istreambuf_iterator<char>(maps), {});
    std::string occupants = occupants_of(text, address, address + size);
    if (occupants.empty()) {
        occupants = "something that /proc/self/maps does not show";
    }
    fail_map(fmt::format("addresses are taken by {}", occupants), name, address, size,
             "run without LD_PRELOAD, sanitizers, valgrind or an emulator");
}

/// Maps zeroed memory, or `file` shared, at `address` and nowhere else.
void map_at(const std::string& name, u64 address, u64 size, int file = -1) {
    const int kind = file >= 0 ? MAP_SHARED : MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;
    void* const mapped =
        mmap(at(address), size, PROT_READ | PROT_WRITE, kind | MAP_FIXED_NOREPLACE, file, 0);
    if (mapped == at(address)) {
        return;
    }
    if (mapped == MAP_FAILED && errno != EEXIST) {
        fail_map(fmt::format("cannot map memory ({})", std::strerror(errno)), name, address, size,
                 "raise the limits on memory (ulimit -v, cgroup)");
    }
    // Emulators and kernels before 4.17 ignore NOREPLACE and choose another address.
    if (mapped != MAP_FAILED) {
        munmap(mapped, size);
    }
    fail_occupied(name, address, size);
}

std::string name_of(const Segment& segment) {
    return fmt::format("image segment of program header {}", segment.header_index);
}

int protection_of(const Permissions& permissions) {
    return (permissions.read ? PROT_READ : PROT_NONE) |
           (permissions.write ? PROT_WRITE : PROT_NONE) |
           (permissions.execute ? PROT_EXEC : PROT_NONE);
}

void fill(const Segment& segment, std::span<const std::byte> file) {
    // What the file does not bring is zero already: the pages are new.
    std::memcpy(at(segment.address), file.data() + segment.file_offset, segment.file_size_bytes);
    auto* const begin = reinterpret_cast<char*>(segment.address);
    __builtin___clear_cache(begin, begin + segment.file_size_bytes);
}

void protect(const Segment& segment) {
    if (mprotect(at(segment.address), segment.memory_size_bytes,
                 protection_of(segment.permissions)) != 0) {
        fail_map(fmt::format("cannot set permissions ({})", std::strerror(errno)), name_of(segment),
                 segment.address, segment.memory_size_bytes,
                 "allow executable anonymous memory to this process (SELinux execmem)");
    }
}

bool is_hosted(const Region& region) {
    // Threads bring their own stacks; the region is for harts without an operating system.
    return region.base != region::stacks.base;
}

/// A core's shares lie in many regions: with pages of 4 KiB, 256 cores need more translations than
/// a processor keeps. A hint, which the kernel may not take.
void ask_for_large_pages(u64 address, u64 size) {
    static_cast<void>(madvise(at(address), size, MADV_HUGEPAGE));
}

/// ONFAULT: a page is taken when its worker first touches it, so it lies near that worker.
bool lock(u64 address, u64 size) {
    return mlock2(at(address), size, MLOCK_ONFAULT) == 0;
}

} // namespace

void map_image(const ImageLayout& layout, std::span<const std::byte> file) {
    for (const Segment& segment : layout.segments) {
        map_at(name_of(segment), segment.address, segment.memory_size_bytes);
    }
    for (const Segment& segment : layout.segments) {
        fill(segment, file);
        protect(segment);
    }
}

void map_regions(const OpenFile& drain) {
    for (const Region& region : REGIONS) {
        if (is_hosted(region)) {
            const int file = region.base == region::drain.base ? drain.descriptor() : -1;
            map_at(fmt::format("region {}", region.name), region.base, region.size_bytes, file);
            ask_for_large_pages(region.base, region.size_bytes);
        }
    }
}

u64 place_container(std::span<const std::byte> container) {
    if (!container.empty()) {
        std::memcpy(at(region::container.base), container.data(), container.size());
    }
    return container.size();
}

void lock_memory(const ImageLayout& layout) {
    // The first refusal is RLIMIT_MEMLOCK: smaller parts are not worth the asking.
    for (const Segment& segment : layout.segments) {
        if (!lock(segment.address, segment.memory_size_bytes)) {
            return;
        }
    }
    for (const Region& region : REGIONS) {
        if (is_hosted(region) && !lock(region.base, region.size_bytes)) {
            return;
        }
    }
}

} // namespace knhk::loader
