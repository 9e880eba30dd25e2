// SPDX-License-Identifier: MIT
// Where the barrier's workers sleep under Relacy. It promises as little as a platform may, so that
// a wake-up which got lost shows as a deadlock.
#pragma once

#include "tests/relacy/relacy_atomics.hpp"

namespace knhk::test {

/// How waiting may go wrong: planted.
enum class Sleep : u8 { Sound, NeverWoken, NotLookedAgain };

class SleepRoom {
  public:
    /// Sleeps while the word is as expected. The look is relaxed, and atomic with falling asleep:
    /// whoever wakes later is not missed, whoever did not wake may be.
    void wait(const RelacyAtomic<u32>& word, u32 expected, bool look) {
        const rl::debug_info here = info_of(Place::current());
        lock_.lock(here);
        if (!look || word.load(std::memory_order_relaxed) == expected) {
            sleepers_.wait(lock_, here);
        }
        lock_.unlock(here);
    }
    void wake() {
        const rl::debug_info here = info_of(Place::current());
        lock_.lock(here);
        sleepers_.notify_all(here);
        lock_.unlock(here);
    }

  private:
    rl::mutex lock_;
    rl::condition_variable sleepers_;
};

/// The barrier's waiter over it.
template<Sleep How = Sleep::Sound>
struct RoomWaiter {
    SleepRoom* room;

    void disturb() const {}
    void pause() const { let_others_run(); }
    void wait(const RelacyAtomic<u32>& word, u32 expected) const {
        room->wait(word, expected, How != Sleep::NotLookedAgain);
    }
    void wake(RelacyAtomic<u32>& /*word*/) const {
        if (How != Sleep::NeverWoken) {
            room->wake();
        }
    }
};

} // namespace knhk::test
