// SPDX-License-Identifier: MIT
// A beat that took longer than the operator allowed: what the image says of it on its console, and
// what the operator is told.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tools/host/failure.hpp"
#include "tools/host/json_tree.hpp"

namespace knhk::tools {

/// A task in which a worker was when the time was over.
struct LateTask {
    u64 beat = 0;
    u32 core = 0;
    u32 limit_ms = 0;
    u64 task = 0;
    u32 handler = 0;
    std::string handler_name;
    u64 address = 0;    ///< the handler function's
    std::string symbol; ///< what it is called in the image; empty when the image does not say
};

/// Reads "knhk: beat limit: beat B on core C for more than S s: task T, handler H (NAME) at 0xA".
[[nodiscard]] std::optional<LateTask> parse_late_task(std::string_view line);

/// Names the function of an image that an address lies in, if it can.
using FunctionNames = std::function<std::optional<std::string>(u64 address)>;

/// How a run fails that such lines were said of.
class BeatTooLong : public Failure {
  public:
    /// `lines` are the console's; at least one.
    [[nodiscard]] static BeatTooLong from(const std::vector<std::string>& lines,
                                          const FunctionNames& function_at);
    /// Empty when no worker was in a task.
    [[nodiscard]] const std::vector<LateTask>& tasks() const { return tasks_; }

  private:
    BeatTooLong(const std::string& text, std::vector<LateTask> tasks)
        : Failure(ExitStatus::BeatTooLong, text), tasks_(std::move(tasks)) {}

    std::vector<LateTask> tasks_;
};

[[nodiscard]] Json to_json(const BeatTooLong& failure);

} // namespace knhk::tools
