// SPDX-License-Identifier: MIT
// The model's run, beat by beat: determinism.md, sections 1 and 2. What a core does in a beat is in
// model_core.cpp and model_run.cpp, the barrier's decisions in model_barrier.cpp.
#include "tests/model/model.hpp"

#include <algorithm>

namespace knhk::model {
namespace {

constexpr u64 RECORDS_A_BEAT = 16384;
constexpr u64 ORDERED_ENTRIES = 8192;

} // namespace

ModelDigest ModelRun::digest(const ModelDigest& identity) const {
    return digest_of_run(identity, beats.empty() ? ModelDigest{} : beats.back().chain);
}

u64 ModelRun::event_count() const {
    u64 events = 0;
    for (const ModelBeat& beat : beats) {
        for (const std::vector<ModelEvent>& of_core : beat.events) {
            events += of_core.size();
        }
    }
    return events;
}

// Section 1: all state is zero before a run, H. Section 2, Log share: S.
Model::Model(ModelConfig config, ModelFaults faults)
    : config_(std::move(config)), faults_(faults), cores_(config_.cores),
      share_(RECORDS_A_BEAT / config_.cores), heap_capacity_(ORDERED_ENTRIES / config_.cores) {
    for (ModelCore& core : cores_) {
        core.last_state_hash = hash64(core.slab);
    }
    if (!config_.snapshots.empty()) { // section 2.12
        turns_.push_back(config_.snapshots.front());
    }
}

// Sections 2, 2.8 and 2.10: beats, and the barrier after each.
ModelRun Model::run() {
    ModelRun result;
    const bool is_any = find_first_beat();
    while (is_any) {
        ModelBeat beat = execute_beat();
        const ModelDigest before = result.beats.empty() ? ModelDigest{} : result.beats.back().chain;
        beat.chain = next_chain(before, beat_, beat.start_time, beat.events);
        result.beats.push_back(std::move(beat));
        for (const Arrival& arrival : taken_) {
            result.taken.push_back({arrival.task, arrival.ordered_time, 0, beat_, arrival.rows});
        }
        begin_barrier(result.beats.size());
        cut_inputs(beat_ + 1);
        cut_outside(beat_ + 1);
        if (const std::optional<ModelEnd> end = end_after(result.beats.size())) {
            result.reason = *end;
            break;
        }
        if (faults_.x_before_jump) {
            select_x();
        }
        const u64 next = next_beat();
        after_pulse_ = next / 8 != beat_ / 8;
        beat_ = next;
        if (after_pulse_ || faults_.promoted_between_all_beats) {
            decide_promotion();
        }
        if (!faults_.x_before_jump) {
            select_x();
        }
        steal();
    }
    result.refused = refused_;
    return result;
}

// Section 2: every core for itself; then G of the next beat is the largest clock.
ModelBeat Model::execute_beat() {
    ModelBeat beat{.beat = beat_, .start_time = start_time_};
    u64 largest = start_time_;
    for (u32 core = 0; core < config_.cores; ++core) {
        core_beat(core);
        beat.events.push_back(cores_[core].events);
        largest = std::max(largest, cores_[core].clock);
    }
    start_time_ = largest;
    return beat;
}

// Section 2.10: quiescent goes before the beat limit. Section 2.11: an idle run waits, unless it
// ends.
std::optional<ModelEnd> Model::end_after(u64 beats) {
    if (nothing_to_do() && !ends_) {
        wait_for_outside(beat_ + 1);
    }
    if (nothing_to_do() && !outside_remains()) {
        return ModelEnd::Quiescent;
    }
    if (beats >= config_.beats_max) {
        ++counters_.beat_limit;
        return ModelEnd::BeatLimit;
    }
    return std::nullopt;
}

void Model::record(u32 core, ModelEvent event) {
    event.core = static_cast<u16>(core);
    cores_[core].events.push_back(event);
}

// Sections 2.5 and 2.6: a task in a ring is a `TaskEnqueued`.
void Model::enter_ring(u32 core, const ModelTask& task) {
    cores_[core].rings[task.level].push_back(task);
    record(core, {.timestamp = stamp(core),
                  .task_id = task.id,
                  .hash = hash64(task.encode()),
                  .kind = TASK_ENQUEUED,
                  .status = task.level});
}

// Section 2.5: a request for the past is for the time at which it enters.
void Model::enter_heap(u32 core, const ModelTask& task, u64 time) {
    const u64 entered = stamp(core);
    counters_.key_raised_to_stamp += time < entered;
    const u64 heap_key = faults_.key_as_asked ? time : std::max(time, entered);
    cores_[core].heap.push_back({heap_key, entered, core, task});
    record(core, {.timestamp = entered,
                  .task_id = task.id,
                  .hash = hash64(task.encode()),
                  .kind = TASK_ENQUEUED,
                  .status = ORDERED});
}

bool Model::heap_full(u32 core) const {
    u64 size = cores_[core].heap.size();
    if (faults_.heap_shared) {
        size = 0;
        for (const ModelCore& other : cores_) {
            size += other.heap.size();
        }
        return size >= ORDERED_ENTRIES;
    }
    if (faults_.selected_keep_heap_room) {
        size += static_cast<u64>(std::ranges::count(selected_, core, &HeapEntry::home));
    }
    return size >= heap_capacity_;
}

} // namespace knhk::model
