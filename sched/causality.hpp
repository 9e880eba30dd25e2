// SPDX-License-Identifier: MIT
// What timestamps say about before and after, and the one total order of a run's events. For the
// clocks, and for whoever reads events.
#pragma once

#include <concepts>

#include "base/types.hpp"
#include "sched/limits.hpp"

namespace knhk {

constexpr Timestamp later_of(Timestamp a, Timestamp b) {
    return a < b ? b : a;
}

/// The timestamp after, which stops at the end of logical time.
constexpr Timestamp next(Timestamp timestamp) {
    return timestamp.raw < TIMESTAMP_END ? Timestamp{timestamp.raw + 1} : timestamp;
}

/// An event's place in the canonical order: beat, then timestamp, then core. No two are equal.
struct EventKey {
    Beat beat;
    Timestamp timestamp;
    CoreId core;
    friend constexpr auto operator<=>(const EventKey&, const EventKey&) = default;
};

/// True of every two events of which the first is a cause of the second, and of others: logical
/// time agrees with causality and does not prove it.
constexpr bool happens_before(Timestamp a, Timestamp b) {
    return a < b;
}
/// The timestamp alone counts: the same time on two cores is neither before nor after.
constexpr bool happens_before(const EventKey& a, const EventKey& b) {
    return happens_before(a.timestamp, b.timestamp);
}

/// What can be asked whether it was before another of its kind.
template<class E>
concept HappensBefore = requires(const E& a, const E& b) {
    { happens_before(a, b) } -> std::same_as<bool>;
};

/// Neither is before the other; each is concurrent with itself. In the canonical order concurrent
/// events have an order all the same.
template<HappensBefore E>
constexpr bool is_concurrent(const E& a, const E& b) {
    return !happens_before(a, b) && !happens_before(b, a);
}

} // namespace knhk
