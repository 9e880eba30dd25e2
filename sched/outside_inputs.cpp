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
    IntakeInput item;
    while (may_come() && cut_->count < OUTSIDE_CUT_MAX && next(item) && is_for(item, beat)) {
        const Task task = task_of(item.input);
        const u64 time = item.input.time;
        const bool is_timely = time == NOT_ORDERED || time <= ORDERED_TIME_MAX;
        if (!run_->accepts(task) || !is_timely) {
            refuse();
        } else if (has_place(task, time)) {
            accept(item.input, task, beat);
        } else {
            break;
        }
    }
}

OutsideInputs::Waited OutsideInputs::wait() {
    if (mode_ == InputsMode::None) {
        return Waited::Closed;
    }
    IntakeInput item;
    const Waited waited = wait_for(item, false);
    if (waited == Waited::Came && (mode_ == InputsMode::Recorded || cut_beat_ < live_from_)) {
        knhk_panic(__FILE_NAME__, __LINE__,
                   "no recorded input when the run has nothing left to do before its beat",
                   mode_ == InputsMode::Recorded ? item.beat : live_from_);
    }
    return waited;
}

/// The next one, which stays in the intake. False when there is none, and when a run that is
/// replayed will get none.
bool OutsideInputs::next(IntakeInput& item) {
    return mode_ == InputsMode::Open ? look(item) : wait_for(item, true) == Waited::Came;
}

bool OutsideInputs::look(IntakeInput& item) {
    if (!intake_->peek(&item, sizeof item)) {
        return false;
    }
    if (item.tag == INTAKE_LIVE_TAG && mode_ == InputsMode::Recorded) {
        go_live(item);
        return look(item);
    }
    KNHK_CHECK(item.tag == INTAKE_INPUT_TAG, item.tag);
    KNHK_CHECK(item.reserved == 0, item.reserved);
    return true;
}

/// What was recorded is over. Beats that the log has without inputs get none.
void OutsideInputs::go_live(const IntakeInput& mark) {
    mode_ = InputsMode::Open;
    live_from_ = mark.beat;
    intake_->take(sizeof mark);
}

/// `or_live`: none is waited for any more once those that were recorded are over.
OutsideInputs::Waited OutsideInputs::wait_for(IntakeInput& item, bool or_live) {
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

void OutsideInputs::accept(const LogInput& input, const Task& task, Beat beat) {
    const u32 home = home_of(TaskId{task.id}, run_->cores).raw;
    const bool ordered = input.time != NOT_ORDERED;
    Mailbox& box = boxes_.of(home);
    const u32 index = OUTSIDE_NODES_BEGIN + box.outside.take();
    Node& node = box.nodes[index];
    node.task = task;
    node.due = beat.raw;
    node.order = cut_->count;
    node.time = ordered ? input.time : 0;
    node.source = static_cast<u16>(home);
    node.kind = NodeKind::Outside;
    node.line = static_cast<u8>(line_of(task, ordered));
    boxes_.append(box.outside_cut, NodeRef::of(home, index));
    ++box.outside_held[node.quota_line()];
    cut_->inputs[cut_->count++] = input;
    intake_->take(sizeof(IntakeInput));
    intake_->tell(false);
}

/// Outside of the run: it leaves no trace there. A log holds none that was refused.
void OutsideInputs::refuse() {
    if (mode_ == InputsMode::Recorded) {
        knhk_panic(__FILE_NAME__, __LINE__, "a recorded input to be a task that the run accepts",
                   cut_->count);
    }
    intake_->take(sizeof(IntakeInput));
    intake_->tell(true);
}

} // namespace knhk
