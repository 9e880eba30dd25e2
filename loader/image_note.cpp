// SPDX-License-Identifier: MIT
#include "loader/image_note.hpp"

#include <elf.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "base/bytes.hpp"
#include "base/memory_map.hpp"

namespace knhk::loader {
namespace {

using hosted::Failure;
using Bytes = std::span<const std::byte>;
using Problem = std::optional<Failure>;

constexpr char OWNER[] = "KNHK"; // with its final zero, as it stands in the note
constexpr const char* WHERE = "KNHK note";

Failure bad(std::string what, std::string where) {
    return {ExitStatus::BadInput, std::move(what), std::move(where),
            "build the image and the loader from the same source tree"};
}

bool is_ours(const Elf64_Nhdr& header, Bytes owner) {
    return header.n_type == IMAGE_NOTE_TYPE && owner.size() == sizeof OWNER &&
           std::memcmp(owner.data(), OWNER, sizeof OWNER) == 0;
}

/// The next `size` bytes, and past what fills them up to `alignment`. The last one may lack that.
Bytes take_padded(ByteReader& reader, u64 size, u64 alignment) {
    const Bytes part = reader.get_bytes(size);
    const u64 padding = (alignment - reader.position() % alignment) % alignment;
    static_cast<void>(reader.get_bytes(std::min<u64>(padding, reader.left())));
    return part;
}

} // namespace

// With alignment 8 the fields are padded to 8 bytes, as the GNU tools do it; else to 4.
Problem NoteSearch::look_through(Bytes notes, u64 alignment, const std::string& where) {
    if (alignment > 8) {
        return bad(fmt::format("notes aligned to {} bytes, not 4 or 8", alignment), where);
    }
    const u64 padding = alignment == 8 ? 8 : 4;
    ByteReader reader(notes);
    while (reader.left() > 0) {
        const std::size_t position = reader.position();
        const auto header = reader.get<Elf64_Nhdr>();
        const Bytes owner = take_padded(reader, header.n_namesz, padding);
        const Bytes payload = take_padded(reader, header.n_descsz, padding);
        if (!reader.ok()) {
            return bad(fmt::format("damaged note: its {} bytes reach past the segment's end",
                                   u64{header.n_namesz} + header.n_descsz + sizeof header),
                       fmt::format("{}, byte {}", where, position));
        }
        if (is_ours(header, owner)) {
            if (Problem problem = take(payload, where)) {
                return problem;
            }
        }
    }
    return std::nullopt;
}

Problem NoteSearch::take(Bytes payload, const std::string& where) {
    if (found_) {
        return bad("more than one KNHK note", where);
    }
    if (payload.size() != sizeof(ImageNote)) {
        return bad(
            fmt::format("the KNHK note has {} bytes, not {}", payload.size(), sizeof(ImageNote)),
            where);
    }
    found_ = load_le<ImageNote>(payload.data());
    return std::nullopt;
}

Problem NoteSearch::verdict() const {
    if (!found_) {
        return bad("not a KNHK image: it has no KNHK note", "program headers");
    }
    if (found_->abi_version != IMAGE_ABI_VERSION) {
        return bad(fmt::format("image of ABI version {}, this loader has {}", found_->abi_version,
                               IMAGE_ABI_VERSION),
                   WHERE);
    }
    if (found_->regions_base != REGIONS_BASE || found_->regions_size != REGIONS_SIZE_BYTES) {
        return bad(fmt::format("image with another memory map (regions {:#x}+{:#x}, not "
                               "{:#x}+{:#x})",
                               found_->regions_base, found_->regions_size, REGIONS_BASE,
                               REGIONS_SIZE_BYTES),
                   WHERE);
    }
    return std::nullopt;
}

} // namespace knhk::loader
