// SPDX-License-Identifier: MIT
// The built-in workloads of docs/workload.md, for the model, and what every image has.
#pragma once

#include <string>

#include "tests/model/model.hpp"

namespace knhk::model {

/// docs/workload.md, the first two tables: what has a name and a version in every identity.
struct NamedVersion {
    u16 id;
    std::string name;
    u32 version;
};
[[nodiscard]] std::vector<NamedVersion> builtin_handler_names();
[[nodiscard]] std::vector<NamedVersion> builtin_guard_names();

/// The handlers that every image has; `script` knows no kinds here.
[[nodiscard]] std::map<u16, ModelHandler> builtin_handlers();
[[nodiscard]] std::map<u16, ModelGuard> builtin_guards();

/// `name` is pure, ring, fanout, ordered or mixed.
[[nodiscard]] std::vector<ModelInput> builtin_inputs(const std::string& name, u64 tasks, u32 cores);
[[nodiscard]] u32 builtin_version(const std::string& name);

/// A core's state as words of 64 bits: word w at byte 8 w, little-endian.
[[nodiscard]] u64 state_word(std::span<const std::byte> state, u64 word);
void set_state_word(std::span<std::byte> state, u64 word, u64 value);

} // namespace knhk::model
