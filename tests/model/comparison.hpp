// SPDX-License-Identifier: MIT
// Puts a run of the scheduler beside one of the model: the glue between the two, and the only
// place that knows both.
#pragma once

#include <optional>
#include <string>

#include "tests/model/model.hpp"
#include "tests/model/random_workload.hpp"
#include "tests/support/native_run.hpp"

namespace knhk::model {

[[nodiscard]] ModelConfig config_of(const RandomWorkload& workload);
[[nodiscard]] test::NativeOptions options_of(const RandomWorkload& workload);

/// A scheduler's run, its log taken apart once.
struct NativeRun {
    explicit NativeRun(const test::NativeOptions& options);
    test::NativeResult result;
    std::vector<test::LoggedBeat> beats;
};

/// Where the two differ first, in words: beat, core, index, field. Nothing where they are equal:
/// beats, starting times, every event, every chain, end reason, counts, and the digest.
[[nodiscard]] std::optional<std::string> difference(const NativeRun& native, const ModelRun& model);

} // namespace knhk::model
