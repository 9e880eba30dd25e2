// SPDX-License-Identifier: MIT
// How a host command gives up: one exception that carries the exit status and one line of text,
// "WHAT: WHAT TO DO". main() prints it; nobody else does.
#pragma once

#include <stdexcept>
#include <string>

#include <fmt/format.h>

#include "base/error.hpp"

namespace knhk::tools {

class Failure : public std::runtime_error {
  public:
    Failure(ExitStatus status, const std::string& text)
        : std::runtime_error(text), status_(status) {}
    [[nodiscard]] ExitStatus status() const { return status_; }

  private:
    ExitStatus status_;
};

template<class... Arguments>
[[nodiscard]] Failure bad_input(fmt::format_string<Arguments...> text, Arguments&&... arguments) {
    return {ExitStatus::BadInput, fmt::format(text, std::forward<Arguments>(arguments)...)};
}

template<class... Arguments>
[[nodiscard]] Failure bad_environment(fmt::format_string<Arguments...> text,
                                      Arguments&&... arguments) {
    return {ExitStatus::Environment, fmt::format(text, std::forward<Arguments>(arguments)...)};
}

template<class... Arguments>
[[nodiscard]] Failure run_failed(fmt::format_string<Arguments...> text, Arguments&&... arguments) {
    return {ExitStatus::RunFailed, fmt::format(text, std::forward<Arguments>(arguments)...)};
}

template<class... Arguments>
[[nodiscard]] Failure check_says_no(fmt::format_string<Arguments...> text,
                                    Arguments&&... arguments) {
    return {ExitStatus::CheckSaysNo, fmt::format(text, std::forward<Arguments>(arguments)...)};
}

/// What the system says about an errno value.
[[nodiscard]] std::string system_text(int error_number);

} // namespace knhk::tools
