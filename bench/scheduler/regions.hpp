// SPDX-License-Identifier: MIT
// The regions of the memory map in this process, for whoever runs the scheduler's parts here.
#pragma once

#include <stdexcept>

#include <sys/mman.h>

#include "base/memory_map.hpp"

namespace knhk::bench {

/// Zero at first, in large pages as the loader asks for, and touched: nobody who is measured waits
/// for a page.
class Regions {
  public:
    Regions() {
        void* span = ::mmap(nullptr, REGIONS_SIZE_BYTES, PROT_READ | PROT_WRITE,
                            MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (span == MAP_FAILED) {
            throw std::runtime_error("no memory for the regions");
        }
        static_cast<void>(::madvise(span, REGIONS_SIZE_BYTES, MADV_HUGEPAGE));
        static_cast<void>(::madvise(span, REGIONS_SIZE_BYTES, MADV_POPULATE_WRITE));
        base_ = static_cast<std::byte*>(span);
    }
    ~Regions() { ::munmap(base_, REGIONS_SIZE_BYTES); }
    Regions(const Regions&) = delete;
    Regions& operator=(const Regions&) = delete;

    [[nodiscard]] Memory memory() const { return Memory(base_); }

  private:
    std::byte* base_ = nullptr;
};

} // namespace knhk::bench
