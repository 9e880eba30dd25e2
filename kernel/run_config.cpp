// SPDX-License-Identifier: MIT
#include "kernel/run_config.hpp"

#include <cstring>

#include "base/text.hpp"

namespace knhk {

namespace {

Result<void> set_number(u64& to, std::string_view text, u64 min, u64 max) {
    const Result<u64> value = parse_number(text);
    if (!value) {
        return fail(value.error());
    }
    if (*value < min || *value > max) {
        return fail(Error::OutOfRange);
    }
    to = *value;
    return {};
}

Result<void> set_number(u32& to, std::string_view text, u32 min, u32 max) {
    u64 wide = 0;
    const Result<void> done = set_number(wide, text, min, max);
    to = done ? static_cast<u32>(wide) : to;
    return done;
}

Result<void> set_level(RunConfig& config, std::string_view text) {
    if (text == "digest") {
        config.level = LogLevel::DigestOnly;
    } else if (text == "inputs") {
        config.level = LogLevel::Inputs;
    } else if (text == "full") {
        config.level = LogLevel::Full;
    } else {
        return fail(Error::UnknownLevel);
    }
    return {};
}

Result<void> set_drain(RunConfig& config, std::string_view text) {
    if (text != "shared" && text != "console") {
        return fail(Error::UnknownDrain);
    }
    config.drain = text == "shared" ? DrainMode::Shared : DrainMode::Console;
    return {};
}

Result<void> set_workload(RunConfig& config, std::string_view text) {
    if (text.empty() || text.size() > WORKLOAD_NAME_MAX) {
        return fail(Error::UnknownWorkload);
    }
    std::memset(config.workload, 0, sizeof config.workload);
    std::memcpy(config.workload, text.data(), text.size());
    return {};
}

/// One row a key: what it sets, and whether a workload section may.
struct Key {
    std::string_view name;
    Result<void> (*set)(RunConfig& config, std::string_view text);
    bool in_workload;
};

constexpr Key KEYS[] = {
    {"cores", [](RunConfig& c, std::string_view t) { return set_number(c.cores, t, 1, 256); },
     false},
    {"workers", [](RunConfig& c, std::string_view t) { return set_number(c.workers, t, 1, 256); },
     false},
    {"seed", [](RunConfig& c, std::string_view t) { return set_number(c.seed, t, 0, ~u64{0}); },
     false},
    {"beats",
     [](RunConfig& c, std::string_view t) { return set_number(c.beats_max, t, 1, ~u64{0}); },
     false},
    {"level", set_level, false},
    {"drain", set_drain, false},
    {"spin", [](RunConfig& c, std::string_view t) { return set_number(c.spins, t, 0, 1'000'000); },
     false},
    {"latency",
     [](RunConfig& c, std::string_view t) { return set_number(c.latency, t, 1, LATENCY_MAX); },
     false},
    {"workload", set_workload, true},
    {"tasks", [](RunConfig& c, std::string_view t) { return set_number(c.tasks, t, 1, TASKS_MAX); },
     true},
};

Result<void> apply_word(RunConfig& config, std::string_view word, ConfigSource source) {
    const KeyValue pair = split_word(word);
    for (const Key& key : KEYS) {
        if (key.name == pair.key && (source == ConfigSource::CommandLine || key.in_workload)) {
            return key.set(config, pair.value);
        }
    }
    return fail(Error::UnknownKey);
}

} // namespace

std::expected<void, ConfigError> apply_words(RunConfig& config, std::string_view words,
                                             ConfigSource source) {
    for (auto word = next_word(words); !word.empty(); word = next_word(words)) {
        const Result<void> applied = apply_word(config, word, source);
        if (!applied) {
            return std::unexpected(ConfigError{applied.error(), word});
        }
    }
    return {};
}

std::expected<void, ConfigError> check_config(const RunConfig& config, u32 hart_count) {
    const bool power_of_two = (config.cores & (config.cores - 1)) == 0;
    if (!power_of_two) {
        return std::unexpected(ConfigError{Error::CoresNotPowerOfTwo, "cores"});
    }
    if (config.workers > config.cores) {
        return std::unexpected(ConfigError{Error::WorkersAboveCores, "workers"});
    }
    if (config.workers > hart_count) {
        return std::unexpected(ConfigError{Error::WorkersAboveHarts, "workers"});
    }
    return {};
}

} // namespace knhk
