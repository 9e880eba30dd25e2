// SPDX-License-Identifier: MIT
// What one core does in a beat, rule by rule: each test runs beats by hand and reads the records.
#include "sched/core.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "kernel/topology.hpp"
#include "tests/support/native_run.hpp"

namespace knhk {
namespace {

enum : HandlerId {
    IDLE,
    SPAWN_HOME,
    SEND_SELF,
    MANY,
    BAD,
    TOUCH,
    FLOOD_REMOTE,
    FLOOD_HOME,
    SEND_LOW,
    WORSE,
    DRAW
};

void idle(TaskContext&) {}

Task child(u64 id, HandlerId handler = IDLE, Level level = Level::Normal) {
    return Task{.id = id, .handler = handler, .level = level};
}

void spawn_home(TaskContext& context) {
    context.spawn(child(context.core().raw));
}
void send_self(TaskContext& context) {
    context.send(child(context.core().raw));
}
void many(TaskContext& context) {
    for (u32 i = 0; i < EMISSIONS_MAX; ++i) {
        EXPECT_EQ(context.spawn(child(0)), TaskStatus::Ok);
    }
    EXPECT_EQ(context.spawn(child(0)), TaskStatus::EmitLimit);
}
void bad(TaskContext& context) {
    EXPECT_EQ(context.spawn(child(0, 77)), TaskStatus::InvalidTask);
    EXPECT_EQ(context.spawn(child(0, IDLE, static_cast<Level>(3))), TaskStatus::InvalidTask);
    EXPECT_EQ(context.spawn(child(0, HANDLERS_MAX)), TaskStatus::InvalidTask);
    Task guarded = child(0);
    guarded.guard_count = 1;
    EXPECT_EQ(context.spawn(guarded), TaskStatus::InvalidTask);
    guarded = child(0);
    guarded.guards[7] = 1;
    EXPECT_EQ(context.spawn(guarded), TaskStatus::InvalidTask);
    guarded = child(0);
    guarded.reserved[2] = 1;
    EXPECT_EQ(context.spawn(guarded), TaskStatus::InvalidTask);
}
void touch(TaskContext& context) {
    context.state()[5] = std::byte{static_cast<u8>(context.payload(0))};
}
void flood_remote(TaskContext& context) {
    for (u32 i = 0; i < EMISSIONS_MAX; ++i) {
        context.spawn(child(1));
    }
}
void flood_home(TaskContext& context) {
    for (u32 i = 0; i < EMISSIONS_MAX; ++i) {
        context.spawn(child(0, IDLE, Level::Low));
    }
}

void send_low(TaskContext& context) {
    context.send(child(1000, IDLE, Level::Low));
}
/// Refused twice, for different reasons.
void worse(TaskContext& context) {
    context.spawn(child(0, 77));
    for (u32 i = 0; i < EMISSIONS_MAX; ++i) {
        context.spawn(child(0));
    }
}

void draw(TaskContext& context) {
    const u64 first = context.random();
    context.output(first, context.random());
}

/// The inputs of the run under test: a plain list.
std::vector<Task> inputs_;

const WorkloadEntry WORKLOAD{"test", 1,
                             [](const WorkloadParameters&) { return u64{inputs_.size()}; },
                             [](const WorkloadParameters&, u64 index) { return inputs_[index]; }};

class CoreTest : public testing::Test {
  protected:
    void set_up(u32 cores, std::vector<Task> inputs) {
        inputs_ = std::move(inputs);
        run_.memory = span_.memory();
        run_.cores = cores;
        run_.seed = 9;
        u8* latencies = run_.memory.as<u8>(region::latencies);
        make_flat_latencies(latencies, cores, 1);
        run_.latencies = latencies;
        run_.workload = &WORKLOAD;
        run_.input_count = inputs_.size();
        const Handler handlers[] = {idle,         spawn_home, send_self, many,  bad, touch,
                                    flood_remote, flood_home, send_low,  worse, draw};
        std::copy(std::begin(handlers), std::end(handlers), run_.handlers);
        core_ = Core(run_, CoreId{0});
        outcome_ = core_.prepare();
    }

    /// Runs beat `k` with every staged input cut, and returns its records.
    std::vector<Event> beat(u64 k) { return beat(k, outcome_.input_blocked); }
    /// The same with the inputs below `input_end` cut.
    std::vector<Event> beat(u64 k, u64 input_end) {
        outcome_ =
            core_.run_beat({Beat{k}, Timestamp{outcome_.clock}, input_end, beats_executed_++});
        const Event* events = core_.log().events();
        return {events, events + core_.log().count()};
    }

    static u32 count_of(const std::vector<Event>& events, EventKind kind) {
        return static_cast<u32>(std::count_if(events.begin(), events.end(), [&](const Event& e) {
            return e.kind == static_cast<u8>(kind);
        }));
    }
    static std::vector<u64> enqueued(const std::vector<Event>& events) {
        std::vector<u64> ids;
        for (const Event& event : events) {
            if (event.kind == static_cast<u8>(EventKind::TaskEnqueued)) {
                ids.push_back(event.task_id);
            }
        }
        return ids;
    }
    static void expect_timestamps_without_gaps(const std::vector<Event>& events, u64 first) {
        for (const Event& event : events) {
            EXPECT_EQ(event.timestamp, first++);
        }
    }

    test::RegionSpan span_;
    RunSetup run_;
    Core core_;
    CoreOutcome outcome_{};
    u64 beats_executed_ = 0;
};

TEST_F(CoreTest, input_is_logged_then_enqueued_then_executed) {
    set_up(1, {child(0)});
    const auto events = beat(0);
    ASSERT_EQ(events.size(), 3u);
    EXPECT_EQ(events[0].kind, static_cast<u8>(EventKind::ExternalInput));
    EXPECT_EQ(events[1].kind, static_cast<u8>(EventKind::TaskEnqueued));
    EXPECT_EQ(events[1].status, static_cast<u8>(Level::Normal));
    EXPECT_EQ(events[2].kind, static_cast<u8>(EventKind::TaskExecuted));
    EXPECT_EQ(events[0].hash, events[1].hash) << "both hash the task's 64 bytes";
    expect_timestamps_without_gaps(events, 1);
    EXPECT_FALSE(outcome_.busy);
}

TEST_F(CoreTest, executed_record_has_the_time_and_place_of_its_start) {
    set_up(1, {child(0, SPAWN_HOME)});
    const auto events = beat(0);
    ASSERT_EQ(events.size(), 5u); // input, enqueued, executed, enqueued by it, executed
    EXPECT_EQ(events[2].kind, static_cast<u8>(EventKind::TaskExecuted));
    EXPECT_EQ(events[3].kind, static_cast<u8>(EventKind::TaskEnqueued));
    expect_timestamps_without_gaps(events, 1);
}

TEST_F(CoreTest, send_to_oneself_arrives_in_the_next_beat_and_takes_time_now) {
    set_up(1, {child(0, SEND_SELF)});
    EXPECT_EQ(beat(0).size(), 3u);
    EXPECT_EQ(outcome_.clock, 4u) << "the message has a timestamp and no record";
    EXPECT_EQ(outcome_.sent, 1u);
    const auto events = beat(1);
    ASSERT_EQ(events.size(), 2u);
    EXPECT_EQ(events[0].timestamp, 5u);
    EXPECT_EQ(outcome_.arrived, 1u);
}

TEST_F(CoreTest, credit_comes_back_in_the_next_executed_beat_when_beats_are_skipped) {
    set_up(1, {child(0, SEND_SELF)});
    const Mailboxes<> boxes(span_.memory());
    beat(0);
    EXPECT_EQ(boxes.of(0).outbox.used[0], 1u);
    beat(1); // the message enters the ring
    EXPECT_EQ(boxes.of(0).outbox.used[0], 1u);
    beat(8);
    EXPECT_EQ(boxes.of(0).outbox.used[0], 0u);
    beat(16);
    EXPECT_EQ(boxes.of(0).freed[0][0].load() + boxes.of(0).freed[1][0].load(), 0u);
}

TEST_F(CoreTest, payload_word_that_does_not_exist_is_a_bug) {
    set_up(1, {child(0)});
    const Task task = child(0);
    const TaskContext context(core_, task, Timestamp{1});
    EXPECT_EQ(context.payload(PAYLOAD_WORDS - 1), 0u);
    EXPECT_DEATH(static_cast<void>(context.payload(PAYLOAD_WORDS)), "PAYLOAD_WORDS");
}

TEST_F(CoreTest, workload_input_that_could_not_be_spawned_is_named) {
    EXPECT_DEATH(set_up(1, {child(0), child(0, 77)}), "each input.*found 1");
}

TEST_F(CoreTest, eighth_emission_is_refused_and_is_the_tasks_status) {
    set_up(1, {child(0, MANY)});
    const auto events = beat(0);
    EXPECT_EQ(events[2].status, static_cast<u8>(TaskStatus::EmitLimit));
    EXPECT_EQ(count_of(events, EventKind::TaskExecuted), 1 + EMISSIONS_MAX);
}

TEST_F(CoreTest, emission_of_an_unknown_handler_or_level_is_refused_without_a_record) {
    set_up(1, {child(0, BAD)});
    const auto events = beat(0);
    ASSERT_EQ(events.size(), 3u);
    EXPECT_EQ(events[2].status, static_cast<u8>(TaskStatus::InvalidTask));
    EXPECT_EQ(outcome_.clock, 3u);
}

TEST_F(CoreTest, random_numbers_are_those_of_seed_task_time_and_count) {
    set_up(1, {child(0), child(0, DRAW)});
    const auto events = beat(0);
    const Event& drawn = events[5]; // two inputs of two records each, then two tasks
    ASSERT_EQ(drawn.task_id, 1u);
    u64 output[PAYLOAD_WORDS] = {};
    for (u64 n = 0; n < 2; ++n) {
        const u64 words[4] = {run_.seed, 1, drawn.timestamp, n};
        output[n] = xxh3_64(words, sizeof words);
    }
    EXPECT_EQ(drawn.hash, xxh3_64(output, sizeof output));
    EXPECT_EQ(drawn.ticks, 4u) << "execute, two draws, one output";
}

TEST_F(CoreTest, first_refusal_is_the_tasks_status) {
    set_up(1, {child(0, WORSE)});
    EXPECT_EQ(beat(0)[2].status, static_cast<u8>(TaskStatus::InvalidTask));
}

TEST_F(CoreTest, messages_are_admitted_before_inputs_of_the_same_beat_whatever_their_levels) {
    set_up(1, {child(0, SEND_LOW), child(0, IDLE, Level::High)});
    beat(0, 1);
    EXPECT_EQ(enqueued(beat(1, 2)), (std::vector<u64>{1000, 1}));
}

TEST_F(CoreTest, arrival_that_waited_is_admitted_before_newer_ones_of_other_levels) {
    // At C = 256 a beat admits 16 inputs: 17 Low ones leave one waiting.
    std::vector<Task> inputs(256 * 18, child(0, IDLE, Level::Low));
    inputs[256 * 17] = child(0, IDLE, Level::High);
    set_up(256, inputs);
    EXPECT_EQ(enqueued(beat(0, 256 * 17)).size(), 16u);
    EXPECT_EQ(enqueued(beat(1)), (std::vector<u64>{256 * 16, 256 * 17}));
}

TEST_F(CoreTest, input_is_not_admitted_when_only_one_of_its_two_records_fits) {
    // At C = 256 admit has 32 records; the state change takes one, 15 inputs take 30.
    Task toucher = child(0, TOUCH);
    toucher.payload[0] = 1;
    std::vector<Task> inputs(256 * 40, child(0));
    inputs[0] = toucher;
    set_up(256, inputs);
    beat(0, 1);
    const auto events = beat(8);
    EXPECT_EQ(count_of(events, EventKind::StateChange), 1u);
    EXPECT_EQ(count_of(events, EventKind::ExternalInput), 15u);
}

TEST_F(CoreTest, levels_are_served_high_normal_low_but_the_first_pop_of_tick_0_tries_low) {
    set_up(1, {child(0, IDLE, Level::Low), child(0, IDLE, Level::Low),
               child(0, IDLE, Level::Normal), child(0, IDLE, Level::High)});
    const auto events = beat(0); // inputs 0..3: their ids are their positions
    std::vector<u64> executed;
    for (const Event& event : events) {
        if (event.kind == static_cast<u8>(EventKind::TaskExecuted)) {
            executed.push_back(event.task_id);
        }
    }
    EXPECT_EQ(executed, (std::vector<u64>{0, 3, 2, 1}));
}

std::vector<u64> executed_in_beat_with_all_levels(CoreQueues& queues, u64 k) {
    for (const Level level : {Level::Low, Level::Normal, Level::High}) {
        EXPECT_TRUE(queues.push(child(static_cast<u64>(level), IDLE, level)));
    }
    std::vector<u64> order;
    Task task;
    for (bool found = queues.pop_first(task, Beat{k}); found; found = queues.pop(task)) {
        order.push_back(task.id);
    }
    return order;
}

TEST(CoreQueues, each_tick_of_an_epoch_gives_its_turn) {
    const auto queues = std::make_unique<CoreQueues>();
    for (u64 k = 0; k < 16; ++k) {
        const std::vector<u64> expected = k % 8 == 0   ? std::vector<u64>{2, 0, 1}
                                          : k % 8 == 4 ? std::vector<u64>{1, 0, 2}
                                                       : std::vector<u64>{0, 1, 2};
        EXPECT_EQ(executed_in_beat_with_all_levels(*queues, k), expected) << "beat " << k;
    }
}

TEST_F(CoreTest, admit_stops_at_half_of_the_log_share) {
    set_up(256, std::vector<Task>(256 * 100, child(0)));
    const auto events = beat(0); // share 64, half 32, two records an input
    EXPECT_EQ(count_of(events, EventKind::ExternalInput), 16u);
    EXPECT_EQ(count_of(events, EventKind::TaskEnqueued), 16u);
    EXPECT_EQ(count_of(events, EventKind::TaskExecuted), 16u);
    EXPECT_TRUE(outcome_.busy);
}

TEST_F(CoreTest, task_starts_only_if_eight_records_are_free) {
    set_up(256, std::vector<Task>(256 * 20, child(0, SPAWN_HOME)));
    const auto events = beat(0);
    // 32 records of admit; a task and its spawn are 2, and one starts while 8 are free: at 32, 34,
    // ..., 56 used. That is 13 tasks, the last with 56 used.
    EXPECT_EQ(count_of(events, EventKind::TaskExecuted), 13u);
    EXPECT_EQ(events.size(), 58u);
}

TEST_F(CoreTest, inputs_wait_up_to_a_quarter_of_their_ring) {
    set_up(1, std::vector<Task>(1000, child(0, IDLE, Level::Low)));
    EXPECT_EQ(outcome_.input_blocked, RING_CAPACITY[2] / INPUT_QUOTA_DIVISOR);
    beat(0);
    EXPECT_EQ(outcome_.input_blocked, 2 * RING_CAPACITY[2] / INPUT_QUOTA_DIVISOR);
}

TEST_F(CoreTest, spawn_leaves_a_quarter_of_the_ring_to_arrivals) {
    // Twenty floods of 7 Low tasks into a Low ring of 128: 96 fit, and Low waits for Normal.
    set_up(1, std::vector<Task>(20, child(0, FLOOD_HOME)));
    const auto events = beat(0);
    u32 refused_tasks = 0;
    u32 enqueued_low = 0;
    for (const Event& event : events) {
        refused_tasks += event.status == static_cast<u8>(TaskStatus::QueueFull) &&
                         event.kind == static_cast<u8>(EventKind::TaskExecuted);
        enqueued_low += event.kind == static_cast<u8>(EventKind::TaskEnqueued) &&
                        event.status == static_cast<u8>(Level::Low);
    }
    EXPECT_EQ(enqueued_low, RING_CAPACITY[2] - RING_CAPACITY[2] / SPAWN_RESERVE_DIVISOR);
    EXPECT_EQ(refused_tasks, 7u) << "the 14th flood is refused in part, 15 to 20 as a whole";
    expect_timestamps_without_gaps(events, 1); // a refused call takes no time
}

TEST_F(CoreTest, full_outbox_refuses_without_taking_time) {
    set_up(2, std::vector<Task>(2 * 40, child(0, FLOOD_REMOTE)));
    const auto events = beat(0); // 40 inputs of core 0, 7 messages each, 256 credits
    EXPECT_EQ(outcome_.sent, OUTBOX_CAPACITY);
    EXPECT_EQ(outcome_.clock, events.size() + OUTBOX_CAPACITY);
    u32 refused = 0;
    for (const Event& event : events) {
        refused += event.status == static_cast<u8>(TaskStatus::QueueFull) &&
                   event.kind == static_cast<u8>(EventKind::TaskExecuted);
    }
    EXPECT_EQ(refused, 4u) << "256 = 36 * 7 + 4: the 37th in part, 38 to 40 as a whole";
}

TEST_F(CoreTest, state_change_is_the_first_record_after_the_pulse) {
    Task task = child(0, TOUCH);
    task.payload[0] = 3;
    set_up(1, {task});
    EXPECT_EQ(count_of(beat(0), EventKind::StateChange), 0u);
    EXPECT_TRUE(outcome_.state_touched);
    EXPECT_TRUE(beat(7).empty()) << "not before the pulse";
    const auto events = beat(8);
    ASSERT_EQ(events.size(), 1u);
    EXPECT_EQ(events[0].kind, static_cast<u8>(EventKind::StateChange));
    std::vector<u8> slab(STATE_SLAB_BYTES);
    slab[5] = 3;
    EXPECT_EQ(events[0].hash, xxh3_64(slab.data(), slab.size()));
    EXPECT_FALSE(outcome_.state_touched);
}

TEST_F(CoreTest, state_that_was_touched_and_not_changed_leaves_no_record) {
    set_up(1, {child(0, TOUCH)}); // writes a zero over a zero
    beat(0);
    EXPECT_TRUE(outcome_.state_touched);
    EXPECT_TRUE(beat(8).empty());
    EXPECT_FALSE(outcome_.state_touched);
}

} // namespace
} // namespace knhk
