// SPDX-License-Identifier: MIT
// Builds flattened device trees token by token, sound ones and others.
#pragma once

#include <initializer_list>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "arch/bare/physical_span.hpp"

namespace knhk::bare {

class TreeBuilder {
  public:
    TreeBuilder& begin(std::string_view name);
    TreeBuilder& end();
    TreeBuilder& cells(std::string_view name, std::initializer_list<u32> values);
    /// With its final zero, and those that stand within it.
    TreeBuilder& text(std::string_view name, std::string_view value);
    TreeBuilder& token(u32 value);
    TreeBuilder& reserve(u64 base, u64 size_bytes);
    /// Ends the structure.
    [[nodiscard]] std::vector<std::byte> tree() const;

  private:
    void property(std::string_view name, std::string_view value);

    std::string structure_;
    std::string strings_;
    std::string reserved_;
};

/// Changes a cell of a tree, for damage.
void put_cell(std::vector<std::byte>& tree, std::size_t at, u32 value);

/// A tree of tests/fuzz/corpus/device_tree.
[[nodiscard]] std::vector<std::byte> stored_tree(std::string_view name);

} // namespace knhk::bare
