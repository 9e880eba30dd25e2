// SPDX-License-Identifier: MIT
#include "tools/image_file.hpp"

#include <cerrno>
#include <cstring>
#include <optional>
#include <vector>

#include <elf.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "arch/boot_info.hpp"
#include "base/bytes.hpp"
#include "base/memory_map.hpp"
#include "base/sha256.hpp"
#include "tools/failure.hpp"

namespace knhk::tools {

namespace {

constexpr u64 IMAGE_FILE_BYTES_MAX = u64{256} << 20;

std::vector<std::byte> read_whole(int descriptor, u64 size_bytes, const std::string& name) {
    std::vector<std::byte> bytes(size_bytes);
    u64 used = 0;
    while (used < size_bytes) {
        const ssize_t count = ::pread(descriptor, bytes.data() + used, size_bytes - used,
                                      static_cast<off_t>(used));
        if (count <= 0) {
            throw bad_input("cannot read the image {}: {}", name,
                            count == 0 ? "it became shorter" : system_text(errno));
        }
        used += static_cast<u64>(count);
    }
    return bytes;
}

std::string hex_text(const Sha256Digest& digest) {
    return fmt::format("{:02x}", fmt::join(digest, ""));
}

std::string what_is_wrong_with_header(const Elf64_Ehdr& header) {
    if (std::memcmp(header.e_ident, ELFMAG, SELFMAG) != 0) {
        return "not an ELF file";
    }
    if (header.e_ident[EI_CLASS] != ELFCLASS64 || header.e_machine != EM_X86_64) {
        return "an ELF file for another architecture than x86_64";
    }
    if (header.e_type != ET_EXEC || header.e_phentsize != sizeof(Elf64_Phdr)) {
        return "not an executable image";
    }
    return {};
}

/// The image note in the notes of one segment.
std::optional<ImageNote> find_image_note(std::span<const std::byte> notes) {
    constexpr std::size_t ALIGNMENT = 4;
    const auto aligned = [](u32 size) { return (u64{size} + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT; };
    ByteReader reader(notes);
    while (reader.left() >= sizeof(Elf64_Nhdr)) {
        const auto header = reader.get<Elf64_Nhdr>();
        const auto name = reader.get_bytes(aligned(header.n_namesz));
        const auto payload = reader.get_bytes(aligned(header.n_descsz));
        if (!reader.ok()) {
            break;
        }
        if (header.n_type == IMAGE_NOTE_TYPE && name.size() >= 5 && payload.size() >= 24 &&
            std::memcmp(name.data(), "KNHK", 5) == 0) {
            return load_le<ImageNote>(payload.data());
        }
    }
    return std::nullopt;
}

std::string what_is_wrong_with_note(const std::optional<ImageNote>& note) {
    if (!note) {
        return "an ELF file, but not a KNHK image";
    }
    if (note->abi_version != IMAGE_ABI_VERSION) {
        return fmt::format("an image of version {}, where this command runs version {}",
                           note->abi_version, IMAGE_ABI_VERSION);
    }
    if (note->regions_base != REGIONS_BASE || note->regions_size != REGIONS_SIZE_BYTES) {
        return "an image with another memory map";
    }
    return {};
}

} // namespace

std::string what_is_wrong_with_image(std::span<const std::byte> bytes) {
    ByteReader reader(bytes);
    const auto header = reader.get<Elf64_Ehdr>();
    if (!reader.ok()) {
        return "too short for an ELF file";
    }
    if (std::string wrong = what_is_wrong_with_header(header); !wrong.empty()) {
        return wrong;
    }
    std::optional<ImageNote> note;
    for (u32 i = 0; i < header.e_phnum; ++i) {
        const u64 offset = header.e_phoff + i * sizeof(Elf64_Phdr);
        if (offset > bytes.size() || bytes.size() - offset < sizeof(Elf64_Phdr)) {
            return "truncated";
        }
        const auto segment = load_le<Elf64_Phdr>(bytes.data() + offset);
        if (segment.p_offset > bytes.size() || segment.p_filesz > bytes.size() - segment.p_offset) {
            return "truncated";
        }
        if (segment.p_type == PT_NOTE && !note) {
            note = find_image_note(bytes.subspan(segment.p_offset, segment.p_filesz));
        }
    }
    return what_is_wrong_with_note(note);
}

ImageFile ImageFile::open(const std::filesystem::path& path) {
    const std::string name = path.string();
    Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    struct stat status {};
    if (!file.valid() || ::fstat(file.get(), &status) != 0) {
        throw bad_input("cannot open the image {}: {}: give another --image, or build one", name,
                        system_text(errno));
    }
    if (!S_ISREG(status.st_mode) || static_cast<u64>(status.st_size) > IMAGE_FILE_BYTES_MAX) {
        throw bad_input("the image {} is not a plain file of at most {} bytes: give another "
                        "--image",
                        name, IMAGE_FILE_BYTES_MAX);
    }
    const auto bytes = read_whole(file.get(), static_cast<u64>(status.st_size), name);
    if (const std::string wrong = what_is_wrong_with_image(bytes); !wrong.empty()) {
        throw bad_input("the image {} is {}: build it again", name, wrong);
    }
    return {path, std::move(file), hex_text(sha256(bytes))};
}

} // namespace knhk::tools
