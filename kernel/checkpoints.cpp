// SPDX-License-Identifier: MIT
#include "kernel/checkpoints.hpp"

#include "replay/checkpoint.hpp"

namespace knhk {

namespace {

/// The one run, for the scheduler's questions, which name none.
constinit Kernel* kernel_ = nullptr;
constinit u64 beats_when_asked_ = 0; ///< executed when it was last looked whether it is time
constinit u32 requests_met_ = 0;

/// Influences nothing that a log could show.
bool wants_checkpoint(u64 beats_executed) {
    const u64 before = beats_when_asked_;
    beats_when_asked_ = beats_executed;
    const u64 period = kernel_->config.checkpoint_beats;
    const bool is_time = period != 0 && beats_executed / period != before / period;
    // Relaxed: it is a number and nothing else.
    const u32 requests = drain_control(*kernel_)->checkpoints_asked.load(std::memory_order_relaxed);
    const bool is_asked = requests != requests_met_;
    requests_met_ = requests;
    return is_time || is_asked;
}

void put(void* log, const void* bytes, u64 size_bytes) {
    static_cast<LogWriter*>(log)->put_checkpoint(bytes, size_bytes);
}

bool take(void* intake, void* to, u64 size_bytes) {
    return static_cast<Intake*>(intake)->read(to, size_bytes);
}

void save_checkpoint() {
    const RunState& state = kernel_->scheduler.result();
    write_checkpoint(kernel_->run.memory, kernel_->run.cores,
                     {kernel_->identity_hash, kernel_->identity, kernel_->workload_text},
                     {state.beats_executed, state.plan.beat.raw, state.events,
                      state.lockchain.leaves(), state.step.previous},
                     {put, &kernel_->log});
}

std::unexpected<BootError> refuse(std::string_view why) {
    return std::unexpected(BootError{ExitStatus::BadInput, Error::BadCheckpoint, why});
}

} // namespace

void connect_checkpoints(Kernel& kernel) {
    kernel_ = &kernel;
    kernel.host.wants_checkpoint = wants_checkpoint;
    kernel.host.save_checkpoint = save_checkpoint;
}

BootResult restore_checkpoint(Kernel& kernel) {
    const CheckpointSource source{take, &kernel.intake};
    const auto header = read_checkpoint_header(source);
    if (!header) {
        return refuse(header.error());
    }
    if (header->identity_hash != kernel.identity_hash) {
        return refuse("it is of another run: its identity is not this one's");
    }
    if (!skip_checkpoint_text(*header, source)) {
        return refuse("it is cut within its texts");
    }
    if (const char* damage = read_checkpoint_pages(*header, kernel.run.memory, source)) {
        return refuse(damage);
    }
    const auto* state = kernel.run.memory.as<RunState>(region::scheduler);
    if (state->magic != RUN_STATE_MAGIC || state->version != RUN_STATE_VERSION ||
        state->cores != kernel.run.cores || state->finished != 0 ||
        state->beats_executed != header->place.beats) {
        return refuse("it does not hold a run between two beats of this build");
    }
    beats_when_asked_ = state->beats_executed;
    kernel.log.write_resumed(state->beats_executed, state->events, state->step.previous,
                             state->lockchain);
    return {};
}

} // namespace knhk
