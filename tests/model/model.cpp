// SPDX-License-Identifier: MIT
// The model's beats and the barrier between them: determinism.md, sections 1, 2, 2.6 and 2.7. What
// a core does in a beat is in model_core.cpp.
#include "tests/model/model.hpp"

#include <algorithm>

namespace knhk::model {
namespace {

constexpr u64 RECORDS_A_BEAT = 16384;

} // namespace

ModelDigest ModelRun::digest(const ModelDigest& identity) const {
    return digest_of_run(identity, beats.empty() ? ModelDigest{} : beats.back().chain);
}

// Section 1: all state is zero before a run. Section 2, Log share: S.
Model::Model(ModelConfig config, ModelFaults faults)
    : config_(std::move(config)), faults_(faults), cores_(config_.cores),
      share_(RECORDS_A_BEAT / config_.cores) {
    for (ModelCore& core : cores_) {
        core.last_state_hash = hash64(core.slab);
    }
}

// Sections 2 and 2.7: beats, and the barrier after each.
ModelRun Model::run() {
    ModelRun result;
    cut_inputs(0);
    if (cut_begin_ == cut_end_) {
        return result;
    }
    u64 start_time = 0; // G
    while (true) {
        ModelBeat beat{.beat = beat_, .start_time = start_time};
        for (u32 core = 0; core < config_.cores; ++core) {
            core_beat(core, beat.start_time);
            beat.events.push_back(cores_[core].events);
            start_time = std::max(start_time, cores_[core].clock);
        }
        const ModelDigest before = result.beats.empty() ? ModelDigest{} : result.beats.back().chain;
        beat.chain = next_chain(before, beat_, beat.start_time, beat.events);
        result.beats.push_back(std::move(beat));
        cut_inputs(beat_ + 1);
        if (const std::optional<ModelEnd> end = end_after(result.beats.size())) {
            result.reason = *end;
            return result;
        }
        const u64 pulse = faults_.skip_by_eight_beats ? beat_ + 8 : (beat_ / 8 + 1) * 8;
        beat_ = nothing_left() ? pulse : beat_ + 1;
    }
}

// Section 2.7: nothing anywhere is quiescent, but for a slab that counts as touched: the run goes
// on then, with the next beat of slot 0.
std::optional<ModelEnd> Model::end_after(u64 beats) {
    const bool touched = std::ranges::any_of(cores_, &ModelCore::touched);
    if (nothing_left() && (!touched || faults_.quiescent_though_touched)) {
        return ModelEnd::Quiescent;
    }
    if (beats >= config_.beats_max) {
        ++counters_.beat_limit;
        return ModelEnd::BeatLimit;
    }
    counters_.skip_to_a_pulse += nothing_left();
    return std::nullopt;
}

// Section 2.7: no ring and no line holds anything, no message is in flight, no input was cut.
bool Model::nothing_left() const {
    return cut_begin_ == cut_end_ && std::ranges::all_of(cores_, [this](const ModelCore& core) {
               const auto empty = [](const auto& tasks) { return tasks.empty(); };
               const bool none_sent =
                   core.pending.empty() || faults_.messages_invisible_to_quiescence;
               return none_sent && std::ranges::all_of(core.rings, empty) &&
                      std::ranges::all_of(core.lines, empty);
           });
}

// Section 2.6: the end moves to the first input whose home core and level already holds a quarter
// of its ring's capacity in inputs that are not in the ring, those of this cut counted.
void Model::cut_inputs(u64 due) {
    cut_due_ = due;
    cut_begin_ = cut_end_;
    std::map<std::pair<u32, u8>, u64> cut_now;
    for (; cut_end_ < config_.inputs.size(); ++cut_end_) {
        const u32 core = static_cast<u32>(cut_end_ % config_.cores);
        const u8 level = config_.inputs[cut_end_].level;
        const u64 quota = CAPACITIES[level] / 4 + (faults_.input_quota_off_by_one ? 1 : 0);
        u64& earlier = cut_now[{core, level}];
        if (held_inputs(core, level) + earlier >= quota) {
            ++counters_.cut_stopped;
            return;
        }
        earlier += faults_.cut_unbounded ? 0 : 1;
    }
}

// Section 2.6: inputs of earlier cuts that wait in a line.
u64 Model::held_inputs(u32 core, u8 level) const {
    return static_cast<u64>(std::ranges::count_if(
        cores_[core].lines[level], [](const Arrival& arrival) { return arrival.input; }));
}

} // namespace knhk::model
