// SPDX-License-Identifier: MIT
// A container, and what is in it. Every second mutation makes its size and its hash right again.
#include "base/hash.hpp"
#include "kernel/container.hpp"
#include "kernel/run_config.hpp"
#include "tests/fuzz/script_use.hpp"

using namespace knhk;

namespace {

void use(std::span<const std::byte> section, std::span<const std::byte> container) {
    fuzz::demand(section.empty() ||
                 (section.data() >= container.data() &&
                  section.data() + section.size() <= container.data() + container.size()));
}

} // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::vector<std::byte> bytes = fuzz::copy_of(data, size);
    const auto container = Container::open(bytes);
    if (!container) {
        return 0;
    }
    const auto words = container->section(SectionKind::Workload);
    use(words, bytes);
    RunConfig config;
    static_cast<void>(apply_words(config,
                                  {reinterpret_cast<const char*>(words.data()), words.size()},
                                  ConfigSource::WorkloadSection));
    const auto packed = container->section(SectionKind::WorkloadFile);
    use(packed, bytes);
    const auto script = Script::open(packed);
    if (script) {
        fuzz::use_script(*script);
    }
    return 0;
}

std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t size_max,
                                    unsigned seed) {
    size = LLVMFuzzerMutate(data, size, size_max);
    if (seed % 2 == 0 && size >= sizeof(ContainerHeader)) {
        ContainerHeader header;
        std::memcpy(&header, data, sizeof header);
        header.size_bytes = size;
        header.content_hash = xxh3_64(data + sizeof header, size - sizeof header);
        std::memcpy(data, &header, sizeof header);
    }
    return size;
}
