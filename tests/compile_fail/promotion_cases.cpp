// SPDX-License-Identifier: MIT
// Steps of a promotion that nobody may take. check_compile_fail.py sees to it.
#include "sigma/promotion.hpp"

namespace knhk {

struct Followed;

u64 promote(SnapshotStore& store, const Snapshot& snapshot, const ValidationReceipt& receipt) {
    auto preparing = Promotion<Preparing>::begin(store, snapshot.id(), snapshot, receipt);
#ifdef CASE_what_is_not_ready_is_not_promoted // no member named|promote
    return std::move(*preparing).promote().epoch();
#endif
#ifdef CASE_preparing_is_not_copied // deleted
    Promotion<Preparing> copy(*preparing);
#endif
#ifdef CASE_preparing_is_used_up_by_its_step // (discards qualifiers|lvalue|rvalue)
    return preparing->prepare().has_value() ? 1 : 0;
#endif
#ifdef CASE_preparing_is_not_made_by_hand // private
    return Promotion<Preparing>(store, snapshot).prepare().has_value() ? 1 : 0;
#endif
    auto ready = std::move(*preparing).prepare();
#ifdef CASE_ready_is_not_prepared_again // prepare
    return std::move(*ready).prepare().has_value() ? 1 : 0;
#endif
#ifdef CASE_ready_is_not_copied // deleted
    Promotion<Ready> copy(*ready);
#endif
#ifdef CASE_ready_is_not_assigned // deleted
    *ready = std::move(*ready);
#endif
#ifdef CASE_ready_is_used_up_by_its_step // (discards qualifiers|lvalue|rvalue)
    return ready->promote().epoch();
#endif
#ifdef CASE_ready_is_not_made_by_hand // private
    return Promotion<Ready>(store, 0).promote().epoch();
#endif
#ifdef CASE_ready_is_not_made_of_nothing // no matching (function|constructor)
    Promotion<Ready> nothing;
#endif
#ifdef CASE_promotion_is_not_dropped_unseen // nodiscard
    std::move(*ready).promote();
#endif
    Promotion<Promoted> promoted = std::move(*ready).promote();
#ifdef CASE_promoted_is_not_promoted_again // promote
    return std::move(promoted).promote().epoch();
#endif
#ifdef CASE_promoted_is_not_copied // deleted
    Promotion<Promoted> copy(promoted);
#endif
#ifdef CASE_promoted_is_not_made_by_hand // private
    return Promotion<Promoted>(7, snapshot.id()).epoch();
#endif
#ifdef CASE_there_is_no_fourth_state // incomplete|undefined
    return Promotion<Followed>::begin(store, snapshot.id(), snapshot, receipt).has_value() ? 1 : 0;
#endif
    return promoted.epoch();
}

SnapshotDescriptor* change(SnapshotStore& store) {
#ifdef CASE_what_is_followed_is_not_changed // invalid conversion|cannot initialize
    return store.current();
#endif
#ifdef CASE_slots_are_not_reached_past_a_promotion // private
    return &store.region_->slots.descriptor(0);
#endif
    return store.current() == nullptr ? nullptr : nullptr;
}

} // namespace knhk
