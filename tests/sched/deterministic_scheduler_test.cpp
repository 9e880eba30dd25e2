// SPDX-License-Identifier: MIT
// The scheduler as an object, driven by hand: what its callers are promised, and that no order in
// which they run cores shows in a log.
#include "sched/deterministic_scheduler.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <numeric>

#include "kernel/program_table.hpp"
#include "tests/support/native_run.hpp"

namespace knhk {
namespace {

constexpr HandlerId PURE = 0;
constexpr HandlerId SPREAD = USER_HANDLERS_BEGIN;

/// Emits in every way, for as long as its life lasts.
void spread(TaskContext& context) {
    const u64 life = context.payload(0);
    const u64 draw = context.random();
    if (life > 0) {
        Task child{.id = draw, .handler = SPREAD, .payload = {life - 1}};
        context.spawn(child);
        child.id = draw >> 8;
        context.send(child);
        if (life % 3 == 0) {
            context.enqueue_ordered(child, Timestamp{context.now().raw + draw % 50});
        }
    }
    context.output(life, draw);
}

std::unique_ptr<RunSetup> setup_of(const Memory& memory, u32 cores) {
    auto run = std::make_unique<RunSetup>();
    run->memory = memory;
    run->seed = 5;
    run->cores = cores;
    u8* latencies = memory.as<u8>(region::latencies);
    std::fill_n(latencies, cores * cores, u8{1});
    run->latencies = latencies;
    EXPECT_TRUE(install_program(*run));
    run->handlers[SPREAD] = spread;
    return run;
}

template<u32 Cores>
struct Machine {
    test::RegionSpan span;
    std::unique_ptr<DeterministicScheduler<Cores>> scheduler =
        std::make_unique<DeterministicScheduler<Cores>>();

    Machine() { scheduler->setup(*setup_of(span.memory(), Cores)); }

    ValidatedTask valid(const Task& task) { return *scheduler->validate(task); }
    void enqueue(const Task& task) { ASSERT_TRUE(scheduler->enqueue(valid(task))); }

    std::vector<Event> events_of_beat() {
        std::vector<Event> events;
        for (u16 core = 0; core < Cores; ++core) {
            const auto token = scheduler->claim(CoreId{core});
            const auto log = scheduler->log(*token);
            events.insert(events.end(), log.begin(), log.end());
        }
        return events;
    }
    std::vector<Event> run_to_the_end() {
        std::vector<Event> events;
        while (scheduler->run_cycle()) {
            const auto beat = events_of_beat();
            events.insert(events.end(), beat.begin(), beat.end());
        }
        return events;
    }
};

std::vector<Event> executed(std::vector<Event> events) {
    std::erase_if(events, [](const Event& event) {
        return event.kind != static_cast<u8>(EventKind::TaskExecuted);
    });
    return events;
}

bool same(const std::vector<Event>& a, const std::vector<Event>& b) {
    return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(Event)) == 0;
}

TEST(DeterministicScheduler, a_task_runs_on_its_home_core) {
    Machine<4> machine;
    machine.enqueue({.id = 1, .handler = PURE, .payload = {42}});
    const auto events = executed(machine.run_to_the_end());
    ASSERT_EQ(events.size(), 1u);
    EXPECT_EQ(events[0].task_id, 1u);
    EXPECT_EQ(events[0].core, 1u);
    EXPECT_EQ(events[0].status, static_cast<u8>(TaskStatus::Ok));
    EXPECT_EQ(events[0].ticks, 3u);
    static_assert(DeterministicScheduler<4>::core_of(TaskId{1}) == CoreId{1});
}

TEST(DeterministicScheduler, of_two_ordered_tasks_the_earlier_runs_first) {
    Machine<4> machine;
    ASSERT_TRUE(machine.scheduler->enqueue_ordered(machine.valid({.id = 1, .handler = PURE}),
                                                   Timestamp{10}));
    ASSERT_TRUE(machine.scheduler->enqueue_ordered(machine.valid({.id = 2, .handler = PURE}),
                                                   Timestamp{5}));
    auto events = executed(machine.run_to_the_end());
    std::ranges::sort(events, {}, &Event::timestamp);
    ASSERT_EQ(events.size(), 2u);
    EXPECT_EQ(events[0].task_id, 2u);
    EXPECT_EQ(events[1].task_id, 1u);
    EXPECT_GT(events[1].timestamp, 10u) << "and not before its time";
}

TEST(DeterministicScheduler, the_same_tasks_give_the_same_events_on_two_schedulers) {
    Machine<4> a;
    Machine<4> b;
    for (u64 id = 1; id <= 10; ++id) {
        a.enqueue({.id = id, .handler = SPREAD, .payload = {6}});
        b.enqueue({.id = id, .handler = SPREAD, .payload = {6}});
    }
    const auto events = a.run_to_the_end();
    EXPECT_GT(executed(events).size(), 100u);
    EXPECT_TRUE(same(events, b.run_to_the_end()));
    EXPECT_EQ(a.scheduler->chain(), b.scheduler->chain());

    Machine<4> other;
    for (u64 id = 1; id <= 10; ++id) {
        other.enqueue({.id = id, .handler = SPREAD, .payload = {id == 7 ? 5u : 6u}});
    }
    EXPECT_FALSE(same(events, other.run_to_the_end()));
    EXPECT_NE(a.scheduler->chain(), other.scheduler->chain());
}

TEST(DeterministicScheduler, cores_may_run_in_any_order) {
    constexpr u32 CORES = 8;
    Machine<CORES> ascending;
    Machine<CORES> shuffled;
    for (u64 id = 0; id < 20; ++id) {
        ascending.enqueue({.id = id, .handler = SPREAD, .payload = {7}});
        shuffled.enqueue({.id = id, .handler = SPREAD, .payload = {7}});
    }
    std::array<u16, CORES> order;
    std::iota(order.begin(), order.end(), u16{0});
    const auto events = ascending.run_to_the_end();
    std::vector<Event> others;
    for (bool more = true; more;) {
        std::ranges::rotate(order, order.begin() + 3);
        std::swap(order[0], order[5]);
        for (const u16 core : order) {
            const auto token = shuffled.scheduler->claim(CoreId{core});
            more = shuffled.scheduler->run_cycle(*token).has_value();
            if (!more) {
                break;
            }
        }
        if (more) {
            const auto beat = shuffled.events_of_beat();
            others.insert(others.end(), beat.begin(), beat.end());
        }
    }
    EXPECT_TRUE(same(events, others));
    EXPECT_EQ(ascending.scheduler->chain(), shuffled.scheduler->chain());
}

TEST(DeterministicScheduler, makes_the_same_events_as_workers_do) {
    test::NativeOptions options;
    options.cores = 8;
    options.workers = 3;
    options.seed = 5;
    options.own_handlers = {{"spread", 1, spread}};
    static const WorkloadEntry twenty{
        "twenty", 1, [](const WorkloadParameters&) { return u64{20}; },
        [](const WorkloadParameters&, u64) { return Task{.handler = SPREAD, .payload = {7}}; }};
    options.own_workload = &twenty;
    const auto beats = test::beats_of(test::run_native(options).log);

    Machine<8> machine;
    for (u64 id = 0; id < 20; ++id) {
        machine.enqueue({.id = id, .handler = SPREAD, .payload = {7}});
    }
    for (const test::LoggedBeat& beat : beats) {
        ASSERT_TRUE(machine.scheduler->run_cycle());
        ASSERT_TRUE(same(beat.events, machine.events_of_beat())) << "beat " << beat.header.beat;
        ASSERT_EQ(beat.header.chain, machine.scheduler->chain());
    }
    EXPECT_FALSE(machine.scheduler->run_cycle());
}

TEST(DeterministicScheduler, has_no_work_without_tasks_and_works_again_with_one) {
    Machine<2> machine;
    EXPECT_EQ(machine.scheduler->run_cycle().error(), Error::NoWork);
    EXPECT_EQ(machine.scheduler->beats_executed(), 0u);
    machine.enqueue({.id = 0, .handler = PURE});
    EXPECT_EQ(machine.run_to_the_end().size(), 3u);
    const Timestamp then = machine.scheduler->now();
    EXPECT_EQ(then.raw, 3u);
    machine.enqueue({.id = 1, .handler = PURE});
    EXPECT_EQ(machine.run_to_the_end().size(), 3u);
    EXPECT_GT(machine.scheduler->now(), then);
}

TEST(DeterministicScheduler, a_core_has_one_part_in_a_beat) {
    Machine<2> machine;
    machine.enqueue({.id = 0, .handler = PURE});
    const auto first = machine.scheduler->claim(CoreId{0});
    const auto second = machine.scheduler->claim(CoreId{1});
    EXPECT_EQ(machine.scheduler->run_cycle(*first)->raw, 0u);
    EXPECT_EQ(machine.scheduler->run_cycle(*first).error(), Error::NoWork);
    EXPECT_EQ(machine.scheduler->beats_executed(), 0u);
    EXPECT_EQ(machine.scheduler->run_cycle(*second)->raw, 0u);
    EXPECT_EQ(machine.scheduler->beats_executed(), 1u);
}

TEST(DeterministicScheduler, refuses_what_it_cannot_do) {
    Machine<2> machine;
    EXPECT_EQ(machine.scheduler->claim(CoreId{2}).error(), Error::InvalidCore);
    EXPECT_EQ(machine.scheduler->validate({.handler = 300}).error(), Error::InvalidTask);
    Task wrong{.handler = PURE};
    wrong.budget_ticks = 9;
    EXPECT_EQ(machine.scheduler->validate(wrong).error(), Error::InvalidTask);
    const ValidatedTask task = machine.valid({.handler = PURE});
    const u64 latest = u64{1} << 62;
    EXPECT_EQ(machine.scheduler->enqueue_ordered(task, Timestamp{latest + 1}).error(),
              Error::InvalidTimestamp);
    EXPECT_TRUE(machine.scheduler->enqueue_ordered(task, Timestamp{latest}));
}

TEST(DeterministicScheduler, a_full_admission_keeps_nothing_and_has_room_later) {
    Machine<2> machine;
    const ValidatedTask task = machine.valid({.id = 1, .handler = PURE});
    for (u32 i = 0; i < ADMISSION_CAPACITY; ++i) {
        ASSERT_TRUE(machine.scheduler->enqueue(task));
    }
    EXPECT_EQ(machine.scheduler->enqueue(task).error(), Error::QueueFull);
    ASSERT_TRUE(machine.scheduler->run_cycle());
    EXPECT_TRUE(machine.scheduler->enqueue(task)) << "a quarter of the ring has been taken";
    EXPECT_EQ(executed(machine.run_to_the_end()).size() + 128, ADMISSION_CAPACITY + 1u);
}

} // namespace
} // namespace knhk
