// SPDX-License-Identifier: MIT
// What it takes to hash the receipts of a commit, beside OpenSSL on the same bytes.
#include <array>
#include <memory>
#include <span>

#include <fmt/format.h>

#ifdef KNHK_BENCH_OPENSSL
#include <openssl/evp.h>
#endif

#include "base/check.hpp"
#include "base/sha256.hpp"
#include "bench/beat/rows.hpp"
#include "isa/receipt.hpp"
#include KNHK_LINUX_MACHINE

namespace knhk::bench {

namespace {

constexpr u32 RECEIPTS = 64;
constexpr u32 USUAL_RUNS = 401;

using Receipts = std::array<SealedReceipt, RECEIPTS>;

std::unique_ptr<Receipts> make_receipts() {
    auto receipts = std::make_unique<Receipts>();
    for (u32 i = 0; i < RECEIPTS; ++i) {
        (*receipts)[i] = {{i, 1, 2, 2, 0, 8, 0, span_id(i, 2, 0), i * u64{31}}, i * u64{77}};
    }
    return receipts;
}

double cycles_of_ours(const Receipts& receipts, Sha256Digest& digest) {
    return cycles_of(RECEIPTS, [&] {
        Sha256 hash;
        for (const SealedReceipt& receipt : receipts) {
            hash.update(std::as_bytes(std::span(&receipt, 1)));
        }
        digest = hash.finish();
    });
}

constexpr const char* OPENSSL = "OpenSSL EVP";

#ifdef KNHK_BENCH_OPENSSL

struct FreeContext {
    void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};

double cycles_of_openssl(const Receipts& receipts, Sha256Digest& digest) {
    const std::unique_ptr<EVP_MD_CTX, FreeContext> context(EVP_MD_CTX_new());
    const EVP_MD* const kind = EVP_sha256();
    int done = 0;
    const double cycles = cycles_of(RECEIPTS, [&] {
        done += EVP_DigestInit_ex2(context.get(), kind, nullptr);
        for (const SealedReceipt& receipt : receipts) {
            done += EVP_DigestUpdate(context.get(), &receipt, sizeof receipt);
        }
        done += EVP_DigestFinal_ex(context.get(), digest.data(), nullptr);
    });
    KNHK_CHECK(done == static_cast<int>(RECEIPTS + 2), done);
    return cycles;
}

#endif

} // namespace

std::vector<Row> receipt_rows(const Options& options) {
    const std::string name = "Commit: SHA-256 over 64 receipts, for each";
    if (!options.wants(name)) {
        return {};
    }
    tell_progress(name);
    choose_sha256(hosted::instruction_sets()); // as an image does when it boots
    const auto receipts = make_receipts();
    Sha256Digest ours{};
    std::vector<Candidate> candidates{{"KNHK", [&] { return cycles_of_ours(*receipts, ours); }}};
#ifdef KNHK_BENCH_OPENSSL
    Sha256Digest theirs{};
    candidates.push_back({OPENSSL, [&] { return cycles_of_openssl(*receipts, theirs); }});
#endif
    pin_to(0);
    const auto samples = measure_in_turns(candidates, options.runs(USUAL_RUNS));
    unpin();
    Row row{.name = name,
            .ours = value_of("KNHK", samples[0]),
            .bar = faster_than_peers(1),
            .method = fmt::format("medians of {} runs", options.runs(USUAL_RUNS))};
#ifdef KNHK_BENCH_OPENSSL
    KNHK_CHECK(ours == theirs, ours[0]);
    row.peers = {value_of(OPENSSL, samples[1])};
#else
    row.peers = {not_built(OPENSSL, "libssl-dev")};
#endif
    return {row};
}

} // namespace knhk::bench
