// SPDX-License-Identifier: MIT
// Tasks whose budget, level and guards are checked when they are compiled, the same checks for
// tasks that are made of data, and the type of a task that has passed the last check. For programs,
// and for what brings tasks into a run.
#pragma once

#include <array>
#include <concepts>
#include <span>
#include <type_traits>

#include "base/error.hpp"
#include "sched/task.hpp"

namespace knhk {

struct PriorityHigh {
    static constexpr Level LEVEL = Level::High;
};
struct PriorityNormal {
    static constexpr Level LEVEL = Level::Normal;
};
struct PriorityLow {
    static constexpr Level LEVEL = Level::Low;
};

/// An empty type that names one of the levels.
template<class P>
concept Priority = std::is_empty_v<P> && std::same_as<decltype(P::LEVEL), const Level> &&
                   static_cast<u32>(P::LEVEL) < LEVEL_COUNT;

using TaskPayload = std::array<u64, PAYLOAD_WORDS>;

struct NoGuards {
    static constexpr u32 COUNT = 0;
    static constexpr std::array<u16, COUNT> IDS{};
};

/// In the order in which they are looked at. Ids are wide here, so that one too large is seen.
template<u32... Ids>
struct MultiGuard {
    static_assert(sizeof...(Ids) <= GUARDS_MAX, "a task has 8 guards at most");
    static_assert(((Ids < GUARD_IDS) && ...), "guard ids are below 1024");
    static constexpr u32 COUNT = sizeof...(Ids);
    static constexpr std::array<u16, COUNT> IDS{static_cast<u16>(Ids)...};
};

template<u32 Id>
struct SingleGuard : MultiGuard<Id> {};

template<class G>
inline constexpr bool is_guard_list_v = std::same_as<G, NoGuards>;
template<u32 Id>
inline constexpr bool is_guard_list_v<SingleGuard<Id>> = true;
template<u32... Ids>
inline constexpr bool is_guard_list_v<MultiGuard<Ids...>> = true;

/// One of the three above.
template<class G>
concept GuardList = is_guard_list_v<G>;

/// Guards whose ids are data. Only `make_guard_set` makes one that has any.
class GuardSet {
  public:
    constexpr GuardSet() = default;
    [[nodiscard]] constexpr u32 count() const { return count_; }
    [[nodiscard]] constexpr std::span<const u16> ids() const { return {ids_.data(), count_}; }

  private:
    friend constexpr Result<GuardSet> make_guard_set(std::span<const u16> ids);

    std::array<u16, GUARDS_MAX> ids_{};
    u32 count_ = 0;
};

constexpr Result<GuardSet> make_guard_set(std::span<const u16> ids) {
    if (ids.size() > GUARDS_MAX) {
        return fail(Error::TooManyGuards);
    }
    GuardSet set;
    for (const u16 id : ids) {
        if (id >= GUARD_IDS) {
            return fail(Error::InvalidGuard);
        }
        set.ids_[set.count_++] = id;
    }
    return set;
}

namespace detail {
constexpr Task draft_of(TaskId id, HandlerId handler, Level level, Tick budget,
                        std::span<const u16> guards, const TaskPayload& payload) {
    Task task{.id = id.raw,
              .handler = handler,
              .level = level,
              .budget_ticks = static_cast<u8>(budget.raw),
              .guard_count = static_cast<u8>(guards.size())};
    for (u32 i = 0; i < guards.size(); ++i) {
        task.guards[i] = guards[i];
    }
    for (u32 i = 0; i < PAYLOAD_WORDS; ++i) {
        task.payload[i] = payload[i];
    }
    return task;
}
} // namespace detail

/// A kind of task. What `make` returns is a draft: plain data that may still be changed, and that
/// a run checks before it takes it.
template<u32 Budget, Priority P = PriorityNormal, GuardList G = NoGuards>
struct SchedulableTask {
    static_assert(Budget <= BUDGET_TICKS_MAX, "a budget is 8 ticks at most");

    [[nodiscard]] static constexpr Level priority() { return P::LEVEL; }
    [[nodiscard]] static constexpr u32 guard_count() { return G::COUNT; }
    [[nodiscard]] static constexpr Tick budget() { return Tick{Budget}; }
    [[nodiscard]] static constexpr std::span<const u16> guards() { return G::IDS; }

    [[nodiscard]] static constexpr Task make(TaskId id, HandlerId handler,
                                             const TaskPayload& payload = {}) {
        return detail::draft_of(id, handler, priority(), budget(), guards(), payload);
    }
};

/// The same for a task whose parts are data.
constexpr Result<Task> make_task(TaskId id, HandlerId handler, Level level, Tick budget,
                                 const GuardSet& guards, const TaskPayload& payload = {}) {
    if (budget.raw > BUDGET_TICKS_MAX) {
        return fail(Error::BudgetTooLarge);
    }
    if (static_cast<u32>(level) >= LEVEL_COUNT || handler >= HANDLERS_MAX) {
        return fail(Error::InvalidTask);
    }
    return detail::draft_of(id, handler, level, budget, guards.ids(), payload);
}

struct RunSetup;

/// A task that a run has checked, its handler too. Nobody else makes one, and nobody changes it.
class ValidatedTask {
  public:
    [[nodiscard]] constexpr const Task& task() const { return task_; }

  private:
    friend struct RunSetup;
    constexpr explicit ValidatedTask(const Task& task) : task_(task) {}

    Task task_;
};

static_assert(sizeof(ValidatedTask) == sizeof(Task) && std::is_trivially_copyable_v<ValidatedTask>);

} // namespace knhk
