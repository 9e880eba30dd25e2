// SPDX-License-Identifier: MIT
#include "tests/tools/log_builder.hpp"

#include <cstdio>
#include <stdexcept>

#include <sys/mman.h>
#include <unistd.h>

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
    for (const u32 value : {256,  512, 128, 4,  4,  256, 256,  7,  8, 2,  7, 4096,
                            8192, 256, 4,   32, 64, 8,   1024, 32, 8, 16, 32}) {
        put(bytes, value, 4);
    }
    return bytes;
}

std::string default_costs() {
    std::string bytes;
    for (const u32 value : {1, 2, 3, 1, 2, 1, 1, 4, 1, 1}) {
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

u64 BeatFields::event_count() const {
    u64 count = 0;
    for (const auto& [core, recorded] : events) {
        count += recorded.size();
    }
    return count;
}

LogBuilder::LogBuilder() {
    identity[1] = number_bytes(2, 4);
    identity[2] = number_bytes(2, 4);
    identity[3] = number_bytes(cores, 4);
    identity[4] = std::string(std::size_t{cores} * cores, '\1');
    identity[5] = default_capacities();
    identity[6] = default_costs();
    identity[7] = number_bytes(7, 8);
    identity[8] = default_handlers();
    identity[9] = std::string(32, '\x5a');
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

void LogBuilder::put_beat(BuiltLog& log, const BeatFields& beat, Digest& chain) const {
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
    put_digest(chained, chain);
    put(chained, beat.beat, 8);
    put(chained, beat.start_time, 8);
    chain = hash_of(chained + digests);

    log.block_at.push_back(log.bytes.size());
    put(log.bytes, 0x54414542, 4);
    put(log.bytes, 48 + (is_full ? entries.size() + events.size() : 0), 4);
    put(log.bytes, beat.beat, 8);
    put(log.bytes, beat.start_time, 8);
    put(log.bytes, beat.event_count(), 4);
    put(log.bytes, is_full ? beat.events.size() : 0, 4);
    put_digest(log.bytes, chain);
    log.bytes += is_full ? entries + events : std::string();
}

BuiltLog LogBuilder::build() const {
    const std::string fields = identity_bytes();
    const std::string stored_workload = level == 0 ? std::string() : workload;
    BuiltLog log;
    put(log.bytes, 0x01474F4C4B484E4B, 8);
    put(log.bytes, 2, 4);
    put(log.bytes, level, 4);
    put(log.bytes, fields.size(), 4);
    put(log.bytes, stored_workload.size(), 4);
    put_digest(log.bytes, hash_of(fields));
    log.bytes += fields;
    log.workload_at = log.bytes.size();
    log.bytes += stored_workload;
    log.padding_at = log.bytes.size();
    log.bytes.resize((log.bytes.size() + 7) / 8 * 8);
    Digest chain{};
    for (const BeatFields& beat : beats) {
        put_beat(log, beat, chain);
    }
    log.trailer_at = log.bytes.size();
    if (has_trailer) {
        std::string run;
        put_digest(run, hash_of(fields));
        put_digest(run, chain);
        put(log.bytes, 0x20444E45, 4);
        put(log.bytes, 48, 4);
        put(log.bytes, end_reason, 4);
        put(log.bytes, 0, 4);
        put(log.bytes, beats.size(), 8);
        put(log.bytes, event_count(), 8);
        put_digest(log.bytes, hash_of(run));
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
