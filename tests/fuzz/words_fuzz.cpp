// SPDX-License-Identifier: MIT
// The words of an image's command line.
#include "kernel/run_config.hpp"
#include "tests/fuzz/fuzz.hpp"

using namespace knhk;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::vector<std::byte> bytes = fuzz::copy_of(data, size);
    const std::string_view words(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    for (const ConfigSource source : {ConfigSource::CommandLine, ConfigSource::WorkloadSection}) {
        RunConfig config;
        const auto applied = apply_words(config, words, source);
        if (!applied) {
            continue;
        }
        fuzz::demand(std::memchr(config.workload, 0, sizeof config.workload) != nullptr);
        fuzz::demand(config.tasks <= TASKS_MAX);
        if (check_config(config, 8).has_value()) {
            fuzz::demand(config.cores >= 1 && config.cores <= CORES_MAX);
            fuzz::demand(config.workers >= 1 && config.workers <= 8);
        }
    }
    return 0;
}
