// SPDX-License-Identifier: MIT
// One row of `knhk show`, as text or as a JSON object. Written without fmt: there are millions.
#pragma once

#include <span>

#include "replay/lockchain.hpp"
#include "tools/log/log_reader.hpp"
#include "tools/views/byte_sink.hpp"

namespace knhk::tools {

struct ShownEvent {
    u64 ordinal; ///< in the canonical order of the log
    u64 beat;
    const Event& event;
};

class ShowRows {
  public:
    ShowRows(ByteSink& out, bool json) : out_(&out), json_(json) {}

    void heading();
    void event(const ShownEvent& shown);
    void beat(const LogBeat& beat);
    void epoch(const EpochLeaf& leaf);
    void input(u64 beat, u64 index, std::span<const LogInput> inputs);

  private:
    ByteSink* out_;
    bool json_;
};

} // namespace knhk::tools
