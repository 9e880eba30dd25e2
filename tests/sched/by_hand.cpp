// SPDX-License-Identifier: MIT
#include "tests/sched/by_hand.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "kernel/topology.hpp"

namespace knhk::test {

namespace {

const std::vector<Input>& list(const WorkloadParameters& parameters) {
    return static_cast<const ByHand*>(parameters.data)->inputs();
}

/// Ids are the inputs' own.
const WorkloadEntry LISTED{
    .name = "listed",
    .version = 1,
    .input_count = [](const WorkloadParameters& p) { return u64{list(p).size()}; },
    .input = [](const WorkloadParameters& p, u64 index) { return list(p)[index].task; },
    .input_beat = [](const WorkloadParameters& p, u64 index) { return list(p)[index].beat; },
    .input_time = [](const WorkloadParameters& p, u64 index) { return list(p)[index].time; },
    .next_input_of =
        [](const WorkloadParameters& p, u32 core, u64 from) {
            while (from < list(p).size() &&
                   home_of(TaskId{list(p)[from].task.id}, p.cores).raw != core) {
                ++from;
            }
            return from < list(p).size() ? from : from + 9; // at least the count
        },
};

} // namespace

ByHand::ByHand() {
    handler([](TaskContext&) {});
}

HandlerId ByHand::handler(Body body) {
    bodies_.push_back(std::move(body));
    const auto id = static_cast<HandlerId>(bodies_.size() - 1);
    setup.handlers[id] = dispatch;
    return id;
}

void ByHand::dispatch(TaskContext& context) {
    const auto* hand = static_cast<const ByHand*>(context.workload().data);
    hand->bodies_[context.task().handler](context);
}

void ByHand::set_up(u32 cores, std::vector<Input> inputs) {
    describe(cores, std::move(inputs));
    for (u32 id = 0; id < cores; ++id) {
        outcome.add(core(id).prepare());
    }
}

void ByHand::describe(u32 cores, std::vector<Input> inputs) {
    inputs_ = std::move(inputs);
    span_ = std::make_unique<RegionSpan>();
    setup.memory = span_->memory();
    setup.cores = cores;
    setup.seed = 9;
    u8* latencies = setup.memory.as<u8>(region::latencies);
    make_flat_latencies(latencies, cores, 1);
    setup.latencies = latencies;
    setup.workload = &LISTED;
    setup.parameters = {.cores = cores, .data = this};
    setup.input_count = inputs_.size();
    state = setup.memory.as<RunState>(region::scheduler);
    planner_ = Planner(setup, *state, board, cores_);
    outcome = Outcome::none();
    for (u32 id = 0; id < cores; ++id) {
        core(id) = Core(setup, CoreId{static_cast<u16>(id)});
    }
}

std::vector<Event> ByHand::beat(u64 k, u64 input_end) {
    plan_by_hand(k, input_end);
    run();
    return events();
}

void ByHand::plan_by_hand(u64 k, u64 input_end) {
    const u64 before = plan().beat.raw;
    plan().beat = Beat{k};
    plan().start = Timestamp{outcome.clock_max};
    plan().input_end = input_end;
    plan().index = state->beats_executed;
    plan().after_pulse = k / CHATMAN != before / CHATMAN ? 1 : 0;
    plan().ordered.count = 0;
    plan().thefts.thieves = 0;
}

void ByHand::run() {
    outcome = Outcome::none();
    for (u32 id = 0; id < setup.cores; ++id) {
        outcome.add(run_beat_of(core(id), state->plan, board.cores[id], worker_));
    }
    state->close_beat(outcome, board, setup.cores);
}

bool ByHand::step() {
    const bool planned = state->beats_executed == 0 ? plan_first() : plan_next();
    if (planned) {
        run();
    }
    return planned;
}

std::vector<Event> ByHand::events(u32 id) {
    const LogShare& log = core(id).log();
    return {log.events(), log.events() + log.count()};
}

/// Out of its callback: nothing runs meanwhile, and a test wants to look everywhere.
Core& ByHand::core(u32 id) {
    Core* found = nullptr;
    cores_.with(id, [&](Core& of) { found = &of; });
    return *found;
}

OrderedQueue ByHand::heap(u32 id) const {
    return {setup.memory.share(region::ordered_queue, id, setup.cores),
            ordered_capacity(setup.cores)};
}

u8& ByHand::latency(u32 from, u32 to) const {
    return setup.memory.as<u8>(region::latencies)[from * setup.cores + to];
}

void ByHand::show_loads() {
    for (u32 id = 0; id < setup.cores; ++id) {
        board.cores[id].load = core(id).load();
    }
}

std::vector<Event> of_kind(const std::vector<Event>& events, EventKind kind) {
    std::vector<Event> found;
    std::copy_if(events.begin(), events.end(), std::back_inserter(found),
                 [kind](const Event& event) { return event.kind == static_cast<u8>(kind); });
    return found;
}

std::vector<u64> ids_of(const std::vector<Event>& events, EventKind kind) {
    std::vector<u64> ids;
    for (const Event& event : of_kind(events, kind)) {
        ids.push_back(event.task_id);
    }
    return ids;
}

Event executed(const std::vector<Event>& events, u64 id) {
    for (const Event& event : of_kind(events, EventKind::TaskExecuted)) {
        if (event.task_id == id) {
            return event;
        }
    }
    ADD_FAILURE() << "task " << id << " has not run";
    return {};
}

u64 output_hash(u64 a, u64 b, u64 c, u64 d) {
    const u64 words[PAYLOAD_WORDS] = {a, b, c, d};
    return xxh3_64(words, sizeof words);
}

} // namespace knhk::test
