// SPDX-License-Identifier: MIT
// The note by which a loader knows, before it enters the image, that both mean the same memory map.
#include "arch/boot_info.hpp"
#include "base/memory_map.hpp"

namespace knhk {
namespace {

struct ImageNoteSection {
    u32 owner_size;
    u32 payload_size;
    u32 type;
    char owner[8];
    // ELF notes are aligned to 4 bytes, so the payload cannot be an ImageNote in place.
    u32 payload[sizeof(ImageNote) / sizeof(u32)];
};
static_assert(sizeof(ImageNoteSection) == 20 + sizeof(ImageNote));
static_assert(offsetof(ImageNote, abi_version) == 0 && offsetof(ImageNote, regions_base) == 8 &&
              offsetof(ImageNote, regions_size) == 16);

constexpr u32 low(u64 value) {
    return static_cast<u32>(value);
}
constexpr u32 high(u64 value) {
    return static_cast<u32>(value >> 32);
}

// The compiler would align it to more than ELF allows for notes, if it were not told.
alignas(4) [[gnu::section(".note.knhk"), gnu::used]] constinit const ImageNoteSection image_note{
    .owner_size = sizeof "KNHK",
    .payload_size = sizeof(ImageNote),
    .type = IMAGE_NOTE_TYPE,
    .owner = "KNHK",
    .payload = {IMAGE_ABI_VERSION, 0, low(REGIONS_BASE), high(REGIONS_BASE),
                low(REGIONS_SIZE_BYTES), high(REGIONS_SIZE_BYTES)},
};

} // namespace
} // namespace knhk
