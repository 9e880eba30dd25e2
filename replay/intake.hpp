// SPDX-License-Identifier: MIT
// What comes into a run while it goes on, as bytes of the intake's ring: of a resumed run the
// checkpoint first (replay/checkpoint.hpp), then records of external inputs. The image reads it,
// alone, before its workers start or at the barrier.
#pragma once

#include <atomic>
#include <cstring>

#include "replay/drain.hpp"
#include "replay/log_format.hpp"

namespace knhk {

inline constexpr u32 INTAKE_INPUT_TAG = 0x4D455449; // "ITEM"
/// What parts recorded inputs from those that come as they come.
inline constexpr u32 INTAKE_LIVE_TAG = 0x4556494C; // "LIVE"

/// An external input, or the mark. Little-endian, as all that crosses.
struct IntakeInput {
    u32 tag;      ///< INTAKE_INPUT_TAG or INTAKE_LIVE_TAG
    u32 reserved; ///< 0
    /// The beat that receives it, of a run that is replayed; 0: as soon as it fits. Of the mark:
    /// the first beat that takes what follows it, as soon as that fits.
    u64 beat;
    LogInput input;
};
static_assert(sizeof(IntakeInput) == 88 && INTAKE_RING_BYTES / 88 < REFUSED_WORDS * 64);

/// The image's end. What the host wrote is believed no further than it is checked.
class Intake {
  public:
    Intake() = default;
    /// `relax` is called while bytes that are waited for are not there.
    Intake(DrainControl<>* control, const std::byte* ring, void (*relax)())
        : control_(control), consumer_(&control->intake, ring), relax_(relax) {}

    [[nodiscard]] bool is_open() const { return control_ != nullptr; }

    /// Whether nothing will ever follow what is there.
    [[nodiscard]] bool closed() const {
        // Pairs with the release of the host's store: all that it wrote is visible behind it.
        return control_->intake_closed.load(std::memory_order_acquire) != 0;
    }
    /// Copies `size` bytes, at most a quarter of the ring, without taking them. False when they are
    /// not all there yet, or the host's position lies.
    [[nodiscard]] bool peek(void* to, u64 size) const { return consumer_.copy(to, size); }
    void take(u64 size) { consumer_.release(size); }

    /// Takes `size` bytes, however many, and waits for them. False when the host closed before.
    [[nodiscard]] bool read(void* to, u64 size) {
        auto* target = static_cast<std::byte*>(to);
        while (size > 0) {
            const bool was_closed = closed();
            const auto chunk = consumer_.available();
            if (chunk.bytes == nullptr) {
                return false;
            }
            const u64 part = chunk.size < size ? chunk.size : size;
            if (part == 0) {
                if (was_closed) {
                    return false;
                }
                relax_();
                continue;
            }
            std::memcpy(target, chunk.bytes, part);
            consumer_.release(part);
            target += part;
            size -= part;
        }
        return true;
    }

    /// Tells the producer, by way of the host, what became of the input that was taken last.
    void tell(bool was_refused) {
        const std::atomic_ref word(control_->refused_bits[done_ / 64 % REFUSED_WORDS]);
        const u64 bit = u64{1} << (done_ % 64);
        // Relaxed: one writer; what follows publishes both.
        const u64 others = word.load(std::memory_order_relaxed) & ~bit;
        word.store(was_refused ? others | bit : others, std::memory_order_relaxed);
        refused_ += was_refused ? 1 : 0;
        control_->inputs_refused.store(refused_, std::memory_order_relaxed);
        // Pairs with the host's acquire: the verdict comes before the count.
        control_->inputs_done.store(++done_, std::memory_order_release);
    }
    /// One turn of waiting for the host.
    void give_way() const { relax_(); }

  private:
    DrainControl<>* control_ = nullptr;
    IntakeConsumer consumer_{nullptr, nullptr};
    void (*relax_)() = nullptr;
    u64 done_ = 0;
    u64 refused_ = 0;
};

} // namespace knhk
