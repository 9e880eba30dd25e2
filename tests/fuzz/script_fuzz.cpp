// SPDX-License-Identifier: MIT
// A packed workload, as an image finds it in its container.
#include "tests/fuzz/script_use.hpp"

using namespace knhk;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::vector<std::byte> bytes = fuzz::copy_of(data, size);
    const auto script = Script::open(bytes);
    if (script) {
        fuzz::use_script(*script);
    }
    return 0;
}
