// SPDX-License-Identifier: MIT
// What the tasks, guards and inputs of a workload file do: docs/workload.md, As a file.
#include "tests/model/script.hpp"

#include <memory>

#include "tests/model/builtin_workloads.hpp"
#include "tests/model/identity.hpp"
#include "tests/model/model_context.hpp"

namespace knhk::model {
namespace {

constexpr u16 SCRIPT = 6;

/// One task of a kind while it does its steps.
class ScriptRun {
  public:
    ScriptRun(const Script& script, ModelContext& context)
        : script_(script), context_(context), kind_(context.payload(0) & 0xFFFF'FFFF),
          life_(context.payload(0) >> 32), v_(context.payload(1)) {}

    void run() {
        if (kind_ >= script_.kinds.size()) {
            return;
        }
        for (const ScriptStep& step : script_.kinds[kind_].steps) {
            if (v_ % step.one_in == 0) {
                do_step(step);
            }
        }
    }

  private:
    void do_step(const ScriptStep& step) {
        switch (step.what) {
        case DO_SET:
            v_ = step.value;
            break;
        case DO_RANDOM:
            v_ = context_.random();
            break;
        case DO_PURE:
            context_.output(step.value, step.value, step.value, step.value);
            break;
        case DO_OBSERVE:
            v_ += context_.observe(step.index / 4)[step.index % 4];
            break;
        case DO_WORK:
            context_.work(static_cast<u32>(step.value));
            break;
        case DO_OUTPUT:
            context_.output(v_, life_, context_.id(), refused_);
            break;
        case DO_PROMOTE:
            context_.promote(step.index);
            break;
        case DO_READ:
        case DO_ADD:
        case DO_TOUCH:
            use_state(step);
            break;
        default:
            emit(step);
        }
    }

    void use_state(const ScriptStep& step) {
        if (step.what == DO_READ) {
            const std::span<const std::byte> state = context_.read_state();
            v_ += state.empty() ? 0 : state_word(state, step.index);
            return;
        }
        const std::span<std::byte> state = context_.state();
        if (step.what == DO_ADD && !state.empty()) {
            set_state_word(state, step.index, state_word(state, step.index) + v_);
        }
    }

    void emit(const ScriptStep& step) {
        const bool by_kind = step.target == 0;
        if (by_kind && life_ == 0) {
            return;
        }
        ModelTask task = *step.task;
        task.id = id_of(step);
        if (by_kind) {
            task.payload[0] = ((life_ - 1) / step.share) << 32 | step.index;
            task.payload[1] = v_;
        }
        if ((step.target & 2) != 0) {
            task.payload[1] = script_.runs.empty() ? v_ : v_ % script_.runs.size();
        }
        for (u32 word = 2; word < 4; ++word) {
            if ((step.target >> word & 1) != 0) {
                task.payload[word] = v_;
            }
        }
        const ModelStatus status = step.what == DO_SPAWN ? context_.spawn(task)
                                   : step.what == DO_SEND
                                       ? context_.send(task)
                                       : context_.enqueue_ordered(task, time_of(step));
        refused_ += status != OK;
    }

    [[nodiscard]] u64 id_of(const ScriptStep& step) const {
        const u64 from = step.id_from == FROM_OWN     ? context_.id()
                         : step.id_from == FROM_VALUE ? v_
                                                      : 0;
        return from + step.value;
    }

    [[nodiscard]] u64 time_of(const ScriptStep& step) const {
        if (step.time_from == TIME_AT) {
            return step.time;
        }
        if (step.time_from == TIME_AFTER) {
            return context_.now() + step.time;
        }
        const bool all = step.time == ~u64{0};
        return context_.now() + (all ? v_ : v_ % (step.time + 1));
    }

    const Script& script_;
    ModelContext& context_;
    u64 kind_;
    u64 life_;
    u64 v_;
    u64 refused_ = 0;
};

u64 looked_at(const ScriptGuard& guard, const GuardView& view) {
    switch (guard.of) {
    case OF_PAYLOAD:
        return view.task.payload[guard.index];
    case OF_STATE:
        return state_word(view.state, guard.index);
    case OF_OBSERVATION:
        return guard.index / 4 < view.observations.size()
                   ? view.observations[guard.index / 4][guard.index % 4]
                   : 0;
    case OF_ID:
        return view.task.id;
    default:
        return 0;
    }
}

bool passes(const ScriptGuard& guard, const GuardView& view) {
    const u64 x = looked_at(guard, view);
    switch (guard.test) {
    case TEST_NEVER:
        return false;
    case TEST_EQUAL:
        return x == guard.value;
    case TEST_NOT_EQUAL:
        return x != guard.value;
    case TEST_LESS:
        return x < guard.value;
    case TEST_AT_LEAST:
        return x >= guard.value;
    case TEST_ANY_BITS:
        return (x & guard.value) != 0;
    case TEST_ALL_BITS:
        return (x & guard.value) == guard.value;
    case TEST_BETWEEN:
        return guard.value <= x && x <= guard.to;
    default:
        return true;
    }
}

ModelGuard guard_of(const ScriptGuard& guard) {
    using C = ModelCounters;
    static constexpr u64 C::* OF_TEST[] = {&C::guard_never,    nullptr,
                                           &C::guard_equal,    &C::guard_not_equal,
                                           &C::guard_less,     &C::guard_at_least,
                                           &C::guard_any_bits, &C::guard_all_bits,
                                           &C::guard_between};
    static constexpr u64 C::* OF_SUBJECT[] = {nullptr, &C::guard_of_payload, &C::guard_of_state,
                                              &C::guard_of_observation, &C::guard_of_id};
    ModelGuard result{.reads_state = guard.of == OF_STATE,
                      .passes = [guard](const GuardView& view) { return passes(guard, view); }};
    for (u64 C::* const counter : {OF_TEST[guard.test], OF_SUBJECT[guard.of]}) {
        if (counter != nullptr) {
            result.counted_when_failing.push_back(counter);
        }
    }
    return result;
}

} // namespace

ModelConfig config_of(const Script& script, u32 cores, u64 seed) {
    ModelConfig config{.cores = script.cores.value_or(cores),
                       .seed = script.seed.value_or(seed),
                       .stealing = script.stealing,
                       .handlers = builtin_handlers(),
                       .guards = builtin_guards(),
                       .observations = script.observations};
    config.latencies = latencies_of(script.topology, config.cores);
    config.snapshots = script.snapshots;
    config.runs = script.runs;
    const auto shared = std::make_shared<const Script>(script);
    config.handlers[SCRIPT] = [shared](ModelContext& context) {
        ScriptRun(*shared, context).run();
    };
    for (const ScriptGuard& guard : script.guards) {
        config.guards[guard.id] = guard_of(guard);
    }
    for (const ScriptGroup& group : script.groups) {
        for (u64 i = 0; i < group.count; ++i) {
            config.inputs.push_back({group.task, group.beat, group.time});
            config.inputs.back().task.id += i * group.id_step;
        }
    }
    return config;
}

ModelDigest digest_of_file(const std::string& json, u64 beats_max, const SnapshotReader& snapshot) {
    const Script script = read_script(json, snapshot);
    ModelConfig config = config_of(script);
    config.beats_max = beats_max;
    const ModelDigest identity = hash128(identity_of(config, pack_script(script)));
    return Model(std::move(config)).run().digest(identity);
}

} // namespace knhk::model
