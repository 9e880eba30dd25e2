// SPDX-License-Identifier: MIT
// A deliberately naive model of docs/determinism.md, to be read beside it: one thread, no limits
// on memory, no reuse. Given a workload it predicts every event of a run.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <tuple>

#include "tests/model/records.hpp"

namespace knhk::model {

/// Section 1: entries of the rings of High, Normal and Low, and of the warm ring.
inline constexpr u64 CAPACITIES[LEVELS] = {256, 512, 128};
inline constexpr u64 WARM_CAPACITY = 32;
/// Section 2.4: the lines, and the statuses in a log, of ordered requests and of deltas.
inline constexpr u8 ORDERED = 3;
inline constexpr u8 DELTAS = 4;
inline constexpr u8 LINES = 5;

/// Misreadings of the document, all off. A test switches on one at a time, to see that a
/// comparison notices each.
struct ModelFaults {
#define MODEL_FAULT(name, text) bool name = false;
#include "tests/model/model_faults.def"
#undef MODEL_FAULT
};

/// How often a run met what is easily got wrong.
struct ModelCounters {
#define MODEL_CASE(name, text) u64 name = 0;
#include "tests/model/model_cases.def"
#undef MODEL_CASE
};

struct SigmaSnapshot;
class ModelContext;
using ModelHandler = std::function<void(ModelContext&)>;
using Observation = std::array<u64, 4>;

/// Section 2.6, Guards: what a guard sees.
struct GuardView {
    const ModelTask& task;
    std::span<const std::byte> state;
    const std::vector<Observation>& observations;
};

struct ModelGuard {
    bool reads_state = false;
    std::function<bool(const GuardView&)> passes;
    std::vector<u64 ModelCounters::*> counted_when_failing = {};
};

/// A run of triples with one predicate.
struct ModelTriples {
    u64 predicate = 0;
    std::vector<std::pair<u64, u64>> rows; ///< subject and object
};

struct ModelInput {
    ModelTask task;
    u64 beat = 0;
    std::optional<u64> ordered_time = {};
};

/// Section 2.11: an input from outside, and when it comes.
struct ModelOutside {
    ModelTask task;
    std::optional<u64> ordered_time = {};
    /// Twice the beats executed when it is there; odd: only when that barrier has cut once already.
    u64 moment = 0;
    u64 beat = 0;           ///< of a recorded one: the beat that receives it
    ModelTriples rows = {}; ///< that it brings
};

/// Section 2.15: of a task and the rows that it brings.
[[nodiscard]] u64 hash_with_rows(const ModelTask& task, const ModelTriples& run);
void append_run(Bytes& bytes, const ModelTriples& run);

struct ModelConfig {
    u32 cores = 1;
    u64 seed = 0;
    std::vector<u8> latencies; ///< [source * cores + destination]
    bool stealing = false;
    u64 beats_max = ~u64{0};
    std::map<u16, ModelHandler> handlers;
    std::map<u16, ModelGuard> guards;
    std::vector<Observation> observations;
    std::vector<Bytes> snapshots; ///< each with its receipt
    std::vector<ModelTriples> runs;
    std::vector<ModelInput> inputs;    ///< in their order: beats never descend
    std::vector<ModelOutside> outside; ///< in their order: moments and beats never descend
    bool recorded = false;             ///< inputs from outside come by their beats
    /// Told of each task that has run, with its beat and its record.
    std::function<void(u64, const ModelTask&, const ModelEvent&)> seen = {};
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
    std::vector<ModelOutside> taken; ///< from outside, each with the beat that received it
    u64 refused = 0;                 ///< from outside
    /// log-format.md, Digests: D.
    [[nodiscard]] ModelDigest digest(const ModelDigest& identity) const;
    [[nodiscard]] u64 event_count() const;
};

/// Section 2.4: those of one beat come in this order.
enum class From : u8 { Messages, Inputs, Outside };

/// A message or an input on its way to a ring or a heap. Section 2.4 orders them.
struct Arrival {
    u64 due = 0;
    From from = From::Messages;
    u64 time_or_position = 0;
    u32 source = 0;
    u32 emission = 0; ///< the how many-th of its task
    ModelTask task;
    std::optional<u64> ordered_time = {};
    ModelTriples rows = {}; ///< that it brings
};

/// Section 2.15: a delta that waits for its fiber, or is parked.
struct ModelDelta {
    ModelTask task;
    ModelTriples run;
    u64 tries = 0; ///< in W1
};

/// Section 2.15: what one slot of the assertion ring holds.
struct ModelAsserted {
    Bytes receipts;
    u64 lanes = 0;
    std::vector<std::array<u64, 4>> rows; ///< s, p, o, the receipt's number
    [[nodiscard]] u64 receipt_count() const { return receipts.size() / 64; }
};

/// Section 2.2: an entry of a heap, or of X.
struct HeapEntry {
    u64 key = 0;
    u64 stamp = 0; ///< of its `TaskEnqueued`
    u32 home = 0;
    ModelTask task;
};

struct StolenTask {
    ModelTask task;
    u32 victim = 0;
};

/// Section 2.12: what a core asks of the next pulse.
struct ModelRequest {
    u64 start = 0;
    u64 task_id = 0;
    u32 snapshot = 0;
    std::optional<u8> decision = {}; ///< once there is one: the status of its event
};

/// Section 2.14: an entry of a core's flow table.
struct ModelFlow {
    u16 pattern = 0;
    u64 case_id = 0;
    u64 node = 0;
    u64 arrived = 0; ///< a breaker's count
    u64 need = 0;
    bool any_false = false;
    bool made = false;      ///< the choice
    u64 deadline = ~u64{0}; ///< the beat from which it is over; none
    std::optional<ModelTask> token = {};
    u8 breaker = 0; ///< 0 closed, 1 open, 2 half-open
    u64 since = 0;  ///< when it opened, or was tried
};
inline constexpr u64 FLOW_ENTRIES = 42;

/// Section 1: what a core owns.
struct ModelCore {
    u64 clock = 0;
    u64 credits = 256;
    std::vector<u64> credits_coming_back; ///< the beats in which their messages entered a ring
    std::deque<ModelTask> rings[LEVELS];
    std::deque<ModelTask> warm;
    std::vector<HeapEntry> heap;
    std::deque<Arrival> lines[LINES];
    std::vector<Arrival> pending;   ///< sent to this core, not due yet
    std::vector<StolenTask> stolen; ///< at the barrier before, to be recorded
    Bytes slab = Bytes(4096);
    Bytes slab_before; ///< as the beat began; for a fault
    bool touched = false;
    u64 last_state_hash = 0;
    std::optional<ModelRequest> request;
    std::vector<std::optional<ModelFlow>> flows =
        std::vector<std::optional<ModelFlow>>(FLOW_ENTRIES);
    std::vector<ModelEvent> events; ///< of this beat
    std::deque<ModelDelta> delta_slots[8];
    std::deque<ModelDelta> parked_warm; ///< W1
    std::deque<ModelDelta> parked_cold; ///< C1
    u64 warm_turns = 0;                 ///< of W1, that are left in this beat
    ModelAsserted asserted[8];
    u64 receipts = 0;          ///< written in this beat
    u64 ordered_events = 0;    ///< those of the ordered part
    u64 stolen_events = 0;     ///< those of section 2.9
    u64 free_admit_events = 0; ///< those that a fault keeps out of admit's half
};

/// Where a task that starts comes from (sections 2.2, 2.6).
enum class Origin : u8 { Ring, Warm, OrderedPart, Fiber, WarmFiber, ColdFiber };

class Model {
  public:
    explicit Model(ModelConfig config, ModelFaults faults = {});
    [[nodiscard]] ModelRun run();
    [[nodiscard]] const ModelCounters& counters() const { return counters_; }

  private:
    friend class ModelContext;

    // model.cpp: beats.
    [[nodiscard]] ModelBeat execute_beat();
    [[nodiscard]] std::optional<ModelEnd> end_after(u64 beats);

    // model_core.cpp: a core's beat up to admit.
    void core_beat(u32 core);
    void take_back_credits(u32 core);
    void run_ordered_part(u32 core);
    void log_state_change(u32 core);
    void log_promotion(u32 core);
    void log_stolen(u32 core);
    void fire_timers(u32 core); // model_flows.cpp
    void line_up(u32 core);
    void count_equal_timestamps(const std::vector<Arrival>& arrivals);
    void admit(u32 core);
    [[nodiscard]] std::optional<u8> oldest_admissible(u32 core);
    [[nodiscard]] bool has_room(u32 core, const Arrival& head);
    [[nodiscard]] bool admit_may_take(u32 core, const Arrival& arrival);
    void admit_one(u32 core, u8 line);

    // model_run.cpp: running tasks.
    void run_tasks(u32 core);
    [[nodiscard]] std::optional<Origin> take_task(u32 core, bool first, ModelTask& task);
    [[nodiscard]] std::vector<u8> order_of_rings(bool first) const;
    [[nodiscard]] std::deque<ModelTask>& ring(u32 core, u8 which);
    void count_turns(u32 core, u8 taken);
    void execute(u32 core, const ModelTask& task, Origin origin, u64 start);
    void judge(u32 core, const ModelTask& task, Origin origin, const ModelContext& context,
               ModelEvent& event);
    void judge_over_budget(u32 core, const ModelTask& task, Origin origin,
                           const ModelContext& context, ModelEvent& event);
    void count_over_budget(Origin origin, const ModelContext& context);

    // model_beat.cpp: deltas, fibers, commits.
    [[nodiscard]] const ModelTriples* workload_run(const ModelTask& task) const;
    [[nodiscard]] bool has_rows(const ModelTask& task) const;
    [[nodiscard]] bool slot_has_room(u32 core, u64 slot, u64 rows) const;
    [[nodiscard]] ModelTriples run_of(const Arrival& arrival) const;
    void enter_delta(u32 core, const ModelDelta& delta, u64 slot);
    void run_fibers(u32 core);
    void run_cold_fibers(u32 core);
    [[nodiscard]] bool run_warm_fiber(u32 core);
    [[nodiscard]] bool fiber_may_start(u32 core) const;
    [[nodiscard]] bool task_may_start(u32 core) const;
    void run_fiber(u32 core, ModelDelta delta, Origin origin);
    void judge_fiber(const ModelContext& context, ModelEvent& event);
    [[nodiscard]] bool park_fiber(u32 core, const ModelDelta& delta, Origin origin, u64 cause);
    void log_commit(u32 core);
    [[nodiscard]] bool deltas_left(const ModelCore& core) const;
    [[nodiscard]] bool receipts_left(const ModelCore& core) const;

    // model_barrier.cpp: what happens between beats.
    void cut_inputs(u64 due);
    [[nodiscard]] u64 quota(const ModelInput& input, u8 line) const;
    [[nodiscard]] bool something_left() const;
    [[nodiscard]] bool core_has_something(const ModelCore& core) const;
    [[nodiscard]] bool ordered_line_counts(const ModelCore& core) const;
    [[nodiscard]] std::optional<u64> smallest_key() const;
    [[nodiscard]] bool touched() const;
    [[nodiscard]] bool inputs_remain() const { return cut_end_ < config_.inputs.size(); }
    [[nodiscard]] bool nothing_to_do() const;
    [[nodiscard]] u64 next_beat();
    [[nodiscard]] u64 skip_to_input();
    [[nodiscard]] std::optional<u64> next_timer() const; // model_flows.cpp
    [[nodiscard]] u64 skip_to_timer(u64 deadline);
    void decide_promotion();
    void jump_to(u64 key);
    void count_lines_at_jump();
    void select_x();
    [[nodiscard]] std::vector<HeapEntry> due_entries() const;
    void take_into_x(const std::vector<HeapEntry>& due);
    void count_x();
    void steal();
    [[nodiscard]] bool idle(u32 core) const;
    [[nodiscard]] u64 spare(u32 core);
    void move_tasks(u32 victim, u32 thief, u64 count);

    // model_sigma.cpp: snapshots.
    [[nodiscard]] ModelStatus may_promote(u32 core, const ModelTask& task, u32 snapshot);
    [[nodiscard]] bool is_damaged(const ModelRequest& request) const;
    [[nodiscard]] const SigmaSnapshot& followed(const Bytes& bytes);
    void promote(u32 snapshot);
    [[nodiscard]] u64 current_id_word() const;

    // model_outside.cpp: inputs from outside.
    [[nodiscard]] bool find_first_beat();
    void begin_barrier(u64 beats);
    void cut_outside(u64 due);
    void cut_outside_again(u64 due);
    [[nodiscard]] bool is_there(const ModelOutside& input, u64 due) const;
    [[nodiscard]] bool accepts(const ModelOutside& input) const;
    [[nodiscard]] bool has_place(const ModelOutside& input);
    [[nodiscard]] u64 held_from_outside(u32 core, u8 line) const;
    [[nodiscard]] bool outside_remains() const { return next_outside_ < config_.outside.size(); }
    void wait_for_outside(u64 due);

    [[nodiscard]] bool valid(const ModelTask& task) const; // model_context.cpp
    [[nodiscard]] u64 stamp(u32 core) { return ++cores_[core].clock; }
    void record(u32 core, ModelEvent event);
    void enter_ring(u32 core, const ModelTask& task);
    void enter_heap(u32 core, const ModelTask& task, u64 time);
    [[nodiscard]] bool heap_full(u32 core) const;
    [[nodiscard]] u8 line_of(const ModelTask& task, bool ordered) const {
        if (ordered && !faults_.ordered_requests_in_level_lines) {
            return ORDERED;
        }
        return task.is_delta() ? DELTAS : task.level;
    }
    /// Section 2.8: in which quota an input counts.
    [[nodiscard]] u8 quota_line_of(const Arrival& arrival) const {
        return arrival.task.is_delta() && !faults_.deltas_have_a_quota
                   ? arrival.task.level
                   : line_of(arrival.task, arrival.ordered_time.has_value());
    }
    [[nodiscard]] u64 held_in_lines(u32 core, u8 quota_line,
                                    const std::function<bool(const Arrival&)>& counts) const;
    using ArrivalKey = std::tuple<u64, u32, u64, u64, u32>;
    [[nodiscard]] ArrivalKey key(const Arrival& arrival) const;
    [[nodiscard]] u32 rank(From from) const;

    ModelConfig config_;
    ModelFaults faults_;
    ModelCounters counters_;
    std::vector<ModelCore> cores_;
    u64 share_;         ///< S
    u64 heap_capacity_; ///< H
    u64 beat_ = 0;
    u64 start_time_ = 0;       ///< G
    bool after_pulse_ = false; ///< between the beat before and this one lies a pulse
    std::vector<HeapEntry> selected_;
    u64 cut_begin_ = 0; ///< inputs [cut_begin_, cut_end_) arrive in beat cut_due_
    u64 cut_end_ = 0;
    u64 cut_due_ = 0;
    u64 next_outside_ = 0;
    u64 now_ = 0;                ///< what comes until this moment is there
    bool ends_ = false;          ///< at this barrier
    std::vector<Arrival> taken_; ///< from outside, for the beat that comes next
    u64 refused_ = 0;
    std::vector<Bytes> turns_; ///< the snapshots that were current, one after the other
    Bytes loaded_;             ///< a snapshot's pieces, if any came
    std::map<Bytes, std::shared_ptr<const SigmaSnapshot>> read_; ///< those that were followed
};

} // namespace knhk::model
