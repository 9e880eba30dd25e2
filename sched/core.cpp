// SPDX-License-Identifier: MIT
// The phases of a beat, in the order in which they happen (docs/determinism.md, section 2), and
// what the barrier is told of it.
#include "sched/core.hpp"
#include "sched/worker.hpp"

namespace knhk {

namespace {

/// As many as the barrier may select of one core in one beat, and the one where it stops.
u32 ordered_front_max(u32 cores) {
    const u32 of_core = ordered_of_core_max(log_share_records(cores));
    return (of_core < ORDERED_SELECTED_MAX ? of_core : ORDERED_SELECTED_MAX) + 1;
}

} // namespace

Core::Core(const RunSetup& run, CoreId id)
    : run_(&run), id_(id),
      clock_(reinterpret_cast<CoreClock*>(run.memory.share(region::clocks, id.raw, run.cores))),
      state_(run.memory.share(region::state_slabs, id.raw, run.cores)), ready_(run.memory, id.raw),
      deltas_(run.memory, id.raw),
      assertions_(run.memory.share(region::assertions, id.raw, CORES_MAX), ASSERTED_ROWS, RECEIPTS),
      ordered_(run.memory.share(region::ordered_queue, id.raw, run.cores),
               ordered_capacity(run.cores)),
      ordered_front_most_(ordered_front_max(run.cores)), boxes_(run.memory),
      post_(run.memory, id.raw, run.cores), log_(run.memory, id, run.cores), sigma_(run.sigma()),
      flows_(*reinterpret_cast<FlowTable*>(run.memory.share(region::flows, id.raw, run.cores))) {
    box_ = &boxes_.of(id.raw);
}

CoreOutcome Core::prepare() {
    touch_shares();
    clock_->state_hash = xxh3_64(state_, STATE_SLAB_BYTES);
    box_->next_input = run_->next_input_of(id_.raw, 0);
    stage_inputs();
    return outcome();
}

/// All memory is zero when a run begins. Its worker writes to it first, so that it lies near.
void Core::touch_shares() const {
    for (const Region& region : {region::core_queues, region::warm_queues, region::mailboxes,
                                 region::ordered_queue, region::state_slabs, region::flows}) {
        volatile std::byte* share = run_->memory.share(region, id_.raw, run_->cores);
        const u64 size_bytes = region.stride_bytes(run_->cores);
        for (u64 at = 0; at < size_bytes; at += PAGE_BYTES) {
            share[at] = std::byte{0};
        }
    }
}

CoreOutcome Core::stage() {
    // Its place may be the count of then.
    box_->next_input = run_->next_input_of(id_.raw, box_->next_input);
    stage_inputs();
    return outcome();
}

CoreOutcome Core::run_beat(const BeatPlan& plan, Worker& worker) {
    ready_.expect_tasks();
    Chaos& chaos = worker.chaos;
    worker_ = &worker;
    beat_ = plan.beat;
    sent_ = 0;
    lined_up_ = 0;
    receipts_ = 0;
    clock_->time.fast_forward(plan.start); // alignment: no clock is ahead of G
    log_.begin_beat(plan.index);
    sigma_.quiesce(id_);
    chaos.disturb();
    post_.take_back_credits(plan.beat, plan.index);
    run_ordered(plan);
    chaos.disturb();
    admit(plan);
    post_.hand_over(); // credits: the sooner, the less they wait for the other workers' lines
    chaos.disturb();
    run_fibers(plan.beat);
    if (plan.after_pulse != 0) {
        run_cold_fibers();
    }
    chaos.disturb();
    run_tasks(plan.beat);
    chaos.disturb();
    post_.hand_over();
    stage_inputs();
    ordered_front_ = ordered_.front(ordered_front_most_);
    clock_->events += log_.count();
    return outcome();
}

void Core::expect_beat(const BeatPlan& plan) const {
    __builtin_prefetch(clock_);
    ready_.expect();
    post_.expect(plan.beat, plan.index);
    __builtin_prefetch(&box_->lines);
    __builtin_prefetch(&box_->staged);
    flows_.expect();
    ordered_.expect();
}

CoreOutcome Core::outcome() const {
    const u64 blocked = box_->next_input;
    const bool asks = clock_->promotion.stage == PromotionStage::Asked;
    // Messages on their way are counted at both ends, not read off the outbox: destinations free
    // its credits in this very beat, and how many of them by now is a matter of speed.
    return {now().raw,
            blocked < run_->input_count ? blocked : run_->input_count,
            ordered_key(0).key,
            sent_,
            lined_up_,
            !ready_.empty() || clock_->deltas != 0 || can_be_admitted(),
            clock_->state_touched != 0 || clock_->receipts != 0 || asks,
            asks,
            flows_.next_timer()};
}

/// Idle: nothing of its own to run, nor will it have but by what is still on its way.
CoreLoad Core::load() const {
    const bool idle = ready_.empty() && clock_->deltas == 0 && lines_are_empty();
    return {static_cast<u8>(ready_.spare()), idle};
}

/// Whether a task may use what core 0 keeps for all.
TaskStatus Core::may_use_loaded(const Task& task) const {
    return id_.raw == LOADING_CORE && !task.stateless() ? TaskStatus::Ok : TaskStatus::StateDenied;
}

TaskStatus Core::load_snapshot(const Task& task, u64 place, std::span<const std::byte> piece) {
    const TaskStatus may = may_use_loaded(task);
    if (may != TaskStatus::Ok) {
        return may;
    }
    const PromotionRequest& request = clock_->promotion;
    if (request.stage != PromotionStage::None && request.snapshot == SNAPSHOT_LOADED) {
        return TaskStatus::QueueFull; // what was asked for stays as it is until it is decided
    }
    return sigma_.load(place, piece) ? TaskStatus::Ok : TaskStatus::NoSnapshot;
}

/// Whether what was loaded is a snapshot, the barrier sees.
TaskStatus Core::may_be_promoted(const Task& task, u32 snapshot) const {
    if (snapshot == SNAPSHOT_LOADED) {
        return may_use_loaded(task);
    }
    const SnapshotDescriptor* const current = sigma_.current();
    const bool is_there = snapshot == SNAPSHOT_BEFORE ? current != nullptr && current->epoch > 1
                                                      : snapshot < run_->snapshots.size();
    return is_there ? TaskStatus::Ok : TaskStatus::NoSnapshot;
}

/// One for each core and epoch: its first, which is its earliest.
TaskStatus Core::ask_promotion(const Task& task, Timestamp ts, u32 snapshot) {
    PromotionRequest& request = clock_->promotion;
    const TaskStatus may = may_be_promoted(task, snapshot);
    if (may != TaskStatus::Ok) {
        return may;
    }
    if (request.stage != PromotionStage::None) {
        return TaskStatus::QueueFull;
    }
    request = {ts.raw, task.id, snapshot, PromotionStage::Asked};
    return TaskStatus::Ok;
}

void Core::decide_promotion(PromotionStage stage) {
    if (clock_->promotion.stage == PromotionStage::Asked) {
        clock_->promotion.stage = stage;
    }
}

std::span<std::byte> Core::state_for_writing() {
    clock_->state_touched = 1;
    return {state_, STATE_SLAB_BYTES};
}

} // namespace knhk
