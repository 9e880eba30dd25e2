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
constexpr std::array TASK_FIELDS{Name("name"),  Name("pattern"),   Name("guards"),    Name("hooks"),
                                 Name("ticks"), Name("when_true"), Name("when_false")};

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
            check_ticks(tasks_[i], task_list_.fields[i]);
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
            pattern_numbers_[static_cast<u16>(pattern_of(field))] = 0;
        }
        for (auto& [id, number] : pattern_numbers_) {
            number = static_cast<u16>(patterns_.size());
            patterns_.push_back({id, pattern_cost(id), 0});
        }
    }
    [[nodiscard]] static PatternId pattern_of(const Field& task) {
        return named(Object(task).require("pattern"), PATTERN_NAMES);
    }

    [[nodiscard]] SigmaTask read_task(const Field& field) {
        const Object object(field);
        object.allow(TASK_FIELDS);
        SigmaTask task{};
        task.pattern = pattern_numbers_.at(static_cast<u16>(pattern_of(field)));
        if (const auto guards = object.find("guards")) {
            for (const Field& guard : guards->elements(0, SIGMA_GUARDS_MAX)) {
                task.guards[task.guard_count++] = guard_list_.use(guard);
            }
        }
        for (const Field& hook : object.require("hooks").elements(1, SIGMA_HOOKS_MAX)) {
            task.hooks[task.hook_count++] = hook_list_.use(hook);
        }
        task.when_true = read_next(object, "when_true");
        task.when_false = read_next(object, "when_false");
        return task;
    }
    [[nodiscard]] u16 read_next(const Object& task, Name member) const {
        const auto field = task.find(member);
        return field ? static_cast<u16>(task_list_.names.number_of(*field)) : SIGMA_NONE;
    }

    void check_ticks(const SigmaTask& task, const Field& field) const {
        const u32 ticks = ticks_of(task, {tasks_, patterns_, guards_, hooks_});
        if (ticks > SIGMA_TICKS_MAX) {
            field.fail(fmt::format("costs {} ticks, and no task runs for more than {}: give it "
                                   "fewer hooks or guards",
                                   ticks, SIGMA_TICKS_MAX));
        }
        const auto stated = Object(field).find("ticks");
        if (stated && stated->number() != ticks) {
            stated->fail(fmt::format("the task costs {}", ticks));
        }
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
