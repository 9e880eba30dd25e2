// SPDX-License-Identifier: MIT
// Records behind one another, as they lie in memory: for tests that build files by hand.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace knhk::test {

template<class Record>
void append_records(std::vector<std::byte>& to, const std::vector<Record>& records) {
    const auto bytes = std::as_bytes(std::span(records));
    to.insert(to.end(), bytes.begin(), bytes.end());
}

} // namespace knhk::test
