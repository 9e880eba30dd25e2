// SPDX-License-Identifier: MIT
// What a model is told of a run, what it says of it, and what it keeps of each core between beats.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>

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

} // namespace knhk::model
