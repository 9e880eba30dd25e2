// SPDX-License-Identifier: MIT
// What each random workload file aims at. Small shares, so many cores, are what most queues need to
// stay full over a beat; most files have few cores all the same, because a model of 256 is slow.
#include "tests/model/random_shape.hpp"

namespace knhk::model {
namespace {

constexpr Aim AIMS[] = {
    Aim::General,   Aim::Heap,    Aim::Selection, Aim::Warm,  Aim::Steal,     Aim::General,
    Aim::Credit,    Aim::Later,   Aim::HalfShare, Aim::Heap,  Aim::General,   Aim::Reserve,
    Aim::Steal,     Aim::General, Aim::Selection, Aim::Warm,  Aim::General,   Aim::Later,
    Aim::HalfShare, Aim::Credit,  Aim::Line,      Aim::Steal, Aim::Selection, Aim::General,
    Aim::Flow,      Aim::Flow,    Aim::Flow,      Aim::Flow,  Aim::Flow,      Aim::Flow,
    Aim::Flow,      Aim::Flow,    Aim::Beat,      Aim::Beat,  Aim::Beat,      Aim::Beat};

void aim_at_heap(Shape& shape, Dice& dice) {
    shape.cores = static_cast<u32>(dice.pick({32, 64, 64, 128, 128, 256}));
    shape.tasks_max = dice.between(500, 4000);
    shape.ways = {1, 1, 8};
    shape.homes = {6, 3, 1, 1};
    shape.emissions_max = 6;
    shape.small_budget_of_8 = 0;
    shape.slow_of_8 = 0;
    shape.guarded_of_8 = 0;
    shape.too_late_one_in = 8;
    shape.flood = static_cast<u32>(dice.between(4, 6));
    shape.flood_way = 2;
    shape.ordered_time = dice.pick({1000, 100'000, 1'000'000});
    shape.ordered_inputs_of_8 = 3;
    shape.inputs_max = 500;
}

void aim_at_selection(Shape& shape, Dice& dice) {
    shape.cores = static_cast<u32>(dice.pick({1, 4, 8, 8, 16, 64, 128, 256}));
    shape.tasks_max = dice.between(1000, 4000);
    shape.ways = {1, 1, 5};
    shape.homes = {3, 3, 2, 1};
    shape.hot_cores = static_cast<u32>(dice.between(1, 2));
    shape.ordered_inputs_of_8 = 7;
    shape.ordered_time = dice.pick({100, 5000, 200'000});
    shape.inputs_max = 900;
    shape.small_budget_of_8 = 0;
}

void aim_at_warm(Shape& shape, Dice& dice) {
    shape.cores = static_cast<u32>(dice.pick({1, 2, 8, 32, 64, 128}));
    shape.tasks_max = dice.between(500, 3000);
    shape.homes = {4, 4, 1, 1};
    shape.small_budget_of_8 = 3;
    shape.slow_of_8 = 5;
    shape.inputs_max = 600;
}

void aim_at_stealing(Shape& shape, Dice& dice) {
    shape.cores = static_cast<u32>(dice.pick({16, 32, 64, 64, 64, 128, 128, 256}));
    shape.tasks_max = dice.between(2000, 6000);
    shape.stealing = true;
    shape.ways = {6, 2, 1};
    shape.homes = {5, 3, 1, 0};
    shape.hot_cores = static_cast<u32>(dice.pick({1, 2, 4, 16, 32}));
    shape.emissions_max = static_cast<u32>(dice.between(3, 5));
    shape.favourite_level = 1;
    shape.slow_of_8 = 0;
    shape.later_of_8 = 0;
    shape.ordered_inputs_of_8 = 0;
    shape.stateless_of_8 = static_cast<u32>(dice.pick({4, 6, 7, 8}));
    shape.touch_of_8 = 4;
    shape.flood = static_cast<u32>(dice.between(2, 5));
    shape.guarded_of_8 = 0;
    shape.small_budget_of_8 = 0;
    shape.inputs_max = 1000;
}

void aim_at_credits(Shape& shape, Dice& dice) {
    shape.cores = static_cast<u32>(dice.pick({1, 2, 4, 8}));
    shape.tasks_max = dice.between(2000, 6000);
    shape.ways = {1, 8, 2};
    shape.homes = {1, 5, 1, 1};
    shape.emissions_max = 6;
    shape.latency_min = 4;
    shape.favourite_level = static_cast<u32>(dice.below(4));
    shape.inputs_max = 1500;
}

void aim_at_later_beats(Shape& shape, Dice& dice) {
    shape.cores = static_cast<u32>(dice.pick({1, 2, 4, 8, 16}));
    shape.tasks_max = dice.between(50, 1000);
    shape.later_of_8 = 6;
    shape.ordered_inputs_of_8 = 2;
    shape.ordered_time = dice.pick({50, 1000});
    shape.inputs_max = 60;
}

void aim_at_half_shares(Shape& shape, Dice& dice) {
    shape.cores = static_cast<u32>(dice.pick({64, 128, 128, 256}));
    shape.tasks_max = dice.between(1000, 3500);
    shape.ways = {1, 3, 3};
    shape.homes = {1, 6, 1, 1};
    shape.ordered_time = dice.pick({50, 100'000});
    shape.emissions_max = 6;
    shape.later_of_8 = 2;
    shape.inputs_max = dice.pick({20, 60, 800});
}

void aim_at_reserve(Shape& shape, Dice& dice) {
    shape.cores = static_cast<u32>(dice.pick({1, 1, 2, 4}));
    shape.tasks_max = dice.between(2000, 6000);
    shape.ways = {8, 1, 0};
    shape.homes = {8, 1, 1, 0};
    shape.emissions_max = 6;
    shape.favourite_level = static_cast<u32>(dice.pick({0, 2, 2}));
    shape.small_budget_of_8 = 0;
    shape.slow_of_8 = 0;
    shape.guarded_of_8 = 0;
    shape.flood = static_cast<u32>(dice.between(4, 6));
    shape.inputs_max = 100;
}

// More requests at once than half a share, and room in the heap all the same.
void aim_at_waiting_line(Shape& shape, Dice& dice) {
    shape.cores = static_cast<u32>(dice.pick({64, 128, 256}));
    shape.tasks_max = dice.between(100, 1000);
    shape.ordered_time = dice.pick({100'000, 1'000'000});
    shape.burst = static_cast<u32>(dice.between(3, 7));
    shape.later_of_8 = 4;
    shape.inputs_max = 50;
}

// Many deltas for few cores, of full runs: places run out.
void aim_at_beat_path(Shape& shape, Dice& dice) {
    shape.cores = static_cast<u32>(dice.pick({1, 1, 2, 4, 64, 256}));
    shape.tasks_max = dice.between(500, 4000);
    shape.ways = {6, 3, 0};
    shape.homes = {6, 3, 1, 1};
    shape.snapshots = static_cast<u32>(dice.between(1, 3));
    shape.runs = static_cast<u32>(dice.between(2, 5));
    shape.full_runs = dice.one_in(2);
    shape.emits = dice.one_in(2);
    shape.evaluates_of_8 = 6;
    shape.deltas_of_8 = 6;
    shape.favourite_task = dice.pick({0, 0, 0, 4, 7}); // cheap ones, which leave receipts
    shape.stateless_of_8 = 0;
    shape.guarded_of_8 = 1;
    shape.slow_of_8 = 3;
    shape.ordered_inputs_of_8 = 0;
    shape.inputs_max = dice.pick({40, 400, 1000});
    shape.favourite_level = 3;
    shape.small_budget_of_8 = 0;
}

// Tasks of snapshots alone, most of them of a few cases.
void aim_at_flows(Shape& shape, Dice& dice) {
    shape.cores = static_cast<u32>(dice.pick({1, 1, 2, 4, 8, 64, 128, 256}));
    shape.tasks_max = dice.between(300, 3000);
    shape.stealing = dice.one_in(4);
    shape.snapshots = static_cast<u32>(dice.between(1, 6));
    shape.runs = static_cast<u32>(dice.between(2, 4));
    shape.evaluates_of_8 = 8;
    shape.later_of_8 = 4;
    shape.small_budget_of_8 = 0;
    shape.guarded_of_8 = 0;
    shape.stateless_of_8 = static_cast<u32>(dice.pick({0, 0, 0, 1}));
    shape.ordered_inputs_of_8 = static_cast<u32>(dice.pick({0, 0, 1}));
    shape.inputs_max = dice.pick({3, 12, 60, 300});
}

} // namespace

Shape random_shape(u64 seed, Dice& dice) {
    Shape shape;
    shape.aim = AIMS[seed % std::size(AIMS)];
    shape.cores = static_cast<u32>(dice.pick({1, 2, 2, 4, 4, 4, 8, 8, 16, 16, 32, 64}));
    shape.tasks_max = dice.between(200, 5000);
    shape.stealing = dice.one_in(3);
    shape.snapshots = dice.one_in(2) ? static_cast<u32>(dice.between(1, 4)) : 0;
    shape.runs = static_cast<u32>(dice.below(5));
    shape.evaluates_of_8 =
        shape.snapshots > 0 || dice.one_in(8) ? static_cast<u32>(dice.pick({0, 2, 5})) : 0;
    shape.deltas_of_8 = static_cast<u32>(dice.pick({0, 1, 3}));
    shape.emissions_max = static_cast<u32>(dice.between(1, 6));
    shape.favourite_level = static_cast<u32>(dice.below(4));
    shape.stateless_of_8 = static_cast<u32>(dice.below(5));
    shape.guarded_of_8 = static_cast<u32>(dice.below(4));
    shape.slow_of_8 = static_cast<u32>(dice.below(3));
    shape.touch_of_8 = static_cast<u32>(dice.pick({0, 0, 2, 5}));
    shape.hot_cores = static_cast<u32>(dice.between(1, 3));
    shape.inputs_max = dice.pick({3, 30, 300, 1000});
    using Aiming = void (*)(Shape&, Dice&);
    constexpr Aiming AIMINGS[] = {[](Shape&, Dice&) {}, aim_at_heap,        aim_at_selection,
                                  aim_at_warm,          aim_at_stealing,    aim_at_credits,
                                  aim_at_later_beats,   aim_at_half_shares, aim_at_reserve,
                                  aim_at_waiting_line,  aim_at_beat_path,   aim_at_flows};
    AIMINGS[static_cast<u32>(shape.aim)](shape, dice);
    return shape;
}

OrderedJson random_notation(u64 value, Dice& dice) {
    if (!dice.one_in(6)) {
        return value;
    }
    std::string text = "0x";
    constexpr char DIGITS[] = "0123456789abcdef";
    for (u32 digit = 16; digit > 0; --digit) {
        text += DIGITS[(value >> (4 * (digit - 1))) & 15];
    }
    return text;
}

} // namespace knhk::model
