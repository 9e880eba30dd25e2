// SPDX-License-Identifier: MIT
#include "tools/run/checkpoint_folder.hpp"

#include <algorithm>
#include <cerrno>
#include <charconv>

#include <fcntl.h>
#include <unistd.h>

#include "base/bytes.hpp"
#include "replay/checkpoint.hpp"
#include "tools/host/failure.hpp"

namespace knhk::tools {

namespace {

constexpr std::string_view NAME_BEGIN = "beats-";
constexpr std::string_view NAME_END = ".checkpoint";
constexpr const char* UNFINISHED = "unfinished.tmp";

/// Of so many digits that names sort as numbers do.
std::string name_for(u64 beats) {
    return fmt::format("{}{:020}{}", NAME_BEGIN, beats, NAME_END);
}

std::optional<u64> beats_of(std::string_view name) {
    if (!name.starts_with(NAME_BEGIN) || !name.ends_with(NAME_END)) {
        return std::nullopt;
    }
    name.remove_prefix(NAME_BEGIN.size());
    name.remove_suffix(NAME_END.size());
    u64 beats = 0;
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), beats);
    const bool is_number = error == std::errc() && end == name.data() + name.size();
    return is_number ? std::optional(beats) : std::nullopt;
}

/// What a rename did is on the disk too.
int sync_folder(const std::filesystem::path& path) {
    const Descriptor folder(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    return folder.valid() && ::fsync(folder.get()) == 0 ? 0 : errno;
}

} // namespace

CheckpointFolder::CheckpointFolder(std::filesystem::path path, u32 kept)
    : path_(std::move(path)), kept_(kept) {
    std::error_code error;
    std::filesystem::create_directories(path_, error);
    const int written = error ? error.value() : begin();
    if (written != 0) {
        throw bad_input("cannot write checkpoints to {}: {}: give --checkpoints a writable folder",
                        path_.string(), system_text(written));
    }
}

CheckpointFolder::~CheckpointFolder() {
    if (file_.valid()) {
        ::unlink(unfinished().c_str());
    }
}

std::filesystem::path CheckpointFolder::unfinished() const {
    return path_ / UNFINISHED;
}

int CheckpointFolder::begin() {
    head_.clear();
    constexpr int FLAGS = O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC;
    file_ = Descriptor(::open(unfinished().c_str(), FLAGS, 0666));
    return file_.valid() ? 0 : errno;
}

int CheckpointFolder::write(std::span<const std::byte> bytes) {
    const std::size_t wanted = sizeof(CheckpointHeader) - head_.size();
    const auto head = bytes.first(std::min(bytes.size(), wanted));
    head_.insert(head_.end(), head.begin(), head.end());
    return write_all(file_.get(), bytes);
}

int CheckpointFolder::finish() {
    if (head_.size() != sizeof(CheckpointHeader) || ::fsync(file_.get()) != 0) {
        return errno != 0 ? errno : EIO;
    }
    const auto header = load_le<CheckpointHeader>(head_.data());
    if (::rename(unfinished().c_str(), (path_ / name_for(header.place.beats)).c_str()) != 0) {
        return errno;
    }
    file_ = Descriptor();
    ++count_;
    remove_old();
    return sync_folder(path_);
}

void CheckpointFolder::remove_old() const {
    const std::vector<StoredCheckpoint> stored = stored_checkpoints(path_);
    for (std::size_t i = 0; i + kept_ < stored.size(); ++i) {
        ::unlink(stored[i].path.c_str());
    }
}

std::vector<StoredCheckpoint> stored_checkpoints(const std::filesystem::path& folder) {
    std::vector<StoredCheckpoint> stored;
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
        if (const auto beats = beats_of(entry.path().filename().string())) {
            stored.push_back({*beats, entry.path()});
        }
    }
    std::ranges::sort(stored, {}, &StoredCheckpoint::beats);
    return stored;
}

} // namespace knhk::tools
