// SPDX-License-Identifier: MIT
// The kinds, guards and observations of random workload files.
#include "tests/model/random_shape.hpp"

#include <algorithm>

#include "tests/model/snapshot.hpp"

namespace knhk::model {
namespace {

constexpr u64 TIME_MAX = u64{1} << 62;
constexpr u64 TASKS_MANY = 10'000'000'000;
constexpr u64 LIFE_MAX = 2000;

const char* const TESTS[] = {"never",    "always",   "equal",    "not_equal", "less",
                             "at_least", "any_bits", "all_bits", "between"};
const char* const SUBJECTS[] = {"payload", "state", "observation", "id"};
const char* const WAYS[] = {"spawn", "send", "order"};
const char* const PRIORITIES[] = {"high", "normal", "low"};

} // namespace

RandomKinds::RandomKinds(const Shape& shape, Dice& dice)
    : shape_(shape), dice_(dice), kind_count_(dice.between(1, 4)) {
    make_observations();
    make_guards();
    const bool aimed = shape.burst + shape.flood > 0;
    const bool greedy = !aimed && dice.one_in(3);
    kind_count_ += greedy || aimed ? 1 : 0;
    children_.resize(kind_count_);
    for (u64 number = 0; number < kind_count_; ++number) {
        const bool last = number + 1 == kind_count_;
        if (greedy && last) {
            make_greedy_kind(number);
        } else if (aimed && last) {
            shape.burst > 0 ? make_burst_kind(number) : make_flood_kind(number);
        } else {
            make_kind(number);
        }
    }
}

void RandomKinds::make_observations() {
    const u64 count = dice_.below(4);
    for (u64 i = 0; i < count; ++i) {
        observations_.push_back(OrderedJson::array());
        for (u32 word = 0; word < 4; ++word) {
            observations_[i].push_back(random_notation(small_number(), dice_));
        }
    }
}

void RandomKinds::make_guards() {
    u64 id = dice_.below(3);
    for (u64 count = dice_.below(7); count > 0; --count) {
        guards_.push_back(guard(id));
        id += dice_.between(1, 5);
    }
}

OrderedJson RandomKinds::guard(u64 id) {
    OrderedJson guard = {{"id", id}};
    const u64 test = dice_.one_in(4) ? dice_.below(2) : dice_.between(2, 8);
    if (test >= 2) {
        const u64 subject = dice_.below(4);
        const bool none_to_see = subject == 2 && observations_.empty();
        guard["of"] = none_to_see ? "id" : SUBJECTS[subject];
        if (subject == 2 && !none_to_see) {
            guard["observation"] = dice_.below(observations_.size());
        }
        if (subject < 3 && !none_to_see) {
            guard["word"] = subject == 1 ? dice_.pick({0, 0, 1, 511}) : dice_.below(4);
        }
    }
    guard["test"] = TESTS[test];
    if (test >= 2) {
        u64 value = dice_.one_in(2) ? dice_.pick({0, 0, 1, 2}) : small_number();
        if (guard["of"] == "state" && dice_.one_in(2)) {
            value = dice_.pick({1, 3, u64{1} << 63}); // of sums of draws: sometimes this, or that
        }
        guard["value"] = random_notation(value, dice_);
        if (test == 8) {
            guard["to"] = value + std::min(~u64{0} - value, small_number());
        }
    }
    return guard;
}

u64 RandomKinds::small_number() {
    const u64 power = u64{1} << dice_.below(64);
    return dice_.pick({0, 1, 2, 3, dice_.below(256), power, dice_.bits()});
}

u64 RandomKinds::guard_id() {
    if (!guards_.empty() && !dice_.one_in(4)) {
        return guards_[dice_.below(guards_.size())]["id"];
    }
    return dice_.pick({1000, 1001, 1000, 1001, 999, 1023});
}

void RandomKinds::add_task_fields(OrderedJson& to) {
    const bool favourite = shape_.favourite_level < 3 && !dice_.one_in(6);
    const u64 level = favourite ? shape_.favourite_level : dice_.below(3);
    if (level != 1 || dice_.one_in(4)) {
        to["priority"] = PRIORITIES[level];
    }
    if (dice_.of_8(shape_.small_budget_of_8)) {
        to["budget"] = dice_.below(9);
    }
    if (dice_.of_8(shape_.guarded_of_8)) {
        to["guards"] = OrderedJson::array();
        for (u64 count = dice_.pick({1, 1, 1, 2, 2, 3, 8}); count > 0; --count) {
            to["guards"].push_back(guard_id());
        }
    }
    if (dice_.of_8(shape_.stateless_of_8)) {
        to["stateless"] = true;
    }
}

void RandomKinds::make_delta(OrderedJson& emission) {
    if (dice_.of_8(shape_.deltas_of_8)) {
        emission["delta"] = true;
        emission.erase("stateless");
    }
}

// A few emissions among other things to do; the share keeps the number of tasks near the life.
void RandomKinds::make_kind(u64 number) {
    OrderedJson steps = OrderedJson::array();
    if (dice_.of_8(shape_.slow_of_8)) {
        steps.push_back({{"do", "work"}, {"ticks", work_ticks()}});
    }
    if (!dice_.one_in(4)) {
        steps.push_back({{"do", "random"}});
    }
    if (dice_.of_8(shape_.touch_of_8)) {
        steps.push_back({{"do", dice_.one_in(4) ? "touch" : "add"}});
        if (steps.back()["do"] == "add") {
            steps.back()["word"] = 0;
        }
    }
    const u64 emissions = dice_.between(shape_.emissions_max / 2, shape_.emissions_max);
    const u64 share = dice_.one_in(4) ? 1 : std::max<u64>(emissions, 1);
    u64 others = dice_.below(emissions > 4 ? 2 : 5);
    for (u64 left = emissions; left + others > 0;) {
        if (dice_.below(left + others) < left) {
            add_emission(steps, number, share, 10);
            --left;
        } else {
            steps.push_back(other_step());
            --others;
        }
    }
    if (!dice_.one_in(3)) {
        steps.push_back({{"do", "output"}});
    }
    kinds_.push_back({{"name", "k" + std::to_string(number)}, {"steps", steps}});
}

// Parked by its work, and then more emissions than a task may have.
void RandomKinds::make_greedy_kind(u64 number) {
    OrderedJson steps = {{{"do", "work"}, {"ticks", 8}}};
    constexpr u64 EMISSIONS_MAX = 7;
    const u64 more = dice_.between(1, 4);
    for (u64 i = 0; i < EMISSIONS_MAX + more; ++i) {
        if (i >= EMISSIONS_MAX && dice_.one_in(2)) {
            add_unknown_handler(steps);
        } else {
            add_emission(steps, number, EMISSIONS_MAX, 20);
        }
    }
    steps.push_back({{"do", "output"}});
    kinds_.push_back({{"name", "k" + std::to_string(number)}, {"steps", steps}});
}

void RandomKinds::make_burst_kind(u64 number) {
    OrderedJson steps = OrderedJson::array();
    for (u64 i = 0; i < shape_.burst; ++i) {
        OrderedJson step = {{"do", i == 0 ? "send" : "order"}, {"handler", 0}};
        step["id"] = {{"from", "zero"}, {"add", shape_.cores * dice_.below(1000)}};
        if (i > 0) {
            step["at"] = shape_.ordered_time * dice_.between(1, 9);
        }
        steps.push_back(step);
        children_[number].push_back({0, 1, 1});
    }
    kinds_.push_back({{"name", "k" + std::to_string(number)}, {"steps", steps}});
}

void RandomKinds::add_emission(OrderedJson& steps, u64 number, u64 share, u64 handler_one_in) {
    if (dice_.one_in(40)) {
        add_unknown_handler(steps);
        return;
    }
    const u64 way = dice_.weighted(shape_.ways);
    OrderedJson step = {{"do", WAYS[way]}};
    if (dice_.one_in(handler_one_in)) {
        add_handler(step, number);
    } else if (dice_.of_8(shape_.evaluates_of_8)) {
        add_evaluation(step, number);
    } else {
        const u64 child = dice_.one_in(3) ? dice_.below(kind_count_) : number;
        step["kind"] = "k" + std::to_string(child);
        if (share > 1) {
            step["share"] = share;
        }
        if (dice_.one_in(2)) {
            step["data"] = {small_number(), small_number()};
        }
        children_[number].push_back({child, share, 0});
    }
    if (!dice_.one_in(8)) {
        step["id"] = id();
    }
    add_task_fields(step);
    if (way == 2) {
        add_time(step, shape_.too_late_one_in);
    } else {
        make_delta(step);
    }
    add_one_in(step);
    steps.push_back(step);
}

// More or less: a token may become several.
u64 RandomKinds::tasks_of_evaluation(u64 life) {
    return life == 0 ? 1 : 3 * life;
}

// Handlers of the image, each with a payload that ends; or one that does not exist.
void RandomKinds::add_handler(OrderedJson& step, u64 number) {
    const u64 handler = dice_.pick({0, 1, 2, 3, 4, 5, 5, 6, 7, 8, 9, 65535});
    step["handler"] = handler;
    const u64 tasks = dice_.between(1, 12);
    const u64 first = handler == 6   ? dice_.pick({kind_count_, 0xFFFF'FFFF})
                      : handler == 7 ? evaluation_word()
                      : handler == 8 ? dice_.pick({0, 24, 115'248, 115'249, ~u64{0}, ~u64{0} - 1})
                                     : tasks;
    step["payload"] = {first, small_number(), small_number(), small_number()};
    children_[number].push_back({0, 1, tasks});
}

// With whatever travels with a token, and a life or two.
u64 RandomKinds::evaluation_word() {
    return dice_.below(RANDOM_SNAPSHOT_TASKS + 1) | dice_.below(4) << 16 | dice_.below(4) << 24 |
           dice_.below(16) << 28 | dice_.below(3) << 32;
}

// A task of the snapshot, and those that follow it.
void RandomKinds::add_evaluation(OrderedJson& step, u64 number) {
    const u64 life = dice_.pick({0, 0, 1, 3});
    add_evaluation_fields(step, life);
    if (dice_.one_in(2)) {
        step["run"] = "value";
    }
    if (dice_.one_in(3)) {
        step["data"][dice_.below(2)] = "value";
    }
    children_[number].push_back({0, 1, tasks_of_evaluation(life)});
}

void RandomKinds::add_evaluation_fields(OrderedJson& to, u64 life) {
    const bool any = !shape_.favourite_task || dice_.one_in(4);
    const u64 one = any ? dice_.below(RANDOM_SNAPSHOT_TASKS + 1) : *shape_.favourite_task;
    const bool emits = shape_.emits && !dice_.one_in(4);
    to["eval"] = emits ? dice_.below(EMITTING_SNAPSHOT_TASKS) : one;
    to["run"] = dice_.one_in(10) ? dice_.below(1024) : dice_.below(shape_.runs + 1);
    to["data"] = {dice_.below(4), dice_.pick({0, 1, 2, 3, u64{1} << 63, ~u64{0}})};
    if (life > 0) {
        to["life"] = life;
    }
}

// More of itself at home; or more requests, some of them for a time that is refused.
void RandomKinds::make_flood_kind(u64 number) {
    OrderedJson steps = {{{"do", "random"}}};
    const bool ordered = shape_.flood_way == 2;
    if (ordered && dice_.one_in(2)) {
        OrderedJson late = {{"do", "order"}, {"handler", 0}, {"at", TIME_MAX + 1}, {"one_in", 2}};
        steps.push_back(late);
    }
    for (u64 i = 0; i < shape_.flood; ++i) {
        const u64 child = dice_.one_in(5) ? dice_.below(kind_count_) : number;
        OrderedJson step = {{"do", WAYS[shape_.flood_way]},
                            {"kind", "k" + std::to_string(child)},
                            {"share", shape_.flood}};
        step["id"] = {{"from", "own"}, {"add", shape_.cores * dice_.below(3)}};
        add_task_fields(step);
        if (ordered) {
            step["at"] = shape_.ordered_time * dice_.between(1, 9);
        }
        steps.push_back(step);
        children_[number].push_back({child, shape_.flood, 0});
    }
    kinds_.push_back({{"name", "k" + std::to_string(number)}, {"steps", steps}});
}

// Sometimes for a time that is refused too.
void RandomKinds::add_unknown_handler(OrderedJson& steps) {
    const bool ordered = dice_.one_in(2);
    OrderedJson step = {{"do", ordered ? "order" : "send"}, {"handler", dice_.pick({9, 255, 256})}};
    step["id"] = id();
    if (ordered) {
        add_time(step, 2);
    }
    steps.push_back(step);
}

void RandomKinds::add_time(OrderedJson& step, u64 too_late_one_in) {
    const u64 time = shape_.ordered_time;
    if (dice_.one_in(too_late_one_in)) {
        step["at"] = random_notation(dice_.pick({TIME_MAX + 1, ~u64{0}}), dice_);
        return;
    }
    switch (dice_.below(5)) {
    case 0:
    case 1:
        step["at"] = random_notation(
            dice_.one_in(30) ? TIME_MAX : dice_.pick({0, time, time, time * dice_.between(1, 9)}),
            dice_);
        break;
    case 2:
        step["after"] = dice_.pick({0, 1, dice_.below(20), time});
        break;
    default:
        step["within"] = dice_.one_in(10) ? random_notation(~u64{0}, dice_)
                                          : OrderedJson(dice_.pick({0, 5, 100, time}));
    }
}

OrderedJson RandomKinds::id() {
    const u64 cores = shape_.cores;
    switch (dice_.weighted(shape_.homes)) {
    case 0:
        return dice_.one_in(8) ? OrderedJson{{"add", cores}}
                               : OrderedJson{{"from", "own"}, {"add", cores * dice_.below(3)}};
    case 1:
        return {{"from", "zero"},
                {"add", dice_.below(shape_.hot_cores) + cores * dice_.below(1000)}};
    case 2:
        return {{"from", "value"}};
    default:
        return {{"from", "own"}, {"add", 1 + dice_.below(2)}};
    }
}

OrderedJson RandomKinds::other_step() {
    OrderedJson step;
    switch (dice_.below(12)) {
    case 0:
        step = {{"do", "set"}, {"value", small_number()}};
        break;
    case 1:
        step = {{"do", "random"}};
        break;
    case 2:
        step = {{"do", "pure"}, {"value", random_notation(small_number(), dice_)}};
        break;
    case 3:
        step = {{"do", "observe"},
                {"observation", dice_.below(observations_.size() + 1)},
                {"word", dice_.below(4)}};
        break;
    case 4:
        step = {{"do", "read"}, {"word", dice_.pick({0, 1, 511})}};
        break;
    case 5:
    case 6:
        step = {{"do", "add"}, {"word", dice_.pick({0, 1, 2, 511})}};
        break;
    case 7:
        step = {{"do", "touch"}};
        break;
    case 8:
        step = {{"do", "work"}, {"ticks", dice_.one_in(6) ? work_ticks() : dice_.between(1, 3)}};
        break;
    case 9:
        step = {{"do", "promote"}, {"snapshot", dice_.below(shape_.snapshots + 1)}};
        if (dice_.one_in(3)) {
            step["snapshot"] = dice_.one_in(2) ? "loaded" : "before";
        }
        break;
    default:
        step = {{"do", "output"}};
    }
    add_one_in(step);
    return step;
}

u64 RandomKinds::work_ticks() {
    return dice_.pick({5, 7, 8, 8, 30, 63, 64, 200, 0xFFFF'FFFF});
}

void RandomKinds::add_one_in(OrderedJson& step) {
    if (dice_.one_in(5)) {
        step["one_in"] = dice_.pick({1, 2, 2, 3, 7});
    }
}

// By doubling: more life never means fewer tasks.
u64 RandomKinds::life_for(u64 kind, u64 tasks_max) {
    std::vector<std::vector<u64>> known(kind_count_, std::vector<u64>(LIFE_MAX + 1, 0));
    u64 life = 0;
    for (u64 step = LIFE_MAX / 2; step > 0; step /= 2) {
        if (life + step <= LIFE_MAX && tasks_of(kind, life + step, known) <= tasks_max) {
            life += step;
        }
    }
    return life;
}

u64 RandomKinds::tasks_of(u64 kind, u64 life, std::vector<std::vector<u64>>& known) const {
    u64& tasks = known[kind][life];
    if (tasks != 0) {
        return tasks;
    }
    u64 sum = 1;
    for (const Child& child : children_[kind]) {
        if (child.tasks > 0) {
            sum += child.tasks;
        } else if (life > 0) {
            sum += tasks_of(child.kind, (life - 1) / child.share, known);
        }
        sum = std::min(sum, TASKS_MANY);
    }
    tasks = sum;
    return tasks;
}

} // namespace knhk::model
