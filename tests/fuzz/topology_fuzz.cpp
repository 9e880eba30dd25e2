// SPDX-License-Identifier: MIT
// A topology's text, and the matrix that it makes for any number of cores.
#include "kernel/topology.hpp"
#include "sched/limits.hpp"
#include "tests/fuzz/fuzz.hpp"

using namespace knhk;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::vector<std::byte> bytes = fuzz::copy_of(data, size);
    const auto topology =
        parse_topology({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
    if (!topology) {
        return 0;
    }
    fuzz::demand(check_shape(*topology).has_value());
    // The largest matrix takes as long as a hundred inputs.
    const u32 cores_max = size % 16 == 0 ? CORES_MAX : CORES_MAX / 8;
    for (u32 cores = 1; cores <= cores_max; cores *= 2) {
        std::vector<u8> matrix(std::size_t{cores} * cores);
        const bool is_good = check_topology(*topology, cores).has_value();
        fuzz::demand(make_latencies(*topology, cores, matrix).has_value() == is_good);
        for (const u8 latency : matrix) {
            fuzz::demand(!is_good || (latency >= 1 && latency <= LATENCY_MAX));
        }
    }
    return 0;
}
