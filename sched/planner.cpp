// SPDX-License-Identifier: MIT
#include "sched/planner.hpp"

#include <utility>

#include "sched/merge_heap.hpp"
#include "sigma/promotion.hpp"

namespace knhk {

namespace {

/// One core's smallest keys, looked at from the front.
struct FrontCursor {
    OrderedKey key;
    u32 core;
    u32 taken;

    [[nodiscard]] bool before(const FrontCursor& other) const {
        return key != other.key ? key < other.key : core < other.core;
    }
};

u64 larger(u64 a, u64 b) {
    return a > b ? a : b;
}

} // namespace

bool Planner::plan_first(const Outcome& outcome) {
    if (!run_->snapshots.empty()) {
        follow(run_->snapshots.front());
    }
    const bool has_inputs = run_->input_count != 0;
    plan().beat = Beat{has_inputs ? run_->input_beat(0) : 0};
    return cut_inputs(outcome) || has_inputs;
}

bool Planner::plan_next(const Outcome& outcome) {
    BeatPlan& plan = state_->plan;
    const Beat before = plan.beat;
    plan.start = Timestamp{outcome.clock_max};
    plan.beat = Beat{before.raw + 1};
    plan.index = state_->beats_executed;
    if (!move_on(outcome, cut_inputs(outcome))) {
        plan.beat = before;
        return false;
    }
    KNHK_CHECK(plan.start.raw < TIMESTAMP_END - (u64{1} << 32), plan.start.raw);
    plan.after_pulse = plan.beat.raw / CHATMAN != before.raw / CHATMAN ? 1 : 0;
    if (plan.after_pulse != 0 && outcome.asks_promotion) {
        decide_promotion();
    }
    select_ordered(outcome);
    steal();
    return true;
}

/// Of what the cores ask for and is there, the first in (timestamp, core) is promoted.
void Planner::decide_promotion() {
    SealedSnapshot loaded;
    if (request_of(LOADING_CORE).snapshot == SNAPSHOT_LOADED && !open_loaded(loaded)) {
        decide(LOADING_CORE, PromotionStage::NoSnapshot);
    }
    const u32 first = first_request();
    if (first == run_->cores) {
        return;
    }
    for (u32 core = 0; core < run_->cores; ++core) {
        decide(core, core == first ? PromotionStage::Promoted : PromotionStage::Refused);
    }
    const u32 snapshot = request_of(first).snapshot;
    if (snapshot == SNAPSHOT_BEFORE) {
        // It was asked for, so there was one then, and nothing was swapped since.
        KNHK_CHECK(Promotion<Promoted>::roll_back(sigma_).has_value(), snapshot);
    } else {
        follow(snapshot == SNAPSHOT_LOADED ? loaded : run_->snapshots[snapshot]);
    }
}

PromotionRequest Planner::request_of(u32 core) const {
    return cores_->with(core, [](const Core& of) { return of.promotion(); });
}

void Planner::decide(u32 core, PromotionStage stage) {
    cores_->with(core, [stage](Core& of) { of.decide_promotion(stage); });
}

/// Whose is the first that is not decided; the number of cores if all are.
u32 Planner::first_request() const {
    u32 first = run_->cores;
    u64 timestamp = 0;
    for (u32 core = 0; core < run_->cores; ++core) {
        const PromotionRequest request = request_of(core);
        const bool is_first = first == run_->cores || request.timestamp < timestamp;
        if (request.stage == PromotionStage::Asked && is_first) {
            first = core;
            timestamp = request.timestamp;
        }
    }
    return first;
}

/// Here, where no core waits for it: looking at every byte takes longer than a task may.
bool Planner::open_loaded(SealedSnapshot& loaded) const {
    const auto opened = sigma_.loaded();
    if (opened) {
        loaded = *opened;
    }
    return opened && loaded.may_be_followed();
}

/// A slot is free: all cores have run a beat since the one was swapped out that was in it.
void Planner::follow(const SealedSnapshot& sealed) {
    auto preparing =
        Promotion<Preparing>::begin(sigma_, sealed.snapshot.id(), sealed.snapshot, sealed.receipt);
    KNHK_CHECK(preparing.has_value(), sealed.receipt.invariants);
    auto ready = std::move(*preparing).prepare();
    KNHK_CHECK(ready.has_value(), run_->cores);
    static_cast<void>(std::move(*ready).promote());
}

/// The workload's, in order, up to the first that is for a later beat or that its core has no place
/// for; then those from outside. Whether there are any.
bool Planner::cut_inputs(const Outcome& outcome) {
    BeatPlan& plan = state_->plan;
    const u64 cut_before = plan.input_end;
    const u64 later = run_->first_input_after(plan.beat, plan.input_end);
    const u64 end = later < outcome.input_blocked_min ? later : outcome.input_blocked_min;
    plan.input_end = larger(plan.input_end, end);
    bool any = plan.input_end != cut_before;
    if (outside_ != nullptr) {
        outside_->cut(plan.beat);
        any = any || !outside_->taken().empty();
    }
    return any;
}

/// If nothing is left to do now, jumps or skips to where there is. False: nowhere.
bool Planner::move_on(const Outcome& outcome, bool inputs_cut) {
    BeatPlan& plan = state_->plan;
    if (outcome.busy || inputs_cut || state_->on_the_way != 0) {
        return true;
    }
    if (outcome.ordered_time_min != NO_ORDERED_KEY.key) {
        plan.start = Timestamp{larger(plan.start.raw, outcome.ordered_time_min)};
        return true;
    }
    const u64 next_input =
        plan.input_end < run_->input_count ? run_->input_beat(plan.input_end) : NO_TIMER;
    const u64 next = next_input < outcome.next_timer ? next_input : outcome.next_timer;
    if (next != NO_TIMER) {
        return skip_to(Beat{larger(next, plan.beat.raw)}, outcome);
    }
    // What handlers left in the state slabs is logged before a run ends, and promotions are
    // decided.
    return outcome.awaits_pulse &&
           skip_to(Beat{((plan.beat.raw - 1) / CHATMAN + 1) * CHATMAN}, outcome);
}

bool Planner::skip_to(Beat beat, const Outcome& outcome) {
    plan().beat = beat;
    static_cast<void>(cut_inputs(outcome));
    return true;
}

// --- ordered tasks ---------------------------------------------------------------------------

/// Merges the fronts of all heaps up to the first entry over a limit. It may not be passed over:
/// what comes behind it would run before it.
void Planner::select_ordered(const Outcome& outcome) {
    const u64 time = plan().start.raw;
    plan().ordered.count = 0;
    if (outcome.ordered_time_min > time) {
        return;
    }
    MergeHeap<FrontCursor, CORES_MAX> fronts;
    for (u32 core = 0; core < run_->cores; ++core) {
        if (board_->cores[core].ordered_time <= time) {
            fronts.add({key_of(core, 0), core, 0});
        }
    }
    fronts.order();
    u16 order[ORDERED_SELECTED_MAX];
    u32& count = plan().ordered.count;
    while (!fronts.empty() && count < ORDERED_SELECTED_MAX) {
        FrontCursor cursor = fronts.first();
        if (cursor.key.key > time || cursor.taken == of_core_max_) {
            break;
        }
        order[count++] = static_cast<u16>(cursor.core);
        cursor.key = key_of(cursor.core, ++cursor.taken);
        fronts.replace_first(cursor);
    }
    share_out(order);
}

OrderedKey Planner::key_of(u32 core, u32 place) const {
    return cores_->with(core, [place](const Core& of) { return of.ordered_key(place); });
}

/// Tells each core its places: `order` says whose entry is the j-th.
void Planner::share_out(const u16* order) {
    Selection& ordered = plan().ordered;
    for (u32 core = 0; core < run_->cores; ++core) {
        ordered.end[core] = 0;
    }
    for (u32 place = 0; place < ordered.count; ++place) {
        ++ordered.end[order[place]];
    }
    u16 begin = 0;
    for (u32 core = 0; core < run_->cores; ++core) {
        ordered.begin[core] = begin;
        begin = static_cast<u16>(begin + ordered.end[core]);
        ordered.end[core] = ordered.begin[core];
    }
    for (u32 place = 0; place < ordered.count; ++place) {
        ordered.rank[ordered.end[order[place]]++] = static_cast<u16>(place);
    }
}

// --- stealing --------------------------------------------------------------------------------

/// Idle cores take stateless tasks from whoever has most to spare. The numbers are those of the
/// barrier, so who takes what is no matter of speed.
void Planner::steal() {
    Thefts& thefts = plan().thefts;
    if (thefts.thieves != 0) { // else its line stays clean, and with all who read it
        thefts.thieves = 0;
    }
    if (!run_->stealing) {
        return;
    }
    u8 spare[CORES_MAX];
    for (u32 core = 0; core < run_->cores; ++core) {
        spare[core] = board_->cores[core].load.spare;
        thefts.tasks[core] = 0;
        thefts.victim[core] = 0;
    }
    for (u32 thief = 0; thief < run_->cores && thefts.thieves < STEAL_THIEVES_MAX; ++thief) {
        if (!may_steal(thief)) {
            continue;
        }
        u32 victim = 0;
        for (u32 core = 1; core < run_->cores; ++core) {
            victim = spare[core] > spare[victim] ? core : victim;
        }
        const u32 half = spare[victim] / 2u;
        const u32 count = half < STEAL_TASKS_MAX ? half : STEAL_TASKS_MAX;
        if (count == 0) {
            break;
        }
        move_tasks(victim, thief, count);
        spare[victim] = static_cast<u8>(spare[victim] - count);
        thefts.tasks[thief] = static_cast<u8>(count);
        thefts.victim[thief] = static_cast<u16>(victim);
        ++thefts.thieves;
    }
}

bool Planner::may_steal(u32 core) const {
    const Selection& ordered = plan().ordered;
    const bool has_ordered = ordered.count != 0 && ordered.begin[core] != ordered.end[core];
    return board_->cores[core].load.idle && !has_ordered;
}

void Planner::move_tasks(u32 victim, u32 thief, u32 count) {
    cores_->with(victim, [&](Core& from) {
        cores_->with(thief, [&](Core& to) { from.give_tasks(to, count); });
    });
}

} // namespace knhk
