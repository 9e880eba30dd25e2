// SPDX-License-Identifier: MIT
// A proof file: what is accepted is what would be written again, and can be checked. Every second
// mutation makes its sizes and its check right again.
#include "tests/fuzz/fuzz.hpp"
#include "tools/views/proof.hpp"

using namespace knhk;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::vector<std::byte> bytes = fuzz::copy_of(data, size);
    fuzz::accepts([&] {
        const tools::Proof proof = tools::parse_proof(bytes, "fuzz.proof");
        fuzz::demand(tools::bytes_of(proof) == fuzz::text_of(data, size));
        fuzz::demand(proof.event().core <= 0xffff && proof.beat() == proof.steps[0].beat);
        static_cast<void>(tools::flaw_of(proof, {}));
    });
    return 0;
}

std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t size_max,
                                    unsigned seed) {
    return fuzz::mutate_sealed<tools::ProofHeader>(data, size, size_max, seed);
}
