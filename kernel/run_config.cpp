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

Result<void> set_claiming(RunConfig& config, std::string_view text) {
    if (text != "static" && text != "dynamic") {
        return fail(Error::UnknownClaiming);
    }
    config.claiming = text == "dynamic" ? Claiming::Dynamic : Claiming::Static;
    return {};
}

Result<void> set_latency(RunConfig& config, std::string_view text) {
    u32 latency = 0;
    const Result<void> done = set_number(latency, text, 1, LATENCY_MAX);
    config.topology = done ? flat_topology(latency) : config.topology;
    return done;
}

Result<void> set_topology(RunConfig& config, std::string_view text) {
    const auto topology = parse_topology(text);
    if (!topology) {
        return fail(Error::BadTopology);
    }
    config.topology = *topology;
    return {};
}

Result<void> set_switch(bool& to, std::string_view text) {
    if (text != "on" && text != "off") {
        return fail(Error::NotOnOrOff);
    }
    to = text == "on";
    return {};
}

Result<void> set_inputs(RunConfig& config, std::string_view text) {
    if (text == "none") {
        config.inputs = InputsMode::None;
    } else if (text == "open") {
        config.inputs = InputsMode::Open;
    } else if (text == "recorded") {
        config.inputs = InputsMode::Recorded;
    } else {
        return fail(Error::UnknownInputs);
    }
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

Result<void> set_beat_limit(RunConfig& config, std::string_view text) {
    const Result<u32> milliseconds = parse_beat_limit(text);
    if (!milliseconds) {
        return fail(milliseconds.error());
    }
    config.beat_limit_ms = *milliseconds;
    return {};
}

Result<void> set_isa(RunConfig& config, std::string_view text) {
    config.isa_given = text != "auto";
    if (!config.isa_given) {
        return {};
    }
    const Result<InstructionSet> set = instruction_set_named(text);
    if (!set) {
        return fail(set.error());
    }
    config.isa = *set;
    return {};
}

/// One row a key: what it sets, whether a workload section may, and where it is noted that it was.
struct Key {
    std::string_view name;
    Result<void> (*set)(RunConfig& config, std::string_view text);
    bool in_workload;
    bool RunConfig::* given = nullptr;
};

constexpr Key KEYS[] = {
    {"cores", [](RunConfig& c, std::string_view t) { return set_number(c.cores, t, 1, 256); },
     false, &RunConfig::cores_given},
    {"workers", [](RunConfig& c, std::string_view t) { return set_number(c.workers, t, 1, 256); },
     false},
    {"seed", [](RunConfig& c, std::string_view t) { return set_number(c.seed, t, 0, ~u64{0}); },
     false, &RunConfig::seed_given},
    {"beats",
     [](RunConfig& c, std::string_view t) { return set_number(c.beats_max, t, 1, ~u64{0}); },
     false},
    {"level", set_level, false},
    {"drain", set_drain, false},
    {"spin", [](RunConfig& c, std::string_view t) { return set_number(c.spins, t, 0, 1'000'000); },
     false},
    {"latency", set_latency, false, &RunConfig::topology_given},
    {"topology", set_topology, false, &RunConfig::topology_given},
    {"stealing", [](RunConfig& c, std::string_view t) { return set_switch(c.stealing, t); }, false,
     &RunConfig::stealing_given},
    {"claim", set_claiming, false},
    {"telemetry", [](RunConfig& c, std::string_view t) { return set_switch(c.telemetry, t); },
     false},
    {"checkpoint",
     [](RunConfig& c, std::string_view t) { return set_number(c.checkpoint_beats, t, 1, ~u64{0}); },
     false},
    {"resume", [](RunConfig& c, std::string_view t) { return set_switch(c.resume, t); }, false},
    {"chaos",
     [](RunConfig& c, std::string_view t) { return set_number(c.chaos_seed, t, 0, ~u64{0}); },
     false},
    {"beat-limit", set_beat_limit, false},
    {"inputs", set_inputs, false},
    {"isa", set_isa, false},
    {"workload", set_workload, true},
    {"tasks", [](RunConfig& c, std::string_view t) { return set_number(c.tasks, t, 1, TASKS_MAX); },
     true},
};

Result<void> apply_word(RunConfig& config, std::string_view word, ConfigSource source) {
    const KeyValue pair = split_word(word);
    for (const Key& key : KEYS) {
        if (key.name == pair.key && (source == ConfigSource::CommandLine || key.in_workload)) {
            const Result<void> done = key.set(config, pair.value);
            if (done && key.given != nullptr) {
                config.*key.given = true;
            }
            return done;
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
    if (config.inputs != InputsMode::None && config.drain != DrainMode::Shared) {
        return std::unexpected(ConfigError{Error::InputsNeedDrain, "inputs"});
    }
    const bool needs_host = config.resume || config.checkpoint_beats != 0;
    if (needs_host && config.drain != DrainMode::Shared) {
        return std::unexpected(ConfigError{Error::UnknownDrain, "checkpoints need drain=shared"});
    }
    return {};
}

} // namespace knhk
