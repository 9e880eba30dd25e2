// SPDX-License-Identifier: MIT
// A digests file: what is accepted is what would be written again. Every second mutation makes its
// size and its check right again.
#include "tests/fuzz/fuzz.hpp"
#include "tools/log/digests_file.hpp"

using namespace knhk;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::vector<std::byte> bytes = fuzz::copy_of(data, size);
    fuzz::accepts([&] {
        const tools::Digests digests = tools::decode_digests(bytes, "fuzz.digests");
        fuzz::demand(tools::encode(digests) == bytes);
        fuzz::demand(digests.samples.size() <= tools::DIGESTS_SAMPLES_MAX + 1);
        for (std::size_t i = 0; i < digests.samples.size(); ++i) {
            static_cast<void>(digests.ordinal_of(i));
        }
    });
    return 0;
}

std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t size_max,
                                    unsigned seed) {
    return fuzz::mutate_sealed<tools::DigestsHeader>(data, size, size_max, seed);
}
