// SPDX-License-Identifier: MIT
// Units and words of the contract that must not convert. check_compile_fail.py sees to it.
#include "base/types.hpp"
#include "isa/tick_budget.hpp"
#include "sched/best_effort.hpp"
#include "sched/logical_clock.hpp"

namespace knhk {

u64 convert() {
    const Tick tick{1};
    const Beat beat{2};
#ifdef CASE_tick_is_no_cycles // Tick.*Cycles
    const Cycles cycles = tick;
#endif
#ifdef CASE_beat_is_no_tick // Beat.*Tick
    const Tick other = beat;
#endif
#ifdef CASE_tick_is_no_number // Tick.*u(nsigned )?int
    const u32 number = tick;
#endif
#ifdef CASE_number_is_no_tick // (int.*Tick|Tick.*int)
    const Tick other = 3;
#endif
#ifdef CASE_beat_and_tick_are_not_compared // (no match|invalid operands)
    return beat < tick ? 1 : 0;
#endif
#ifdef CASE_core_is_no_task // CoreId.*TaskId
    const TaskId id = CoreId{1};
#endif
#ifdef CASE_cycles_are_not_charged // Cycles.*Tick
    TickBudget budget = TickBudget::chatman();
    return budget.charge(Cycles{1}) ? 1 : 0;
#endif
#ifdef CASE_number_is_no_budget // (no matching (function|constructor)|could not convert)
    const TickBudget budget(8);
#endif
#ifdef CASE_beat_is_not_received // Beat.*Timestamp
    LogicalClock clock;
    return clock.receive(beat).raw;
#endif
#ifdef CASE_clock_is_not_set // private
    LogicalClock clock;
    clock.set(Timestamp{1});
#endif
#ifdef CASE_clock_is_not_turned_back_by_a_number // no viable|no match|could not convert
    LogicalClock clock;
    clock = 0;
#endif
#ifdef CASE_beat_has_no_causal_order // HappensBefore
    return is_concurrent(beat, beat) ? 1 : 0;
#endif
    return beat.raw + tick.raw;
}

bool queue(BestEffortQueue<u64, 4>& items) {
#ifdef CASE_queue_item_with_a_destructor_is_refused // items travel as words
    struct Owner {
        ~Owner() { ++count; }
        u32 count;
    };
    BestEffortQueue<Owner, 4> owners;
#endif
#ifdef CASE_lost_item_is_not_overlooked // nodiscard
    items.push(1);
#endif
    return items.push(1);
}

} // namespace knhk
