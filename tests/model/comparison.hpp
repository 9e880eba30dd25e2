// SPDX-License-Identifier: MIT
// Puts a run of the scheduler beside one of the model: the glue between the two, and the only
// place that knows both.
#pragma once

#include <optional>
#include <string>

#include "tests/model/difference.hpp"
#include "tests/model/random_workload.hpp"
#include "tests/support/native_run.hpp"

namespace knhk::model {

[[nodiscard]] ModelConfig config_of(const RandomWorkload& workload);
[[nodiscard]] test::NativeOptions options_of(const RandomWorkload& workload);

/// Inputs from outside as a model's run had them: as they came, or, if some came where a host
/// cannot time them, as they were taken.
void feed(test::NativeOptions& options, const ModelConfig& config);

/// A workload file for the scheduler: it reads the bytes that the model packs.
class NativeScript {
  public:
    /// Throws if the runtime refuses them.
    explicit NativeScript(const std::string& json);
    ~NativeScript();
    NativeScript(const NativeScript&) = delete;
    NativeScript& operator=(const NativeScript&) = delete;
    [[nodiscard]] const test::NativeOptions& options() const;

  private:
    struct Opened;
    std::unique_ptr<Opened> opened_;
};

/// A scheduler's run, its log taken apart once.
struct NativeRun {
    explicit NativeRun(const test::NativeOptions& options);
    test::NativeResult result;
    ModelRun logged;
};

/// Where the two differ first: as for two models, and counts and digests beside the log.
[[nodiscard]] std::optional<std::string> difference(const NativeRun& native, const ModelRun& model);

} // namespace knhk::model
