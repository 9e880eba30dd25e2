// SPDX-License-Identifier: MIT
// An image in a Linux process: the loader is started with memory that this program shares with it.
#pragma once

#include "tools/run/platform_runner.hpp"

namespace knhk::tools {

class LinuxRunner : public PlatformRunner {
  public:
    LinuxRunner(const RunOptions& options, const ImageFile& image);

    [[nodiscard]] ProcessPlan plan() const override;
    void watch_console(std::string_view) override {}
    [[nodiscard]] bool shares_memory() const override { return drain_file_.has_value(); }
    [[nodiscard]] std::span<std::byte> drain() const override;
    [[nodiscard]] ImageEnding interpret(const ProcessEnd& end,
                                        std::string_view last_message) const override;

  private:
    std::vector<std::string> loader_; ///< and what stands before it
    std::string command_line_;
    u32 workers_;
    int image_;
    SharedFile container_;
    std::optional<SharedFile> drain_file_;
    Mapping drain_;
};

} // namespace knhk::tools
