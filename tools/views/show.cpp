// SPDX-License-Identifier: MIT
#include "tools/views/show.hpp"

#include <utility>

#include "tools/host/failure.hpp"
#include "tools/log/event_names.hpp"
#include "tools/views/beat_order.hpp"
#include "tools/views/epoch_walk.hpp"
#include "tools/views/show_rows.hpp"

namespace knhk::tools {

namespace {

constexpr u8 STATUSES_MAX = 32; // bits of a mask

/// Shows the chosen records of a log, one beat after the other.
class Show {
  public:
    Show(const ShowOptions& options, LogReader& log, ByteSink& out)
        : options_(options), log_(log), out_(out), rows_(out, options.json), epochs_(log) {}

    void run();

  private:
    [[nodiscard]] bool is_done() const { return rows_left_ == 0 || out_.is_deserted(); }
    /// Whether there is room for one more row.
    bool take_row();
    void show_epoch(const std::optional<EpochLeaf>& leaf);
    void show_beat(const LogBlock& block);
    void show_events(const LogBlock& block);

    const ShowOptions& options_;
    LogReader& log_;
    ByteSink& out_;
    ShowRows rows_;
    EpochWalk epochs_;
    BeatOrder order_;
    u64 rows_left_ = options_.limit;
    u64 ordinal_ = 0;
};

void Show::run() {
    if (options_.show_events) {
        rows_.heading();
    }
    bool is_over = false;
    while (!is_over && !is_done()) {
        const LogBlock* const block = log_.next();
        if (block == nullptr) {
            show_epoch(epochs_.at_end());
            out_.flush();
            check_ending(log_);
            return;
        }
        const auto ended = epochs_.before(block->beat);
        if (options_.beats.contains(block->beat.beat)) {
            show_epoch(ended);
            show_beat(*block);
        }
        ordinal_ += block->beat.event_count;
        is_over = block->beat.beat >= options_.beats.last;
    }
    out_.flush();
}

bool Show::take_row() {
    if (rows_left_ == 0) {
        return false;
    }
    --rows_left_;
    return true;
}

void Show::show_epoch(const std::optional<EpochLeaf>& leaf) {
    if (options_.show_epochs && leaf && take_row()) {
        rows_.epoch(*leaf);
    }
}

void Show::show_beat(const LogBlock& block) {
    if (options_.show_beats && take_row()) {
        rows_.beat(block.beat);
    }
    if (options_.show_inputs) {
        const std::span<const LogInput> all = block.inputs;
        for (u64 i = 0; i < all.size() && take_row();) {
            const std::size_t count = std::min<std::size_t>(inputs_of(all[i]), all.size() - i);
            rows_.input(block.beat.beat, i, all.subspan(i, count));
            i += count;
        }
    }
    if (options_.show_events) {
        show_events(block);
    }
}

void Show::show_events(const LogBlock& block) {
    u64 ordinal = ordinal_;
    for (const u32 position : order_.of(block)) {
        const Event& event = block.events[position];
        if (options_.filter.wants(event)) {
            if (!take_row()) {
                return;
            }
            rows_.event({ordinal, block.beat.beat, event});
        }
        ++ordinal;
    }
}

} // namespace

bool EventFilter::wants(const Event& event) const {
    return event.kind < KINDS && (kinds >> event.kind & 1) != 0 &&
           (event.status >= STATUSES_MAX || (statuses[event.kind] >> event.status & 1) != 0) &&
           (!core || *core == event.core) && (!task_id || *task_id == event.task_id);
}

void EventFilter::add_kind(std::string_view name) {
    u32 found = 0;
    for (u8 kind = 0; kind < KINDS; ++kind) {
        found |= kind_name(kind) == name ? 1u << kind : 0;
    }
    if (found == 0 || name.empty()) {
        throw bad_input("unknown --kind '{}': see 'knhk show --help'", name);
    }
    kinds = has_kind_ ? kinds | found : found;
    has_kind_ = true;
}

void EventFilter::add_status(std::string_view name) {
    if (!std::exchange(has_status_, true)) {
        statuses = {};
    }
    bool found = false;
    for (u8 kind = 0; kind < KINDS; ++kind) {
        for (u8 status = 0; status < STATUSES_MAX; ++status) {
            if (!name.empty() && status_name(kind, status) == name) {
                statuses[kind] |= 1u << status;
                found = true;
            }
        }
    }
    if (!found) {
        throw bad_input("unknown --status '{}': see 'knhk show --help'", name);
    }
}

void show_log(const ShowOptions& options, LogReader& log, ByteSink& out) {
    ShowOptions shown = options;
    const bool nothing_chosen =
        !options.show_events && !options.show_beats && !options.show_inputs && !options.show_epochs;
    const bool holds_events = log.level() == LogLevel::Full;
    shown.show_events = holds_events && (options.show_events || nothing_chosen);
    shown.show_beats = options.show_beats || (!holds_events && nothing_chosen);
    if (!holds_events && (options.show_events || nothing_chosen)) {
        say_note(fmt::format("{} is of level {} and holds no events: beats are all that it can "
                             "show (record with --level full)",
                             log.name(), level_name(log.level())));
    }
    Show(shown, log, out).run();
}

} // namespace knhk::tools
