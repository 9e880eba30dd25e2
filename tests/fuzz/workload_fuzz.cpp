// SPDX-License-Identifier: MIT
// A workload file: what the command accepts it must be able to pack, and the image to open.
#include "kernel/script.hpp"
#include "tests/fuzz/fuzz.hpp"
#include "tools/workload/workload_file.hpp"

using namespace knhk;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::accepts([&] {
        const tools::WorkloadFile file =
            tools::parse_workload(fuzz::text_of(data, size), "fuzz.json");
        const std::vector<std::byte> packed = tools::pack(file);
        fuzz::demand(packed.size() == tools::packed_bytes(file));
        fuzz::demand(Script::open(packed).has_value());
    });
    return 0;
}
