// SPDX-License-Identifier: MIT
// What it takes to hash receipts for the lockchain, beside OpenSSL on the same bytes.
#include <algorithm>
#include <array>
#include <cstring>
#include <memory>

#include <fmt/format.h>

#ifdef KNHK_BENCH_OPENSSL
#include <openssl/evp.h>
#endif

#include "base/check.hpp"
#include "base/sha256.hpp"
#include "bench/beat/rows.hpp"
#include "isa/receipt.hpp"

namespace knhk::bench {

namespace {

constexpr u32 RECEIPTS = 64; ///< of a cycle
constexpr u32 USUAL_RUNS = 401;

/// A leaf: the byte that tells leaves from nodes (RFC 6962), and a receipt.
using Leaf = std::array<std::byte, 1 + sizeof(SealedReceipt)>;
using Leaves = std::array<Leaf, RECEIPTS>;

std::unique_ptr<Leaves> make_leaves() {
    auto leaves = std::make_unique<Leaves>();
    for (u32 i = 0; i < RECEIPTS; ++i) {
        const SealedReceipt sealed{{i, 1, 2, 2, 0, 8, 0, span_id(i, 2, 0), i * 31}, i * 77};
        (*leaves)[i][0] = std::byte{0};
        std::memcpy((*leaves)[i].data() + 1, &sealed, sizeof sealed);
    }
    return leaves;
}

double cycles_of_ours(const Leaves& leaves, Sha256Digest& last) {
    return cycles_of(RECEIPTS, [&] {
        for (const Leaf& leaf : leaves) {
            last = sha256(leaf);
        }
    });
}

constexpr const char* OPENSSL = "OpenSSL EVP";

#ifdef KNHK_BENCH_OPENSSL

struct FreeContext {
    void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};

double cycles_of_openssl(const Leaves& leaves, Sha256Digest& last) {
    const std::unique_ptr<EVP_MD_CTX, FreeContext> context(EVP_MD_CTX_new());
    const EVP_MD* const kind = EVP_sha256();
    int done = 0;
    const double cycles = cycles_of(RECEIPTS, [&] {
        for (const Leaf& leaf : leaves) {
            done += EVP_DigestInit_ex2(context.get(), kind, nullptr) +
                    EVP_DigestUpdate(context.get(), leaf.data(), leaf.size()) +
                    EVP_DigestFinal_ex(context.get(), last.data(), nullptr);
        }
    });
    KNHK_CHECK(done == static_cast<int>(3 * RECEIPTS), done);
    return cycles;
}

#endif

} // namespace

std::vector<Row> receipt_rows(const Options& options) {
    const std::string name = "Lockchain: the leaf of a receipt, SHA-256 of 65 bytes";
    if (!options.wants(name)) {
        return {};
    }
    tell_progress(name);
    const auto leaves = make_leaves();
    Sha256Digest ours{};
    std::vector<Candidate> candidates{{"KNHK", [&] { return cycles_of_ours(*leaves, ours); }}};
#ifdef KNHK_BENCH_OPENSSL
    Sha256Digest theirs{};
    candidates.push_back({OPENSSL, [&] { return cycles_of_openssl(*leaves, theirs); }});
#endif
    pin_to(0);
    const auto samples = measure_in_turns(candidates, options.runs(USUAL_RUNS));
    unpin();
    Row row{.name = name,
            .ours = value_of("KNHK", samples[0]),
            .method = fmt::format("{} receipts one by one, medians of {} runs", RECEIPTS,
                                  options.runs(USUAL_RUNS))};
#ifdef KNHK_BENCH_OPENSSL
    KNHK_CHECK(ours == theirs, ours[0]);
    row.peers = {value_of(OPENSSL, samples[1])};
#else
    row.peers = {not_built(OPENSSL, "libssl-dev")};
#endif
    return {row};
}

} // namespace knhk::bench
