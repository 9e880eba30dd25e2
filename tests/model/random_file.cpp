// SPDX-License-Identifier: MIT
// A random workload file: its topology, its inputs, and the whole.
#include "tests/model/random_file.hpp"

#include <algorithm>

#include "tests/model/random_shape.hpp"
#include "tests/model/snapshot.hpp"

namespace knhk::model {
namespace {

OrderedJson mesh(const Shape& shape, Dice& dice) {
    std::vector<u64> dimensions(dice.between(1, 3), 1);
    u64 left = shape.cores;
    for (; left > 1; left /= 2) {
        dimensions[dice.below(dimensions.size())] *= 2;
    }
    u64 hops = 0;
    for (const u64 size : dimensions) {
        hops += size - 1;
    }
    const u64 latency = dice.between(1, 3);
    const u64 least = std::max<u64>(1, (hops + 6 - latency) / (7 - latency));
    return {{"mesh",
             {{"dimensions", dimensions},
              {"latency", latency},
              {"hops_per_beat", least + dice.below(2)}}}};
}

OrderedJson hierarchical(const Shape& shape, Dice& dice) {
    OrderedJson groups = OrderedJson::array();
    OrderedJson latencies = OrderedJson::array();
    u64 left = shape.cores;
    for (u64 levels = dice.between(1, 3); levels > 0; --levels) {
        const u64 size = std::min(left, dice.pick({1, 2, 2, 4}));
        groups.push_back(size);
        left /= size;
    }
    for (u64 i = 0; i <= groups.size(); ++i) {
        latencies.push_back(dice.between(shape.latency_min, 7));
    }
    return {{"hierarchical", {{"groups", groups}, {"latencies", latencies}}}};
}

OrderedJson matrix(const Shape& shape, Dice& dice) {
    OrderedJson rows = OrderedJson::array();
    for (u32 source = 0; source < shape.cores; ++source) {
        rows.push_back(OrderedJson::array());
        for (u32 destination = 0; destination < shape.cores; ++destination) {
            rows[source].push_back(dice.between(shape.latency_min, 7));
        }
    }
    return {{"matrix", rows}};
}

void add_topology(OrderedJson& file, const Shape& shape, Dice& dice) {
    switch (dice.below(6)) {
    case 0:
        file["topology"] = mesh(shape, dice);
        break;
    case 1:
        file["topology"] = hierarchical(shape, dice);
        break;
    case 2:
        if (shape.cores <= 16) {
            file["topology"] = matrix(shape, dice);
        }
        break;
    case 3:
    case 4:
        file["topology"] = {{"flat", dice.between(shape.latency_min, shape.latency_min + 2)}};
        break;
    default: // not stated
        break;
    }
}

void add_beats(OrderedJson& input, const Shape& shape, Dice& dice) {
    if (!dice.of_8(shape.later_of_8)) {
        return;
    }
    input["beat"] = dice.one_in(20) ? dice.below(1'000'000) : dice.below(60);
    if (dice.one_in(2)) {
        input["times"] = dice.between(1, 6);
        input["every"] = dice.pick({1, 2, 7, 8, 30});
    }
}

void add_ids(OrderedJson& input, u64 count, const Shape& shape, Dice& dice) {
    const bool hot = dice.one_in(2);
    const u64 id = hot              ? dice.below(shape.hot_cores)
                   : dice.one_in(4) ? dice.bits()
                                    : dice.below(64);
    input["id"] = random_notation(id, dice);
    if (count > 1) {
        const u64 between_hot = std::max(shape.cores / shape.hot_cores, 1u);
        const u64 step = !hot                   ? dice.pick({0, 1, 1, 1, 2, 3, shape.cores})
                         : shape.hot_cores >= 4 ? between_hot
                                                : shape.cores;
        input["count"] = count;
        if (step != 1) {
            input["id_step"] = step;
        }
    }
}

// One case for all, or each a case of its own, on all cores or on one.
void add_case(OrderedJson& input, u64 count, const Shape& shape, Dice& dice) {
    if (dice.one_in(4)) {
        return;
    }
    input["id"] = 257 * dice.below(4);
    if (count > 1) {
        input["id_step"] = 257 * dice.pick({0, 0, 1, shape.cores});
    }
}

// Tokens of a few cases for one task that keeps something of them, beat after beat, and now and
// then what cancels the case.
void add_drill(OrderedJson& file, const Shape& shape, Dice& dice, RandomKinds& kinds) {
    constexpr u64 CANCELLATION = 13;
    constexpr u64 BREAKER = 15;
    const bool small_share = shape.cores >= 128; // timers and inputs fill it together
    const bool cancels = dice.one_in(3);
    const u64 task = small_share || cancels
                         ? dice.pick({11, 12})
                         : dice.pick({2, 6, 8, 9, 11, 12, CANCELLATION, BREAKER, BREAKER});
    const bool many = small_share || dice.one_in(4);
    u64 beat = dice.below(8);
    for (u64 left = dice.between(6, 20); left > 0; --left) {
        OrderedJson input;
        kinds.add_evaluation_fields(input, dice.pick({0, 1, 2, 6}));
        input["eval"] = cancels && dice.one_in(3) ? CANCELLATION : task;
        input["id"] = 257 * dice.below(2);
        input["beat"] = beat;
        if (many || task == BREAKER) {
            input["count"] = dice.between(2, many ? 45 : 4);
            input["id_step"] = 257 * shape.cores;
        }
        file["inputs"].push_back(input);
        beat += dice.pick({0, 0, 1, 1, 2, 7});
    }
}

// By handler, what the image does with it ends by its payload.
u64 add_handler(OrderedJson& input, u64 tasks_max, Dice& dice) {
    const u64 handler = dice.between(0, 6);
    const u64 each = std::min<u64>(dice.between(1, 40), std::max<u64>(tasks_max / 4, 1));
    const u64 first = handler == 6 ? 0xFFFF'FFFF : each;
    input["handler"] = handler;
    input["payload"] = {first, dice.below(5), 0, 0};
    return each;
}

OrderedJson input(const Shape& shape, Dice& dice, RandomKinds& kinds, u64 tasks_max) {
    OrderedJson input;
    u64 count = dice.one_in(3) ? dice.between(1, 3) : dice.between(1, shape.inputs_max);
    count = std::clamp<u64>(count, 1, tasks_max);
    if (dice.one_in(10)) {
        count = std::max<u64>(1, count / add_handler(input, tasks_max, dice));
    } else if (dice.of_8(shape.evaluates_of_8)) {
        const u64 life = std::min<u64>(dice.pick({0, 2, 5, 12}), tasks_max / count);
        kinds.add_evaluation_fields(input, life);
        count = std::max<u64>(1, count / RandomKinds::tasks_of_evaluation(life));
    } else {
        const u64 kind = dice.below(kinds.kinds().size());
        input["kind"] = kinds.kinds()[kind]["name"];
        const u64 most = kinds.life_for(kind, tasks_max / count);
        const u64 cap = shape.cores >= 32 ? 150 : 1000;
        const u64 life = std::min(cap, dice.one_in(4) ? dice.between(0, most) : most);
        if (life > 0) {
            input["life"] = life;
        }
        if (dice.one_in(2)) {
            input["value"] = random_notation(dice.pick({1, 2, dice.bits()}), dice);
            input["data"] = {dice.below(4), dice.bits()};
        }
    }
    add_ids(input, count, shape, dice);
    if (input.contains("eval")) {
        add_case(input, count, shape, dice);
    }
    kinds.add_task_fields(input);
    if (dice.of_8(shape.ordered_inputs_of_8)) {
        input["at"] = dice.pick(
            {0, shape.ordered_time, shape.ordered_time, dice.below(shape.ordered_time) + 1});
    }
    add_beats(input, shape, dice);
    return input;
}

// An input that is not ordered may be one, of a run that has rows.
void make_delta(OrderedJson& input, const OrderedJson& file, const Shape& shape, Dice& dice) {
    const bool may_be = (input.contains("eval") || input.contains("kind")) && !input.contains("at");
    if (!may_be || shape.runs == 0 || !dice.of_8(shape.deltas_of_8)) {
        return;
    }
    const u64 run = dice.below(shape.runs);
    if (!file["runs"][run]["rows"].empty()) {
        input[input.contains("eval") ? "run" : "value"] = run;
        input["delta"] = true;
        input.erase("stateless");
    }
}

// Just more than half a share of requests for core 0.
OrderedJson burst_input(const Shape& shape, Dice& dice, RandomKinds& kinds) {
    const u64 half_share = 8192 / shape.cores;
    return {{"kind", kinds.last_name()},
            {"id", dice.below(shape.cores)},
            {"count", half_share / shape.burst + dice.between(1, 2)},
            {"id_step", dice.one_in(2) ? 1 : shape.cores}};
}

// For all hot cores alike.
OrderedJson flood_input(const Shape& shape, Dice& dice, RandomKinds& kinds) {
    const u64 hot = std::min(shape.hot_cores, shape.cores);
    const u64 count = hot * dice.between(8, hot < 4 ? 80 : 24);
    const u64 life = kinds.life_for(kinds.kinds().size() - 1, shape.tasks_max / count);
    return {{"kind", kinds.last_name()},
            {"id", 0},
            {"count", count},
            {"id_step", shape.cores / hot},
            {"life", life},
            {"stateless", dice.of_8(shape.stateless_of_8)}};
}

// Changes of state, again and again, on all cores or piled up on one.
void add_touching_input(OrderedJson& file, const Shape& shape, Dice& dice) {
    file["kinds"].push_back({{"name", "touch"}, {"steps", {{{"do", "add"}, {"word", 0}}}}});
    const bool piled = dice.one_in(2);
    OrderedJson input = {{"kind", "touch"}, {"times", dice.between(6, 12)}, {"value", 1}};
    if (piled) { // on one that is idle in between, and so a thief
        input["id"] = dice.below(std::min(shape.cores, 8u));
        input["count"] = dice.between(17, 64);
        input["id_step"] = shape.cores;
        input["every"] = dice.between(2, 6);
    } else {
        input["id"] = dice.below(shape.cores);
        input["count"] = dice.between(20, 20 + shape.cores);
        input["every"] = dice.between(1, 3);
    }
    file["inputs"].push_back(input);
}

// Another snapshot and back, beats later; now and then by tasks that run out of ticks behind that.
void add_promoting_inputs(OrderedJson& file, const Shape& shape, Dice& dice) {
    u64 beat = dice.below(20);
    for (u64 left = dice.between(1, 4); left > 0; --left) {
        const std::string name = "promote " + std::to_string(left);
        OrderedJson steps = {{{"do", "promote"}, {"snapshot", dice.below(shape.snapshots)}}};
        if (left == 1) {
            steps[0]["snapshot"] = "before";
        }
        if (dice.one_in(3)) {
            steps.push_back({{"do", "work"}, {"ticks", 8}});
        }
        file["kinds"].push_back({{"name", name}, {"steps", steps}});
        file["inputs"].push_back({{"kind", name}, {"id", dice.below(shape.cores)}, {"beat", beat}});
        beat += dice.between(6, 20);
    }
}

OrderedJson loading_input(u64 beat, u64 place, std::span<const std::byte> piece) {
    OrderedJson input = {{"handler", 8}, {"id", 0}, {"payload", {place, 0, 0, 0}}, {"beat", beat}};
    for (u64 i = 0; i < piece.size(); ++i) {
        u64 word = input["payload"][1 + i / 8];
        word |= static_cast<u64>(piece[i]) << 8 * (i % 8);
        input["payload"][1 + i / 8] = word;
    }
    return input;
}

// A snapshot piece by piece, seldom one that is not whole, and the request for it; then perhaps a
// piece more, which comes too late or is for the next one.
void add_loading_inputs(OrderedJson& file, Dice& dice) {
    constexpr u64 PIECE = 24;
    const u64 beat = dice.below(40);
    const u64 missing = dice.one_in(5) ? dice.below(10) : ~u64{0};
    const Bytes bytes =
        snapshot_file(snapshot_file_name(static_cast<u32>(dice.below(RANDOM_SNAPSHOT_FILES))));
    for (u64 at = 0; at < bytes.size(); at += PIECE) {
        if (at / PIECE != missing) {
            const auto piece = std::span(bytes).subspan(at, std::min(PIECE, bytes.size() - at));
            file["inputs"].push_back(loading_input(beat, at, piece));
        }
    }
    file["inputs"].push_back(loading_input(beat, ~u64{0}, {}));
    if (dice.one_in(2)) {
        const std::byte other[] = {std::byte{1}};
        file["inputs"].push_back(loading_input(beat + dice.pick({0, 0, 16}), 48, other));
    }
}

void add_inputs(OrderedJson& file, const Shape& shape, Dice& dice, RandomKinds& kinds) {
    u64 entries = shape.aim == Aim::Flow ? dice.between(4, 8) : dice.between(1, 4);
    u64 tasks_max = shape.tasks_max / entries;
    if (shape.burst > 0) {
        file["inputs"].push_back(burst_input(shape, dice, kinds));
        entries = dice.below(2);
    }
    if (shape.flood > 0) {
        file["inputs"].push_back(flood_input(shape, dice, kinds));
        entries = dice.below(3);
        tasks_max = 500;
    }
    for (u64 i = 0; i < entries; ++i) {
        file["inputs"].push_back(input(shape, dice, kinds, tasks_max));
        make_delta(file["inputs"].back(), file, shape, dice);
    }
    if (shape.aim == Aim::Steal && !dice.one_in(4)) {
        add_touching_input(file, shape, dice);
    }
    if (shape.snapshots > 1 && dice.one_in(3)) {
        add_promoting_inputs(file, shape, dice);
    }
    if (shape.aim == Aim::Flow) {
        add_drill(file, shape, dice, kinds);
        add_drill(file, shape, dice, kinds);
    }
    if (dice.one_in(3)) {
        add_loading_inputs(file, dice);
    }
}

// An id that no number of a random file is.
OrderedJson random_text(Dice& dice) {
    return "urn:\u00e9#" + std::to_string(dice.bits());
}

void add_runs(OrderedJson& file, const Shape& shape, Dice& dice) {
    for (u64 count = shape.runs; count > 0; --count) {
        const bool is_named = dice.one_in(shape.full_runs ? 50 : 5);
        const OrderedJson predicate =
            is_named ? random_text(dice) : random_notation(RANDOM_PREDICATE, dice);
        OrderedJson run = {{"predicate", predicate}};
        run["rows"] = OrderedJson::array();
        for (u64 rows = shape.full_runs ? 8 : dice.below(9); rows > 0; --rows) {
            const u64 object =
                dice.pick({0, 1, 2, (u64{1} << 63) - 1, u64{1} << 63, ~u64{0}, dice.bits()});
            const bool has_name = object > 3 && object < (u64{1} << 62);
            run["rows"].push_back(
                {dice.below(4), has_name ? random_text(dice) : random_notation(object, dice)});
        }
        file["runs"].push_back(run);
    }
}

} // namespace

std::string random_workload_file(u64 seed, u64 size) {
    Dice dice(seed);
    Shape shape = random_shape(seed, dice);
    shape.tasks_max *= size;
    shape.inputs_max *= size;
    RandomKinds kinds(shape, dice);
    OrderedJson file = {{"knhk_workload", 1}, {"name", "random-" + std::to_string(seed)}};
    file["cores"] = shape.cores;
    if (!dice.one_in(8)) {
        file["seed"] = random_notation(seed, dice);
    }
    if (shape.stealing) {
        file["stealing"] = true;
    }
    add_topology(file, shape, dice);
    if (!kinds.guards().empty()) {
        file["guards"] = kinds.guards();
    }
    if (!kinds.observations().empty()) {
        file["observations"] = kinds.observations();
    }
    add_runs(file, shape, dice);
    const u64 first = shape.emits ? EMITTING_SNAPSHOT : dice.below(RANDOM_SNAPSHOT_FILES);
    for (u64 number = first; number < first + shape.snapshots; ++number) {
        file["sigma"].push_back(
            snapshot_file_name(static_cast<u32>(number % RANDOM_SNAPSHOT_FILES)));
    }
    file["kinds"] = kinds.kinds();
    file["inputs"] = OrderedJson::array();
    add_inputs(file, shape, dice, kinds);
    return file.dump(1, ' ') + "\n";
}

} // namespace knhk::model
