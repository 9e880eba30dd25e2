// SPDX-License-Identifier: MIT
// What is looked up at compile time and is wrong then. check_compile_fail.py sees to it.
#include "base/perfect_map.hpp"

namespace knhk {

constexpr PerfectMap NAMES({
    NamedValue<u32>{"ask", 1},
    {"count", 2},
#ifdef CASE_two_entries_of_one_name_are_refused // two_entries_have_one_name
    {"ask", 3},
#endif
});

bool is_known(std::string_view name) {
#ifdef CASE_map_is_not_made_at_run_time // (constant expression|consteval)
    const NamedValue<u32> entries[] = {{name, 1}};
    return PerfectMap(entries).find("ask") != nullptr;
#endif
#ifdef CASE_lookup_that_is_wrong_is_seen // static assertion failed
    static_assert(NAMES.find("construct") != nullptr);
#endif
    static_assert(*NAMES.find("count") == 2);
    return NAMES.find(name) != nullptr;
}

} // namespace knhk
