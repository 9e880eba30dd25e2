// SPDX-License-Identifier: MIT
// A deliberately naive model of docs/determinism.md, to be read beside it: one thread, no limits
// on memory, no reuse. Given a workload it predicts every event of a run.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <tuple>

#include "tests/model/records.hpp"

namespace knhk::model {

/// Section 2.4: entries of the rings of High, Normal and Low.
inline constexpr u64 CAPACITIES[LEVELS] = {256, 512, 128};

/// Misreadings of the document, all off. A test switches on one at a time, to see that the
/// comparison with the scheduler notices each.
struct ModelFaults {
    bool credit_reusable_at_once = false;
    bool executed_stamped_at_end = false;
    bool arrivals_by_source_first = false;
    bool inputs_before_messages = false;
    bool full_ring_blocks_all_levels = false;
    bool admit_uses_whole_share = false;
    bool state_change_outside_admits_half = false;
    bool input_splits_at_half_share = false;
    bool no_room_kept_for_a_task = false;
    bool no_spawn_reserve = false;
    bool cut_unbounded = false;
    bool no_first_pop_turns = false;
    bool turns_for_whole_beat = false;
    bool latency_transposed = false;
    bool refused_emissions_not_counted = false;
    bool refused_calls_cost_nothing = false;
    bool refused_send_takes_time = false;
    bool last_refusal_is_status = false;
    bool emission_looked_at_before_counted = false;
    bool touched_state_always_logged = false;
    bool quiescent_though_touched = false;
    bool clocks_not_aligned = false;
    bool credit_back_a_beat_late = false;
    bool spawn_reserve_off_by_one = false;
    bool input_quota_off_by_one = false;
    bool messages_invisible_to_quiescence = false;
    bool skip_by_eight_beats = false;
    bool random_by_the_clock = false;
    bool first_output_counts = false;
};

/// How often a run met what is easily got wrong.
struct ModelCounters {
    u64 refused_for_credit = 0;
    u64 refused_by_reserve = 0;
    u64 emit_limit = 0;
    u64 invalid_task = 0;
    u64 line_blocked_by_full_ring = 0;
    u64 admit_stopped_at_half_share = 0;
    u64 two_record_input_stop = 0;
    u64 run_stopped_below_8_free = 0;
    u64 cut_stopped = 0;
    u64 state_change_logged = 0;
    u64 touched_without_change = 0;
    u64 skip_to_a_pulse = 0;
    u64 low_turn = 0;
    u64 normal_turn = 0;
    u64 equal_timestamps = 0;
    u64 send_to_self = 0;
    u64 admitted_later_than_due = 0;
    u64 beat_limit = 0;
};

class ModelContext;
using ModelHandler = std::function<void(ModelContext&)>;

struct ModelConfig {
    u32 cores = 1;
    u64 seed = 0;
    std::vector<u8> latencies; ///< [source * cores + destination]
    u64 beats_max = ~u64{0};
    std::map<u16, ModelHandler> handlers;
    std::vector<ModelTask> inputs;
};

struct ModelBeat {
    u64 beat = 0;
    u64 start_time = 0;
    std::vector<std::vector<ModelEvent>> events; ///< by core
    ModelDigest chain = {};
};

enum class ModelEnd : u8 { Quiescent = 0, BeatLimit = 1 };

struct ModelRun {
    std::vector<ModelBeat> beats;
    ModelEnd reason{};
    /// log-format.md, Digests: D.
    [[nodiscard]] ModelDigest digest(const ModelDigest& identity) const;
};

/// A message or an input on its way to a ring. Section 2.3 orders them.
struct Arrival {
    u64 due = 0;
    bool input = false;
    u64 time_or_position = 0;
    u32 source = 0;
    ModelTask task;
};

/// Section 1: what a core owns.
struct ModelCore {
    u64 clock = 0;
    u64 credits = 256;
    std::vector<u64> credits_coming_back; ///< the beats in which their messages entered a ring
    std::deque<ModelTask> rings[LEVELS];
    std::deque<Arrival> lines[LEVELS];
    std::vector<Arrival> pending; ///< sent to this core, not due yet
    std::vector<std::byte> slab = std::vector<std::byte>(4096);
    bool touched = false;
    u64 last_state_hash = 0;
    std::vector<ModelEvent> events; ///< of this beat
};

class Model {
  public:
    explicit Model(ModelConfig config, ModelFaults faults = {});
    [[nodiscard]] ModelRun run();
    [[nodiscard]] const ModelCounters& counters() const { return counters_; }

  private:
    friend class ModelContext;

    void core_beat(u32 core, u64 start_time);
    void take_back_credits(u32 core);
    void log_state_change(u32 core);
    void line_up(u32 core);
    void admit(u32 core);
    [[nodiscard]] std::optional<u8> oldest_admissible(u32 core);
    [[nodiscard]] bool admit_may_take(u32 core, const Arrival& arrival);
    void admit_one(u32 core, u8 level);
    void run_tasks(u32 core);
    [[nodiscard]] std::optional<ModelTask> take_task(u32 core, bool first);
    void execute(u32 core, const ModelTask& task);

    [[nodiscard]] u64 held_inputs(u32 core, u8 level) const;
    void cut_inputs(u64 due);
    [[nodiscard]] bool nothing_left() const;
    [[nodiscard]] std::optional<ModelEnd> end_after(u64 beats);

    [[nodiscard]] u64 stamp(u32 core) { return ++cores_[core].clock; }
    void record(u32 core, ModelEvent event);
    void enter_ring(u32 core, const ModelTask& task);
    [[nodiscard]] auto key(const Arrival& arrival) const {
        const bool second = arrival.input != faults_.inputs_before_messages;
        return faults_.arrivals_by_source_first
                   ? std::tuple(arrival.due, second, u64{arrival.source}, arrival.time_or_position)
                   : std::tuple(arrival.due, second, arrival.time_or_position, u64{arrival.source});
    }

    ModelConfig config_;
    ModelFaults faults_;
    ModelCounters counters_;
    std::vector<ModelCore> cores_;
    u64 share_; ///< S
    u64 beat_ = 0;
    u64 cut_begin_ = 0; ///< inputs [cut_begin_, cut_end_) arrive in beat cut_due_
    u64 cut_end_ = 0;
    u64 cut_due_ = 0;
};

/// Section 2.5: what a handler sees.
class ModelContext {
  public:
    ModelContext(Model& model, u32 core, const ModelTask& task, u64 start)
        : model_(model), core_(core), task_(task), start_(start) {}

    [[nodiscard]] u64 payload(u32 word) const { return task_.payload[word]; }
    [[nodiscard]] u64 id() const { return task_.id; }
    [[nodiscard]] u32 core() const { return core_; }
    [[nodiscard]] u32 cores() const { return model_.config_.cores; }
    [[nodiscard]] u64 now() const { return start_; }
    ModelStatus spawn(const ModelTask& task) { return emit(task, false); }
    ModelStatus send(const ModelTask& task) { return emit(task, true); }
    [[nodiscard]] u64 random();
    [[nodiscard]] std::span<std::byte> state();
    void output(u64 a, u64 b = 0, u64 c = 0, u64 d = 0);

    [[nodiscard]] u64 output_hash() const;
    [[nodiscard]] u32 ticks() const { return ticks_; }
    [[nodiscard]] ModelStatus status() const { return status_; }

  private:
    ModelStatus emit(const ModelTask& task, bool by_message);
    [[nodiscard]] ModelStatus try_emit(const ModelTask& task, bool by_message);
    [[nodiscard]] ModelStatus spawn_here(const ModelTask& task);
    [[nodiscard]] ModelStatus send_message(const ModelTask& task, u32 destination);
    [[nodiscard]] bool valid(const ModelTask& task) const;

    Model& model_;
    u32 core_;
    const ModelTask& task_;
    u64 start_;
    u32 ticks_ = 1; ///< execute
    u32 emissions_ = 0;
    u64 draws_ = 0;
    bool output_set_ = false;
    ModelStatus status_ = OK;
    std::array<u64, 4> output_ = {};
};

} // namespace knhk::model
