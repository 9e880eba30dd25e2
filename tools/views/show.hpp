// SPDX-License-Identifier: MIT
// `knhk show`: a log's events in canonical order, its beats, epochs and inputs, as columns or as
// JSON lines.
#pragma once

#include <array>
#include <filesystem>
#include <limits>
#include <optional>
#include <string_view>

#include "tools/log/event_rules.hpp"
#include "tools/views/byte_sink.hpp"
#include "tools/views/log_walk.hpp"

namespace knhk::tools {

/// Which events are wanted. Conditions of one sort are alternatives, sorts all have to hold.
struct EventFilter {
    static constexpr u32 KINDS = KINDS_END; ///< numbers of kinds, and 0, which is none

    std::optional<u32> core;
    std::optional<u64> task_id;
    u32 kinds = ALL;                                    ///< a bit a kind
    std::array<u32, KINDS> statuses = filled_with(ALL); ///< a bit a status

    [[nodiscard]] bool wants(const Event& event) const;
    /// Throw Failure (BadInput) for a name that no kind or status has. The first name replaces
    /// "all", the next ones are added.
    void add_kind(std::string_view name);
    void add_status(std::string_view name);

  private:
    static constexpr u32 ALL = ~u32{0};

    [[nodiscard]] static constexpr std::array<u32, KINDS> filled_with(u32 bits) {
        std::array<u32, KINDS> all{};
        all.fill(bits);
        return all;
    }

    bool has_kind_ = false;
    bool has_status_ = false;
};

struct ShowOptions {
    std::filesystem::path log;
    BeatRange beats;
    EventFilter filter;
    u64 limit = std::numeric_limits<u64>::max(); ///< rows
    bool show_events = false;
    bool show_beats = false;
    bool show_inputs = false;
    bool show_epochs = false;
    bool json = false;
};

/// Whole rows go to `out`; notes go to stderr.
void show_log(const ShowOptions& options, LogReader& log, ByteSink& out);

} // namespace knhk::tools
