// SPDX-License-Identifier: MIT
// Who may touch what, as types: data that only the runner of its core reaches, and data that many
// share in a stated memory order. Whoever runs cores claims their tokens.
#pragma once

#include <concepts>
#include <type_traits>
#include <utility>

#include "base/check.hpp"
#include "base/sync.hpp"
#include "base/types.hpp"

namespace knhk {

/// A type with this base belongs to one core: it is not shared.
struct StaysOnCore {};

namespace detail {
template<class T>
using Pointee = std::remove_cv_t<std::remove_pointer_t<std::remove_all_extents_t<T>>>;
template<class T>
struct IsCoreLocal : std::is_base_of<StaysOnCore, std::remove_cv_t<T>> {};
template<class T>
    requires(std::is_pointer_v<T> || std::is_array_v<T>)
struct IsCoreLocal<T> : IsCoreLocal<Pointee<T>> {};
} // namespace detail

/// True of what stays on a core, of arrays of it, and of pointers to it.
template<class T>
inline constexpr bool is_core_local_v = detail::IsCoreLocal<std::remove_reference_t<T>>::value;

/// What may pass between cores as one value.
template<class T>
concept Shareable = std::is_trivially_copyable_v<T> && !is_core_local_v<T> && std::copyable<T> &&
                    std::atomic<T>::is_always_lock_free;

class CoreTokens;

/// Proof that its holder is the one who runs a core. Moves, and is never copied; goes back to its
/// issuer when it dies.
class [[nodiscard]] CoreToken : StaysOnCore {
  public:
    CoreToken(CoreToken&& other) noexcept
        : issuer_(std::exchange(other.issuer_, nullptr)), core_(std::exchange(other.core_, NONE)) {}
    CoreToken& operator=(CoreToken&& other) noexcept;
    CoreToken(const CoreToken&) = delete;
    CoreToken& operator=(const CoreToken&) = delete;
    ~CoreToken() { give_back(); }

    /// False of one that was moved from: it proves nothing.
    [[nodiscard]] bool valid() const { return issuer_ != nullptr; }
    [[nodiscard]] CoreId core() const { return core_; }

  private:
    friend class CoreTokens;
    static constexpr CoreId NONE{0xFFFF};

    CoreToken(CoreTokens& issuer, CoreId core) : issuer_(&issuer), core_(core) {}
    void give_back();

    CoreTokens* issuer_;
    CoreId core_;
};

/// Issues the tokens of a run: one a core at a time, or the run ends. Outlives them. Who claims is
/// known to be alone by the barrier, or by having been given the core's number; a claim checks
/// that, at the price of a load and a store, and orders nothing.
class CoreTokens {
  public:
    CoreTokens() = default;
    CoreTokens(const CoreTokens&) = delete;
    CoreTokens& operator=(const CoreTokens&) = delete;

    [[nodiscard]] CoreToken claim(CoreId core) {
        KNHK_CHECK(core.raw < CORES_MAX, core.raw);
        auto& claimed = claimed_[core.raw].flag;
        KNHK_CHECK(claimed.load(std::memory_order_relaxed) == 0, core.raw);
        claimed.store(1, std::memory_order_relaxed);
        return {*this, core};
    }

  private:
    friend class CoreToken;
    /// Each alone in its line: workers of neighbouring cores would wait for each other.
    struct alignas(LINE_BYTES) Claim {
        NativeAtomics::Atomic<u32> flag;
    };

    void give_back(CoreId core) { claimed_[core.raw].flag.store(0, std::memory_order_relaxed); }

    Claim claimed_[CORES_MAX] = {};
};

inline void CoreToken::give_back() {
    if (valid()) {
        issuer_->give_back(core_);
    }
}

inline CoreToken& CoreToken::operator=(CoreToken&& other) noexcept {
    if (this != &other) {
        give_back();
        issuer_ = std::exchange(other.issuer_, nullptr);
        core_ = std::exchange(other.core_, NONE);
    }
    return *this;
}

/// Data of one core, reached with its token alone, inside of a callback. It belongs to the core
/// that it was made for, or else to the first one that reaches it. Stays where it is made; zero
/// memory is a zero T without an owner.
template<class T>
class alignas(SEPARATION_BYTES) CoreLocal : StaysOnCore {
  public:
    CoreLocal() = default;
    explicit CoreLocal(CoreId owner) : owner_(owner.raw + u32{1}) {}
    CoreLocal(const CoreLocal&) = delete;
    CoreLocal& operator=(const CoreLocal&) = delete;

    /// Calls `f(T&)` and returns what it returns. Not inside of another callback of the same data:
    /// two names for what one of them changes.
    template<class F>
    auto with(const CoreToken& token, F&& f) -> std::invoke_result_t<F, T&> {
        check_result<std::invoke_result_t<F, T&>>();
        check_owner(token);
        KNHK_CHECK(borrows_ == 0, borrows_);
        const Borrow borrow(borrows_, CHANGING);
        return std::forward<F>(f)(value_);
    }
    /// Calls `f(const T&)`. Inside of another `read`, but not of `with`.
    template<class F>
    auto read(const CoreToken& token, F&& f) const -> std::invoke_result_t<F, const T&> {
        check_result<std::invoke_result_t<F, const T&>>();
        check_owner(token);
        KNHK_CHECK(borrows_ < CHANGING, borrows_);
        const Borrow borrow(borrows_, borrows_ + 1);
        return std::forward<F>(f)(value_);
    }

  private:
    static constexpr u32 CHANGING = ~u32{0};

    class Borrow {
      public:
        Borrow(u32& borrows, u32 during) : borrows_(borrows), before_(borrows) { borrows = during; }
        Borrow(const Borrow&) = delete;
        Borrow& operator=(const Borrow&) = delete;
        ~Borrow() { borrows_ = before_; }

      private:
        u32& borrows_;
        u32 before_;
    };

    template<class R>
    static constexpr void check_result() {
        static_assert(!std::is_reference_v<R> && !std::is_pointer_v<R>,
                      "what is core-local does not leave its callback");
    }

    void check_owner(const CoreToken& token) const {
        KNHK_CHECK(token.valid(), token.core().raw);
        const u32 asker = token.core().raw + u32{1};
        // Relaxed, all: the data is ordered by whoever hands the token on. Atomic only so that two
        // first ones of different cores are told apart.
        u32 owner = owner_.load(std::memory_order_relaxed);
        if (owner == 0 && owner_.compare_exchange_strong(owner, asker, std::memory_order_relaxed,
                                                         std::memory_order_relaxed)) {
            return;
        }
        KNHK_CHECK(owner == asker, token.core().raw);
    }

    mutable NativeAtomics::Atomic<u32> owner_{0}; ///< the core's number from 1; 0: none yet
    mutable u32 borrows_ = 0;                     ///< callbacks that read now, or CHANGING
    T value_{};
};

/// How accesses to shared data are ordered among those to other data.
enum class SharedOrder : u8 { SeqCst = 0, AcqRel = 1, Relaxed = 2 };

/// One value that any core may reach at any time. Every access has the order of the type, in the
/// form that is legal for it. Stays where it is made; zero memory is a zero T.
template<Shareable T, SharedOrder Order = SharedOrder::SeqCst, class Atomics = NativeAtomics>
class Shared {
  public:
    static constexpr std::memory_order LOAD_ORDER =
        Order == SharedOrder::SeqCst   ? std::memory_order_seq_cst
        : Order == SharedOrder::AcqRel ? std::memory_order_acquire
                                       : std::memory_order_relaxed;
    static constexpr std::memory_order STORE_ORDER =
        Order == SharedOrder::AcqRel ? std::memory_order_release : LOAD_ORDER;
    static constexpr std::memory_order CHANGE_ORDER =
        Order == SharedOrder::AcqRel ? std::memory_order_acq_rel : LOAD_ORDER;

    Shared() = default;
    explicit Shared(T value) : value_(value) {}
    Shared(const Shared&) = delete;
    Shared& operator=(const Shared&) = delete;

    // The partner of each access is the same member's other accesses.
    [[nodiscard]] T load() const { return value_.load(LOAD_ORDER); }
    void store(T value) { value_.store(value, STORE_ORDER); }
    /// Returns the value before.
    T fetch_add(T amount)
        requires std::integral<T>
    {
        return value_.fetch_add(amount, CHANGE_ORDER);
    }
    /// Returns the value before.
    T fetch_or(T bits)
        requires std::integral<T>
    {
        return value_.fetch_or(bits, CHANGE_ORDER);
    }
    /// Stores `desired` if the value is `expected`; else `expected` becomes the value, which was
    /// only loaded then.
    [[nodiscard]] bool compare_exchange(T& expected, T desired) {
        return value_.compare_exchange_strong(expected, desired, CHANGE_ORDER, LOAD_ORDER);
    }

  private:
    typename Atomics::template Atomic<T> value_{};
};

} // namespace knhk
