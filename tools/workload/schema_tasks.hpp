// SPDX-License-Identifier: MIT
// The parts of a workload file that describe tasks: steps of kinds, and inputs. For
// tools/workload/workload_file.cpp.
#pragma once

#include <string>
#include <unordered_map>
#include <vector>

#include "kernel/script.hpp"
#include "tools/workload/fields.hpp"

namespace knhk::tools {

/// The kinds of a file by their names, which are all known before the first step is read.
class KindNames {
  public:
    /// False if the name is taken.
    bool add(const std::string& name);
    /// The number of the kind that the field names; refused if there is none.
    [[nodiscard]] u32 number_of(const Field& field) const;

  private:
    std::unordered_map<std::string, u32> numbers_;
};

[[nodiscard]] ScriptStep read_step(const Field& field, const KindNames& kinds);

/// Appends the groups of one entry of `inputs`.
void read_input(const Field& field, const KindNames& kinds, std::vector<ScriptGroup>& groups);

} // namespace knhk::tools
