// SPDX-License-Identifier: MIT
#include "tools/views/trace.hpp"

#include <algorithm>
#include <span>

#include "tools/host/failure.hpp"
#include "tools/log/event_names.hpp"
#include "tools/run/progress.hpp"
#include "tools/views/arrivals.hpp"
#include "tools/views/trace_flows.hpp"

namespace knhk::tools {

namespace {

/// Where a beat begins after its G, so that its events, and the ends of their slices, lie within.
constexpr u64 BEAT_OFFSET = POSITIONS_OF_A_TICK / 2;
/// How long a task is behind its last record of a beat.
constexpr u64 TASK_TAIL = 400;
static_assert(MARK_POSITIONS < TASK_TAIL && TASK_TAIL < BEAT_OFFSET);

class TraceWalk {
  public:
    TraceWalk(LogReader& log, TraceSink& sink)
        : log_(log), sink_(sink), flows_(log.prologue().cores), arrivals_(false),
          core_ends_(log.prologue().cores) {}

    void begin();
    void take(const LogBlock& block);
    [[nodiscard]] TraceFigures finish();

  private:
    [[nodiscard]] u64 position_of(u64 time) const;
    void check_times(const LogBeat& beat, const LogCore& core, std::span<const Event> events);
    void end_beat(u64 next_time);
    void take_core(std::span<const Event> events, u64 start_time);
    /// Returns the index of what comes after the task and its emissions.
    std::size_t task(std::span<const Event> events, std::size_t at);
    void mark(const Event& event);

    LogReader& log_;
    TraceSink& sink_;
    TraceFlows flows_;
    Arrivals arrivals_;
    std::vector<Arrivals::Part> parts_;
    std::vector<u64> core_ends_;  ///< behind each core's last position
    std::optional<LogBeat> beat_; ///< not written yet: its end is where the next one begins
    u64 beats_end_ = 0;
    u64 base_time_ = 0;
    u64 last_time_ = 0;
    TraceFigures figures_;
};

void TraceWalk::begin() {
    sink_.begin(log_.level() == LogLevel::Full ? log_.prologue().cores : 0);
}

u64 TraceWalk::position_of(u64 time) const {
    // Two units are kept for what stands behind an event.
    if (time - base_time_ > sink_.position_max() / POSITIONS_OF_A_TICK - 2) {
        throw bad_input("logical time {} of {} is too far from the first beat shown for this "
                        "format: give --beat from there on",
                        time, log_.name());
    }
    return (time - base_time_) * POSITIONS_OF_A_TICK;
}

void TraceWalk::check_times(const LogBeat& beat, const LogCore& core,
                            std::span<const Event> events) {
    u64 time = beat.start_time;
    for (const Event& event : events) {
        if (event.timestamp <= time || event.core != core.core) {
            throw bad_input("{} is damaged: in beat {}, core {} has no ascending times ('knhk "
                            "verify' says more)",
                            log_.name(), beat.beat, core.core);
        }
        time = event.timestamp;
    }
    last_time_ = std::max(last_time_, time);
}

void TraceWalk::take(const LogBlock& block) {
    const LogBeat& beat = block.beat;
    if (figures_.beats == 0) {
        base_time_ = beat.start_time;
        last_time_ = beat.start_time;
        arrivals_ = Arrivals(beat.start_time != 0); // before time 0 nothing happened
    }
    if (beat.start_time < last_time_) {
        throw bad_input("{} is damaged: beat {} begins before what came before it ('knhk verify' "
                        "says more)",
                        log_.name(), beat.beat);
    }
    end_beat(beat.start_time);
    beat_ = beat;
    last_time_ = beat.start_time;
    ++figures_.beats;
    figures_.events += beat.event_count;
    std::span<const Event> events = block.events;
    for (const LogCore& core : block.cores) {
        check_times(beat, core, events.first(core.event_count));
        take_core(events.first(core.event_count), beat.start_time);
        events = events.subspan(core.event_count);
    }
}

/// Several beats may begin at one time: then they are as short as can be.
void TraceWalk::end_beat(u64 next_time) {
    if (!beat_) {
        return;
    }
    const u64 begin = std::max(position_of(beat_->start_time) + BEAT_OFFSET, beats_end_ + 1);
    beats_end_ = std::max(position_of(next_time) + BEAT_OFFSET - 1, begin + 1);
    sink_.beat(*beat_, begin, beats_end_);
    beat_.reset();
}

void TraceWalk::take_core(std::span<const Event> events, u64 start_time) {
    arrivals_.begin_core(start_time);
    parts_.resize(events.size());
    std::ranges::transform(events, parts_.begin(),
                           [this](const Event& event) { return arrivals_.next(event); });
    for (std::size_t i = 0; i < events.size();) {
        if (parts_[i] == Arrivals::Part::Task) {
            i = task(events, i);
        } else {
            mark(events[i++]);
        }
    }
    core_ends_[events.back().core] = position_of(events.back().timestamp) + TASK_TAIL + 1;
}

/// A task and what it emitted. It lasts until the next record of its core and beat.
std::size_t TraceWalk::task(std::span<const Event> events, std::size_t at) {
    const Event& event = events[at];
    std::size_t next = at + 1;
    while (next < events.size() && parts_[next] == Arrivals::Part::Emitted) {
        ++next;
    }
    const u64 end = next < events.size() ? position_of(events[next].timestamp) - 1
                                         : position_of(events[next - 1].timestamp) + TASK_TAIL;
    FlowEnds flows{flows_.take(event.core, event.task_id), 0, 0};
    if (event.status == static_cast<u8>(TaskStatus::Parked)) {
        flows.out = flows_.start(event.core, event.task_id);
    }
    sink_.open_task({event, position_of(event.timestamp), flows}, end);
    for (const Event& emitted : events.subspan(at + 1, next - at - 1)) {
        mark(emitted);
    }
    sink_.close_task(event.core, end);
    return next;
}

void TraceWalk::mark(const Event& event) {
    FlowEnds flows;
    if (event.kind == static_cast<u8>(EventKind::TaskEnqueued)) {
        flows.out = flows_.start(event.core, event.task_id);
    } else if (event.kind == static_cast<u8>(EventKind::TaskStolen)) {
        flows.on = flows_.take(event.ticks, event.task_id);
        if (flows.on != 0) {
            flows_.put(event.core, event.task_id, flows.on);
        }
    }
    sink_.mark({event, position_of(event.timestamp), flows});
}

TraceFigures TraceWalk::finish() {
    end_beat(last_time_);
    for (const WaitingTask& task : flows_.waiting()) {
        const Event event{last_time_, task.task_id, 0, 0, static_cast<u16>(task.core), 0, 0};
        u64& at = core_ends_[task.core];
        at = std::max(at, position_of(last_time_) + POSITIONS_OF_A_TICK);
        sink_.still_waiting({event, at, {task.flow, 0, 0}});
        at += MARK_POSITIONS + 1;
        ++figures_.still_waiting;
    }
    sink_.end();
    return figures_;
}

} // namespace

TraceFigures trace_log(LogReader& log, const TraceOptions& options, ByteSink& out,
                       TraceSink& sink) {
    TraceWalk walk(log, sink);
    walk.begin();
    Progress progress("tracing", options.quiet);
    const LogBlock* block = nullptr;
    while (!out.is_deserted() && (block = log.next()) != nullptr &&
           block->beat.beat <= options.beats.last) {
        if (options.beats.contains(block->beat.beat)) {
            walk.take(*block);
        }
        progress.show(block->beat.beat, log.events_read(), "events");
    }
    if (block == nullptr && !out.is_deserted()) {
        check_ending(log);
    }
    const TraceFigures figures = walk.finish();
    out.flush();
    return figures;
}

} // namespace knhk::tools
