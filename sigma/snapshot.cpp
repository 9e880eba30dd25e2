// SPDX-License-Identifier: MIT
#include "sigma/snapshot.hpp"

#include "base/check.hpp"
#include "base/text.hpp"
#include "sigma/record_shape.hpp"
#include "sigma/task_cost.hpp"

namespace knhk {

namespace {

template<class Values>
bool is_zero(const Values& values) {
    bool is_zero = true;
    for (const auto value : values) {
        is_zero = is_zero && value == 0;
    }
    return is_zero;
}

// --- header --------------------------------------------------------------------------------------

SnapshotFlaw flaw_of(const SnapshotHeader& header, std::span<const std::byte> bytes) {
    if (header.magic != SNAPSHOT_MAGIC) {
        return SnapshotFlaw::NoSnapshot;
    }
    if (header.version != SNAPSHOT_VERSION) {
        return SnapshotFlaw::OtherVersion;
    }
    if (header.tasks > SNAPSHOT_TASKS_MAX || header.hooks > SNAPSHOT_HOOKS_MAX ||
        header.guards > SNAPSHOT_GUARDS_MAX || header.patterns > SNAPSHOT_PATTERNS_MAX) {
        return SnapshotFlaw::TooMany;
    }
    if (header.size_bytes != bytes.size() || snapshot_bytes(header) != bytes.size()) {
        return SnapshotFlaw::OtherSize;
    }
    if (!is_short_name(header.name)) {
        return SnapshotFlaw::BadName;
    }
    return header.id == snapshot_id(bytes) ? SnapshotFlaw::None : SnapshotFlaw::OtherId;
}

// --- records -------------------------------------------------------------------------------------

SnapshotFlaw flaw_of(const SigmaPattern& pattern, u32 id_min) {
    if (pattern_cost(pattern.id) == 0) {
        return SnapshotFlaw::UnknownPattern;
    }
    if (pattern.cost != pattern_cost(pattern.id)) {
        return SnapshotFlaw::OtherCost;
    }
    if (pattern.id < id_min) {
        return SnapshotFlaw::PatternsUnordered;
    }
    return pattern.reserved == 0 ? SnapshotFlaw::None : SnapshotFlaw::UnusedNotZero;
}

SnapshotFlaw flaw_of(const SigmaGuard& guard) {
    if (!is_known(guard.kind)) {
        return SnapshotFlaw::UnknownKind;
    }
    if (guard.word >= SIGMA_PAYLOAD_WORDS) {
        return SnapshotFlaw::NoSuchWord;
    }
    if (guard.custom >= SIGMA_CUSTOM_GUARDS) {
        return SnapshotFlaw::NoSuchCustomGuard;
    }
    const SigmaGuardShape shape = shape_of(guard.kind);
    const bool unused_is_zero = (shape.word || guard.word == 0) &&
                                (shape.custom || guard.custom == 0) &&
                                (shape.value || guard.value == 0) && guard.reserved == 0;
    return unused_is_zero ? SnapshotFlaw::None : SnapshotFlaw::UnusedNotZero;
}

SnapshotFlaw flaw_of(const Hook& hook) {
    if (!is_defined(hook.op)) {
        return SnapshotFlaw::UnknownOperation;
    }
    if ((hook.from_task & ~(HOOK_SUBJECT_FROM_TASK | HOOK_OBJECT_FROM_TASK)) != 0) {
        return SnapshotFlaw::UnknownFlag;
    }
    const HookShape shape = shape_of(hook.op);
    const bool takes_subject = (hook.from_task & HOOK_SUBJECT_FROM_TASK) != 0;
    const bool takes_object = (hook.from_task & HOOK_OBJECT_FROM_TASK) != 0;
    const bool states_subject = shape.subject && !takes_subject;
    const bool states_object = shape.object && !takes_object;
    const bool unused_is_zero =
        (shape.subject || !takes_subject) && (shape.object || !takes_object) &&
        (states_subject || hook.subject == 0) && (states_object || hook.object == 0) &&
        (shape.threshold || hook.threshold == 0) && hook.reserved == 0;
    return unused_is_zero ? SnapshotFlaw::None : SnapshotFlaw::UnusedNotZero;
}

/// Each of the first `count` names one of `end` records.
bool all_below(std::span<const u16> numbers, u32 count, std::size_t end) {
    for (const u16 number : numbers.first(count)) {
        if (number >= end) {
            return false;
        }
    }
    return true;
}

bool is_task_or_none(u16 number, const SigmaTables& tables) {
    return number < tables.tasks.size() || number == SIGMA_NONE;
}

/// A limit that the pattern needs is there, and one that it does not look at is not.
bool is_as_needed(bool needed, u32 limit) {
    return needed == (limit != 0);
}

bool has_limits_of(const PatternShape& shape, const SigmaTask& task) {
    return is_as_needed(shape.need, task.need) && is_as_needed(shape.rounds, task.rounds) &&
           is_as_needed(shape.beats, task.beats) && is_as_needed(shape.thresholds, task.failures) &&
           is_as_needed(shape.thresholds, task.successes);
}

bool has_shape(const PatternShape& shape, const SigmaTask& task) {
    const u32 branches = task.branch_count;
    const bool has_branches =
        shape.branches_max == 0 ? branches == 0 : branches != 0 && branches <= shape.branches_max;
    const bool has_conditions =
        shape.hooks == HookRule::UntilFalse || task.hook_count == task.branch_count;
    const bool has_ways = (shape.when_true || task.when_true == SIGMA_NONE) &&
                          (shape.when_false || task.when_false == SIGMA_NONE);
    return has_branches && has_conditions && has_ways && has_limits_of(shape, task);
}

SnapshotFlaw flaw_of(const SigmaTask& task, const SigmaTables& tables) {
    if (task.pattern >= tables.patterns.size()) {
        return SnapshotFlaw::NoSuchPattern;
    }
    if (task.guard_count > SIGMA_GUARDS_MAX || task.hook_count > SIGMA_HOOKS_MAX ||
        task.branch_count > SIGMA_BRANCHES_MAX) {
        return SnapshotFlaw::TooManyParts;
    }
    if (!all_below(task.guards, task.guard_count, tables.guards.size())) {
        return SnapshotFlaw::NoSuchGuard;
    }
    if (!all_below(task.hooks, task.hook_count, tables.hooks.size())) {
        return SnapshotFlaw::NoSuchHook;
    }
    if (!is_task_or_none(task.when_true, tables) || !is_task_or_none(task.when_false, tables) ||
        !all_below(task.branches, task.branch_count, tables.tasks.size())) {
        return SnapshotFlaw::NoSuchTask;
    }
    const bool unused_is_zero = is_zero(std::span(task.guards).subspan(task.guard_count)) &&
                                is_zero(std::span(task.hooks).subspan(task.hook_count)) &&
                                is_zero(std::span(task.branches).subspan(task.branch_count)) &&
                                is_zero(task.reserved);
    if (!unused_is_zero) {
        return SnapshotFlaw::UnusedNotZero;
    }
    if (!has_shape(shape_of(static_cast<PatternId>(tables.patterns[task.pattern].id)), task)) {
        return SnapshotFlaw::OtherShape;
    }
    return task.ticks == ticks_of(task, tables) ? SnapshotFlaw::None : SnapshotFlaw::OtherTicks;
}

/// The first record of a table that is refused; or a fault without a flaw.
template<class Record, class Check>
SnapshotFault first_fault(SnapshotPart part, std::span<const Record> records, Check check) {
    for (u32 number = 0; number < records.size(); ++number) {
        const SnapshotFlaw flaw = check(records[number]);
        if (flaw != SnapshotFlaw::None) {
            return {part, flaw, number};
        }
    }
    return {part, SnapshotFlaw::None, 0};
}

SnapshotFault fault_of(const SigmaTables& tables) {
    u32 id_min = 0;
    SnapshotFault fault =
        first_fault(SnapshotPart::Pattern, tables.patterns, [&](const SigmaPattern& pattern) {
            const SnapshotFlaw flaw = flaw_of(pattern, id_min);
            id_min = pattern.id + 1u;
            return flaw;
        });
    if (fault.flaw == SnapshotFlaw::None) {
        fault = first_fault(SnapshotPart::Guard, tables.guards,
                            [](const SigmaGuard& guard) { return flaw_of(guard); });
    }
    if (fault.flaw == SnapshotFlaw::None) {
        fault = first_fault(SnapshotPart::Hook, tables.hooks,
                            [](const Hook& hook) { return flaw_of(hook); });
    }
    if (fault.flaw == SnapshotFlaw::None) {
        fault = first_fault(SnapshotPart::Task, tables.tasks,
                            [&](const SigmaTask& task) { return flaw_of(task, tables); });
    }
    return fault;
}

/// Takes `count` records off the front of `bytes`, which has them.
template<class Record>
std::span<const Record> take(std::span<const std::byte>& bytes, std::size_t count) {
    const auto* first = reinterpret_cast<const Record*>(bytes.data());
    bytes = bytes.subspan(count * sizeof(Record));
    return {first, count};
}

} // namespace

const char* text_of(SnapshotPart part) {
    switch (part) {
    case SnapshotPart::Header:
        return "header";
    case SnapshotPart::Task:
        return "task";
    case SnapshotPart::Hook:
        return "hook";
    case SnapshotPart::Guard:
        return "guard";
    case SnapshotPart::Pattern:
        return "pattern";
    case SnapshotPart::Receipt:
        break;
    }
    return "receipt";
}

const char* text_of(SnapshotFlaw flaw) {
    switch (flaw) {
    case SnapshotFlaw::None:
        break;
    case SnapshotFlaw::TooShort:
        return "shorter than a header";
    case SnapshotFlaw::NoSnapshot:
        return "no snapshot (it does not begin with KNHKSIGM)";
    case SnapshotFlaw::OtherVersion:
        return "of another version (2 is read)";
    case SnapshotFlaw::TooMany:
        return "more records than a table may have";
    case SnapshotFlaw::OtherSize:
        return "another size than it has bytes, or than its tables have";
    case SnapshotFlaw::BadName:
        return "a name that is not 1 to 63 letters, digits, '.', '_', '-' and zeros";
    case SnapshotFlaw::OtherId:
        return "damaged: its id is not the SHA-256 of its bytes";
    case SnapshotFlaw::UnknownPattern:
        return "no such pattern, or one without a rule";
    case SnapshotFlaw::OtherCost:
        return "not the cost of this pattern";
    case SnapshotFlaw::PatternsUnordered:
        return "not in ascending order of id";
    case SnapshotFlaw::UnknownKind:
        return "no such kind of guard";
    case SnapshotFlaw::NoSuchWord:
        return "a payload has the words 0 to 3";
    case SnapshotFlaw::NoSuchCustomGuard:
        return "ids of custom guards are 0 to 1023";
    case SnapshotFlaw::UnknownOperation:
        return "no such operation";
    case SnapshotFlaw::UnknownFlag:
        return "flags that mean nothing";
    case SnapshotFlaw::UnusedNotZero:
        return "a field that is not used is not 0";
    case SnapshotFlaw::NoSuchPattern:
        return "names a pattern that is not in its table";
    case SnapshotFlaw::TooManyParts:
        return "more than 8 guards, 7 hooks or 7 branches";
    case SnapshotFlaw::NoSuchGuard:
        return "names a guard that is not in its table";
    case SnapshotFlaw::NoSuchHook:
        return "names a hook that is not in its table";
    case SnapshotFlaw::NoSuchTask:
        return "names a task that is not in its table";
    case SnapshotFlaw::OtherShape:
        return "branches, ways or limits that are not those of its pattern";
    case SnapshotFlaw::OtherTicks:
        return "not the ticks that it costs";
    case SnapshotFlaw::BadReceipt:
        return "no receipt, or a damaged one";
    case SnapshotFlaw::OtherReceipt:
        return "that of another snapshot";
    }
    return "sound";
}

Sha256Digest snapshot_id(std::span<const std::byte> bytes) {
    constexpr std::byte NO_ID[sizeof(SnapshotHeader::id)] = {};
    constexpr std::size_t ID_AT = offsetof(SnapshotHeader, id);
    Sha256 hash;
    hash.update(bytes.first(ID_AT));
    hash.update(NO_ID);
    hash.update(bytes.subspan(ID_AT + sizeof NO_ID));
    return hash.finish();
}

CheckedTables tables_of(std::span<const std::byte> bytes) {
    const auto& header = *reinterpret_cast<const SnapshotHeader*>(bytes.data());
    std::span<const std::byte> rest = bytes.subspan(sizeof header);
    CheckedTables tables;
    tables.tasks = take<SigmaTask>(rest, header.tasks);
    tables.hooks = take<Hook>(rest, header.hooks);
    tables.guards = take<SigmaGuard>(rest, header.guards);
    tables.patterns = take<SigmaPattern>(rest, header.patterns);
    return tables;
}

std::expected<Snapshot, SnapshotFault> Snapshot::open(std::span<const std::byte> bytes) {
    KNHK_CHECK(reinterpret_cast<std::uintptr_t>(bytes.data()) % alignof(SnapshotHeader) == 0,
               bytes.size());
    SnapshotFault fault{SnapshotPart::Header, SnapshotFlaw::TooShort, 0};
    if (bytes.size() >= sizeof(SnapshotHeader)) {
        fault.flaw = flaw_of(*reinterpret_cast<const SnapshotHeader*>(bytes.data()), bytes);
    }
    if (fault.flaw != SnapshotFlaw::None) {
        return std::unexpected(fault);
    }
    const Snapshot snapshot(bytes);
    fault = fault_of(snapshot.tables());
    if (fault.flaw != SnapshotFlaw::None) {
        return std::unexpected(fault);
    }
    return snapshot;
}

} // namespace knhk
