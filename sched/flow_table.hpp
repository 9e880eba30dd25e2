// SPDX-License-Identifier: MIT
// What a core keeps of cases between their tasks (docs/patterns.md): tokens that wait for others,
// timers, cases that are cancelled, circuit breakers. Bounded and plain; only tasks and the beat of
// the one core touch it.
#pragma once

#include <array>
#include <bit>
#include <type_traits>

#include "base/memory_map.hpp"
#include "isa/eval_task.hpp"
#include "sched/circuit_breaker.hpp"
#include "sched/limits.hpp"
#include "sched/task.hpp"

namespace knhk {

/// A case is what its tasks' ids have in common; the low bits tell its branches apart.
inline constexpr u32 CASE_LANE_BITS = 8;
inline constexpr u64 CASE_LANE_MASK = (u64{1} << CASE_LANE_BITS) - 1;

constexpr u64 case_of(u64 task_id) {
    return task_id >> CASE_LANE_BITS;
}
/// The id of the case's token on core (case + lane) mod C. Lane 0 is at home.
constexpr u64 token_id(u64 case_id, u64 lane) {
    return case_id << CASE_LANE_BITS | ((case_id + lane) & CASE_LANE_MASK);
}

/// Zero is a free one.
struct FlowEntry {
    u64 case_id;  ///< 0 of a circuit breaker, which is for all cases
    u64 deadline; ///< the beat from which it is over; 0: never. Of a breaker its `since`
    u16 node;     ///< the task's number in the snapshot; 0 of a case that is cancelled
    u8 pattern;   ///< whose entry it is; 0: free
    u8 arrived;   ///< tokens; of a breaker its `count`
    u8 need;      ///< tokens
    u8 any_false; ///< 1: one of the tokens was
    u8 state;     ///< 1: a choice that was made; of a breaker its BreakerState
    u8 has_token; ///< 1: that one enters its ring at the deadline
    u64 reserved;
    std::array<u64, 8> token; ///< a Task
};
static_assert(sizeof(FlowEntry) == 96 && std::has_unique_object_representations_v<FlowEntry>);

/// In region::flows.
struct FlowTable {
    u32 used;   ///< entries that are not free
    u32 timers; ///< those with a token
    u64 reserved[7];
    FlowEntry entries[FLOW_ENTRIES];
};
static_assert(sizeof(FlowTable) <= region::flows.stride_bytes(CORES_MAX));

/// A task that evaluates, as the table sees it.
struct FlowToken {
    const Task& task;
    MuRequest request;
    Beat beat;

    [[nodiscard]] u64 case_id() const { return case_of(task.id); }
    [[nodiscard]] u16 node() const { return static_cast<u16>(request.task()); }
};

inline constexpr u64 NO_TIMER = ~u64{0};

/// One core's.
class Flows {
  public:
    Flows() = default;
    explicit Flows(FlowTable& table) : table_(&table) {}

    /// What becomes of a token before its hooks are looked at. Changes nothing.
    [[nodiscard]] FlowTurn turn_of(PatternId pattern, const SigmaTask& task,
                                   const FlowToken& token) const;
    /// What the token leaves behind, now that it is known where it goes on. Whether that is more
    /// than nothing.
    bool leave(PatternId pattern, const SigmaTask& task, const FlowToken& token,
               const MuOutcome& outcome);

    /// This core's turn comes soon.
    void expect() const { __builtin_prefetch(table_); }
    [[nodiscard]] bool has_entries() const { return table_->used != 0; }
    /// The smallest deadline at which a token enters its ring, or NO_TIMER.
    [[nodiscard]] u64 next_timer() const;
    /// Takes out what is over in this beat, in ascending order of entry. `put` takes a token, or
    /// says that there is no place: then the entry stays.
    template<class Put>
    void expire(Beat beat, Put put);

  private:
    [[nodiscard]] FlowTurn turn_at_join(PatternId pattern, const FlowToken& token, u32 need) const;
    [[nodiscard]] FlowTurn turn_at_discriminator(const SigmaTask& task,
                                                 const FlowToken& token) const;
    [[nodiscard]] FlowTurn turn_at_timeout(const FlowToken& token) const;
    [[nodiscard]] FlowTurn turn_at_breaker(const SigmaTask& task, const FlowToken& token) const;

    void leave_at_join(PatternId pattern, const FlowToken& token, u32 need, FlowTurn turn);
    void leave_at_discriminator(const SigmaTask& task, const FlowToken& token, FlowTurn turn);
    void leave_at_choice(const SigmaTask& task, const FlowToken& token, bool is_made);
    void leave_at_timeout(const SigmaTask& task, const FlowToken& token, const MuOutcome& outcome);
    void cancel(const SigmaTask& task, const FlowToken& token);
    void leave_at_breaker(const SigmaTask& task, const FlowToken& token, bool success);

    [[nodiscard]] FlowEntry* find(PatternId pattern, u64 case_id, u16 node) const;
    [[nodiscard]] FlowEntry* find(PatternId pattern, const FlowToken& token) const {
        return find(pattern, token.case_id(), token.node());
    }
    [[nodiscard]] static bool is_of(const FlowEntry& entry, u64 case_id);
    [[nodiscard]] static bool is_over(const FlowEntry& entry, Beat beat) {
        return entry.deadline != 0 && entry.deadline <= beat.raw &&
               entry.pattern != static_cast<u8>(PatternId::CircuitBreaker);
    }
    [[nodiscard]] bool is_cancelled(const FlowToken& token) const;
    [[nodiscard]] bool has_entry_of(u64 case_id) const;
    [[nodiscard]] bool is_full() const { return table_->used == FLOW_ENTRIES; }
    FlowEntry& take(PatternId pattern, u64 case_id, u16 node);
    void free(FlowEntry& entry);
    void set_timer(FlowEntry& entry, const SigmaTask& task, const FlowToken& token);
    void drop_token(FlowEntry& entry);

    FlowTable* table_ = nullptr;
};

template<class Put>
void Flows::expire(Beat beat, Put put) {
    for (FlowEntry& entry : table_->entries) {
        if (!is_over(entry, beat)) {
            continue;
        }
        if (entry.has_token == 0 || put(std::bit_cast<Task>(entry.token))) {
            free(entry);
        }
    }
}

} // namespace knhk
