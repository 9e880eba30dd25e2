// SPDX-License-Identifier: MIT
#include "kernel/script.hpp"

#include <cstring>

#include "base/check.hpp"
#include "base/text.hpp"

namespace knhk {

namespace {

bool is_zero(const void* bytes, std::size_t size) {
    const auto* at = static_cast<const u8*>(bytes);
    u32 any = 0;
    for (std::size_t i = 0; i < size; ++i) {
        any |= at[i];
    }
    return any == 0;
}

bool is_header(const ScriptHeader& header) {
    const bool has_seed = (header.flags & SCRIPT_SEED_STATED) != 0;
    const bool power_of_two = (header.cores & (header.cores - 1)) == 0; // 0: not stated
    return header.magic == SCRIPT_MAGIC && header.version == SCRIPT_VERSION &&
           (header.flags & ~(SCRIPT_SEED_STATED | SCRIPT_STEALING)) == 0 &&
           (has_seed || header.seed == 0) && power_of_two && header.cores <= CORES_MAX &&
           header.topology <= static_cast<u32>(TopologyKind::Matrix) &&
           header.guards <= SCRIPT_GUARDS_MAX && header.observations <= SCRIPT_OBSERVATIONS_MAX &&
           header.kinds <= SCRIPT_KINDS_MAX && header.steps <= header.kinds * SCRIPT_STEPS_MAX &&
           header.groups <= SCRIPT_GROUPS_MAX && header.runs <= SCRIPT_RUNS_MAX &&
           header.snapshots <= SNAPSHOTS_MAX && is_zero(header.reserved, sizeof header.reserved) &&
           is_short_name(header.name);
}

bool is_guard(const GuardRule& rule, u32 observations) {
    if (rule.test > GuardTest::Between || rule.reserved != 0 ||
        (rule.test != GuardTest::Between && rule.to != 0)) {
        return false;
    }
    if (rule.test == GuardTest::Never || rule.test == GuardTest::Always) {
        return rule.subject == GuardSubject::Nothing && rule.index == 0 && rule.value == 0;
    }
    switch (rule.subject) {
    case GuardSubject::Payload:
        return rule.index < PAYLOAD_WORDS;
    case GuardSubject::State:
        return rule.index < STATE_WORDS;
    case GuardSubject::Observation:
        return rule.index < observations * OBSERVATION_WORDS;
    case GuardSubject::Id:
        return rule.index == 0;
    case GuardSubject::Nothing:
        break;
    }
    return false;
}

bool are_guards(std::span<const GuardRule> rules, u32 observations) {
    u32 id_min = 0;
    for (const GuardRule& rule : rules) {
        if (rule.id < id_min || rule.id >= SCRIPT_GUARDS_MAX || !is_guard(rule, observations)) {
            return false;
        }
        id_min = rule.id + 1u;
    }
    return true;
}

/// The task of an emission; its kind is in the step.
bool is_emitted_task(const ScriptStep& step) {
    const Task& task = step.task;
    const bool of_kind = step.target == 0;
    return task.well_formed() && task.id == 0 &&
           (!of_kind ||
            (task.handler == SCRIPT_HANDLER && task.payload[0] == 0 && task.payload[1] == 0));
}

/// Words of a payload come from the value only where a handler is named.
bool is_target(u8 target) {
    return target == 0 || ((target & TARGET_HANDLER) != 0 && target <= TARGET_BITS);
}

bool is_emission(const ScriptStep& step, u32 kinds) {
    const bool of_kind = step.target == 0;
    const bool has_time = step.act == Act::Order;
    return step.id_from <= IdFrom::Value && is_target(step.target) &&
           (of_kind ? step.index < kinds && step.share > 0 : step.index == 0 && step.share == 0) &&
           step.time_is <= (has_time ? OrderTime::Within : OrderTime::At) &&
           (has_time || step.time == 0) && is_emitted_task(step) &&
           (!step.task.is_delta() || (!has_time && !step.task.brings_rows()));
}

/// A step that emits nothing: its index is below this, and whether it has a value.
struct StepShape {
    u32 index_end;
    u64 value_min;
    u64 value_max;
};

StepShape shape_of(Act act) {
    switch (act) {
    case Act::Set:
    case Act::Pure:
        return {1, 0, ~u64{0}};
    case Act::Observe:
        return {SCRIPT_OBSERVATIONS_MAX * OBSERVATION_WORDS, 0, 0};
    case Act::Read:
    case Act::Add:
        return {STATE_WORDS, 0, 0};
    case Act::Work:
        return {1, 1, ~u32{0}};
    case Act::Promote:
        return {SNAPSHOT_NUMBERS, 0, 0};
    default:
        return {1, 0, 0};
    }
}

bool is_step(const ScriptStep& step, u32 kinds) {
    if (step.act > Act::Promote || step.one_in == 0) {
        return false;
    }
    if (emits(step.act)) {
        return is_emission(step, kinds);
    }
    const StepShape shape = shape_of(step.act);
    return step.index < shape.index_end && step.value >= shape.value_min &&
           step.value <= shape.value_max && step.id_from == IdFrom::Zero &&
           step.time_is == OrderTime::At && step.target == 0 && step.share == 0 && step.time == 0 &&
           is_zero(&step.task, sizeof step.task);
}

bool are_kinds(std::span<const ScriptKind> kinds, std::span<const ScriptStep> steps) {
    u64 next = 0;
    for (const ScriptKind& kind : kinds) {
        if (kind.first_step != next || kind.step_count > SCRIPT_STEPS_MAX || kind.reserved != 0) {
            return false;
        }
        next += kind.step_count;
    }
    bool good = next == steps.size();
    for (const ScriptStep& step : steps) {
        good = good && is_step(step, static_cast<u32>(kinds.size()));
    }
    return good;
}

bool is_run(const ScriptRun& run) {
    if (run.length > RUN_ROWS || run.reserved != 0) {
        return false;
    }
    u64 behind = 0;
    for (u32 row = run.length; row < RUN_ROWS; ++row) {
        behind |= run.subjects[row] | run.objects[row];
    }
    return behind == 0;
}

bool are_runs(std::span<const ScriptRun> runs) {
    bool good = true;
    for (const ScriptRun& run : runs) {
        good = good && is_run(run);
    }
    return good;
}

/// What is asked of a delta beside what is asked of every task: a run, and no time.
bool may_be_delta(const ScriptGroup& group, std::span<const ScriptRun> runs) {
    const u64 number = group.task.payload[DELTA_RUN_WORD];
    return !group.task.brings_rows() && group.time == NOT_ORDERED && number < runs.size() &&
           runs[number].length != 0;
}

bool are_groups(std::span<const ScriptGroup> groups, std::span<const ScriptRun> runs) {
    u64 beat = 0;
    u64 inputs = 0;
    for (const ScriptGroup& group : groups) {
        if (group.beat < beat || group.beat >= SCRIPT_BEAT_END || group.count == 0 ||
            group.count > SCRIPT_INPUTS_MAX - inputs || !group.task.well_formed() ||
            (group.time > ORDERED_TIME_MAX && group.time != NOT_ORDERED) ||
            (group.task.is_delta() && !may_be_delta(group, runs))) {
            return false;
        }
        beat = group.beat;
        inputs += group.count;
    }
    return true;
}

bool is_topology(const Script& script) {
    const Topology topology = script.topology();
    const u32 cores = script.header().cores;
    if (topology.kind == TopologyKind::None || cores == 0) {
        return topology.kind != TopologyKind::Matrix && check_shape(topology).has_value();
    }
    return check_topology(topology, cores).has_value();
}

/// Takes tables off the front of what is left.
class TableReader {
  public:
    explicit TableReader(std::span<const std::byte> bytes) : rest_(bytes) {}

    template<class T>
    std::span<const T> take(u64 count) {
        const u64 size = count * sizeof(T);
        if (size > rest_.size()) {
            good_ = false;
            return {};
        }
        const auto* first = reinterpret_cast<const T*>(rest_.data());
        rest_ = rest_.subspan(size);
        return {first, static_cast<std::size_t>(count)};
    }
    [[nodiscard]] bool good() const { return good_; }
    [[nodiscard]] std::span<const std::byte> rest() const { return rest_; }

  private:
    std::span<const std::byte> rest_;
    bool good_ = true;
};

/// How many more steps there are from residue `from` to `to` modulo `cores`, each of `step`; ~0 if
/// no number of them leads there.
u64 steps_between(u64 from, u64 to, u64 step, u64 cores) {
    const u64 need = (to - from) & (cores - 1);
    step &= cores - 1;
    if (need == 0) {
        return 0;
    }
    const u64 shared = step & (~step + 1); // the power of two in step
    if (step == 0 || need % shared != 0) {
        return ~u64{0};
    }
    const u64 odd = step / shared;
    u64 inverse = odd; // modulo 8; each round doubles the bits
    for (u32 round = 0; round < 3; ++round) {
        inverse *= 2 - odd * inverse;
    }
    return (need / shared * inverse) & (cores / shared - 1);
}

} // namespace

Result<Script> Script::open(std::span<const std::byte> bytes) {
    Script script;
    const bool aligned =
        reinterpret_cast<std::uintptr_t>(bytes.data()) % alignof(ScriptHeader) == 0;
    if (!aligned || bytes.size() < sizeof(ScriptHeader) || !script.map_tables(bytes)) {
        return fail(Error::BadContainer);
    }
    if (!are_guards(script.guards_, script.header_->observations) ||
        !are_kinds(script.kinds_, script.steps_) || !are_groups(script.groups_, script.runs_) ||
        !are_runs(script.runs_) || !is_topology(script)) {
        return fail(Error::BadContainer);
    }
    script.index_groups();
    return script;
}

/// Whether header and tables fill the bytes exactly.
bool Script::map_tables(std::span<const std::byte> bytes) {
    bytes_ = bytes;
    header_ = reinterpret_cast<const ScriptHeader*>(bytes.data());
    if (!is_header(*header_)) {
        return false;
    }
    TableReader tables(bytes.subspan(sizeof(ScriptHeader)));
    guards_ = tables.take<GuardRule>(header_->guards);
    observations_ = tables.take<Observation>(header_->observations);
    kinds_ = tables.take<ScriptKind>(header_->kinds);
    steps_ = tables.take<ScriptStep>(header_->steps);
    groups_ = tables.take<ScriptGroup>(header_->groups);
    runs_ = tables.take<ScriptRun>(header_->runs);
    const auto snapshots = tables.take<std::byte>(header_->snapshot_bytes);
    if (header_->topology == static_cast<u32>(TopologyKind::Matrix)) {
        matrix_ = tables.take<u8>(u64{header_->cores} * header_->cores);
    }
    const auto padding = tables.rest();
    return tables.good() && bytes.size() % 8 == 0 && padding.size() < 8 &&
           is_zero(padding.data(), padding.size()) && map_snapshots(snapshots);
}

/// One behind the other, each with its receipt, without anything between or behind them.
bool Script::map_snapshots(std::span<const std::byte> bytes) {
    for (u32 i = 0; i < header_->snapshots; ++i) {
        const u64 size = sealed_size(bytes);
        if (size == 0) {
            return false;
        }
        const auto sealed = SealedSnapshot::open(bytes.first(size));
        if (!sealed || !sealed->may_be_followed()) {
            return false;
        }
        snapshots_[i] = *sealed;
        bytes = bytes.subspan(size);
    }
    return bytes.empty();
}

void Script::index_groups() {
    for (std::size_t i = 0; i < groups_.size(); ++i) {
        const ScriptGroup& group = groups_[i];
        Block& block = blocks_[i / BLOCK_GROUPS];
        if (i % BLOCK_GROUPS == 0) {
            block.first_input = input_count_;
        }
        const u64 ids = group.count < CORES_MAX ? group.count : CORES_MAX;
        for (u64 k = 0; k < ids; ++k) {
            const u64 home = (group.task.id + k * group.id_step) % CORES_MAX;
            block.homes[home / 64] |= u64{1} << home % 64;
        }
        input_count_ += group.count;
    }
}

Topology Script::topology() const {
    Topology topology;
    topology.kind = static_cast<TopologyKind>(header_->topology);
    std::memcpy(topology.counts, header_->topology_counts, sizeof topology.counts);
    std::memcpy(topology.latencies, header_->topology_latencies, sizeof topology.latencies);
    topology.hops_per_beat = header_->hops_per_beat;
    topology.matrix = matrix_;
    return topology;
}

std::span<const ScriptStep> Script::steps_of(u64 kind) const {
    if (kind >= kinds_.size()) {
        return {};
    }
    const ScriptKind& found = kinds_[kind];
    return steps_.subspan(found.first_step, found.step_count);
}

/// The group of an input that exists.
Script::Place Script::place_of(u64 index) const {
    KNHK_CHECK(index < input_count_, index);
    std::size_t low = 0; // its first input is not behind `index`
    std::size_t high = (groups_.size() + BLOCK_GROUPS - 1) / BLOCK_GROUPS;
    while (high - low > 1) {
        const std::size_t middle = (low + high) / 2;
        (blocks_[middle].first_input <= index ? low : high) = middle;
    }
    Place place{low * BLOCK_GROUPS, blocks_[low].first_input};
    while (index - place.first_input >= groups_[place.group].count) {
        place.first_input += groups_[place.group++].count;
    }
    return place;
}

Task Script::input(u64 index) const {
    const Place place = place_of(index);
    const ScriptGroup& group = groups_[place.group];
    Task task = group.task;
    task.id += (index - place.first_input) * group.id_step;
    return task;
}

u64 Script::input_beat(u64 index) const {
    return groups_[place_of(index).group].beat;
}

u64 Script::input_time(u64 index) const {
    return groups_[place_of(index).group].time;
}

bool Script::block_has(std::size_t block, u32 core, u32 cores) const {
    for (u32 home = core; home < CORES_MAX; home += cores) {
        if ((blocks_[block].homes[home / 64] >> home % 64 & 1) != 0) {
            return true;
        }
    }
    return false;
}

u64 Script::next_input_of(u32 core, u32 cores, u64 from) const {
    if (from >= input_count_) {
        return input_count_;
    }
    Place place = place_of(from);
    while (place.group < groups_.size()) {
        const std::size_t block = place.group / BLOCK_GROUPS;
        if (place.group % BLOCK_GROUPS == 0 && !block_has(block, core, cores)) {
            place.group += BLOCK_GROUPS;
            place.first_input =
                place.group < groups_.size() ? blocks_[block + 1].first_input : input_count_;
            continue;
        }
        const ScriptGroup& group = groups_[place.group];
        const u64 skipped = from > place.first_input ? from - place.first_input : 0;
        const u64 more =
            steps_between(group.task.id + skipped * group.id_step, core, group.id_step, cores);
        if (more < group.count - skipped) {
            return place.first_input + skipped + more;
        }
        place.first_input += group.count;
        ++place.group;
    }
    return input_count_;
}

} // namespace knhk
