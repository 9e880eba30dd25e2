// SPDX-License-Identifier: MIT
// The globally ordered queue: what happens once for many entries.
#include "sched/ordered_queue.hpp"

namespace knhk {

namespace {

/// Cuts the next `count` elements off `at`.
template<class T>
T* cut(std::byte*& at, u32 count) {
    auto* const begin = reinterpret_cast<T*>(at);
    at += count * sizeof(T);
    return begin;
}

} // namespace

OrderedQueue::OrderedQueue(std::byte* share, u32 capacity)
    : state_(cut<State>(share, 1)), tasks_(cut<Task>(share, capacity)), capacity_(capacity) {
    const u32 near = near_capacity(capacity);
    const u32 far = far_capacity(capacity);
    const u32 spare = spare_capacity(capacity);
    auto* const directory = cut<OrderedBuckets::Directory>(share, has_far(capacity) ? 1 : 0);
    auto* const spare_keys = cut<OrderedKey>(share, spare);
    auto* const near_keys = cut<OrderedKey>(share, near);
    auto* const far_keys = cut<OrderedKey>(share, far);
    spare_ = {spare_keys, cut<u16>(share, spare)};
    near_ = {&state_->near, {near_keys, cut<u16>(share, near)}, near};
    far_ = {&state_->far, directory, {far_keys, cut<u16>(share, far)}};
    free_slots_ = cut<u16>(share, capacity);
}

void OrderedQueue::append_to_full_near(OrderedKey key, u16 slot) {
    near_.settle(spare_);
    if (near_.size() > NEAR_KEPT) {
        far_.lower(near_.keys()[NEAR_KEPT - 1]);
        for (u32 i = NEAR_KEPT; i < near_.size(); ++i) {
            far_.append(near_.keys()[i], near_.slots()[i]);
        }
        near_.drop_last(near_.size() - NEAR_KEPT);
    }
    near_.slide();
    if (far_.above_horizon(key)) {
        far_.append(key, slot);
    } else {
        near_.append(key, slot);
    }
}

void OrderedQueue::make_ready(u32 most) {
    near_.settle(spare_);
    if (near_.size() >= most || far_.empty()) {
        return;
    }
    const u32 count = far_.take_smallest(spare_.slots, most - near_.size());
    near_.slide();
    near_.append_sorted(far_.keys_by_slot(), spare_, count);
}

void OrderedQueue::make_first_ready() {
    KNHK_CHECK(!empty(), capacity_);
    make_ready(1);
}

} // namespace knhk
