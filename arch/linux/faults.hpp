// SPDX-License-Identifier: MIT
// Faults of a process, described to the image as a bare machine would describe them.
#pragma once

#include <csignal>
#include <cstddef>

#include "arch/platform.hpp"

namespace knhk::hosted {

/// The stack on which one worker handles its faults, a guard page below: the worker's own stack may
/// be what failed. Throws a Failure.
class FaultStack {
  public:
    FaultStack();
    ~FaultStack();
    FaultStack(const FaultStack&) = delete;
    FaultStack& operator=(const FaultStack&) = delete;

    /// Makes it the calling thread's. Throws a Failure.
    void use() const;

  private:
    std::byte* mapping_;
};

/// Catches the signals that a fault raises, in all threads. Throws a Failure.
void install_fault_handlers();
/// Platform::on_fault.
void set_fault_handler(FaultHandler handler);
/// Removes the faults' signals from `set`: a blocked fault would kill the process without a word.
void leave_faults_unblocked(sigset_t& set);

} // namespace knhk::hosted
