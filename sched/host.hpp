// SPDX-License-Identifier: MIT
// What the scheduler needs of the machine, handed in by kernel/: nothing here may decide anything
// that a log could show.
#pragma once

#include "base/hash.hpp"
#include "base/sync.hpp"
#include "base/types.hpp"
#include "sched/chaos.hpp"

namespace knhk {

struct Host {
    void (*pause)();                             ///< one turn of a polling loop
    void (*relax)();                             ///< gives way to the reader of the drain
    void (*wait)(const u32* word, u32 expected); ///< sleeps while *word == expected
    void (*wake)(const u32* word);
    bool (*stop_requested)();
    /// Hardware time, for telemetry and the number of workers that take part in a beat. May be
    /// null: then all take part, and there is no telemetry.
    u64 (*cycles)();
    bool telemetry; ///< is collected
    /// An epoch ended with this run digest: for consoles. May be null.
    void (*epoch_ended)(Beat next, const Digest& run_digest);
    u32 spins; ///< polls before a wait sleeps
    /// Whether a checkpoint is wanted, now that so many beats were executed and an epoch ended. May
    /// be null: then none ever is.
    bool (*wants_checkpoint)(u64 beats_executed) = nullptr;
    /// Saves the regions; nobody changes them meanwhile.
    void (*save_checkpoint)() = nullptr;
};

/// The barrier's waiter over a Host.
struct HostWaiter {
    const Host* host;
    Chaos* chaos;

    void disturb() const { chaos->disturb(); }

    void pause() const { host->pause(); }
    void wait(std::atomic<u32>& word, u32 expected) const {
        host->wait(reinterpret_cast<const u32*>(&word), expected);
    }
    void wake(std::atomic<u32>& word) const { host->wake(reinterpret_cast<const u32*>(&word)); }
};

} // namespace knhk
