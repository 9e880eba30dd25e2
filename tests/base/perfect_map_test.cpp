// SPDX-License-Identifier: MIT
// Every name of a map is found and no other, at compile time and after it; its hash is FNV-1a.
#include "base/perfect_map.hpp"

#include <gtest/gtest.h>

#include <string>

namespace knhk {
namespace {

constexpr PerfectMap ONE({NamedValue<u32>{"", 7}});
constexpr PerfectMap LETTERS({NamedValue<char>{"ab", 'a'},
                              {"ac", 'b'},
                              {"ad", 'c'},
                              {"bb", 'd'},
                              {"bc", 'e'},
                              {"bd", 'f'},
                              {"cb", 'g'},
                              {"cc", 'h'},
                              {"cd", 'i'},
                              {"db", 'j'},
                              {"dc", 'k'},
                              {"dd", 'l'},
                              {"eb", 'm'},
                              {"ec", 'n'}});
static_assert(*ONE.find("") == 7 && ONE.find("a") == nullptr);
static_assert(*LETTERS.find("ec") == 'n' && LETTERS.name_of('n') == "ec");

TEST(PerfectMap, finds_each_of_its_names_and_no_other) {
    for (const NamedValue<char>& entry : LETTERS.entries()) {
        const std::string name(entry.name); // another place than the literal's
        ASSERT_NE(LETTERS.find(name), nullptr) << name;
        EXPECT_EQ(*LETTERS.find(name), entry.value);
        EXPECT_EQ(LETTERS.name_of(entry.value), name);
        EXPECT_EQ(LETTERS.find(name + "b"), nullptr);
        EXPECT_EQ(LETTERS.find(name.substr(1)), nullptr);
    }
    u32 found = 0;
    for (u32 first = 0; first < 256; ++first) {
        for (u32 second = 0; second < 256; ++second) {
            const char name[] = {static_cast<char>(first), static_cast<char>(second)};
            found += LETTERS.find({name, 2}) != nullptr ? 1 : 0;
        }
    }
    EXPECT_EQ(found, LETTERS.entries().size());
}

TEST(PerfectMap, what_no_name_stands_for_has_none) {
    EXPECT_EQ(LETTERS.name_of('z'), "");
}

TEST(Fnv1a, is_that_of_its_authors_at_run_time_too) {
    EXPECT_EQ(fnv1a_64(std::string("foob")), 0xDD12'0E79'0C25'12AF);
    EXPECT_EQ(fnv1a_64(std::string("chongo was here!\n")), 0x4681'0940'EFF5'F915);
    EXPECT_EQ(fnv1a_64(std::string("\xFF\0\0\1", 4)), 0x6961'1964'91CC'682D) << "bytes, not chars";
}

} // namespace
} // namespace knhk
