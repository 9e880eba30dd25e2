// SPDX-License-Identifier: MIT
// An image in a machine that QEMU emulates. The guest's RAM is a file that this program maps too,
// so that the log drain is read just as on Linux.
#pragma once

#include "qemu/machine.hpp"
#include "tools/run/platform_runner.hpp"

namespace knhk::tools {

/// The one that is asked for. The options were checked.
[[nodiscard]] const qemu::Machine& machine_of(const RunOptions& options);

class QemuRunner : public PlatformRunner {
  public:
    QemuRunner(const RunOptions& options, const ImageFile& image);

    [[nodiscard]] ProcessPlan plan() const override;
    /// Maps the drain when the image has said where it is.
    void watch_console(std::string_view line) override;
    [[nodiscard]] bool shares_memory() const override { return memory_.has_value(); }
    [[nodiscard]] std::span<std::byte> drain() const override;
    [[nodiscard]] ImageEnding interpret(const ProcessEnd& end,
                                        std::string_view last_message) const override;

  private:
    qemu::Boot boot_;
    int image_;
    std::optional<SharedFile> raw_image_;
    SharedFile container_;
    std::optional<SharedFile> memory_;
    Mapping drain_;
};

} // namespace knhk::tools
