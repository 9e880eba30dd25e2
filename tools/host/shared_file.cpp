// SPDX-License-Identifier: MIT
#include "tools/host/shared_file.hpp"

#include <cerrno>

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tools/host/failure.hpp"

namespace knhk::tools {

namespace {

Descriptor create_memory_file(const char* name) {
    Descriptor file(::memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING));
    if (!file.valid()) {
        throw bad_environment("cannot create shared memory: {}", system_text(errno));
    }
    return file;
}

} // namespace

SharedFile SharedFile::of_size(const char* name, u64 size_bytes) {
    Descriptor file = create_memory_file(name);
    if (::ftruncate(file.get(), static_cast<off_t>(size_bytes)) != 0 ||
        ::fcntl(file.get(), F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW) != 0) {
        throw bad_environment("cannot size shared memory of {} bytes: {}", size_bytes,
                              system_text(errno));
    }
    return SharedFile(std::move(file));
}

SharedFile SharedFile::holding(const char* name, std::span<const std::byte> bytes) {
    Descriptor file = create_memory_file(name);
    if (const int error = write_all(file.get(), bytes); error != 0) {
        throw bad_environment("cannot fill shared memory: {}", system_text(error));
    }
    return SharedFile(std::move(file));
}

SharedFile SharedFile::growing(const char* name) {
    return SharedFile(create_memory_file(name));
}

std::string SharedFile::path_in_child() const {
    return inherited_path(file_.get());
}

std::string inherited_path(int descriptor) {
    return fmt::format("/proc/self/fd/{}", descriptor);
}

Mapping::Mapping(int descriptor, u64 offset, u64 size_bytes, Use use) {
    const int protection = use == Use::Write ? PROT_READ | PROT_WRITE : PROT_READ;
    void* const address =
        ::mmap(nullptr, size_bytes, protection, MAP_SHARED, descriptor, static_cast<off_t>(offset));
    if (address == MAP_FAILED) {
        throw bad_environment("cannot map {} bytes of shared memory: {}", size_bytes,
                              system_text(errno));
    }
    bytes_ = {static_cast<std::byte*>(address), size_bytes};
}

Mapping::~Mapping() {
    if (!bytes_.empty()) {
        ::munmap(bytes_.data(), bytes_.size());
    }
}

} // namespace knhk::tools
