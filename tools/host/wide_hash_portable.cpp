// SPDX-License-Identifier: MIT
// For architectures without another form.
#include "tools/host/wide_hash.hpp"

namespace knhk::tools {

HashFunction widest_xxh3_128() {
    return &xxh3_128;
}

} // namespace knhk::tools
