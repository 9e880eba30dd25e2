// SPDX-License-Identifier: MIT
#include "tools/run/checkpoint_file.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdio>

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/sha256.hpp"
#include "tools/host/descriptor.hpp"
#include "tools/host/failure.hpp"
#include "tools/run/checkpoint_folder.hpp"

namespace knhk::tools {

namespace {

Descriptor open_checkpoint(const std::filesystem::path& path) {
    Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file.valid()) {
        throw bad_input("cannot open {}: {}: give the path of a checkpoint", path.string(),
                        system_text(errno));
    }
    return file;
}

/// What reads a file for replay/checkpoint.hpp, and counts.
struct FileReading {
    int descriptor;
    u64 taken = 0;

    static bool read(void* self, void* to, u64 size_bytes) {
        auto& reading = *static_cast<FileReading*>(self);
        reading.taken += size_bytes;
        return read_all(reading.descriptor, to, size_bytes);
    }
};

/// Somewhere for the pages to go; only what is written takes memory.
class ScratchRegions {
  public:
    ScratchRegions()
        : base_(::mmap(nullptr, REGIONS_SIZE_BYTES, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)) {
        if (base_ == MAP_FAILED) {
            throw bad_environment("no address space for a checkpoint: {}", system_text(errno));
        }
    }
    ~ScratchRegions() { ::munmap(base_, REGIONS_SIZE_BYTES); }
    ScratchRegions(const ScratchRegions&) = delete;
    ScratchRegions& operator=(const ScratchRegions&) = delete;
    [[nodiscard]] Memory memory() const { return Memory(static_cast<std::byte*>(base_)); }

  private:
    void* base_;
};

[[noreturn]] void refuse(const std::filesystem::path& path, std::string_view why) {
    throw bad_input("the checkpoint {} is refused: {}: go on from an earlier one", path.string(),
                    why);
}

/// Both texts must be what the header and the identity say of them.
void read_texts(CheckpointFile& file, int descriptor) {
    const u64 size = u64{file.header.identity_bytes} + file.header.workload_bytes;
    std::vector<std::byte> texts((size + 7) / 8 * 8);
    if (!read_all(descriptor, texts.data(), texts.size())) {
        refuse(file.path, "it is cut within its texts");
    }
    const auto identity = std::span(texts).first(file.header.identity_bytes);
    const auto workload =
        std::span(texts).subspan(file.header.identity_bytes, file.header.workload_bytes);
    const bool is_padded = std::ranges::all_of(std::span(texts).subspan(size),
                                               [](std::byte b) { return b == std::byte{0}; });
    auto fields = parse_identity(identity);
    if (!is_padded || !fields || !has_all_fields(*fields) ||
        !(xxh3_128(identity.data(), identity.size()) == file.header.identity_hash)) {
        refuse(file.path, "its identity is damaged");
    }
    const auto sha = sha256(workload);
    const auto sha_field =
        std::ranges::find(*fields, static_cast<u16>(IdentityTag::WorkloadSha), &IdentityField::tag);
    if (!std::ranges::equal(std::as_bytes(std::span(sha)), sha_field->bytes)) {
        refuse(file.path, "its workload is damaged");
    }
    file.identity = std::move(*fields);
    file.workload.assign(reinterpret_cast<const char*>(workload.data()), workload.size());
}

class CheckpointBytes : public IntakeSource {
  public:
    explicit CheckpointBytes(const std::filesystem::path& path)
        : path_(path), file_(open_checkpoint(path)) {}

    bool read(std::vector<std::byte>& to, u64 room) override {
        constexpr u64 PIECE_BYTES = 256 * 1024;
        const std::size_t before = to.size();
        to.resize(before + std::min(room, PIECE_BYTES));
        const ssize_t count = ::read(file_.get(), to.data() + before, to.size() - before);
        if (count < 0 && errno != EINTR) {
            throw bad_input("cannot read {}: {}", path_.string(), system_text(errno));
        }
        to.resize(before + static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
        return count != 0 || room == 0;
    }

  private:
    std::filesystem::path path_;
    Descriptor file_;
};

} // namespace

CheckpointFile read_checkpoint(const std::filesystem::path& path) {
    const Descriptor file = open_checkpoint(path);
    FileReading reading{file.get()};
    const CheckpointSource source{FileReading::read, &reading};
    const auto header = read_checkpoint_header(source);
    if (!header) {
        refuse(path, header.error());
    }
    CheckpointFile checkpoint{path, *header, {}, {}, 0, 0};
    read_texts(checkpoint, file.get());
    const ScratchRegions scratch;
    reading.taken = 0;
    if (const char* damage = read_checkpoint_pages(*header, scratch.memory(), source)) {
        refuse(path, damage);
    }
    checkpoint.pages = reading.taken / PAGE_BYTES;
    checkpoint.size_bytes = static_cast<u64>(::lseek(file.get(), 0, SEEK_CUR));
    std::byte more{};
    if (read_all(file.get(), &more, 1)) {
        refuse(path, "something follows its last page");
    }
    return checkpoint;
}

CheckpointFile find_checkpoint(const std::filesystem::path& path, const CheckpointFilter& fits) {
    if (!std::filesystem::is_directory(path)) {
        return read_checkpoint(path);
    }
    std::vector<StoredCheckpoint> stored = stored_checkpoints(path);
    std::ranges::reverse(stored);
    for (const StoredCheckpoint& candidate : stored) {
        try {
            CheckpointFile checkpoint = read_checkpoint(candidate.path);
            if (fits(checkpoint)) {
                return checkpoint;
            }
        } catch (const Failure& failure) {
            fmt::print(stderr, "knhk: passed over: {}\n", failure.what());
        }
    }
    throw bad_input(
        "{} holds no checkpoint to go on from ({} are there): record with --checkpoints",
        path.string(), stored.size());
}

std::unique_ptr<IntakeSource> source_of(const CheckpointFile& checkpoint) {
    return std::make_unique<CheckpointBytes>(checkpoint.path);
}

} // namespace knhk::tools
