// SPDX-License-Identifier: MIT
// Inputs that come from outside while a run goes on (docs/determinism.md, 2.11): the barrier takes
// them from the intake and hands them to their cores. One worker calls it, alone.
#pragma once

#include "replay/intake.hpp"
#include "sched/admission.hpp"
#include "sched/deltas.hpp"
#include "sched/host.hpp"
#include "sched/mailbox.hpp"
#include "sched/run_setup.hpp"

namespace knhk {

/// Whether a run takes inputs from outside, and when. No part of its identity.
enum class InputsMode : u8 {
    None,    ///< never
    Open,    ///< as they come
    Recorded ///< in the beats that a log says; and behind the log's last, if there is more, as they
             ///< come
};

/// An input, and the rows that it brings, in the place of inputs.
struct IntakeItem {
    IntakeInput inputs[1 + LOG_ROWS_INPUTS];

    [[nodiscard]] const IntakeInput& head() const { return inputs[0]; }
    /// Empty if they are no rows of a delta.
    [[nodiscard]] TripleRun rows() const {
        std::byte bytes[LOG_ROWS_BYTES];
        for (u32 i = 0; i < LOG_ROWS_INPUTS; ++i) {
            std::memcpy(bytes + i * sizeof(LogInput), &inputs[1 + i].input, sizeof(LogInput));
        }
        return rows_from(bytes);
    }
};

class OutsideInputs {
  public:
    OutsideInputs() = default;
    /// `intake` may be null if there are none.
    OutsideInputs(const RunSetup& run, InputsMode mode, Intake* intake, const Host& host);

    /// The barrier begins: nothing is cut. `ends`: nothing shall be, for the run ends here.
    void begin(bool ends);
    /// Takes for `beat` what is there, up to the first that has no place. A run that is replayed
    /// takes what was recorded for the beat, and waits until it knows of it.
    void cut(Beat beat);
    /// What was cut for the beat that comes next.
    [[nodiscard]] std::span<const LogInput> taken() const {
        return std::span(cut_->inputs).first(cut_->count);
    }

    enum class Waited : u8 {
        Came,   ///< something is there
        Closed, ///< nothing is, nor will be
        Stopped ///< the run ends here
    };
    /// Nothing is left to do in the run.
    [[nodiscard]] Waited wait();

    [[nodiscard]] bool may_come() const { return mode_ != InputsMode::None && !ends_; }
    /// An operator wanted the run's end while it waited for the host.
    [[nodiscard]] bool was_stopped() const { return was_stopped_; }
    /// The run waits for the host; for reports.
    [[nodiscard]] bool is_waiting() const { return waiting_; }
    /// Hardware time that went by in waiting.
    [[nodiscard]] u64 waited_cycles() const { return waited_cycles_; }

  private:
    [[nodiscard]] bool look(IntakeItem& item);
    void go_live(const IntakeInput& mark);
    [[nodiscard]] Waited wait_for(IntakeItem& item, bool or_live);
    [[nodiscard]] bool next(IntakeItem& item);
    [[nodiscard]] bool fits(const IntakeItem& item) const;
    [[nodiscard]] bool is_for(const IntakeInput& item, Beat beat) const;
    [[nodiscard]] bool has_place(const Task& task, u64 time) const;
    void accept(const IntakeItem& item, const Task& task, Beat beat);
    void refuse(const IntakeItem& item);
    void take(const IntakeItem& item, bool refused);
    [[nodiscard]] u64 cycles() const { return host_->cycles == nullptr ? 0 : host_->cycles(); }

    const RunSetup* run_ = nullptr;
    InputsMode mode_ = InputsMode::None;
    Intake* intake_ = nullptr;
    const Host* host_ = nullptr;
    OutsideCut* cut_ = nullptr; ///< in region::admission
    u64 live_from_ = 0;         ///< open: the first beat that takes anything
    u64 cut_beat_ = 0;          ///< for which was cut last
    Mailboxes boxes_;
    bool ends_ = false;
    bool was_stopped_ = false;
    volatile bool waiting_ = false;
    u64 waited_cycles_ = 0;
};

} // namespace knhk
