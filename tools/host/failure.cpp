// SPDX-License-Identifier: MIT
// Texts of the system, and what a failed KNHK_CHECK does in a host program.
#include "tools/host/failure.hpp"

#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "base/check.hpp"

namespace knhk::tools {

std::string system_text(int error_number) {
    return std::strerror(error_number);
}

} // namespace knhk::tools

extern "C" [[noreturn]] void knhk_panic(const char* file, unsigned line, const char* expected,
                                        unsigned long long found) {
    // No exception: a broken invariant must not run destructors that rely on it.
    std::fprintf(stderr,
                 "knhk: error: internal error at %s:%u, expected %s, found %llu: report this\n",
                 file, line, expected, found);
    std::_Exit(static_cast<int>(knhk::ExitStatus::RunFailed));
}
