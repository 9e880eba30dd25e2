// SPDX-License-Identifier: MIT
// From the text to the snapshot.
#include <algorithm>
#include <array>
#include <cstring>
#include <map>

#include <fmt/format.h>

#include "base/check.hpp"
#include "sigma/names.hpp"
#include "sigma/record_shape.hpp"
#include "sigma/task_cost.hpp"
#include "tools/log/hex_text.hpp"
#include "tools/sigma/sigma_text.hpp"
#include "tools/workload/fields.hpp"
#include "tools/workload/text_ids.hpp"

namespace knhk::tools {

namespace {

using Name = std::string_view;

constexpr std::array FILE_FIELDS{Name("knhk_sigma"), Name("name"), Name("guards"),    Name("hooks"),
                                 Name("tasks"),      Name("id"),   Name("invariants")};

/// Patterns of the kernel's table that have no rule here: reserved, so that a text that names one
/// is told so.
struct ReservedPattern {
    Name name;
    u32 id;
};
constexpr ReservedPattern RESERVED_PATTERNS[] = {{"mi_without_sync", 11},
                                                 {"mi_design_time", 12},
                                                 {"mi_run_time", 13},
                                                 {"mi_without_run_time_knowledge", 14},
                                                 {"interleaved_parallel_routing", 16},
                                                 {"milestone", 17},
                                                 {"cancel_activity", 18},
                                                 {"cancel_case", 19},
                                                 {"cancel_region", 20},
                                                 {"cancel_mi", 21},
                                                 {"complete_mi", 22},
                                                 {"blocking_discriminator", 23},
                                                 {"cancelling_discriminator", 24},
                                                 {"structured_partial_join", 25},
                                                 {"blocking_partial_join", 26},
                                                 {"cancelling_partial_join", 27},
                                                 {"generalized_and_join", 28},
                                                 {"thread_merge", 29},
                                                 {"thread_split", 30},
                                                 {"local_synchronizing_merge", 31},
                                                 {"general_synchronizing_merge", 32},
                                                 {"critical_section", 33},
                                                 {"interleaved_routing", 34},
                                                 {"persistent_trigger", 35},
                                                 {"transient_trigger", 36},
                                                 {"cancel_trigger", 37},
                                                 {"completion_trigger", 38}};

/// The value that a word of `names` stands for.
template<class Value, std::size_t Count>
Value named(const Field& field, const PerfectMap<Value, Count>& names) {
    const Value* value = names.find(field.text());
    if (value == nullptr) {
        std::vector<Name> known;
        for (const NamedValue<Value>& entry : names.entries()) {
            known.push_back(entry.name);
        }
        field.fail_unknown(field.text(),
                           fmt::format("'{}' is not known here", clipped(field.text())), known);
    }
    return *value;
}

/// One table of a text: its fields, the names of its parts, and which of them are in a task.
struct PartList {
    PartList(const Object& file, const char* member, const char* what, std::size_t max)
        : names(what) {
        if (const auto list = file.find(member)) {
            fields = list->elements(0, max);
        }
        for (const Field& field : fields) {
            names.add_from(Object(field));
        }
        is_used.resize(fields.size());
    }

    /// The part that `field` names is in a task.
    u16 use(const Field& field) {
        const u32 number = names.number_of(field);
        is_used[number] = true;
        return static_cast<u16>(number);
    }
    void refuse_unused() const {
        for (std::size_t i = 0; i < fields.size(); ++i) {
            if (!is_used[i]) {
                fields[i].fail("is part of no task: leave it out");
            }
        }
    }

    Names names;
    std::vector<Field> fields;
    std::vector<bool> is_used;
};

// --- patterns ------------------------------------------------------------------------------------

PatternId read_pattern(const Field& task) {
    const Field field = Object(task).require("pattern");
    for (const ReservedPattern& reserved : RESERVED_PATTERNS) {
        if (field.is_name() && field.text() == reserved.name) {
            field.fail(fmt::format("'{}' is a reserved pattern (id {}): it has no rule here",
                                   reserved.name, reserved.id));
        }
    }
    return named(field, PATTERN_NAMES);
}

std::vector<Name> fields_of(const PatternShape& shape, PatternId pattern) {
    std::vector<Name> fields{"name", "pattern", "guards", "hooks", "ticks"};
    const auto add_if = [&fields](bool is_there, Name name) {
        if (is_there) {
            fields.push_back(name);
        }
    };
    add_if(shape.branches_max != 0, "branches");
    add_if(shape.when_true, "when_true");
    add_if(shape.when_false, "when_false");
    add_if(shape.need, "need");
    add_if(shape.rounds, rounds_name(pattern));
    add_if(shape.beats, "beats");
    add_if(shape.thresholds, "failures");
    add_if(shape.thresholds, "successes");
    return fields;
}

void read_limits(const Object& object, PatternId pattern, SigmaTask& task) {
    constexpr u64 BYTE_MAX = 0xFF;
    const PatternShape shape = shape_of(pattern);
    const auto limit = [&object](bool is_there, Name name, u64 max) {
        return is_there ? object.require(name).number(1, max) : 0;
    };
    task.need = static_cast<u8>(limit(shape.need, "need", BYTE_MAX));
    task.rounds = static_cast<u8>(limit(shape.rounds, rounds_name(pattern), BYTE_MAX));
    task.failures = static_cast<u8>(limit(shape.thresholds, "failures", BYTE_MAX));
    task.successes = static_cast<u8>(limit(shape.thresholds, "successes", BYTE_MAX));
    task.beats = static_cast<u32>(limit(shape.beats, "beats", ~u32{0}));
}

/// More than a step spawns are refused with what to do instead.
std::vector<Field> branches_of(const Object& object, const PatternShape& shape) {
    if (shape.branches_max == 0) {
        return {};
    }
    const Field field = object.require("branches");
    std::vector<Field> branches = field.elements(1, SNAPSHOT_TASKS_MAX);
    if (branches.size() > shape.branches_max) {
        field.fail(fmt::format(
            "has {} branches, and a step of this pattern has {} at most{}", branches.size(),
            shape.branches_max,
            shape.branches_max == 1 ? "" : ": stage them, by a branch that splits again"));
    }
    return branches;
}

// --- parts ---------------------------------------------------------------------------------------

SigmaGuard read_guard(const Field& field, TextIds& ids) {
    const Object object(field);
    SigmaGuard guard{};
    guard.kind = named(object.require("kind"), GUARD_KIND_NAMES);
    const SigmaGuardShape shape = shape_of(guard.kind);
    std::vector<Name> fields{"name", "kind"};
    if (shape.word) {
        fields.push_back("word");
        guard.word = static_cast<u8>(object.require("word").number(0, SIGMA_PAYLOAD_WORDS - 1));
    }
    if (shape.custom) {
        fields.push_back("id");
        guard.custom = static_cast<u16>(object.require("id").number(0, SIGMA_CUSTOM_GUARDS - 1));
    }
    if (shape.value) {
        fields.push_back("value");
        const Field value = object.require("value");
        const bool is_predicate = guard.kind == SigmaGuardKind::Schema;
        guard.value = is_predicate ? ids.of(value) : value.number();
    }
    object.allow(fields);
    return guard;
}

/// An id, or {"from": "task"}: then `flag` is set.
u64 read_operand(const Field& field, TextIds& ids, u8 flag, u8& flags) {
    static constexpr std::array FIELDS{Name("from")};
    static constexpr std::array ORIGINS{Name("task")};
    if (!field.is_object()) {
        return ids.of(field);
    }
    const Object object(field);
    object.allow(FIELDS);
    static_cast<void>(object.require("from").choice(ORIGINS));
    flags |= flag;
    return 0;
}

Hook read_hook(const Field& field, TextIds& ids) {
    const Object object(field);
    Hook hook{};
    hook.op = named(object.require("op"), OP_NAMES);
    const HookShape shape = shape_of(hook.op);
    std::vector<Name> fields{"name", "op", "predicate"};
    hook.predicate = ids.of(object.require("predicate"));
    if (shape.subject) {
        fields.push_back("subject");
        hook.subject =
            read_operand(object.require("subject"), ids, HOOK_SUBJECT_FROM_TASK, hook.from_task);
    }
    if (shape.object) {
        fields.push_back("object");
        hook.object =
            read_operand(object.require("object"), ids, HOOK_OBJECT_FROM_TASK, hook.from_task);
    }
    if (shape.threshold) {
        fields.push_back("threshold");
        hook.threshold = static_cast<u32>(object.require("threshold").number(0, ~u32{0}));
    }
    object.allow(fields);
    return hook;
}

/// Two that say the same are one.
void refuse_twins(const std::vector<Hook>& hooks, const PartList& list) {
    std::map<std::string, std::size_t> known;
    for (std::size_t i = 0; i < hooks.size(); ++i) {
        const std::string record(reinterpret_cast<const char*>(&hooks[i]), sizeof(Hook));
        const auto [before, is_new] = known.emplace(record, i);
        if (!is_new) {
            list.fields[i].fail(
                fmt::format("is the same as hook '{}': leave one out",
                            clipped(Object(list.fields[before->second]).require("name").text())));
        }
    }
}

// --- the whole -----------------------------------------------------------------------------------

class Reader {
  public:
    explicit Reader(const Object& file)
        : file_(file), guard_list_(file, "guards", "guard", SNAPSHOT_GUARDS_MAX),
          hook_list_(file, "hooks", "hook", SNAPSHOT_HOOKS_MAX),
          task_list_(file, "tasks", "task", SNAPSHOT_TASKS_MAX) {}

    /// The snapshot's bytes, without a receipt.
    [[nodiscard]] std::vector<std::byte> read() {
        read_parts();
        read_patterns();
        for (const Field& field : task_list_.fields) {
            tasks_.push_back(read_task(field));
        }
        guard_list_.refuse_unused();
        hook_list_.refuse_unused();
        for (std::size_t i = 0; i < tasks_.size(); ++i) {
            price(tasks_[i], task_list_.fields[i]);
        }
        return bytes();
    }

  private:
    void read_parts() {
        if (task_list_.fields.empty()) {
            file_.require("tasks").fail("is empty: a snapshot has a task at least");
        }
        TextIds ids;
        for (const Field& field : guard_list_.fields) {
            guards_.push_back(read_guard(field, ids));
        }
        for (const Field& field : hook_list_.fields) {
            hooks_.push_back(read_hook(field, ids));
        }
        refuse_twins(hooks_, hook_list_);
    }

    /// Those that tasks follow, in ascending order of id.
    void read_patterns() {
        for (const Field& field : task_list_.fields) {
            pattern_numbers_[static_cast<u16>(read_pattern(field))] = 0;
        }
        for (auto& [id, number] : pattern_numbers_) {
            number = static_cast<u16>(patterns_.size());
            patterns_.push_back({id, pattern_cost(id), 0});
        }
    }

    [[nodiscard]] SigmaTask read_task(const Field& field) {
        const Object object(field);
        const PatternId pattern = read_pattern(field);
        const PatternShape shape = shape_of(pattern);
        object.allow(fields_of(shape, pattern));
        SigmaTask task{};
        task.pattern = pattern_numbers_.at(static_cast<u16>(pattern));
        if (const auto guards = object.find("guards")) {
            for (const Field& guard : guards->elements(0, SIGMA_GUARDS_MAX)) {
                task.guards[task.guard_count++] = guard_list_.use(guard);
            }
        }
        const auto hooks =
            shape.needs_hook ? std::optional(object.require("hooks")) : object.find("hooks");
        if (hooks) {
            for (const Field& hook : hooks->elements(shape.needs_hook ? 1 : 0, SIGMA_HOOKS_MAX)) {
                task.hooks[task.hook_count++] = hook_list_.use(hook);
            }
        }
        for (const Field& branch : branches_of(object, shape)) {
            task.branches[task.branch_count++] =
                static_cast<u16>(task_list_.names.number_of(branch));
        }
        if (shape.hooks != HookRule::UntilFalse && task.hook_count != task.branch_count) {
            field.fail(fmt::format("has {} branches and {} hooks: each branch has its condition",
                                   task.branch_count, task.hook_count));
        }
        task.when_true = read_next(object, "when_true");
        task.when_false = read_next(object, "when_false");
        read_limits(object, pattern, task);
        return task;
    }
    [[nodiscard]] u16 read_next(const Object& task, Name member) const {
        const auto field = task.find(member);
        return field ? static_cast<u16>(task_list_.names.number_of(*field)) : SIGMA_NONE;
    }

    void price(SigmaTask& task, const Field& field) const {
        const u32 ticks = ticks_of(task, {tasks_, patterns_, guards_, hooks_});
        if (ticks > SIGMA_TICKS_MAX) {
            field.fail(fmt::format("costs {} ticks, and no task runs for more than {}: give it "
                                   "fewer hooks, guards or branches",
                                   ticks, SIGMA_TICKS_MAX));
        }
        const auto stated = Object(field).find("ticks");
        if (stated && stated->number() != ticks) {
            stated->fail(fmt::format("the task costs {}", ticks));
        }
        task.ticks = static_cast<u8>(ticks);
    }

    [[nodiscard]] SnapshotHeader header() const {
        SnapshotHeader header{};
        header.magic = SNAPSHOT_MAGIC;
        header.version = SNAPSHOT_VERSION;
        header.tasks = static_cast<u32>(tasks_.size());
        header.hooks = static_cast<u32>(hooks_.size());
        header.guards = static_cast<u32>(guards_.size());
        header.patterns = static_cast<u32>(patterns_.size());
        header.size_bytes = static_cast<u32>(snapshot_bytes(header));
        file_.require("name").short_name(header.name);
        return header;
    }
    [[nodiscard]] std::vector<std::byte> bytes() const {
        const SnapshotHeader head = header();
        std::vector<std::byte> bytes;
        append(bytes, std::span(&head, 1));
        append(bytes, std::span(tasks_));
        append(bytes, std::span(hooks_));
        append(bytes, std::span(guards_));
        append(bytes, std::span(patterns_));
        const Sha256Digest id = snapshot_id(bytes);
        std::memcpy(bytes.data() + offsetof(SnapshotHeader, id), id.data(), id.size());
        return bytes;
    }
    template<class Record>
    static void append(std::vector<std::byte>& to, std::span<const Record> records) {
        const auto bytes = std::as_bytes(records);
        to.insert(to.end(), bytes.begin(), bytes.end());
    }

    const Object& file_;
    PartList guard_list_;
    PartList hook_list_;
    PartList task_list_;
    std::map<u16, u16> pattern_numbers_; ///< in the table, by id
    std::vector<SigmaGuard> guards_;
    std::vector<Hook> hooks_;
    std::vector<SigmaPattern> patterns_;
    std::vector<SigmaTask> tasks_;
};

/// What a text may say of the snapshot that it becomes: then it must be so.
void check_statements(const Object& file, const ValidationReceipt& receipt) {
    const std::string id = hex_text(std::as_bytes(std::span(receipt.snapshot_id)));
    if (const auto stated = file.find("id"); stated && stated->text() != id) {
        stated->fail(fmt::format("the snapshot's id is {}", id));
    }
    const auto stated = file.find("invariants");
    if (stated && stated->number() != receipt.invariants) {
        stated->fail(fmt::format("the snapshot keeps {}", receipt.invariants));
    }
}

} // namespace

std::vector<std::byte> build_sigma(std::string_view text, const std::string& file) {
    const JsonValue value = parse_json(text, file);
    return build_sigma(Field(value, "", file));
}

std::vector<std::byte> build_sigma(const Field& text) {
    const Object object(text);
    object.allow(FILE_FIELDS);
    static_cast<void>(object.require("knhk_sigma").number(1, 1));
    std::vector<std::byte> bytes = Reader(object).read();
    const auto snapshot = Snapshot::open(bytes);
    // What was read as good and is then refused is a bug of one of the two, and is found here.
    KNHK_CHECK(snapshot.has_value(), snapshot.error().flaw);
    const ValidationReceipt receipt = receipt_of(*snapshot);
    KNHK_CHECK(receipt.invariants == INVARIANTS_ALL, receipt.invariants);
    check_statements(object, receipt);
    const auto tail = std::as_bytes(std::span(&receipt, 1));
    bytes.insert(bytes.end(), tail.begin(), tail.end());
    return bytes;
}

} // namespace knhk::tools
