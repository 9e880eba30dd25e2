// SPDX-License-Identifier: MIT
// What a handler of the model sees while its task runs, and what becomes of a token.
#pragma once

#include "tests/model/model.hpp"

namespace knhk::model {

struct SigmaTask;

/// Sections 2.13 and 2.14: what became of a token.
enum class Turn : u8 {
    Goes,
    Passes,
    Waits,
    Swallowed,
    Full,
    Rejected,
    Returned,
    Again,
    NoBranch,
    Denied
};

/// Where it goes on.
struct ModelStep {
    const SigmaTask* task = nullptr; ///< of the snapshot that is current
    Turn turn = Turn::Goes;
    bool answer = false;
    bool by_false = false;     ///< the next one is `when_false`
    std::vector<u32> branches; ///< which of them, ascending
    u16 next = 65'535;
    u64 hooks = 0; ///< that were evaluated
    std::vector<bool> yes;
    std::vector<ModelTriples> emitted; ///< by each hook
    bool emits = false;                ///< one of them does, rows or not
    Bytes receipts;
    u64 rows_hash = 0;
};

struct SigmaGuard;
struct SigmaHook;
struct Answered;

/// Sections 2.6 and 2.7: what a handler sees, and how its task ends.
class ModelContext {
  public:
    ModelContext(Model& model, u32 core, const ModelTask& task, Origin origin, u64 start)
        : model_(model), core_(core), task_(task), origin_(origin), start_(start) {}
    /// Section 2.15: it is a fiber, and this its delta.
    void bring(const ModelTriples& run) { delta_ = &run; }
    /// Why it would have to run again; 0: not.
    [[nodiscard]] u64 park_cause() const { return over_budget_ ? 1 : park_cause_; }
    void leave_bare_receipt(u8 status);

    [[nodiscard]] const ModelTask& task() const { return task_; }
    [[nodiscard]] u64 payload(u32 word) const { return task_.payload[word]; }
    [[nodiscard]] u64 id() const { return task_.id; }
    [[nodiscard]] u32 core() const { return core_; }
    [[nodiscard]] u32 cores() const { return model_.config_.cores; }
    [[nodiscard]] u64 now() const { return start_; }
    ModelStatus spawn(const ModelTask& task) { return emit({task, false, {}}); }
    ModelStatus send(const ModelTask& task) { return emit({task, true, {}}); }
    ModelStatus enqueue_ordered(const ModelTask& task, u64 time) {
        return emit({task, false, time});
    }
    [[nodiscard]] u64 random();
    /// Zeros when refused.
    [[nodiscard]] Observation observe(u32 number);
    /// Empty when refused.
    [[nodiscard]] std::span<std::byte> state();
    [[nodiscard]] std::span<const std::byte> read_state();
    ModelStatus promote(u32 snapshot);
    ModelStatus load(u64 place, std::span<const std::byte> piece);
    /// None: the task has not come to its end.
    [[nodiscard]] std::optional<ModelStep> evaluate();
    /// Section 2.14: what comes of it.
    void follow(const ModelStep& step);
    void work(u32 ticks) { (void)charge(ticks); }
    void output(u64 a, u64 b = 0, u64 c = 0, u64 d = 0);

    /// The task from its start: costs, guards, handler.
    void run();
    [[nodiscard]] u64 output_hash() const;
    [[nodiscard]] u32 ticks() const;
    [[nodiscard]] bool over_budget() const { return over_budget_; }
    [[nodiscard]] bool over_in_guards() const { return over_in_guards_; }
    [[nodiscard]] bool had_effect() const { return had_effect_; }
    [[nodiscard]] bool used_exactly() const { return used_ == limit(); }
    [[nodiscard]] std::optional<u16> failed_guard() const { return failed_guard_; }
    /// Of a snapshot, if it is why the first refusal was one.
    [[nodiscard]] u16 snapshot_guard() const { return snapshot_guard_; }
    [[nodiscard]] ModelStatus first_refusal() const { return refusal_; }

  private:
    struct Emission {
        const ModelTask& task;
        bool by_message;
        std::optional<u64> time;
    };

    [[nodiscard]] u64 limit() const;
    [[nodiscard]] bool charge(u64 cost);
    void refuse(ModelStatus status);
    [[nodiscard]] bool guards_pass();
    [[nodiscard]] bool guard_passes(u16 id);
    [[nodiscard]] bool state_is_given();
    ModelStatus emit(const Emission& emission);
    ModelStatus emit_charged(const Emission& emission);
    [[nodiscard]] ModelStatus try_emit(const Emission& emission);
    [[nodiscard]] ModelStatus check(const Emission& emission);
    [[nodiscard]] ModelStatus enter_here(const Emission& emission);
    [[nodiscard]] ModelStatus order_here(const Emission& emission);
    [[nodiscard]] ModelStatus send_message(const Emission& emission, u32 destination);
    void count_message(u32 destination);
    [[nodiscard]] u64 message_time();
    // model_sigma.cpp
    [[nodiscard]] bool snapshot_guards_pass(const SigmaSnapshot& snapshot, const SigmaTask& task);
    [[nodiscard]] bool snapshot_guard_passes(const SigmaGuard& guard);
    [[nodiscard]] bool evaluate_hooks(const SigmaSnapshot& snapshot, const SigmaTask& task,
                                      ModelStep& step);
    [[nodiscard]] std::optional<Answered>
    evaluate_hook(const ModelTriples& run, const SigmaHook& hook, u16 number, Bytes& receipts);
    [[nodiscard]] bool end_evaluation(const ModelStep& step);
    // model_flows.cpp
    [[nodiscard]] u64 case_id() const { return task_.id >> 8; }
    [[nodiscard]] u64 node() const { return payload(0) & 0xFFFF; }
    [[nodiscard]] u64 rounds() const { return payload(0) >> 16 & 0xFF; }
    [[nodiscard]] u64 chosen() const { return payload(0) >> 24 & 15; }
    [[nodiscard]] bool was_false() const { return (payload(0) >> 28 & 1) != 0; }
    [[nodiscard]] bool within() const { return (payload(0) >> 29 & 1) != 0; }
    [[nodiscard]] u64 life() const { return payload(0) >> 32; }
    [[nodiscard]] ModelFlow* find_flow(u16 pattern, u64 case_id, u64 node) const;
    [[nodiscard]] ModelFlow* own_flow(const SigmaTask& task) const;
    [[nodiscard]] bool flows_are_full() const;
    [[nodiscard]] bool case_has_flow() const;
    ModelFlow& new_flow(const SigmaTask& task);
    void free_flow(ModelFlow* flow);
    [[nodiscard]] bool leave(const ModelStep& step);
    void leave_at_join(const ModelStep& step);
    void leave_at_discriminator(const ModelStep& step);
    void leave_at_choice(const ModelStep& step);
    void leave_at_timeout(const ModelStep& step);
    void cancel(const ModelStep& step);
    void leave_at_breaker(const ModelStep& step);
    void fail_at_breaker(const SigmaTask& task, ModelFlow* flow);
    void set_timer(ModelFlow& flow, const SigmaTask& task);
    // model_patterns.cpp
    [[nodiscard]] Turn turn_of(const SigmaTask& task);
    [[nodiscard]] Turn turn_at_join(const SigmaTask& task);
    [[nodiscard]] Turn turn_at_timeout(const SigmaTask& task);
    [[nodiscard]] Turn turn_at_breaker(const SigmaTask& task);
    void route_without_hooks(ModelStep& step) const;
    void route_by_hooks(ModelStep& step);
    void route_by_choice(ModelStep& step);
    void route_by_rounds(ModelStep& step);
    [[nodiscard]] u64 travelling_word(const ModelStep& step) const;
    void send_on(const ModelStep& step, u16 number, u64 id, u64 word);
    void end_here(const ModelStep& step);
    [[nodiscard]] static u64 link_of(u64 before, u64 hash);
    [[nodiscard]] const ModelTriples* run_to_read() const;
    // model_beat.cpp
    [[nodiscard]] bool is_of_another_class(const SigmaSnapshot& snapshot);
    [[nodiscard]] bool leave_receipts(const ModelStep& step);
    [[nodiscard]] std::vector<ModelTriples> asserted_by(const ModelStep& step) const;
    [[nodiscard]] ModelStatus delta_here(const Emission& emission);
    [[nodiscard]] bool may_go(const Emission& emission) const;

    Model& model_;
    u32 core_;
    const ModelTask& task_;
    Origin origin_;
    u64 start_;
    u64 used_ = 0; ///< ticks
    u64 used_before_over_ = 0;
    u32 emissions_ = 0;
    u32 messages_ = 0;
    u64 draws_ = 0;
    bool over_budget_ = false;
    bool over_in_guards_ = false;
    bool had_effect_ = false;
    bool output_set_ = false;
    ModelStatus refusal_ = OK;
    std::optional<u16> failed_guard_;
    u16 snapshot_guard_ = 0;
    std::vector<u32> message_destinations_;
    Observation output_ = {};
    const ModelTriples* delta_ = nullptr;
    u64 park_cause_ = 0;
    bool left_receipt_ = false;
};

} // namespace knhk::model
