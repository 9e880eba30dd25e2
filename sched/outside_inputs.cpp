// SPDX-License-Identifier: MIT
#include "sched/outside_inputs.hpp"

namespace knhk {

namespace {

Task task_of(const LogInput& input) {
    Task task;
    std::memcpy(&task, input.task, sizeof task);
    return task;
}

} // namespace

OutsideInputs::OutsideInputs(const RunSetup& run, InputsMode mode, Intake* intake, const Host& host)
    : run_(&run), mode_(mode), intake_(intake), host_(&host),
      cut_(&run.memory.as<Admission>(region::admission)->cut), boxes_(run.memory) {}

void OutsideInputs::begin(bool ends) {
    ends_ = ends;
    cut_->count = 0;
}

/// In order of arrival: what has no place blocks what is behind it.
void OutsideInputs::cut(Beat beat) {
    cut_beat_ = beat.raw;
    IntakeItem item;
    while (may_come() && cut_->count < OUTSIDE_CUT_MAX && next(item) && is_for(item.head(), beat)) {
        const LogInput& input = item.head().input;
        const Task task = task_of(input);
        const bool has_rows = !task.brings_rows() || item.rows().length != 0;
        if (!run_->accepts_input(task, input.time) || !has_rows) {
            refuse(item);
        } else if (fits(item) && has_place(task, input.time)) {
            accept(item, task, beat);
        } else {
            break;
        }
    }
}

/// All of it, beside what was cut.
bool OutsideInputs::fits(const IntakeItem& item) const {
    return cut_->count + inputs_of(item.head().input) <= OUTSIDE_CUT_MAX;
}

OutsideInputs::Waited OutsideInputs::wait() {
    if (mode_ == InputsMode::None) {
        return Waited::Closed;
    }
    IntakeItem item;
    const Waited waited = wait_for(item, false);
    if (waited == Waited::Came && (mode_ == InputsMode::Recorded || cut_beat_ < live_from_)) {
        knhk_panic(__FILE_NAME__, __LINE__,
                   "no recorded input when the run has nothing left to do before its beat",
                   mode_ == InputsMode::Recorded ? item.head().beat : live_from_);
    }
    return waited;
}

/// The next one, which stays in the intake. False when there is none, and when a run that is
/// replayed will get none.
bool OutsideInputs::next(IntakeItem& item) {
    return mode_ == InputsMode::Open ? look(item) : wait_for(item, true) == Waited::Came;
}

/// With its rows, if it brings some: one is not there before the other.
bool OutsideInputs::look(IntakeItem& item) {
    if (!intake_->peek(&item.inputs[0], sizeof(IntakeInput))) {
        return false;
    }
    if (item.head().tag == INTAKE_LIVE_TAG && mode_ == InputsMode::Recorded) {
        go_live(item.head());
        return look(item);
    }
    const u32 inputs = inputs_of(item.head().input);
    if (inputs > 1 && !intake_->peek(item.inputs, inputs * sizeof(IntakeInput))) {
        return false;
    }
    for (u32 i = 0; i < inputs; ++i) {
        KNHK_CHECK(item.inputs[i].tag == INTAKE_INPUT_TAG, item.inputs[i].tag);
        KNHK_CHECK(item.inputs[i].reserved == 0, item.inputs[i].reserved);
    }
    return true;
}

/// What was recorded is over. Beats that the log has without inputs get none.
void OutsideInputs::go_live(const IntakeInput& mark) {
    mode_ = InputsMode::Open;
    live_from_ = mark.beat;
    intake_->take(sizeof mark);
}

/// `or_live`: none is waited for any more once those that were recorded are over.
OutsideInputs::Waited OutsideInputs::wait_for(IntakeItem& item, bool or_live) {
    const u64 begin = cycles();
    for (;;) {
        const bool closed = intake_->closed(); // before the look: what came last is seen
        const bool came = look(item);
        const bool is_over = closed || (or_live && mode_ == InputsMode::Open);
        if (came || is_over || ends_) {
            waited_cycles_ += waiting_ ? cycles() - begin : 0;
            waiting_ = false;
            return !came && is_over ? Waited::Closed : ends_ ? Waited::Stopped : Waited::Came;
        }
        waiting_ = true;
        intake_->give_way();
        was_stopped_ = host_->stop_requested();
        ends_ = was_stopped_;
    }
}

bool OutsideInputs::is_for(const IntakeInput& item, Beat beat) const {
    if (mode_ == InputsMode::Open) {
        return beat.raw >= live_from_;
    }
    if (item.beat < beat.raw) {
        knhk_panic(__FILE_NAME__, __LINE__,
                   "the run to be the recorded one, but an input is left behind by its beat",
                   item.beat);
    }
    return item.beat == beat.raw;
}

bool OutsideInputs::has_place(const Task& task, u64 time) const {
    const u32 home = home_of(TaskId{task.id}, run_->cores).raw;
    return boxes_.of(home).outside_held[quota_line_of(task, time != NOT_ORDERED)] < OUTSIDE_QUOTA;
}

void OutsideInputs::accept(const IntakeItem& item, const Task& task, Beat beat) {
    const u64 time = item.head().input.time;
    const u32 home = home_of(TaskId{task.id}, run_->cores).raw;
    const bool ordered = time != NOT_ORDERED;
    Mailbox& box = boxes_.of(home);
    const u32 index = OUTSIDE_NODES_BEGIN + box.outside.take();
    Node& node = box.nodes[index];
    node.task = task;
    node.due = beat.raw;
    node.order = cut_->count;
    node.time = ordered ? time : 0;
    node.source = static_cast<u16>(home);
    node.kind = NodeKind::Outside;
    node.line = static_cast<u8>(line_of(task, ordered));
    boxes_.append(box.outside_cut, NodeRef::of(home, index));
    ++box.outside_held[node.quota_line()];
    if (task.brings_rows()) {
        Deltas(run_->memory, home).bring(item.rows());
    }
    for (u32 i = 0; i < inputs_of(item.head().input); ++i) {
        cut_->inputs[cut_->count++] = item.inputs[i].input;
    }
    take(item, false);
}

/// Outside of the run: it leaves no trace there. A log holds none that was refused.
void OutsideInputs::refuse(const IntakeItem& item) {
    if (mode_ == InputsMode::Recorded) {
        knhk_panic(__FILE_NAME__, __LINE__, "a recorded input to be a task that the run accepts",
                   cut_->count);
    }
    take(item, true);
}

void OutsideInputs::take(const IntakeItem& item, bool refused) {
    for (u32 i = 0; i < inputs_of(item.head().input); ++i) {
        intake_->take(sizeof(IntakeInput));
        intake_->tell(refused);
    }
}

} // namespace knhk
