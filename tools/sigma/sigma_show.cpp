// SPDX-License-Identifier: MIT
// From the snapshot to what people and programs read.
#include <fmt/format.h>

#include "sigma/names.hpp"
#include "sigma/record_shape.hpp"
#include "tools/log/hex_text.hpp"
#include "tools/sigma/sigma_text.hpp"

namespace knhk::tools {

namespace {

/// The names of a mask's bits, lowest first.
constexpr const char* INVARIANT_NAMES[INVARIANT_COUNT] = {
    "completeness", "consistency", "correctness", "performance", "provenance"};

std::string part_name(const char* what, std::size_t number) {
    return fmt::format("{}{}", what, number);
}

std::vector<std::string> part_names(const char* what, std::span<const u16> numbers) {
    std::vector<std::string> names;
    for (const u16 number : numbers) {
        names.push_back(part_name(what, number));
    }
    return names;
}

std::vector<std::string> guards_of(const SigmaTask& task) {
    return part_names("guard", std::span(task.guards).first(task.guard_count));
}

std::vector<std::string> hooks_of(const SigmaTask& task) {
    return part_names("hook", std::span(task.hooks).first(task.hook_count));
}

PatternId pattern_id(const SigmaTask& task, const SigmaTables& tables) {
    return static_cast<PatternId>(tables.patterns[task.pattern].id);
}

std::string pattern_of(const SigmaTask& task, const SigmaTables& tables) {
    return std::string(PATTERN_NAMES.name_of(pattern_id(task, tables)));
}

std::vector<std::string> branches_of(const SigmaTask& task) {
    return part_names("task", std::span(task.branches).first(task.branch_count));
}

struct Limit {
    std::string_view name;
    u32 value;
};

/// Those that its pattern takes.
std::vector<Limit> limits_of(const SigmaTask& task, PatternId pattern) {
    const PatternShape shape = shape_of(pattern);
    std::vector<Limit> limits;
    const auto add_if = [&limits](bool is_there, std::string_view name, u32 value) {
        if (is_there) {
            limits.push_back({name, value});
        }
    };
    add_if(shape.need, "need", task.need);
    add_if(shape.rounds, rounds_name(pattern), task.rounds);
    add_if(shape.thresholds, "failures", task.failures);
    add_if(shape.thresholds, "successes", task.successes);
    add_if(shape.beats, "beats", task.beats);
    return limits;
}

std::string id_of(const SealedSnapshot& sealed) {
    return hex_text(std::as_bytes(std::span(sealed.snapshot.id())));
}

// --- JSON ----------------------------------------------------------------------------------------

Json json_of(const SigmaGuard& guard, std::size_t number) {
    const SigmaGuardShape shape = shape_of(guard.kind);
    Json json{{"name", part_name("guard", number)}, {"kind", GUARD_KIND_NAMES.name_of(guard.kind)}};
    if (shape.word) {
        json["word"] = guard.word;
    }
    if (shape.custom) {
        json["id"] = guard.custom;
    }
    if (shape.value) {
        json["value"] = guard.value;
    }
    return json;
}

Json operand_of(const Hook& hook, u8 flag, u64 stated) {
    return (hook.from_task & flag) != 0 ? Json{{"from", "task"}} : Json(stated);
}

Json json_of(const Hook& hook, std::size_t number) {
    const HookShape shape = shape_of(hook.op);
    Json json{{"name", part_name("hook", number)}, {"op", OP_NAMES.name_of(hook.op)}};
    if (shape.subject) {
        json["subject"] = operand_of(hook, HOOK_SUBJECT_FROM_TASK, hook.subject);
    }
    json["predicate"] = hook.predicate;
    if (shape.object) {
        json["object"] = operand_of(hook, HOOK_OBJECT_FROM_TASK, hook.object);
    }
    if (shape.threshold) {
        json["threshold"] = hook.threshold;
    }
    return json;
}

Json json_of(const SigmaTask& task, std::size_t number, const SigmaTables& tables) {
    Json json{{"name", part_name("task", number)},
              {"pattern", pattern_of(task, tables)},
              {"guards", guards_of(task)},
              {"hooks", hooks_of(task)}};
    if (task.when_true != SIGMA_NONE) {
        json["when_true"] = part_name("task", task.when_true);
    }
    if (task.when_false != SIGMA_NONE) {
        json["when_false"] = part_name("task", task.when_false);
    }
    if (task.branch_count != 0) {
        json["branches"] = branches_of(task);
    }
    for (const Limit& limit : limits_of(task, pattern_id(task, tables))) {
        json[std::string(limit.name)] = limit.value;
    }
    json["ticks"] = task.ticks;
    return json;
}

// --- lines ---------------------------------------------------------------------------------------

std::string invariants_text(u32 mask) {
    std::vector<const char*> lacking;
    for (u32 bit = 0; bit < INVARIANT_COUNT; ++bit) {
        if ((mask >> bit & 1) == 0) {
            lacking.push_back(INVARIANT_NAMES[bit]);
        }
    }
    return lacking.empty() ? fmt::format("all of {}", fmt::join(INVARIANT_NAMES, ", "))
                           : fmt::format("not {}: it cannot be promoted", fmt::join(lacking, ", "));
}

std::string listed(const std::vector<std::string>& names) {
    return names.empty() ? "none" : fmt::format("{}", fmt::join(names, ", "));
}

std::string next_text(u16 task) {
    return task == SIGMA_NONE ? "none" : part_name("task", task);
}

std::string line_of(const SigmaTask& task, std::size_t number, const SigmaTables& tables) {
    std::string line =
        fmt::format("task{}: {}, {} ticks ({}); guards {}; hooks {}", number,
                    pattern_of(task, tables), task.ticks, task.ticks <= CHATMAN ? "hot" : "warm",
                    listed(guards_of(task)), listed(hooks_of(task)));
    if (task.branch_count != 0) {
        line += "; branches " + listed(branches_of(task));
    }
    for (const Limit& limit : limits_of(task, pattern_id(task, tables))) {
        line += fmt::format("; {} {}", limit.name, limit.value);
    }
    return line + fmt::format("; when true {}, when false {}\n", next_text(task.when_true),
                              next_text(task.when_false));
}

std::string operand_text(const Hook& hook, u8 flag, u64 stated) {
    return (hook.from_task & flag) != 0 ? "of the task" : fmt::format("{}", stated);
}

std::string line_of(const Hook& hook, std::size_t number) {
    const HookShape shape = shape_of(hook.op);
    std::string line = fmt::format("hook{}: {}", number, OP_NAMES.name_of(hook.op));
    if (shape.subject) {
        line += ", subject " + operand_text(hook, HOOK_SUBJECT_FROM_TASK, hook.subject);
    }
    line += fmt::format(", predicate {}", hook.predicate);
    if (shape.object) {
        line += ", object " + operand_text(hook, HOOK_OBJECT_FROM_TASK, hook.object);
    }
    if (shape.threshold) {
        line += fmt::format(", threshold {}", hook.threshold);
    }
    return line + "\n";
}

std::string line_of(const SigmaGuard& guard, std::size_t number) {
    const SigmaGuardShape shape = shape_of(guard.kind);
    std::string line = fmt::format("guard{}: {}", number, GUARD_KIND_NAMES.name_of(guard.kind));
    line += shape.word ? fmt::format(", word {}", guard.word) : "";
    line += shape.custom ? fmt::format(", id {}", guard.custom) : "";
    line += shape.value ? fmt::format(", value {}", guard.value) : "";
    return line + "\n";
}

} // namespace

Json sigma_json(const SealedSnapshot& sealed) {
    const SigmaTables& tables = sealed.snapshot.tables();
    Json guards = Json::array();
    for (std::size_t i = 0; i < tables.guards.size(); ++i) {
        guards.push_back(json_of(tables.guards[i], i));
    }
    Json hooks = Json::array();
    for (std::size_t i = 0; i < tables.hooks.size(); ++i) {
        hooks.push_back(json_of(tables.hooks[i], i));
    }
    Json tasks = Json::array();
    for (std::size_t i = 0; i < tables.tasks.size(); ++i) {
        tasks.push_back(json_of(tables.tasks[i], i, tables));
    }
    return {{"knhk_sigma", 1},     {"name", sealed.snapshot.name()},
            {"id", id_of(sealed)}, {"invariants", sealed.receipt.invariants},
            {"guards", guards},    {"hooks", hooks},
            {"tasks", tasks}};
}

std::string sigma_listing(const SealedSnapshot& sealed) {
    const SigmaTables& tables = sealed.snapshot.tables();
    std::string text = fmt::format(
        "{}: tasks {}, hooks {}, guards {}, patterns {}, bytes {}, id {}\nreceipt: {}\n",
        sealed.snapshot.name(), tables.tasks.size(), tables.hooks.size(), tables.guards.size(),
        tables.patterns.size(), sealed.snapshot.bytes().size(), id_of(sealed),
        invariants_text(sealed.receipt.invariants));
    for (std::size_t i = 0; i < tables.tasks.size(); ++i) {
        text += line_of(tables.tasks[i], i, tables);
    }
    for (std::size_t i = 0; i < tables.hooks.size(); ++i) {
        text += line_of(tables.hooks[i], i);
    }
    for (std::size_t i = 0; i < tables.guards.size(); ++i) {
        text += line_of(tables.guards[i], i);
    }
    return text;
}

} // namespace knhk::tools
