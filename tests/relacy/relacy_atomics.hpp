// SPDX-License-Identifier: MIT
// Relacy behind the interface of this tree's atomics: `RelacyAtomics` takes the place of
// `NativeAtomics` in the headers that ship, and `Plain<T>` is data that no two threads may race
// for. The only file that includes Relacy, whose macros would change every header that comes after.
#pragma once

#include <atomic>
#include <source_location>

#include <relacy/relacy.hpp>

#undef memory_order_relaxed
#undef memory_order_consume
#undef memory_order_acquire
#undef memory_order_release
#undef memory_order_acq_rel
#undef memory_order_seq_cst
#undef VAR
#undef VAR_T
#undef TLS_T
#undef assert
#undef calloc
#undef delete
#undef errno
#undef free
#undef malloc
#undef new
#undef realloc
#undef $

#include "tests/relacy/sites.hpp"

namespace knhk::test {

using Place = std::source_location;

inline rl::debug_info info_of(const Place& place) {
    return {place.function_name(), place.file_name(), place.line()};
}

constexpr rl::memory_order relacy_order(std::memory_order order) {
    switch (order) {
    case std::memory_order_acquire:
        return rl::mo_acquire;
    case std::memory_order_release:
        return rl::mo_release;
    case std::memory_order_acq_rel:
        return rl::mo_acq_rel;
    case std::memory_order_seq_cst:
        return rl::mo_seq_cst;
    default:
        return rl::mo_relaxed;
    }
}

/// std::atomic's interface, where each access is a numbered site. Zero is its initial value, as
/// structures in regions have it.
template<class T>
class RelacyAtomic {
  public:
    RelacyAtomic() : value_(T{}) {}

    T load(std::memory_order order, Place place = Place::current()) const {
        return value_.load(met(place, Access::Load, order), info_of(place));
    }
    void store(T value, std::memory_order order, Place place = Place::current()) {
        value_.store(value, met(place, Access::Store, order), info_of(place));
    }
    T fetch_add(T value, std::memory_order order, Place place = Place::current()) {
        return value_.fetch_add(value, met(place, Access::ReadModifyWrite, order), info_of(place));
    }
    T fetch_sub(T value, std::memory_order order, Place place = Place::current()) {
        return value_.fetch_sub(value, met(place, Access::ReadModifyWrite, order), info_of(place));
    }
    T fetch_or(T value, std::memory_order order, Place place = Place::current()) {
        return value_.fetch_or(value, met(place, Access::ReadModifyWrite, order), info_of(place));
    }
    T fetch_and(T value, std::memory_order order, Place place = Place::current()) {
        return value_.fetch_and(value, met(place, Access::ReadModifyWrite, order), info_of(place));
    }
    T exchange(T value, std::memory_order order, Place place = Place::current()) {
        return value_.exchange(value, met(place, Access::ReadModifyWrite, order), info_of(place));
    }
    bool compare_exchange_strong(T& expected, T desired, std::memory_order success,
                                 std::memory_order failure, Place place = Place::current()) {
        return compare_exchange<false>(expected, desired, success, failure, place);
    }
    bool compare_exchange_weak(T& expected, T desired, std::memory_order success,
                               std::memory_order failure, Place place = Place::current()) {
        return compare_exchange<true>(expected, desired, success, failure, place);
    }

  private:
    static rl::memory_order met(const Place& place, Access access, std::memory_order order) {
        return relacy_order(sites().met(place, access, order));
    }

    template<bool Spurious>
    bool compare_exchange(T& expected, T desired, std::memory_order success,
                          std::memory_order failure, const Place& place) {
        const rl::memory_order exchanged = met(place, Access::Exchanged, success);
        const rl::memory_order kept = met(place, Access::NotExchanged, failure);
        const bool acquires = exchanged == rl::mo_acquire || exchanged == rl::mo_acq_rel ||
                              exchanged == rl::mo_seq_cst;
        // Relacy knows no failure that is stronger than its success, which a weakened site may be:
        // a fence makes up for it, and is a little stronger than what it stands for.
        const bool with_fence = kept != rl::mo_relaxed && !acquires;
        const bool done =
            value_.compare_exchange(rl::bool_t<Spurious>(), expected, desired, exchanged,
                                    with_fence ? rl::mo_relaxed : kept, info_of(place));
        if (!done && with_fence) {
            rl::atomic_thread_fence(rl::mo_acquire, info_of(place));
        }
        return done;
    }

    rl::atomic<T> value_;
};

/// A plain word: Relacy fails the execution in which two threads race for it, or in which it is
/// read before it was ever written.
template<class T>
class Plain {
  public:
    Plain() = default;
    explicit Plain(T value) { set(value); }
    Plain(const Plain& other) { set(other.get()); }
    Plain& operator=(const Plain& other) {
        set(other.get());
        return *this;
    }

    [[nodiscard]] T get(Place place = Place::current()) const { return value_(info_of(place)); }
    void set(T value, Place place = Place::current()) { value_(info_of(place)) = value; }
    explicit operator T() const { return get(); }

  private:
    rl::var<T> value_;
};

struct RelacyAtomics {
    template<class T>
    using Atomic = RelacyAtomic<T>;
    template<class T>
    using Plain = test::Plain<T>;
    /// Headers leave out what only takes time.
    static constexpr bool HASTY = true;
};

/// Fails the execution unless `condition`.
inline void require(bool condition, const char* expected, Place place = Place::current()) {
    if (!condition) {
        rl::ctx().fail_test(expected, rl::test_result_user_assert_failed, info_of(place));
    }
}

/// One turn of a loop that waits for another thread: lets the others go on.
inline void let_others_run(Place place = Place::current()) {
    rl::yield(1, info_of(place));
}

} // namespace knhk::test
