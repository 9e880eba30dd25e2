// SPDX-License-Identifier: MIT
// Child processes: started with pipes, never outliving this program, ended by their own id.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>

#include "tools/host/descriptor.hpp"

namespace knhk::tools {

struct ProcessPlan {
    std::vector<std::string> arguments; ///< [0] is the program, looked up in PATH without a slash
    std::vector<int> inherited = {};    ///< descriptors that stay open in the child
    bool errors_join_output = false;    ///< one pipe for both of the child's streams
};

struct ProcessEnd {
    bool by_signal = false;
    int code = 0; ///< exit status or signal number

    [[nodiscard]] bool is_success() const { return !by_signal && code == 0; }
};

/// A child in a process group of its own (so that a terminal's Ctrl-C reaches only us), with its
/// input from /dev/null and its output in non-blocking pipes. It is killed when this object goes.
class Process {
  public:
    [[nodiscard]] static Process start(const ProcessPlan& plan);
    Process(Process&& other) noexcept = default;
    Process& operator=(Process&&) = delete;
    ~Process();

    [[nodiscard]] int output() const { return output_.get(); }
    /// -1 when errors join the output.
    [[nodiscard]] int errors() const { return errors_.get(); }
    /// How it ended, once it has; does not wait.
    [[nodiscard]] std::optional<ProcessEnd> poll_end();
    void send(int signal) const;

  private:
    Process(pid_t id, Descriptor output, Descriptor errors)
        : id_(id), output_(std::move(output)), errors_(std::move(errors)) {}

    /// Moved-from and reaped processes have none.
    struct ChildId {
        explicit ChildId(pid_t id) : raw(id) {}
        ChildId(ChildId&& other) noexcept : raw(std::exchange(other.raw, -1)) {}
        pid_t raw;
    };
    ChildId id_;
    Descriptor output_;
    Descriptor errors_;
};

/// Runs a program to its end on our own input and output. Throws Failure when it does not start.
[[nodiscard]] ProcessEnd run_in_foreground(const std::vector<std::string>& arguments);

/// The output of a short program; empty when it cannot be run or fails.
[[nodiscard]] std::string output_of(const std::vector<std::string>& arguments);

/// Whether `name` is an executable in PATH.
[[nodiscard]] bool is_installed(const std::string& name);

} // namespace knhk::tools
