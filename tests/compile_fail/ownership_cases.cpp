// SPDX-License-Identifier: MIT
// What nobody may do with core-local data, tokens and shared values. Each case must not compile;
// check_compile_fail.py sees to it.
#include "sched/ownership.hpp"

#include "sched/logical_clock.hpp"

namespace knhk {

struct Wide {
    u64 words[4];
};
struct Counted : StaysOnCore {
    u32 count;
};

u64 reach(CoreTokens& tokens, CoreLocal<u64>& local) {
    CoreToken token = tokens.claim(CoreId{0});
#ifdef CASE_core_local_is_not_copied // deleted
    CoreLocal<u64> copy(local);
#endif
#ifdef CASE_core_local_is_not_moved // deleted
    CoreLocal<u64> moved(std::move(local));
#endif
#ifdef CASE_core_local_is_not_assigned // deleted
    CoreLocal<u64> other(CoreId{1});
    other = local;
#endif
#ifdef CASE_core_local_is_not_passed_by_value // deleted
    [](CoreLocal<u64>) {}(local);
#endif
#ifdef CASE_core_local_is_not_reached_without_a_token // no matching (member )?function
    local.with([](u64& value) { ++value; });
#endif
#ifdef CASE_core_local_is_not_reached_with_a_number // CoreToken
    local.with(CoreId{0}, [](u64& value) { ++value; });
#endif
#ifdef CASE_core_local_member_is_not_reached // private
    local.value_ = 1;
#endif
#ifdef CASE_reference_does_not_leave_the_callback // what is core-local does not leave
    local.with(token, [](u64& value) -> u64& { return value; });
#endif
#ifdef CASE_pointer_does_not_leave_the_callback // what is core-local does not leave
    local.with(token, [](u64& value) { return &value; });
#endif
#ifdef CASE_reader_does_not_change // no matching (member )?function
    local.read(token, [](u64& value) { ++value; });
#endif
#ifdef CASE_token_is_not_made_out_of_nothing // no matching (function|constructor)
    CoreToken forged;
#endif
#ifdef CASE_token_is_not_made_by_others_than_the_issuer // private
    CoreToken forged(tokens, CoreId{1});
#endif
#ifdef CASE_token_is_not_made_of_braces // private
    CoreToken forged{tokens, CoreId{1}};
#endif
#ifdef CASE_token_is_not_copied // deleted
    CoreToken copy(token);
#endif
#ifdef CASE_token_is_not_assigned // deleted
    CoreToken other = tokens.claim(CoreId{1});
    other = token;
#endif
#ifdef CASE_token_is_not_dropped_unseen // nodiscard
    tokens.claim(CoreId{1});
#endif
#ifdef CASE_issuer_is_not_copied // deleted
    CoreTokens copy(tokens);
#endif
    CoreToken moved = std::move(token);
    return local.with(moved, [](u64& value) { return ++value; });
}

u64 share() {
#ifdef CASE_core_local_is_not_shared // Shareable
    Shared<CoreLocal<u64>> local;
#endif
#ifdef CASE_pointer_to_core_local_is_not_shared // Shareable
    Shared<CoreLocal<u64>*> pointer;
#endif
#ifdef CASE_token_is_not_shared // Shareable
    Shared<CoreToken> token;
#endif
#ifdef CASE_marked_type_is_not_shared // Shareable
    Shared<Counted> counted;
#endif
#ifdef CASE_type_without_a_lock_free_atomic_is_not_shared // Shareable
    Shared<Wide> wide;
#endif
#ifdef CASE_type_with_a_destructor_is_not_shared // Shareable
    struct Owner {
        ~Owner() { ++count; }
        u32 count;
    };
    Shared<Owner> owner;
#endif
#ifdef CASE_shared_value_is_not_copied // deleted
    Shared<u64> source;
    Shared<u64> copy(source);
#endif
#ifdef CASE_timestamps_are_not_added // constraint
    Shared<Timestamp> time;
    time.fetch_add(Timestamp{1});
#endif
    Shared<Timestamp> time;
    time.store(Timestamp{1});
    return time.load().raw;
}

} // namespace knhk
