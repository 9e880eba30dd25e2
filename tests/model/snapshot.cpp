// SPDX-License-Identifier: MIT
#include "tests/model/snapshot.hpp"

#include <algorithm>
#include <fstream>
#include <stdexcept>

#include "tests/model/dice.hpp"
#include "tests/model/identity.hpp"

namespace knhk::model {
namespace {

constexpr u64 MAGIC = 0x4D4749534B484E4B;
constexpr u64 RECEIPT_MAGIC = 0x545043524B484E4B;
constexpr u64 ID_AT = 32;
constexpr u64 NO_TASK = 0xFFFF;
constexpr u64 ALL_INVARIANTS = 31;

void append_hash(Bytes& bytes, std::span<const std::byte> of) {
    append(bytes, sha256(of));
}

enum Takes : u8 { SUBJECT = 1, OBJECT = 2, COUNT = 4 };

/// docs/sigma.md: what each operation takes.
struct Operation {
    u8 code;
    u8 takes;
};
constexpr Operation OPERATIONS[] = {
    {1, SUBJECT},           {2, SUBJECT | COUNT},   {3, SUBJECT | OBJECT}, {4, SUBJECT},
    {5, SUBJECT | COUNT},   {6, SUBJECT | COUNT},   {7, OBJECT},           {8, SUBJECT},
    {9, OBJECT | COUNT},    {10, OBJECT | COUNT},   {11, OBJECT | COUNT},  {12, OBJECT},
    {13, OBJECT},           {14, OBJECT},           {15, OBJECT},          {16, OBJECT},
    {17, SUBJECT | OBJECT}, {18, SUBJECT | OBJECT}, {32, OBJECT}};
constexpr bool emits(u8 code) {
    return code == 4 || code == 32;
}

/// What a pattern takes, and what it costs: docs/patterns.md.
struct PatternParts {
    u16 id;
    u16 cost;
    u8 branches; ///< at most
    bool conditions;
    bool needs_hook;
    bool when_true;
    bool when_false;
    bool need;
    bool rounds;
    bool beats;
    bool thresholds;
};
constexpr PatternParts PATTERNS[] = {
    {.id = 0, .cost = 1, .needs_hook = true, .when_true = true, .when_false = true},
    {.id = 1, .cost = 2, .branches = 7, .when_false = true},
    {.id = 2, .cost = 3, .when_true = true, .when_false = true, .need = true},
    {.id = 3, .cost = 1, .branches = 7, .conditions = true, .needs_hook = true, .when_false = true},
    {.id = 4, .cost = 2, .when_true = true, .when_false = true},
    {.id = 5, .cost = 3, .branches = 7, .conditions = true, .needs_hook = true, .when_false = true},
    {.id = 6, .cost = 4, .when_true = true, .when_false = true},
    {.id = 7, .cost = 3, .when_true = true, .when_false = true},
    {.id = 8, .cost = 4, .when_true = true, .when_false = true, .need = true},
    {.id = 9,
     .cost = 5,
     .branches = 1,
     .needs_hook = true,
     .when_true = true,
     .when_false = true,
     .rounds = true},
    {.id = 10, .cost = 2, .branches = 7},
    {.id = 15,
     .cost = 3,
     .branches = 7,
     .conditions = true,
     .needs_hook = true,
     .when_false = true,
     .beats = true},
    {.id = 43, .cost = 2, .branches = 1, .when_true = true, .when_false = true, .beats = true},
    {.id = 44, .cost = 1, .needs_hook = true, .when_true = true, .when_false = true, .beats = true},
    {.id = 45,
     .cost = 2,
     .needs_hook = true,
     .when_true = true,
     .when_false = true,
     .rounds = true},
    {.id = 46,
     .cost = 2,
     .needs_hook = true,
     .when_true = true,
     .when_false = true,
     .beats = true,
     .thresholds = true}};

/// One snapshot of a few tasks, of which none costs more than a warm one may use.
class RandomSnapshot {
  public:
    explicit RandomSnapshot(u32 number) : number_(number), dice_(mix(number, 19)) {
        if (number == EMITTING_SNAPSHOT) {
            make_emitting();
            return;
        }
        while (hooks_.size() < 26) {
            add_hook();
        }
        for (u64 count = dice_.between(2, 4); count > 0; --count) {
            guards_.push_back(guard());
        }
        tasks_.resize(std::size(PATTERNS));
        choose_patterns();
        share_hooks_out();
        const u64 guarded = dice_.below(tasks_.size()); // by several
        for (u64 guard = 0; guard < guards_.size(); ++guard) {
            const u64 task = dice_.one_in(2) ? guarded : dice_.below(tasks_.size());
            tasks_[task].guards.push_back(guard);
        }
        for (Parts& task : tasks_) {
            choose_ways(task);
        }
    }

    Bytes bytes() {
        Bytes tables;
        for (const Parts& task : tasks_) {
            append_task(tables, task);
        }
        for (const Bytes& hook : hooks_) {
            append(tables, hook);
        }
        for (const Bytes& guard : guards_) {
            append(tables, guard);
        }
        const std::vector<const PatternParts*> patterns = used_patterns();
        for (const PatternParts* pattern : patterns) {
            append(tables, pattern->id, 2);
            append(tables, pattern->cost, 2);
            append(tables, 0, 4);
        }
        Bytes bytes;
        append(bytes, MAGIC, 8);
        for (const u64 field : {u64{2}, 128 + tables.size(), u64{tasks_.size()}, u64{hooks_.size()},
                                u64{guards_.size()}, u64{patterns.size()}}) {
            append(bytes, field, 4);
        }
        bytes.resize(64);
        append(bytes, "random-" + std::to_string(number_));
        bytes.resize(128);
        append(bytes, tables);
        std::ranges::copy(sha256(bytes), bytes.begin() + ID_AT);
        return bytes;
    }

  private:
    struct Parts {
        std::vector<u64> guards;
        std::vector<u64> hooks;
        const PatternParts* pattern = nullptr;
        std::vector<u64> branches;
        u64 when_true = NO_TASK;
        u64 when_false = NO_TASK;
    };

    // Each once: a workload file knows which task has which.
    void choose_patterns() {
        for (u64 task = 0; task < tasks_.size(); ++task) {
            tasks_[task].pattern = &PATTERNS[task];
        }
    }

    // Those that need one have one, choices rather two or three, the multi-choice of every other
    // snapshot many: it leaves a receipt for each. The rest is anywhere.
    void share_hooks_out() {
        u64 hook = 0;
        for (Parts& task : tasks_) {
            const bool seldom_true = task.pattern->conditions || task.pattern->id == 44;
            const bool many = task.pattern->id == 5 && number_ % 2 == 1;
            const u64 wanted = many ? dice_.between(5, 7) : seldom_true ? dice_.between(2, 3) : 1;
            for (u64 left = task.pattern->needs_hook ? wanted : 0; left > 0; --left) {
                task.hooks.push_back(hook++);
            }
        }
        while (hook < hooks_.size()) {
            Parts& task = tasks_[dice_.below(tasks_.size())];
            if (!task.pattern->conditions && task.hooks.size() < 2) {
                task.hooks.push_back(hook++);
            }
        }
    }

    static bool joins(const PatternParts& pattern) {
        return pattern.need || pattern.id == 6 || pattern.id == 15 || pattern.id == 43;
    }
    static bool works(const PatternParts& pattern) {
        return pattern.branches == 0 && !joins(pattern) && pattern.id != 44;
    }

    u64 some_task(bool (*is_good)(const PatternParts&)) {
        u64 task = dice_.below(tasks_.size());
        const bool is_picky = !dice_.one_in(4);
        while (is_picky && !is_good(*tasks_[task].pattern)) {
            task = dice_.below(tasks_.size());
        }
        return task;
    }

    // Branches lead to work rather than to anything else, and work to what waits for it.
    void choose_ways(Parts& task) {
        const PatternParts& pattern = *task.pattern;
        const u64 own = static_cast<u64>(&task - tasks_.data());
        if (pattern.branches != 0) {
            const u64 some = std::min<u64>(pattern.branches, dice_.pick({2, 2, 3, 3, 4, 7}));
            for (u64 left = pattern.conditions ? task.hooks.size() : some; left > 0; --left) {
                task.branches.push_back(some_task(works));
            }
        }
        task.when_true = pattern.when_true && !dice_.one_in(8) ? some_task(joins) : NO_TASK;
        task.when_false = pattern.when_false && !dice_.one_in(4) ? some_task(joins) : NO_TASK;
        if (pattern.id == 43 && dice_.one_in(2)) { // what is tried again may come back too late
            task.branches = {some_task([](const PatternParts& other) { return other.id == 45; })};
        }
        if (pattern.id == 9 && dice_.one_in(2)) {
            task.branches = {own};
        }
        if (pattern.id == 45 && dice_.one_in(2)) {
            task.when_true = some_task([](const PatternParts& other) { return other.id == 43; });
        }
    }

    // docs/sigma.md, What a task costs.
    u64 ticks_of(const Parts& task) const {
        u64 ticks = 2 + task.pattern->cost + task.guards.size();
        for (const u64 hook : task.hooks) {
            ticks += emits(static_cast<u8>(hooks_[hook][0])) ? 9 : 3;
        }
        const bool one_branch = task.pattern->conditions && task.pattern->id != 5;
        const u64 branches = one_branch ? 1 : task.branches.size();
        const bool followed = task.when_true != NO_TASK || task.when_false != NO_TASK;
        const bool again = task.pattern->id == 45;
        return ticks + std::max<u64>(branches, followed || again ? 1 : 0);
    }

    std::vector<const PatternParts*> used_patterns() const {
        std::vector<const PatternParts*> used;
        for (const PatternParts& pattern : PATTERNS) {
            if (std::ranges::count(tasks_, &pattern, &Parts::pattern) > 0) {
                used.push_back(&pattern);
            }
        }
        return used;
    }

    void make_emitting() {
        constexpr u8 CONSTRUCT = 32;
        constexpr u8 COMPARE_GE = 15;
        tasks_.resize(EMITTING_SNAPSHOT_TASKS);
        for (u64 number = 0; number < 5; ++number) {
            const bool constructs = number < 4;
            Bytes hook;
            append(hook, constructs ? CONSTRUCT : COMPARE_GE, 8);
            append(hook, 0, 8);
            append(hook, RANDOM_PREDICATE, 8);
            append(hook, constructs ? number + 1 : 0, 8);
            hooks_.push_back(hook);
            tasks_[constructs ? 0 : 1].hooks.push_back(number);
        }
        for (Parts& task : tasks_) {
            task.pattern = &PATTERNS[0];
            task.when_true = NO_TASK;
            task.when_false = NO_TASK;
        }
    }

    u64 object() { return dice_.pick({0, 1, 2, u64{1} << 63, ~u64{0}}); }

    // No two are equal: one would be an inconsistency.
    void add_hook() {
        const Operation operation = OPERATIONS[dice_.below(std::size(OPERATIONS))];
        emitting_ += emits(operation.code) ? 1 : 0;
        if (emitting_ > 3 && emits(operation.code)) {
            return;
        }
        const u8 takes = operation.takes;
        const bool own_subject = (takes & SUBJECT) != 0 && !dice_.one_in(4);
        const bool own_object = (takes & OBJECT) != 0 && !dice_.one_in(4);
        Bytes hook;
        append(hook, operation.code, 1);
        append(hook, (own_subject ? 1u : 0u) | (own_object ? 2u : 0u), 1);
        append(hook, 0, 2);
        append(hook, (takes & COUNT) != 0 ? dice_.below(4) : 0, 4);
        append(hook, (takes & SUBJECT) != 0 && !own_subject ? dice_.below(4) : 0, 8);
        append(hook, dice_.one_in(20) ? 9 : RANDOM_PREDICATE, 8);
        append(hook, (takes & OBJECT) != 0 && !own_object ? object() : 0, 8);
        if (std::ranges::find(hooks_, hook) == hooks_.end()) {
            hooks_.push_back(hook);
        }
    }

    Bytes guard() {
        constexpr u8 TICK_BUDGET = 0;
        constexpr u8 SCHEMA = 3;
        constexpr u8 CUSTOM = 255;
        const u8 kind = static_cast<u8>(dice_.pick({0, 0, 1, 2, 3, 255}));
        const bool has_word = kind != TICK_BUDGET && kind != SCHEMA && kind != CUSTOM;
        Bytes bytes;
        append(bytes, kind, 1);
        append(bytes, has_word ? dice_.between(2, 3) : 0, 1);
        append(bytes, kind == CUSTOM ? dice_.pick({0, 1, 2, 3, 1000, 1001}) : 0, 2);
        append(bytes, 0, 4);
        const u64 value = kind == TICK_BUDGET ? dice_.between(3, 6)
                          : kind == SCHEMA    ? RANDOM_PREDICATE
                          : kind == CUSTOM    ? 0
                                              : dice_.pick({0, 1, 2, 3, 3});
        append(bytes, value, 8);
        return bytes;
    }

    void append_task(Bytes& tables, const Parts& task) {
        const u64 begin = tables.size();
        const std::vector<const PatternParts*> patterns = used_patterns();
        append(tables,
               static_cast<u64>(std::ranges::find(patterns, task.pattern) - patterns.begin()), 2);
        append(tables, task.guards.size(), 1);
        append(tables, task.hooks.size(), 1);
        append(tables, task.when_true, 2);
        append(tables, task.when_false, 2);
        append_numbers(tables, task.guards, begin + 24);
        append_numbers(tables, task.hooks, begin + 38);
        append(tables, ticks_of(task), 1);
        append(tables, task.branches.size(), 1);
        append_numbers(tables, task.branches, begin + 54);
        const PatternParts& pattern = *task.pattern;
        append(tables, pattern.need ? dice_.pick({1, 2, 2, 3, 4}) : 0, 1);
        append(tables, pattern.rounds ? dice_.pick({1, 2, 3}) : 0, 1);
        append(tables, pattern.thresholds ? dice_.between(1, 3) : 0, 1);
        append(tables, pattern.thresholds ? dice_.pick({1, 2, 2, 3}) : 0, 1);
        append(tables, 0, 2);
        append(tables, pattern.beats ? dice_.pick({1, 2, 3, 5, 9, 40}) : 0, 4);
    }

    static void append_numbers(Bytes& tables, const std::vector<u64>& numbers, u64 end) {
        for (const u64 number : numbers) {
            append(tables, number, 2);
        }
        tables.resize(end);
    }

    u32 number_;
    Dice dice_;
    u32 emitting_ = 0;
    std::vector<Bytes> hooks_;
    std::vector<Bytes> guards_;
    std::vector<Parts> tasks_;
};

} // namespace

std::string snapshot_file_name(u32 number) {
    return "snapshot-" + std::to_string(number) + ".sigma";
}

Bytes snapshot_file(const std::string& name) {
    for (u32 number = 0; number < RANDOM_SNAPSHOT_FILES; ++number) {
        if (name == snapshot_file_name(number)) {
            Bytes bytes = RandomSnapshot(number).bytes();
            Bytes receipt;
            append(receipt, RECEIPT_MAGIC, 8);
            append(receipt, 1, 4);
            append(receipt, ALL_INVARIANTS, 4);
            append(receipt, std::span(bytes).subspan(ID_AT, 32));
            append_hash(receipt, Bytes(receipt));
            append(bytes, receipt);
            return bytes;
        }
    }
    throw std::runtime_error("there is no snapshot " + name);
}

void write_snapshot_files(const std::filesystem::path& folder) {
    for (u32 number = 0; number < RANDOM_SNAPSHOT_FILES; ++number) {
        const std::string name = snapshot_file_name(number);
        const Bytes bytes = snapshot_file(name);
        std::ofstream(folder / name, std::ios::binary)
            .write(reinterpret_cast<const char*>(bytes.data()),
                   static_cast<std::streamsize>(bytes.size()));
    }
}

u64 snapshot_id_word(const Bytes& file) {
    return number_at(file, ID_AT, 8);
}

} // namespace knhk::model
