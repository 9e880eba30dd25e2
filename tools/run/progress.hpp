// SPDX-License-Identifier: MIT
// Shows on stderr that a run moves: one line that is rewritten on a terminal, a line now and then
// elsewhere, nothing when asked to be quiet.
#pragma once

#include <chrono>
#include <string>

#include "base/types.hpp"

namespace knhk::tools {

class Progress {
  public:
    /// Each line begins with `label`.
    Progress(std::string label, bool quiet);
    /// Clears the rewritten line.
    ~Progress();
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;

    /// Cheap to call often.
    void show(u64 beat, u64 count, const char* of_what = "tasks");
    /// The same for work whose size is known.
    void show_part(u64 done, u64 whole);

  private:
    /// Whether it is time to show something.
    bool is_due();
    void write_line(const std::string& line);

    using Clock = std::chrono::steady_clock;

    std::string label_;
    bool quiet_;
    bool terminal_;
    bool has_line_ = false;
    Clock::time_point next_;
};

} // namespace knhk::tools
