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

/// One snapshot of a few tasks, of which none costs more than a warm one may use.
class RandomSnapshot {
  public:
    explicit RandomSnapshot(u32 number) : number_(number), dice_(mix(number, 19)) {
        for (u64 count = dice_.between(5, 9); count > 0; --count) {
            add_hook();
        }
        for (u64 count = dice_.between(3, 6); count > 0; --count) {
            guards_.push_back(guard());
        }
        tasks_.resize(dice_.between(4, 6));
        for (u64 hook = 0; hook < hooks_.size(); ++hook) { // each is somewhere
            tasks_[hook % tasks_.size()].hooks.push_back(hook);
        }
        for (u64 guard = 0; guard < guards_.size(); ++guard) {
            tasks_[dice_.below(tasks_.size())].guards.push_back(guard);
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
        append(tables, u64{1} << 16, 8); // the pattern sequence, of one tick
        Bytes bytes;
        append(bytes, MAGIC, 8);
        for (const u64 field : {u64{1}, 128 + tables.size(), u64{tasks_.size()}, u64{hooks_.size()},
                                u64{guards_.size()}, u64{1}}) {
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
    };

    u64 object() { return dice_.pick({0, 1, 2, u64{1} << 63, ~u64{0}}); }

    // No two are equal: one would be an inconsistency.
    void add_hook() {
        const Operation operation = OPERATIONS[dice_.below(std::size(OPERATIONS))];
        emitting_ += emits(operation.code) ? 1 : 0;
        if (emitting_ > 3 && emits(operation.code)) {
            return;
        }
        const u8 takes = operation.takes;
        const bool own_subject = (takes & SUBJECT) != 0 && dice_.one_in(2);
        const bool own_object = (takes & OBJECT) != 0 && dice_.one_in(2);
        Bytes hook;
        append(hook, operation.code, 1);
        append(hook, (own_subject ? 1u : 0u) | (own_object ? 2u : 0u), 1);
        append(hook, 0, 2);
        append(hook, (takes & COUNT) != 0 ? dice_.below(4) : 0, 4);
        append(hook, (takes & SUBJECT) != 0 && !own_subject ? dice_.below(4) : 0, 8);
        append(hook, dice_.one_in(8) ? 9 : RANDOM_PREDICATE, 8);
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
        const u64 end = tables.size() + 64;
        append(tables, 0, 2);
        append(tables, task.guards.size(), 1);
        append(tables, task.hooks.size(), 1);
        for (u32 way = 0; way < 2; ++way) {
            append(tables, dice_.one_in(3) ? NO_TASK : dice_.below(tasks_.size()), 2);
        }
        const u64 guards = tables.size();
        for (const u64 guard : task.guards) {
            append(tables, guard, 2);
        }
        tables.resize(guards + 16);
        for (const u64 hook : task.hooks) {
            append(tables, hook, 2);
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
