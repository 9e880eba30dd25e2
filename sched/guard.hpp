// SPDX-License-Identifier: MIT
// Guards: predicates over a task, its core's state and the workload's observations, evaluated
// before the task runs. A workload file states them as rules, a program as functions.
#pragma once

#include <span>

#include "sched/task.hpp"

namespace knhk {

/// One row of a workload's observations: never changed in a run.
inline constexpr u32 OBSERVATION_WORDS = 4;
struct Observation {
    u64 words[OBSERVATION_WORDS];
};

/// What a guard sees.
class GuardView {
  public:
    GuardView(const Task& task, std::span<const std::byte> state,
              std::span<const Observation> observations)
        : task_(task), state_(state), observations_(observations) {}

    [[nodiscard]] const Task& task() const { return task_; }
    /// The core's state; empty for a stateless task, which then does not pass.
    [[nodiscard]] std::span<const std::byte> state() {
        denied_ = denied_ || task_.stateless();
        return task_.stateless() ? std::span<const std::byte>() : state_;
    }
    [[nodiscard]] std::span<const Observation> observations() const { return observations_; }
    [[nodiscard]] bool denied() const { return denied_; }

  private:
    const Task& task_;
    std::span<const std::byte> state_;
    std::span<const Observation> observations_;
    bool denied_ = false;
};

using GuardFunction = bool (*)(GuardView& view);

enum class GuardSubject : u8 { Nothing, Payload, State, Observation, Id };
enum class GuardTest : u8 {
    Never,
    Always,
    Equal,
    NotEqual,
    Less,
    AtLeast,
    AnyBits,
    AllBits,
    Between
};

/// A guard as data, as it lies in a packed workload (docs/workload.md, Packed).
struct GuardRule {
    u16 id;
    GuardSubject subject;
    GuardTest test;
    u32 index; ///< the word; of an observation OBSERVATION_WORDS x its number + the word
    u64 value;
    u64 to;
    u64 reserved; ///< 0
};
static_assert(sizeof(GuardRule) == 32 && std::has_unique_object_representations_v<GuardRule>);

/// What a run knows under a guard's id: one of the two, or neither.
struct Guard {
    GuardFunction function = nullptr;
    const GuardRule* rule = nullptr;
};

/// A guard that nobody named does not pass.
[[nodiscard]] bool passes(const Guard& guard, GuardView& view);

} // namespace knhk
