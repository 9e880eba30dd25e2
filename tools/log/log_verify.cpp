// SPDX-License-Identifier: MIT
#include "tools/log/log_verify.hpp"

#include <algorithm>

#include "tools/host/cpus.hpp"
#include "tools/log/log_verifier.hpp"
#include "tools/log/verify_parts.hpp"

namespace knhk::tools {

namespace {

constexpr u64 BEATS_BETWEEN_SHOWS = 256;
constexpr u32 AT_ONCE_MAX = 16;                        ///< a part takes about 2 MB of memory
constexpr u64 PART_BYTES_MIN = u64{2} * 1024 * 1024;   ///< below, a thread does not pay
constexpr u64 PART_BYTES_MAX = u64{128} * 1024 * 1024; ///< a reader of its own costs 0.7 ms

Verification verify_from_front(LogFile file, LogPrologue prologue, u64 size,
                               const VerifyProgress& progress) {
    LogReader log(std::move(file), std::move(prologue), Reading::Alone);
    LogVerifier verifier(log);
    Lockchain lockchain{};
    bool has_more = true;
    while (has_more) {
        const bool is_first = verifier.result().beats == 0;
        has_more = verifier.take(BEATS_BETWEEN_SHOWS);
        if (is_first && log.resumed()) {
            lockchain.restore(log.resumed()->epochs, log.peaks().data());
        }
        for (const Sha256Digest& leaf : verifier.take_leaves()) {
            lockchain.append(leaf);
        }
        if (progress) {
            progress(log.end_position(), size);
        }
    }
    return verifier.finish(lockchain);
}

LogDamage workload_damage(const LogHeader& header) {
    return {sizeof header + header.identity_bytes,
            header.workload_bytes,
            "workload text",
            {},
            {},
            {},
            "a workload text that is not the one that the identity names"};
}

} // namespace

VerifyParts VerifyParts::of_this_machine() {
    return {std::min(online_cpus(), AT_ONCE_MAX), PART_BYTES_MIN, PART_BYTES_MAX};
}

Verification verify(LogFile file, const VerifyProgress& progress, const VerifyParts& parts) {
    const u64 size = file.size_bytes();
    auto prologue = read_prologue(file);
    Verification result;
    if (!prologue) {
        result.name = file.name();
        result.damage = prologue.error();
        result.ending = is_cut(*result.damage) ? LogEnding::Cut : LogEnding::Damaged;
    } else if (!has_its_workload(*prologue)) {
        result.name = file.name();
        result.level = prologue->level();
        result.damage = workload_damage(prologue->header);
    } else if (auto verified = verify_in_parts(file, *prologue, parts, progress)) {
        result = std::move(*verified);
    } else {
        result = verify_from_front(std::move(file), std::move(*prologue), size, progress);
    }
    result.size_bytes = size;
    return result;
}

} // namespace knhk::tools
