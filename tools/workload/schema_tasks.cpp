// SPDX-License-Identifier: MIT
#include "tools/workload/schema_tasks.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace knhk::tools {

namespace {

using Name = std::string_view;

constexpr u64 U32_MAX = ~u32{0};
constexpr u64 U16_MAX = 0xFFFF;
constexpr u64 TIMES_MAX = 65'536;

// In the order of the enums that they stand for.
constexpr std::array ACTS{Name("set"),    Name("random"), Name("pure"),  Name("observe"),
                          Name("read"),   Name("add"),    Name("touch"), Name("work"),
                          Name("output"), Name("spawn"),  Name("send"),  Name("order"),
                          Name("promote")};
constexpr std::array ID_ORIGINS{Name("zero"), Name("own"), Name("value")};
constexpr std::array TIMES{Name("at"), Name("after"), Name("within")};
constexpr std::array LEVELS{Name("high"), Name("normal"), Name("low")};

/// Whose a task is, and what nobody else's may say.
enum class Whose : u8 { Kind, Handler, Sigma };
constexpr std::array TARGETS{Name("kind"), Name("handler"), Name("eval")};
constexpr std::array NOT_OF_KINDS{Name("payload"), Name("run")};
constexpr std::array NOT_OF_HANDLERS{Name("share"), Name("data"), Name("life"), Name("value"),
                                     Name("run")};
constexpr std::array NOT_OF_SIGMA{Name("payload"), Name("share"), Name("value")};

// --- tasks ---------------------------------------------------------------------------------------

/// A delta keeps to its core and its beat.
void read_delta_flag(const Object& object, Task& task) {
    const auto delta = object.find("delta");
    if (!delta || (!delta->is_object() && !delta->boolean())) {
        return;
    }
    if (task.stateless()) {
        delta->fail("a delta cannot be stateless");
    }
    static constexpr std::array TIMES_OF_ORDERED{Name("at"), Name("after"), Name("within")};
    object.forbid(TIMES_OF_ORDERED, "a delta cannot be ordered for a time");
    task.flags = TASK_DELTA;
}

/// What steps and inputs say alike of a task, but whose it is.
void read_task_fields(const Object& object, Task& task) {
    if (const auto priority = object.find("priority")) {
        task.level = static_cast<Level>(priority->choice(LEVELS));
    }
    task.budget_ticks =
        static_cast<u8>(object.number_or("budget", BUDGET_TICKS_MAX, 0, BUDGET_TICKS_MAX));
    if (const auto guards = object.find("guards")) {
        for (const Field& guard : guards->elements(0, GUARDS_MAX)) {
            task.guards[task.guard_count++] = static_cast<u16>(guard.number(0, GUARD_IDS - 1));
        }
    }
    if (const auto stateless = object.find("stateless")) {
        task.flags = stateless->boolean() ? TASK_STATELESS : 0;
    }
    read_delta_flag(object, task);
}

/// The task without its id. `kind` is that of a task of a kind, which has no payload of its own.
struct Target {
    Task task;
    Whose whose = Whose::Kind;
    u32 kind = 0;
    u8 from_value = 0; ///< TARGET_ bits of words that a step takes from its value
};

/// How a handler is said.
using HandlerOf = HandlerId (*)(const Field&);

/// By number, as files do.
HandlerId handler_number(const Field& field) {
    return static_cast<HandlerId>(field.number(0, U16_MAX));
}

void read_kind(const Object& object, const KindNames& kinds, Target& target) {
    object.forbid(NOT_OF_KINDS, "does not go with 'kind'");
    target.task.handler = SCRIPT_HANDLER;
    target.kind = kinds.number_of(object.require("kind"));
    if (const auto data = object.find("data")) {
        u64 words[2] = {};
        data->numbers(words);
        std::ranges::copy(words, target.task.payload + 2);
    }
}

void read_handler(const Object& object, HandlerOf handler_of, Target& target) {
    object.forbid(NOT_OF_HANDLERS, "does not go with 'handler'");
    target.task.handler = handler_of(object.require("handler"));
    if (const auto payload = object.find("payload")) {
        payload->numbers(target.task.payload);
    }
}

/// A number, or the step's value: then the word's bit is set.
void read_word(const Field& field, u64 max, u8 bit, u64& word, u8& from_value) {
    static constexpr std::array VALUE{Name("value")};
    if (field.is_name()) {
        static_cast<void>(field.choice(VALUE));
        from_value |= bit;
    } else {
        word = field.number(0, max);
    }
}

/// A subject or an object: in a step, the text "value" is the step's value.
void read_id_word(const Field& field, TextIds& ids, u8 bit, u64& word, u8& from_value) {
    if (field.is_name() && field.text() == "value") {
        from_value |= bit;
    } else {
        word = ids.of(field);
    }
}

void read_sigma_task(const Object& object, TextIds& ids, Target& target) {
    object.forbid(NOT_OF_SIGMA, "does not go with 'eval'");
    u64(&payload)[PAYLOAD_WORDS] = target.task.payload;
    target.task.handler = EVAL_HANDLER;
    payload[0] = kind_and_life(object.require("eval").number(0, SNAPSHOT_TASKS_MAX - 1),
                               object.number_or("life", 0, 0, U32_MAX));
    const auto delta = object.find("delta");
    if (delta && delta->is_object()) {
        static constexpr std::array RUN{Name("run")};
        object.forbid(RUN, "the delta brings its rows");
    } else {
        read_word(object.require("run"), SCRIPT_RUNS_MAX - 1, TARGET_RUN_FROM_VALUE, payload[1],
                  target.from_value);
    }
    if (const auto data = object.find("data")) {
        const auto words = data->elements(2, 2);
        read_id_word(words[0], ids, TARGET_WORD_2_IS_VALUE, payload[2], target.from_value);
        read_id_word(words[1], ids, TARGET_WORD_3_IS_VALUE, payload[3], target.from_value);
    }
}

Target read_target(const Object& object, const KindNames& kinds, TextIds& ids,
                   HandlerOf handler_of = handler_number) {
    Target target;
    target.whose = static_cast<Whose>(object.one_of(TARGETS));
    switch (target.whose) {
    case Whose::Kind:
        read_kind(object, kinds, target);
        break;
    case Whose::Handler:
        read_handler(object, handler_of, target);
        break;
    case Whose::Sigma:
        read_sigma_task(object, ids, target);
        break;
    }
    read_task_fields(object, target.task);
    return target;
}

// --- steps ---------------------------------------------------------------------------------------

constexpr std::array EMISSION_FIELDS{
    Name("do"),        Name("kind"),    Name("handler"), Name("eval"),
    Name("id"),        Name("run"),     Name("life"),    Name("share"),
    Name("data"),      Name("payload"), Name("budget"),  Name("priority"),
    Name("stateless"), Name("guards"),  Name("one_in"),  Name("delta")};
constexpr std::array ORDER_FIELDS{
    Name("do"),     Name("kind"),      Name("handler"), Name("eval"),    Name("id"),
    Name("at"),     Name("after"),     Name("within"),  Name("run"),     Name("life"),
    Name("share"),  Name("data"),      Name("budget"),  Name("payload"), Name("priority"),
    Name("guards"), Name("stateless"), Name("one_in")};

void read_id(const Object& object, ScriptStep& step) {
    static constexpr std::array FIELDS{Name("from"), Name("add")};
    step.id_from = IdFrom::Own;
    const auto field = object.find("id");
    if (!field) {
        return;
    }
    const Object id(*field);
    id.allow(FIELDS);
    if (const auto from = id.find("from")) {
        step.id_from = static_cast<IdFrom>(from->choice(ID_ORIGINS));
    }
    step.value = id.number_or("add", 0);
}

void read_emission(const Object& object, const KindNames& kinds, TextIds& ids, ScriptStep& step) {
    const Target target = read_target(object, kinds, ids);
    step.task = target.task;
    if (target.whose == Whose::Kind) {
        static constexpr std::array INPUTS_ALONE{Name("life")};
        object.forbid(INPUTS_ALONE, "of an emitted task is what its task has left");
        step.index = target.kind;
        step.share = static_cast<u32>(object.number_or("share", 1, 1, U32_MAX));
    } else {
        step.target = TARGET_HANDLER | target.from_value;
    }
    if (const auto delta = object.find("delta"); delta && delta->is_object()) {
        delta->fail("only an input from outside brings its rows: name one of the file's runs");
    }
    read_id(object, step);
    if (step.act == Act::Order) {
        const std::size_t which = object.one_of(TIMES);
        step.time_is = static_cast<OrderTime>(which);
        step.time = object.require(TIMES[which]).number();
    }
}

/// The fields of a step that emits nothing, behind `do` and `one_in`.
std::vector<Name> fields_of(Act act) {
    switch (act) {
    case Act::Set:
    case Act::Pure:
        return {"value"};
    case Act::Observe:
        return {"observation", "word"};
    case Act::Read:
    case Act::Add:
        return {"word"};
    case Act::Work:
        return {"ticks"};
    case Act::Promote:
        return {"snapshot"};
    default:
        return {};
    }
}

/// One of the workload's by its number, or one of the others by its name.
u32 read_snapshot(const Field& field) {
    static constexpr std::array OTHERS{Name("loaded"), Name("before")};
    return field.is_name() ? SNAPSHOT_LOADED + static_cast<u32>(field.choice(OTHERS))
                           : static_cast<u32>(field.number(0, SNAPSHOTS_MAX - 1));
}

void read_computation(const Object& object, ScriptStep& step) {
    std::vector<Name> fields = fields_of(step.act);
    fields.insert(fields.end(), {"do", "one_in"});
    object.allow(fields);
    switch (step.act) {
    case Act::Set:
    case Act::Pure:
        step.value = object.require("value").number();
        break;
    case Act::Observe:
        step.index = OBSERVATION_WORDS *
                         static_cast<u32>(
                             object.require("observation").number(0, SCRIPT_OBSERVATIONS_MAX - 1)) +
                     static_cast<u32>(object.require("word").number(0, OBSERVATION_WORDS - 1));
        break;
    case Act::Read:
    case Act::Add:
        step.index = static_cast<u32>(object.require("word").number(0, STATE_WORDS - 1));
        break;
    case Act::Work:
        step.value = object.require("ticks").number(1, U32_MAX);
        break;
    case Act::Promote:
        step.index = read_snapshot(object.require("snapshot"));
        break;
    default:
        break;
    }
}

// --- inputs --------------------------------------------------------------------------------------

constexpr std::array INPUT_FIELDS{
    Name("kind"),    Name("handler"),  Name("eval"),   Name("id"),     Name("count"),
    Name("id_step"), Name("run"),      Name("life"),   Name("value"),  Name("data"),
    Name("payload"), Name("priority"), Name("budget"), Name("guards"), Name("stateless"),
    Name("at"),      Name("beat"),     Name("times"),  Name("every"),  Name("delta")};

Task read_input_task(const Object& object, const KindNames& kinds, TextIds& ids,
                     HandlerOf handler_of = handler_number) {
    Target target = read_target(object, kinds, ids, handler_of);
    if (target.from_value != 0) {
        object.self().fail("'value' is that of a step: an input has none to give");
    }
    if (target.whose == Whose::Kind) {
        target.task.payload[0] =
            kind_and_life(target.kind, object.number_or("life", 0, 0, U32_MAX));
        target.task.payload[1] = object.number_or("value", 0);
    }
    target.task.id = object.require("id").number();
    return target.task;
}

u64 read_input_time(const Object& object) {
    const auto at = object.find("at");
    return at ? at->number(0, ORDERED_TIME_MAX) : NOT_ORDERED;
}

constexpr std::array OUTSIDE_FIELDS{
    Name("kind"),   Name("handler"), Name("eval"),      Name("id"),      Name("run"),
    Name("life"),   Name("value"),   Name("data"),      Name("payload"), Name("priority"),
    Name("budget"), Name("guards"),  Name("stateless"), Name("at"),      Name("delta")};

/// Those that every image has, by their ids. Tasks of `script` are said by their kind.
constexpr std::array BUILTIN_HANDLERS{Name("pure"),          Name("ring"),
                                      Name("fanout.trunk"),  Name("fanout.leaf"),
                                      Name("ordered.event"), Name("mixed.step")};

HandlerId handler_number_or_name(const Field& field) {
    return field.is_name() ? static_cast<HandlerId>(field.choice(BUILTIN_HANDLERS))
                           : handler_number(field);
}

/// Of a file, deltas are of the file's runs.
void check_delta(const Object& object, const Task& task, std::span<const ScriptRun> runs) {
    if (!task.is_delta()) {
        return;
    }
    if (const Field delta = object.require("delta"); delta.is_object()) {
        delta.fail("only an input from outside brings its rows: name one of the file's runs");
    }
    const u64 number = task.payload[DELTA_RUN_WORD];
    if (number >= runs.size() || runs[number].length == 0) {
        object.require("delta").fail(
            fmt::format("run {} {}: a delta has 1 to 8 rows", number,
                        number >= runs.size() ? "does not exist" : "has no rows"));
    }
}

/// Refuses an entry whose last repetition is for a beat that there cannot be.
void check_last_beat(const Object& object, u64 beat, u64 times, u64 every) {
    if (times > 1 && every > (SCRIPT_BEAT_END - 1 - beat) / (times - 1)) {
        object.self().fail(fmt::format("the last of {} times would be for a beat above {}", times,
                                       SCRIPT_BEAT_END - 1));
    }
}

} // namespace

ScriptRun read_run(const Field& field, TextIds& ids) {
    static constexpr std::array FIELDS{Name("predicate"), Name("rows")};
    const Object object(field);
    object.allow(FIELDS);
    ScriptRun run{};
    run.predicate = ids.of(object.require("predicate"));
    for (const Field& row : object.require("rows").elements(0, RUN_ROWS)) {
        ids.of_row(row, run.subjects[run.length], run.objects[run.length]);
        ++run.length;
    }
    return run;
}

ScriptStep read_step(const Field& field, const KindNames& kinds, TextIds& ids) {
    const Object object(field);
    ScriptStep step{};
    step.task.level = Level::High; // all zero, but for emissions
    step.task.budget_ticks = 0;
    step.act = static_cast<Act>(object.require("do").choice(ACTS));
    if (emits(step.act)) {
        step.act == Act::Order ? object.allow(ORDER_FIELDS) : object.allow(EMISSION_FIELDS);
        read_emission(object, kinds, ids, step);
    } else {
        read_computation(object, step);
    }
    step.one_in = static_cast<u32>(object.number_or("one_in", 1, 1, U32_MAX));
    return step;
}

void read_input(const Field& field, const KindNames& kinds, TextIds& ids,
                std::span<const ScriptRun> runs, std::vector<ScriptGroup>& groups) {
    const Object object(field);
    object.allow(INPUT_FIELDS);
    ScriptGroup group{};
    group.task = read_input_task(object, kinds, ids);
    check_delta(object, group.task, runs);
    group.count = object.number_or("count", 1, 1, SCRIPT_INPUTS_MAX);
    group.id_step = object.number_or("id_step", 1);
    group.time = read_input_time(object);
    group.beat = object.number_or("beat", 0, 0, SCRIPT_BEAT_END - 1);
    const u64 times = object.number_or("times", 1, 1, TIMES_MAX);
    const u64 every = object.number_or("every", 1);
    check_last_beat(object, group.beat, times, every);
    if (times > SCRIPT_GROUPS_MAX - groups.size()) {
        field.fail(fmt::format("more than {} groups of inputs (an entry counts 'times')",
                               SCRIPT_GROUPS_MAX));
    }
    for (u64 i = 0; i < times; ++i) {
        groups.push_back(group);
        group.beat += every;
    }
}

OutsideTask read_outside_task(const Field& field, const KindNames& kinds) {
    const Object object(field);
    object.allow(OUTSIDE_FIELDS);
    TextIds ids; // a line is a file of its own
    OutsideTask outside{read_input_task(object, kinds, ids, handler_number_or_name),
                        read_input_time(object), std::nullopt};
    const auto delta = object.find("delta");
    if (delta && delta->is_object()) {
        outside.rows = read_run(*delta, ids);
        if (outside.rows->length == 0) {
            delta->fail("a delta has 1 to 8 rows");
        }
        outside.task.flags |= TASK_ROWS;
    }
    return outside;
}

} // namespace knhk::tools
