// SPDX-License-Identifier: MIT
// Inside the generator of workload files: what a file is to be like, and its kinds of task. For
// random_file.cpp alone.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>

#include "tests/model/dice.hpp"

namespace knhk::model {

using OrderedJson = nlohmann::ordered_json;

/// What a file is shaped for.
enum class Aim : u8 {
    General,
    Heap,
    Selection,
    Warm,
    Steal,
    Credit,
    Later,
    HalfShare,
    Reserve,
    Line,
    Beat,
    Flow
};

/// Habits of one file. "Of 8" is so many times of eight.
struct Shape {
    Aim aim = Aim::General;
    u32 cores = 1;
    u64 tasks_max = 1000; ///< of the run, about
    bool stealing = false;
    u32 snapshots = 0;
    u32 runs = 0;
    u32 evaluates_of_8 = 0;
    std::optional<u64> favourite_task = {}; ///< of the snapshot
    u32 deltas_of_8 = 0;                    ///< of what may be one
    bool emits = false;                     ///< the first snapshot does, much
    bool full_runs = false;                 ///< of eight rows, most of them
    std::vector<u32> ways = {4, 2, 1};      ///< weights of spawn, send and order
    std::vector<u32> homes = {3, 1, 2, 1};  ///< weights of own core, hot core, by value, next core
    u32 hot_cores = 1;
    u32 emissions_max = 4;
    u32 favourite_level = 3; ///< 3: none
    u32 stateless_of_8 = 1;
    u32 guarded_of_8 = 1;
    u32 small_budget_of_8 = 1;
    u32 slow_of_8 = 1;  ///< work first
    u32 touch_of_8 = 0; ///< touch first
    u32 later_of_8 = 1;
    u32 ordered_inputs_of_8 = 1;
    u64 ordered_time = 1000; ///< about
    u64 too_late_one_in = 16;
    u32 latency_min = 1;
    u64 inputs_max = 200;
    u32 burst = 0; ///< of the last kind: its emissions, all to core 0, the first not ordered
    u32 flood = 0; ///< of the last kind: its emissions, all to its own core
    u64 flood_way = 0;
};

[[nodiscard]] Shape random_shape(u64 seed, Dice& dice);

/// The kinds of a file, and how many tasks come of one.
class RandomKinds {
  public:
    RandomKinds(const Shape& shape, Dice& dice);

    [[nodiscard]] const OrderedJson& kinds() const { return kinds_; }
    [[nodiscard]] const OrderedJson& guards() const { return guards_; }
    [[nodiscard]] const OrderedJson& observations() const { return observations_; }

    /// A task of the snapshot with so much life.
    void add_evaluation_fields(OrderedJson& to, u64 life);
    [[nodiscard]] static u64 tasks_of_evaluation(u64 life);
    /// priority, budget, guards, stateless: some of them.
    void add_task_fields(OrderedJson& to);
    /// Of an emission that is not ordered: sometimes.
    void make_delta(OrderedJson& emission);
    [[nodiscard]] const OrderedJson& last_name() const { return kinds_.back()["name"]; }
    /// The most life with which a task of the kind brings at most so many tasks.
    [[nodiscard]] u64 life_for(u64 kind, u64 tasks_max);

  private:
    struct Child {
        u64 kind;
        u64 share;
        u64 tasks; ///< of one by handler; 0 for one by kind
    };

    void make_observations();
    void make_guards();
    [[nodiscard]] OrderedJson guard(u64 id);
    void make_kind(u64 number);
    void make_greedy_kind(u64 number);
    void make_burst_kind(u64 number);
    void make_flood_kind(u64 number);
    void add_emission(OrderedJson& steps, u64 number, u64 share, u64 handler_one_in);
    void add_handler(OrderedJson& step, u64 number);
    void add_evaluation(OrderedJson& step, u64 number);
    void add_unknown_handler(OrderedJson& steps);
    void add_time(OrderedJson& step, u64 too_late_one_in);
    [[nodiscard]] OrderedJson id();
    [[nodiscard]] OrderedJson other_step();
    [[nodiscard]] u64 work_ticks();
    void add_one_in(OrderedJson& step);
    [[nodiscard]] u64 evaluation_word();
    [[nodiscard]] u64 small_number();
    [[nodiscard]] u64 guard_id();
    [[nodiscard]] u64 tasks_of(u64 kind, u64 life, std::vector<std::vector<u64>>& known) const;

    const Shape& shape_;
    Dice& dice_;
    u64 kind_count_;
    OrderedJson kinds_ = OrderedJson::array();
    OrderedJson guards_ = OrderedJson::array();
    OrderedJson observations_ = OrderedJson::array();
    std::vector<std::vector<Child>> children_;
};

/// Nothing, or a number as decimal or hexadecimal.
[[nodiscard]] OrderedJson random_notation(u64 value, Dice& dice);

} // namespace knhk::model
