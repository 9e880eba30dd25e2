// SPDX-License-Identifier: MIT
// Makes a workload file smaller while something stays true of it: what is left of a file on which
// two runs differ is short enough to read.
#pragma once

#include <functional>
#include <nlohmann/json.hpp>
#include <string>

namespace knhk::model {

/// Of a file's text. It is asked about valid files only, if the first is valid; some of them may
/// run for long, so a predicate that runs one limits its beats.
using FilePredicate = std::function<bool(const std::string& file)>;

struct Shrunk {
    nlohmann::ordered_json file;
    std::size_t tries = 0; ///< how often the predicate was asked
};

/// Removes inputs, kinds, steps, guards, observations, fields and cores, and lowers numbers, as
/// long as `holds`; asks at most so many times. `file` itself is taken to hold.
[[nodiscard]] Shrunk shrink(nlohmann::ordered_json file, const FilePredicate& holds,
                            std::size_t tries_max = 5000);

/// A workload file's text: what is handed to a predicate.
[[nodiscard]] std::string text_of(const nlohmann::ordered_json& file);

} // namespace knhk::model
