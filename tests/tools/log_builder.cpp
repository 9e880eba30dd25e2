// SPDX-License-Identifier: MIT
#include "tests/tools/log_builder.hpp"

#include <bit>
#include <cstdio>
#include <stdexcept>

#include <sys/mman.h>
#include <unistd.h>

#include "base/sha256.hpp"

namespace knhk::test {

namespace {

void put_digest(std::string& bytes, const Digest& digest) {
    put(bytes, digest.low, 8);
    put(bytes, digest.high, 8);
}

Digest hash_of(const std::string& bytes) {
    return xxh3_128(bytes.data(), bytes.size());
}

std::string number_bytes(u64 value, u32 size) {
    std::string bytes;
    put(bytes, value, size);
    return bytes;
}

u64 check_of(const std::string& bytes) {
    return xxh3_64(bytes.data(), bytes.size());
}

/// Of a record of inputs without its check.
u64 check_of_inputs(const std::string& record) {
    constexpr std::size_t HEAD_BYTES = 24;
    std::string words = number_bytes(check_of(record.substr(HEAD_BYTES)), 8);
    words += record.substr(8, 16); // beat and count
    words += number_bytes(record.size() + 8, 8);
    return check_of(words);
}

HashBytes sha256_of(const std::string& bytes) {
    const Sha256Digest digest = sha256(std::as_bytes(std::span(bytes)));
    return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

u64 number_at(const std::string& bytes, std::size_t offset, u32 size) {
    u64 value = 0;
    for (u32 i = size; i > 0; --i) {
        value = value << 8 | static_cast<u8>(bytes.at(offset + i - 1));
    }
    return value;
}

std::string event_bytes(const std::vector<EventFields>& events) {
    std::string bytes;
    for (const EventFields& event : events) {
        put(bytes, event.timestamp, 8);
        put(bytes, event.task_id, 8);
        put(bytes, event.hash, 8);
        put(bytes, event.ticks, 4);
        put(bytes, event.core, 2);
        put(bytes, event.kind, 1);
        put(bytes, event.status, 1);
    }
    return bytes;
}

std::string default_capacities() {
    std::string bytes;
    for (const u32 value :
         {256, 512,  128, 4, 4,  256, 256, 7,    8,  2,  7,  4096, 8192, 256, 4, 32,  64,
          8,   1024, 32,  8, 16, 32,  16,  1024, 32, 16, 64, 32,   8,    16,  3, 512, 42}) {
        put(bytes, value, 4);
    }
    return bytes;
}

std::string default_costs() {
    std::string bytes;
    for (const u32 value : {1, 2, 3, 1, 2, 1, 1, 4, 1, 1, 1, 1, 1, 1, 1, 7, 1, 0}) {
        put(bytes, value, 4);
    }
    return bytes;
}

std::string default_handlers() {
    std::string bytes;
    put(bytes, 1, 2);
    put(bytes, 4, 2);
    put(bytes, 3, 4);
    bytes += "ring";
    put(bytes, 256, 2);
    put(bytes, 5, 2);
    put(bytes, 1, 4);
    bytes += "mine!";
    return bytes;
}

std::string default_guards() {
    std::string bytes;
    put(bytes, 1000, 2);
    put(bytes, 6, 2);
    put(bytes, 2, 4);
    bytes += "chance";
    return bytes;
}

} // namespace

void put(std::string& bytes, u64 value, u32 size) {
    for (u32 i = 0; i < size; ++i) {
        bytes.push_back(static_cast<char>(value >> (8 * i) & 0xff));
    }
}

void set(std::string& bytes, std::size_t offset, u64 value, u32 size) {
    bytes.replace(offset, size, number_bytes(value, size));
}

void renew_check(std::string& bytes, std::size_t at) {
    const u64 tag = at == 0 ? 0 : number_at(bytes, at, 4);
    const u64 size_bytes = number_at(bytes, at + 4, 4);
    u64 covered = 88; // an epoch's, and the trailer's
    if (at == 0) {
        covered = 40;
    } else if (tag == 0x54414542) {
        covered = 48; // a beat's head
    } else if (tag == 0x54504E49 || tag == 0x4D555352) {
        covered = size_bytes - 8; // as long as they say
    }
    constexpr u64 HEAD_BYTES_MIN = 24; // of every record
    if (covered < HEAD_BYTES_MIN || covered > bytes.size() || at + covered + 8 > bytes.size()) {
        return;
    }
    const u64 check = tag == 0x54504E49 ? check_of_inputs(bytes.substr(at, covered))
                                        : check_of(bytes.substr(at, covered));
    set(bytes, at + covered, check, 8);
}

std::string task_bytes(u64 id) {
    std::string bytes;
    put(bytes, id, 8);
    put(bytes, 1000, 2); // a guard
    bytes.resize(24);
    put(bytes, 256, 2); // the handler
    put(bytes, 1, 1);   // level
    put(bytes, 3, 1);   // budget
    put(bytes, 1, 1);   // guards
    bytes.resize(32);
    put(bytes, id * 3, 8); // payload
    bytes.resize(64);
    return bytes;
}

u64 BeatFields::event_count() const {
    u64 count = 0;
    for (const auto& [core, recorded] : events) {
        count += recorded.size();
    }
    return count;
}

std::vector<std::size_t> BuiltLog::records() const {
    std::vector<std::size_t> all = {0, records_at, trailer_at};
    for (const auto* some : {&inputs_at, &block_at, &epoch_at}) {
        all.insert(all.end(), some->begin(), some->end());
    }
    return all;
}

LogBuilder::LogBuilder() {
    identity[1] = number_bytes(4, 4);
    identity[2] = number_bytes(5, 4);
    identity[3] = number_bytes(cores, 4);
    identity[4] = std::string(std::size_t{cores} * cores, '\1');
    identity[5] = default_capacities();
    identity[6] = default_costs();
    identity[7] = number_bytes(7, 8);
    identity[8] = default_handlers();
    identity[9] = sha256_of(workload);
    identity[10] = number_bytes(1, 4);
    identity[11] = default_guards();
    beats = {
        {0, 0, {{0, {{1, 0x10}, {2, 0x10, 5, 3, 0, 2}, {3, 0, 6, 0, 0, 3}}}}},
        {1,
         3,
         {{1, {{4, 0x11, 7, 0, 1, 4}, {5, 0x11, 8, 0, 1, 1, 2}}},
          {3, {{4, 0x13, 9, 4, 3, 2, 1}, {6, 0x17, 10, 0, 3, 1, 1}, {7, 0, 11, 0, 3, 3}}}}},
        {5,
         9,
         {{0, {{10, 0x20, 12, 9, 0, 2, 3}}},
          {1, {{10, 0x21, 13, 8, 1, 2, 2}, {12, 0x25, 14, 0, 1, 1}}}}},
    };
}

LogBuilder LogBuilder::of_three_epochs() {
    LogBuilder builder;
    builder.beats.push_back({9, 12, {{2, {{13, 0x30, 15, 0, 2, 1}}}}});
    builder.beats.push_back({16, 13, {}});
    builder.beats[1].inputs = {{task_bytes(0x11), ~u64{0}}, {task_bytes(0x12), 77}};
    builder.beats[4].inputs = {{}};
    return builder;
}

u64 LogBuilder::event_count() const {
    u64 count = 0;
    for (const BeatFields& beat : beats) {
        count += beat.event_count();
    }
    return count;
}

std::string LogBuilder::identity_bytes() const {
    std::string bytes;
    for (const auto& [tag, content] : identity) {
        put(bytes, tag, 2);
        put(bytes, 0, 2);
        put(bytes, content.size(), 4);
        bytes += content;
    }
    return bytes;
}

HashBytes merkle_root(const std::vector<HashBytes>& leaves) {
    if (leaves.size() <= 1) {
        return leaves.empty() ? sha256_of("") : leaves[0];
    }
    const auto left = static_cast<std::ptrdiff_t>(std::bit_floor(leaves.size() - 1));
    return sha256_of('\1' + merkle_root({leaves.begin(), leaves.begin() + left}) +
                     merkle_root({leaves.begin() + left, leaves.end()}));
}

/// How far the log is, while it is built.
struct LogBuilder::Progress {
    u64 beats = 0;
    u64 events = 0;
    Digest chain{};
    std::size_t span_begin = 0;
};

Digest LogBuilder::run_digest(const Digest& chain) const {
    std::string text;
    put_digest(text, hash_of(identity_bytes()));
    put_digest(text, chain);
    return hash_of(text);
}

void LogBuilder::put_prologue(BuiltLog& log) const {
    const std::string fields = identity_bytes();
    const std::string stored_workload = level == 0 ? std::string() : workload;
    put(log.bytes, 0x01474F4C4B484E4B, 8);
    put(log.bytes, 4, 4);
    put(log.bytes, level, 2);
    put(log.bytes, flags, 2);
    put(log.bytes, fields.size(), 4);
    put(log.bytes, stored_workload.size(), 4);
    put_digest(log.bytes, hash_of(fields));
    put(log.bytes, check_of(log.bytes), 8);
    log.bytes += fields;
    log.workload_at = log.bytes.size();
    log.bytes += stored_workload;
    log.padding_at = log.bytes.size();
    log.bytes.resize((log.bytes.size() + 7) / 8 * 8);
    log.records_at = log.bytes.size();
}

void LogBuilder::put_resumed(BuiltLog& log, Progress& run) const {
    if (!resumed) {
        return;
    }
    log.leaves = resumed->leaves;
    run.beats = resumed->beats;
    run.events = resumed->events;
    run.chain = resumed->chain;
    const std::size_t epochs = resumed->leaves.size();
    std::string record;
    put(record, 0x4D555352, 4);
    put(record, 48 + 32 * static_cast<u64>(std::popcount(epochs)) + 8, 4);
    put(record, resumed->beats, 8);
    put(record, resumed->events, 8);
    put(record, epochs, 8);
    put_digest(record, resumed->chain);
    auto first = resumed->leaves.begin();
    for (std::size_t size = std::bit_floor(epochs); size != 0; size >>= 1) {
        if ((epochs & size) != 0) {
            const auto last = first + static_cast<std::ptrdiff_t>(size);
            record += merkle_root({first, last});
            first = last;
        }
    }
    put(record, check_of(record), 8);
    log.bytes += record;
}

void LogBuilder::put_inputs(BuiltLog& log, const BeatFields& beat) const {
    if (level == 0 || beat.inputs.empty()) {
        return;
    }
    std::string record;
    put(record, 0x54504E49, 4);
    put(record, 24 + 72 * beat.inputs.size() + 8, 4);
    put(record, beat.beat, 8);
    put(record, beat.inputs.size(), 8);
    for (const InputFields& input : beat.inputs) {
        record += input.task;
        put(record, input.time, 8);
    }
    put(record, check_of_inputs(record), 8);
    log.inputs_at.push_back(log.bytes.size());
    log.bytes += record;
}

void LogBuilder::put_beat(BuiltLog& log, const BeatFields& beat, Progress& run) const {
    const bool is_full = level == 2;
    std::string digests;
    std::string entries;
    std::string events;
    for (u16 core = 0; core < cores; ++core) {
        const auto found = beat.events.find(core);
        if (found == beat.events.end()) {
            put_digest(digests, {});
            continue;
        }
        const std::string recorded = event_bytes(found->second);
        put_digest(digests, hash_of(recorded));
        put(entries, core, 2);
        put(entries, 0, 2);
        put(entries, found->second.size(), 4);
        put_digest(entries, hash_of(recorded));
        events += recorded;
    }
    std::string chained;
    put_digest(chained, run.chain);
    put(chained, beat.beat, 8);
    put(chained, beat.start_time, 8);
    run.chain = hash_of(chained + digests);
    ++run.beats;
    run.events += beat.event_count();

    std::string head;
    put(head, 0x54414542, 4);
    put(head, 56 + (is_full ? entries.size() + events.size() : 0), 4);
    put(head, beat.beat, 8);
    put(head, beat.start_time, 8);
    put(head, beat.event_count(), 4);
    put(head, is_full ? beat.events.size() : 0, 4);
    put_digest(head, run.chain);
    put(head, check_of(head), 8);
    log.block_at.push_back(log.bytes.size());
    log.bytes += head + (is_full ? entries + events : std::string());
    log.block_end.push_back(log.bytes.size());
}

void LogBuilder::put_epoch(BuiltLog& log, Progress& run) const {
    std::string leaf("\0\1", 2); // a leaf, and its type
    put(leaf, log.leaves.size(), 8);
    put(leaf, run.beats, 8);
    put(leaf, run.events, 8);
    put_digest(leaf, run_digest(run.chain));
    std::string record;
    put(record, 0x434F5045, 4);
    put(record, 96, 4);
    put(record, log.leaves.size(), 8);
    put(record, run.beats, 8);
    put(record, run.events, 8);
    put_digest(record, run.chain);
    log.leaves.push_back(sha256_of(leaf));
    record += log.leaves.back();
    put(record, log.bytes.size() + 96 - run.span_begin, 8);
    put(record, check_of(record), 8);
    log.epoch_at.push_back(log.bytes.size());
    log.bytes += record;
    run.span_begin = log.bytes.size();
}

void LogBuilder::put_trailer(BuiltLog& log, const Progress& run) const {
    std::string record;
    put(record, 0x20444E45, 4);
    put(record, 96, 4);
    put(record, end_reason, 4);
    put(record, 0, 4);
    put(record, run.beats, 8);
    put(record, run.events, 8);
    put(record, log.leaves.size(), 8);
    put_digest(record, run_digest(run.chain));
    record += merkle_root(log.leaves);
    put(record, check_of(record), 8);
    log.bytes += record;
}

BuiltLog LogBuilder::build() const {
    constexpr u64 EPOCH_BEATS = 8; // determinism.md, 1
    BuiltLog log;
    Progress run;
    put_prologue(log);
    put_resumed(log, run);
    run.span_begin = log.bytes.size();
    for (std::size_t i = 0; i < beats.size(); ++i) {
        put_inputs(log, beats[i]);
        put_beat(log, beats[i], run);
        const bool is_last = i + 1 == beats.size();
        if (is_last ? has_trailer
                    : beats[i + 1].beat / EPOCH_BEATS != beats[i].beat / EPOCH_BEATS) {
            put_epoch(log, run);
        }
    }
    log.trailer_at = log.bytes.size();
    if (has_trailer) {
        put_trailer(log, run);
    }
    return log;
}

std::string text_of(const Digest& digest) {
    char text[33];
    std::snprintf(text, sizeof text, "%016llx%016llx", static_cast<unsigned long long>(digest.high),
                  static_cast<unsigned long long>(digest.low));
    return text;
}

tools::Descriptor file_holding(const std::string& bytes) {
    tools::Descriptor file(::memfd_create("knhk-test-log", MFD_CLOEXEC));
    if (tools::write_all(file.get(), std::as_bytes(std::span(bytes))) != 0 ||
        ::lseek(file.get(), 0, SEEK_SET) != 0) {
        throw std::runtime_error("no file in memory");
    }
    return file;
}

tools::LogReader reader_of(const std::string& bytes, std::string name) {
    return tools::LogReader::from(file_holding(bytes), std::move(name));
}

} // namespace knhk::test
