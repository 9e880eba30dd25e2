// SPDX-License-Identifier: MIT
// An image that the loader is given, and the symbols that the command looks up in one.
#include "base/memory_map.hpp"
#include "loader/image_check.hpp"
#include "tests/fuzz/fuzz.hpp"
#include "tools/run/symbols.hpp"

using namespace knhk;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::vector<std::byte> file = fuzz::copy_of(data, size);
    const auto layout = loader::check_image(file);
    if (layout) {
        u64 end = IMAGE_BASE;
        for (const loader::Segment& segment : layout->segments) {
            fuzz::demand(segment.address >= end &&
                         segment.memory_size_bytes <= IMAGE_SIZE_MAX_BYTES);
            fuzz::demand(segment.file_offset <= size &&
                         segment.file_size_bytes <= size - segment.file_offset);
            end = segment.end();
        }
        fuzz::demand(end <= IMAGE_BASE + IMAGE_SIZE_MAX_BYTES);
    }
    static_cast<void>(tools::function_at(file, IMAGE_BASE + 0x10));
    return 0;
}
