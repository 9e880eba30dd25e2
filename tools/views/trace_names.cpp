// SPDX-License-Identifier: MIT
#include "tools/log/event_names.hpp"
#include "tools/views/trace_sink.hpp"

namespace knhk::tools {

TraceNames::TraceNames() {
    for (u8 kind = 0; kind < KINDS; ++kind) {
        for (u8 status = 0; status < STATUSES; ++status) {
            std::string& name = names_[kind * STATUSES + status];
            name = kind_name(kind);
            const std::string_view detail = status_name(kind, status);
            if (!detail.empty() && detail != "Ok") {
                name += ' ';
                name += detail;
            }
        }
    }
    names_[STILL_WAITING] = "still waiting";
}

} // namespace knhk::tools
