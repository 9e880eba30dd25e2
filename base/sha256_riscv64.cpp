// SPDX-License-Identifier: MIT
// SHA-256 with RISC-V's Zknh, which has an instruction for each of the four functions that rotate.
#include "base/sha256_code.hpp"
#include "base/sha256_rounds.hpp"

// The compiler of Debian 12 knows the extension, and no function for it.
#define KNHK_ZKNH(name, instruction)                                                               \
    [[gnu::always_inline]] static inline u32 name(u32 word) {                                      \
        u64 result;                                                                                \
        asm(".option push\n.option arch, +zknh\n" instruction " %0, %1\n.option pop"               \
            : "=r"(result)                                                                         \
            : "r"(u64{word}));                                                                     \
        return static_cast<u32>(result);                                                           \
    }

namespace knhk {
namespace {

struct Zknh {
    KNHK_ZKNH(small0, "sha256sig0")
    KNHK_ZKNH(small1, "sha256sig1")
    KNHK_ZKNH(big0, "sha256sum0")
    KNHK_ZKNH(big1, "sha256sum1")
};

} // namespace

constinit const Sha256Code SHA256_INSTRUCTIONS = Sha256Words<Zknh>::take;

} // namespace knhk
