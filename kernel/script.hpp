// SPDX-License-Identifier: MIT
// A workload file as it was packed (docs/workload.md, Packed): its structures, and a view of them
// that was checked once. For the boot list and the script handler; the command packs into it.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

#include "base/error.hpp"
#include "base/types.hpp"
#include "isa/triple_run.hpp"
#include "kernel/topology.hpp"
#include "sched/guard.hpp"
#include "sched/limits.hpp"
#include "sched/program.hpp"
#include "sched/task.hpp"
#include "sigma/receipt.hpp"

namespace knhk {

inline constexpr u64 SCRIPT_MAGIC = 0x4B52'4F57'4B48'4E4B; // "KNHKWORK"
inline constexpr u32 SCRIPT_VERSION = 3;
inline constexpr u32 SCRIPT_SEED_STATED = 1;
inline constexpr u32 SCRIPT_STEALING = 2;

inline constexpr u32 SCRIPT_GUARDS_MAX = GUARDS_BUILTIN_BEGIN;
inline constexpr u32 SCRIPT_OBSERVATIONS_MAX = 1024;
inline constexpr u32 SCRIPT_RUNS_MAX = 1024;
inline constexpr u32 SCRIPT_KINDS_MAX = 1024;
inline constexpr u32 SCRIPT_STEPS_MAX = 16; ///< of a kind
inline constexpr u32 SCRIPT_GROUPS_MAX = 32'768;
inline constexpr u64 SCRIPT_INPUTS_MAX = u64{1} << 40;
inline constexpr u64 SCRIPT_BEAT_END = u64{1} << 48;
inline constexpr std::size_t SCRIPT_NAME_BYTES = 64;
inline constexpr u32 STATE_WORDS = 512;

/// The id of the handler that runs a workload file's kinds.
inline constexpr HandlerId SCRIPT_HANDLER = 6;

struct ScriptHeader {
    u64 magic;
    u32 version;
    u32 flags;
    u32 cores; ///< 0: not stated
    u32 topology;
    u64 seed;
    u32 topology_counts[TOPOLOGY_GROUPS_MAX];
    u8 topology_latencies[TOPOLOGY_LATENCIES_MAX];
    u32 hops_per_beat;
    u32 guards;
    u32 observations;
    u32 kinds;
    u32 steps;
    u32 groups;
    u32 runs;
    u32 snapshots;
    u32 snapshot_bytes; ///< of all of them
    u8 reserved[12];
    char name[SCRIPT_NAME_BYTES]; ///< zeros behind it
};
static_assert(sizeof(ScriptHeader) == 192 && offsetof(ScriptHeader, topology_counts) == 32);
static_assert(offsetof(ScriptHeader, hops_per_beat) == 80 && offsetof(ScriptHeader, name) == 128);

struct ScriptKind {
    u32 first_step;
    u32 step_count;
    u64 reserved;
};
static_assert(sizeof(ScriptKind) == 16);

enum class Act : u8 {
    Set,
    Random,
    Pure,
    Observe,
    Read,
    Add,
    Touch,
    Work,
    Output,
    Spawn,
    Send,
    Order,
    Promote
};
enum class IdFrom : u8 { Zero, Own, Value };
enum class OrderTime : u8 { At, After, Within };

/// What an emission is of: a handler, and then which words of its payload come from the value v.
inline constexpr u8 TARGET_HANDLER = 1;
inline constexpr u8 TARGET_RUN_FROM_VALUE = 2; ///< word 1 is v modulo the number of runs
inline constexpr u8 TARGET_WORD_2_IS_VALUE = 4;
inline constexpr u8 TARGET_WORD_3_IS_VALUE = 8;
inline constexpr u8 TARGET_BITS = 15;

struct ScriptStep {
    Act act;
    IdFrom id_from;
    OrderTime time_is;
    u8 target; ///< of an emission: TARGET_ bits; 0: a kind
    u32 index; ///< the kind; the state's word; OBSERVATION_WORDS x observation + word; the snapshot
    u32 one_in;
    u32 share;
    u64 value; ///< or ticks; or what is added to the id
    u64 time;
    Task task; ///< of an emission, with id 0
};
static_assert(sizeof(ScriptStep) == 96 && offsetof(ScriptStep, task) == 32);
static_assert(std::has_unique_object_representations_v<ScriptStep>);

struct ScriptGroup {
    u64 beat;
    u64 count;
    u64 id_step;
    u64 time;  ///< or NOT_ORDERED
    Task task; ///< the first input's
};
static_assert(sizeof(ScriptGroup) == 96 && offsetof(ScriptGroup, task) == 32);

/// A run of triples as it lies in the file, where nothing lies at a multiple of 64.
struct ScriptRun {
    u64 subjects[RUN_ROWS]; ///< zeros behind its length
    u64 objects[RUN_ROWS];
    u64 predicate;
    u32 length;
    u32 reserved; ///< 0
};
static_assert(sizeof(ScriptRun) == 144 && std::has_unique_object_representations_v<ScriptRun>);

constexpr bool emits(Act act) {
    return act == Act::Spawn || act == Act::Send || act == Act::Order;
}
/// Payload word 0 of a task of a kind.
constexpr u64 kind_and_life(u64 kind, u64 life) {
    return life << 32 | kind;
}

/// Nothing behind `open` is checked again. The bytes stay where they are and are not changed.
class Script {
  public:
    /// One without tables.
    Script() = default;

    /// Refuses whatever docs/workload.md does not allow. `bytes` lie at a multiple of 8.
    [[nodiscard]] static Result<Script> open(std::span<const std::byte> bytes);

    [[nodiscard]] std::span<const std::byte> bytes() const { return bytes_; }
    [[nodiscard]] const ScriptHeader& header() const { return *header_; }
    [[nodiscard]] std::string_view name() const { return header_->name; }
    [[nodiscard]] bool states_seed() const { return (header_->flags & SCRIPT_SEED_STATED) != 0; }
    [[nodiscard]] bool stealing() const { return (header_->flags & SCRIPT_STEALING) != 0; }
    /// TopologyKind::None if it is not stated.
    [[nodiscard]] Topology topology() const;

    [[nodiscard]] std::span<const GuardRule> guards() const { return guards_; }
    [[nodiscard]] std::span<const Observation> observations() const { return observations_; }
    [[nodiscard]] std::span<const ScriptGroup> groups() const { return groups_; }
    [[nodiscard]] std::span<const ScriptRun> runs() const { return runs_; }
    /// Each may be followed.
    [[nodiscard]] std::span<const SealedSnapshot> snapshots() const {
        return std::span(snapshots_).first(header_->snapshots);
    }
    /// None for a kind that does not exist.
    [[nodiscard]] std::span<const ScriptStep> steps_of(u64 kind) const;

    [[nodiscard]] u64 input_count() const { return input_count_; }
    [[nodiscard]] Task input(u64 index) const;
    [[nodiscard]] u64 input_beat(u64 index) const;
    [[nodiscard]] u64 input_time(u64 index) const;
    /// The first input from `from` on whose home is `core`, or input_count().
    [[nodiscard]] u64 next_input_of(u32 core, u32 cores, u64 from) const;

  private:
    /// So many groups together are one block, which can be passed over at once.
    static constexpr u32 BLOCK_GROUPS = 256;
    static constexpr u32 BLOCKS_MAX = SCRIPT_GROUPS_MAX / BLOCK_GROUPS;
    static constexpr u32 HOME_WORDS = CORES_MAX / 64;
    struct Block {
        u64 first_input;
        u64 homes[HOME_WORDS]; ///< a bit for each id modulo CORES_MAX that it has
    };
    struct Place {
        std::size_t group;
        u64 first_input; ///< of the group
    };

    [[nodiscard]] bool map_tables(std::span<const std::byte> bytes);
    [[nodiscard]] bool map_snapshots(std::span<const std::byte> bytes);
    void index_groups();
    [[nodiscard]] Place place_of(u64 index) const;
    [[nodiscard]] bool block_has(std::size_t block, u32 core, u32 cores) const;

    std::span<const std::byte> bytes_;
    const ScriptHeader* header_ = nullptr;
    std::span<const GuardRule> guards_;
    std::span<const Observation> observations_;
    std::span<const ScriptKind> kinds_;
    std::span<const ScriptStep> steps_;
    std::span<const ScriptGroup> groups_;
    std::span<const ScriptRun> runs_;
    SealedSnapshot snapshots_[SNAPSHOTS_MAX];
    std::span<const u8> matrix_;
    u64 input_count_ = 0;
    Block blocks_[BLOCKS_MAX] = {};
};

} // namespace knhk
