// SPDX-License-Identifier: MIT
// What a file calls subjects, predicates and objects: numbers, or texts that become numbers here
// and once (docs/workload.md, Ids).
#pragma once

#include <string>
#include <unordered_map>

#include "tools/workload/fields.hpp"

namespace knhk::tools {

inline constexpr std::size_t ID_TEXT_BYTES_MAX = 1024;

/// The texts of one file.
class TextIds {
  public:
    /// The number that stands there, or FNV-1a 64 of the text's bytes. Throws Failure (BadInput)
    /// for a text that is none, and for one that has the id of another.
    [[nodiscard]] u64 of(const Field& field);
    /// A row of a subject and an object.
    void of_row(const Field& row, u64& subject, u64& object);

  private:
    std::unordered_map<u64, std::string> texts_;
};

} // namespace knhk::tools
