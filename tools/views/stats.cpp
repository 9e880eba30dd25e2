// SPDX-License-Identifier: MIT
#include "tools/views/stats.hpp"

#include <algorithm>
#include <numeric>

#include "tools/run/progress.hpp"
#include "tools/views/arrivals.hpp"
#include "tools/views/id_count.hpp"
#include "tools/views/log_walk.hpp"

namespace knhk::tools {

namespace {

/// Counts the events of a log of level full.
class EventCounter {
  public:
    explicit EventCounter(u32 cores) { stats_.cores.resize(cores); }

    void add(const LogBlock& block, bool is_resumed);
    [[nodiscard]] u64 last_time() const { return last_time_; }
    [[nodiscard]] EventStats finish();

  private:
    void add(const Event& event, CoreStats& core);
    void add_promotion(const Event& event);
    void add_commit(const Event& event);

    EventStats stats_;
    IdCount ids_;
    std::optional<Arrivals> arrivals_;
    u64 admitted_ = 0;
    u64 last_time_ = 0;
};

void EventCounter::add(const LogBlock& block, bool is_resumed) {
    if (!arrivals_) {
        arrivals_.emplace(is_resumed);
    }
    for (std::size_t i = 0; i < block.inputs.size(); i += inputs_of(block.inputs[i])) {
        ++stats_.inputs_from_outside;
    }
    const Event* event = block.events.data();
    for (const LogCore& entry : block.cores) {
        arrivals_->begin_core(block.beat.start_time);
        CoreStats& core = stats_.cores[entry.core];
        core.events += entry.event_count;
        for (const Event* const end = event + entry.event_count; event != end; ++event) {
            add(*event, core);
        }
        last_time_ = std::max(last_time_, event[-1].timestamp);
    }
}

void EventCounter::add(const Event& event, CoreStats& core) {
    const auto kind = static_cast<EventKind>(event.kind);
    ++stats_.counts[event.kind % EventStats::KINDS][event.status % EventStats::STATUSES];
    const Arrivals::Part part = arrivals_->next(event);
    if (kind == EventKind::TaskEnqueued && part == Arrivals::Part::Admitted) {
        ++admitted_;
    }
    if (kind == EventKind::TaskExecuted) {
        ++core.tasks;
        core.ticks += event.ticks;
    }
    if (kind == EventKind::Promotion) {
        add_promotion(event);
    }
    if (kind == EventKind::Commit) {
        add_commit(event);
    } else if (kind != EventKind::StateChange) {
        ids_.add(event.task_id);
    }
    if (kind == EventKind::TaskEnqueued && event.status == DELTA_LEVEL) {
        stats_.deltas.rows += event.ticks;
    }
}

void EventCounter::add_commit(const Event& event) {
    stats_.deltas.receipts += event.ticks;
    stats_.deltas.lanes += event.task_id >> 32;
    stats_.deltas.asserted += static_cast<u32>(event.task_id);
}

/// Of the numbers and decisions that the contract knows.
void EventCounter::add_promotion(const Event& event) {
    if (event.ticks >= SNAPSHOT_NUMBERS || event.status >= PromotionStats::DECISIONS) {
        return;
    }
    PromotionStats& snapshot = stats_.promotions[event.ticks];
    ++snapshot.counts[event.status];
    if (event.status == 0) {
        snapshot.id = event.hash;
    }
}

EventStats EventCounter::finish() {
    stats_.unique_tasks = ids_.count();
    stats_.unique_tasks_are_exact = ids_.is_exact();
    // With ordered tasks, what follows one may be its beat's first arrival or an emission.
    if (!arrivals_ || !arrivals_->has_ordered()) {
        stats_.messages = admitted_ - std::min(admitted_, stats_.of_kind(EventKind::ExternalInput));
    }
    return std::move(stats_);
}

} // namespace

u64 EventStats::of_kind(EventKind kind) const {
    const auto& row = counts[static_cast<u8>(kind)];
    return std::accumulate(row.begin(), row.end(), u64{0});
}

u64 EventStats::ticks() const {
    return std::accumulate(cores.begin(), cores.end(), u64{0},
                           [](u64 sum, const CoreStats& core) { return sum + core.ticks; });
}

std::optional<double> LogStats::determinism_ratio() const {
    if (events == 0) {
        return 1.0;
    }
    if (!by_event) {
        return std::nullopt;
    }
    const u64 inputs = by_event->of_kind(EventKind::ExternalInput);
    return static_cast<double>(events - std::min(inputs, events)) / static_cast<double>(events);
}

LogStats stats_of(LogReader& log, bool quiet) {
    LogStats stats;
    stats.path = log.name();
    stats.level = log.level();
    stats.cores = log.prologue().cores;
    EventCounter counter(stats.cores);
    Progress progress("counting", quiet);
    while (const LogBlock* const block = log.next()) {
        const LogBeat& beat = block->beat;
        stats.first_beat = stats.first_beat.value_or(beat.beat);
        stats.last_beat = beat.beat;
        stats.last_time = std::max(stats.last_time, beat.start_time);
        if (log.level() == LogLevel::Full) {
            counter.add(*block, log.resumed().has_value());
        }
        progress.show(beat.beat, log.events_read(), "events");
    }
    check_ending(log);
    stats.ending = log.ending_text();
    stats.resumed = log.resumed();
    stats.trailer = log.trailer();
    stats.beats = log.beats_read();
    stats.events = log.events_read();
    if (stats.last_beat) {
        const u64 executed = stats.beats + (stats.resumed ? stats.resumed->beats : 0);
        stats.beats_skipped = *stats.last_beat + 1 - std::min(executed, *stats.last_beat + 1);
    }
    if (log.level() == LogLevel::Full) {
        stats.last_time = std::max(stats.last_time, counter.last_time());
        stats.by_event = counter.finish();
    }
    return stats;
}

} // namespace knhk::tools
