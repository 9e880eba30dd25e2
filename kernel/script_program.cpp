// SPDX-License-Identifier: MIT
#include "kernel/script_program.hpp"

#include "kernel/script.hpp"
#include "sched/state_words.hpp"

namespace knhk {

namespace {

constexpr u64 ALL_BITS = ~u64{0};

const Script& script_of(const WorkloadParameters& parameters) {
    return *static_cast<const Script*>(parameters.data);
}

/// One task of a kind, from step to step.
class ScriptTask {
  public:
    explicit ScriptTask(TaskContext& context)
        : context_(context), life_(context.payload(0) >> 32), value_(context.payload(1)) {}

    void run(const ScriptStep& step) {
        if (value_ % step.one_in != 0) {
            return;
        }
        if (emits(step.act)) {
            emit(step);
        } else {
            compute(step);
        }
    }

  private:
    void compute(const ScriptStep& step) {
        switch (step.act) {
        case Act::Set:
            value_ = step.value;
            return;
        case Act::Random:
            value_ = context_.random();
            return;
        case Act::Pure:
            return context_.output(step.value, step.value, step.value, step.value);
        case Act::Work:
            return context_.work(static_cast<u32>(step.value));
        case Act::Output:
            return context_.output(value_, life_, context_.task().id, refused_);
        default:
            look(step);
        }
    }

    /// Steps that look at what the core or the workload keeps.
    void look(const ScriptStep& step) {
        switch (step.act) {
        case Act::Observe:
            value_ += context_.observe(step.index / OBSERVATION_WORDS)
                          .words[step.index % OBSERVATION_WORDS];
            return;
        case Act::Read:
            value_ += state_word(context_.read_state(), step.index);
            return;
        case Act::Add:
            add_to_state(context_.state(), step.index, value_);
            return;
        case Act::Touch:
            static_cast<void>(context_.state());
            return;
        case Act::Promote:
            context_.promote(step.index);
            return;
        default:
            return;
        }
    }

    void emit(const ScriptStep& step) {
        const bool of_kind = step.target == 0;
        if (of_kind && life_ == 0) {
            return;
        }
        Task task = step.task;
        task.id = id_of(step);
        if (of_kind) {
            task.payload[0] = kind_and_life(step.index, (life_ - 1) / step.share);
            task.payload[1] = value_;
        } else {
            fill_from_value(step.target, task);
        }
        refused_ += send_off(step, task) == TaskStatus::Ok ? 0 : 1;
    }

    void fill_from_value(u8 target, Task& task) const {
        const u64 runs = script_of(context_.workload()).runs().size();
        if ((target & TARGET_RUN_FROM_VALUE) != 0) {
            task.payload[1] = runs == 0 ? value_ : value_ % runs;
        }
        if ((target & TARGET_WORD_2_IS_VALUE) != 0) {
            task.payload[2] = value_;
        }
        if ((target & TARGET_WORD_3_IS_VALUE) != 0) {
            task.payload[3] = value_;
        }
    }

    TaskStatus send_off(const ScriptStep& step, const Task& task) {
        switch (step.act) {
        case Act::Spawn:
            return context_.spawn(task);
        case Act::Send:
            return context_.send(task);
        default:
            return context_.enqueue_ordered(task, Timestamp{time_of(step)});
        }
    }

    [[nodiscard]] u64 id_of(const ScriptStep& step) const {
        switch (step.id_from) {
        case IdFrom::Zero:
            break;
        case IdFrom::Own:
            return context_.task().id + step.value;
        case IdFrom::Value:
            return value_ + step.value;
        }
        return step.value;
    }

    [[nodiscard]] u64 time_of(const ScriptStep& step) const {
        const u64 now = context_.now().raw;
        switch (step.time_is) {
        case OrderTime::At:
            break;
        case OrderTime::After:
            return now + step.time;
        case OrderTime::Within:
            return now + (step.time == ALL_BITS ? value_ : value_ % (step.time + 1));
        }
        return step.time;
    }

    TaskContext& context_;
    u64 life_;
    u64 value_;
    u64 refused_ = 0;
};

} // namespace

void run_script(TaskContext& context) {
    // In a run of another workload, a program's task may name this handler: it has no kind then.
    if (context.workload().data == nullptr) {
        return;
    }
    ScriptTask task(context);
    const u64 kind = context.payload(0) & ~u32{0};
    for (const ScriptStep& step : script_of(context.workload()).steps_of(kind)) {
        task.run(step);
    }
}

constinit const WorkloadEntry SCRIPT_WORKLOAD{
    .name = "script",
    .version = SCRIPT_VERSION,
    .input_count = [](const WorkloadParameters& p) { return script_of(p).input_count(); },
    .input = [](const WorkloadParameters& p, u64 index) { return script_of(p).input(index); },
    .input_beat = [](const WorkloadParameters& p,
                     u64 index) { return script_of(p).input_beat(index); },
    .input_time = [](const WorkloadParameters& p,
                     u64 index) { return script_of(p).input_time(index); },
    .next_input_of = [](const WorkloadParameters& p, u32 core,
                        u64 from) { return script_of(p).next_input_of(core, p.cores, from); },
};

} // namespace knhk
