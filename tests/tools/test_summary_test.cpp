// SPDX-License-Identifier: MIT
// The count of a test run from Meson's two files, written by hand here as Meson 1.0 writes them.
#include "tools/test_summary.hpp"

#include <gtest/gtest.h>

#include <string>

namespace knhk::tools {
namespace {

/// One line of testlog.json.
std::string result(const std::string& name, const std::string& word) {
    return "{\"name\": \"" + name + "\", \"stdout\": \"[  FAILED  ] 3 tests\\n\", \"result\": \"" +
           word + "\", \"returncode\": 0}\n";
}

/// A suite of a test with cases.
std::string suite(const std::string& name, const std::string& numbers) {
    return "<testsuite name=\"" + name + "\" " + numbers + " time=\"0.001\">\n" +
           "  <testcase name=\"x\" status=\"run\" /></testsuite>";
}

std::string junit(const std::string& suites) {
    return "<?xml version='1.0' encoding='utf-8'?>\n<testsuites tests=\"10\" errors=\"0\" "
           "failures=\"3\">" +
           suites + "</testsuites>";
}

void expect_counts(const TestCounts& counts, u64 passed, u64 failed, u64 skipped) {
    EXPECT_EQ(counts.passed, passed);
    EXPECT_EQ(counts.failed, failed);
    EXPECT_EQ(counts.skipped, skipped);
}

constexpr const char* FIVE = "tests=\"5\" failures=\"0\" disabled=\"0\" skipped=\"0\" errors=\"0\"";

TEST(TestSummaryTest, nothing_that_ran_counts_nothing) {
    expect_counts(count_tests("", ""), 0, 0, 0);
    expect_counts(count_tests("", junit("")), 0, 0, 0);
    expect_counts(count_tests("\n\nno json\n[1]\n", junit("")), 0, 0, 0);
}

TEST(TestSummaryTest, cases_of_a_test_are_counted) {
    const std::string suites =
        suite("knhk.knhk:unit / base.AbcTest", FIVE) + suite("knhk.knhk:unit / base.DefTest", FIVE);
    expect_counts(count_tests(result("knhk:unit / base", "OK"), junit(suites)), 10, 0, 0);
}

TEST(TestSummaryTest, test_without_cases_counts_as_one) {
    // Meson puts such tests into one suite of the project, which belongs to none of them.
    const std::string suites = suite("knhk", "tests=\"2\" failures=\"0\" errors=\"0\"");
    const std::string results = result("knhk:tree / style", "OK") +
                                result("knhk:tree / layers", "FAIL") +
                                result("knhk:tree / tidy", "SKIP");
    expect_counts(count_tests(results, junit(suites)), 1, 1, 1);
}

TEST(TestSummaryTest, failures_and_errors_of_cases_are_failed) {
    const std::string suites =
        suite("knhk.knhk:unit / base.AbcTest",
              "tests=\"9\" failures=\"2\" disabled=\"0\" skipped=\"0\" errors=\"1\"");
    expect_counts(count_tests(result("knhk:unit / base", "FAIL"), junit(suites)), 6, 3, 0);
}

TEST(TestSummaryTest, failures_behind_a_good_result_are_failed_all_the_same) {
    const std::string suites = suite("knhk.knhk:unit / base.AbcTest", "tests=\"2\" failures=\"1\"");
    expect_counts(count_tests(result("knhk:unit / base", "OK"), junit(suites)), 1, 1, 0);
}

TEST(TestSummaryTest, skipped_and_disabled_cases_are_skipped) {
    const std::string suites =
        suite("knhk.knhk:unit / base.AbcTest",
              "tests=\"9\" failures=\"0\" disabled=\"3\" skipped=\"2\" errors=\"0\"");
    expect_counts(count_tests(result("knhk:unit / base", "OK"), junit(suites)), 4, 0, 5);
}

/// Its JUnit says that all is well, or says nothing.
TEST(TestSummaryTest, time_limit_is_a_failure_whatever_the_cases_say) {
    const std::string results = result("knhk:unit / base", "TIMEOUT");
    expect_counts(count_tests(results, junit("")), 0, 1, 0);
    const std::string suites = suite("knhk.knhk:unit / base.AbcTest", FIVE);
    expect_counts(count_tests(results, junit(suites)), 5, 1, 0);
}

TEST(TestSummaryTest, every_bad_result_is_a_failure) {
    for (const char* const word : {"FAIL", "ERROR", "TIMEOUT", "INTERRUPT", "UNEXPECTEDPASS", ""}) {
        expect_counts(count_tests(result("knhk:unit / base", word), junit("")), 0, 1, 0);
    }
    expect_counts(count_tests(result("knhk:unit / base", "EXPECTEDFAIL"), junit("")), 1, 0, 0);
    expect_counts(count_tests("{\"name\": \"knhk:unit / base\"}\n", junit("")), 0, 1, 0);
}

TEST(TestSummaryTest, cases_belong_to_the_test_of_their_name_alone) {
    const std::string suites = suite("knhk.knhk:unit / base.AbcTest", FIVE) +
                               suite("knhk.knhk:unit / baseline.AbcTest", FIVE);
    expect_counts(count_tests(result("knhk:unit / base", "OK"), junit(suites)), 5, 0, 0);
    const std::string both =
        result("knhk:unit / base", "OK") + result("knhk:unit / baseline", "OK");
    expect_counts(count_tests(both, junit(suites)), 10, 0, 0);
}

TEST(TestSummaryTest, suite_without_a_name_of_its_own_belongs_to_its_test) {
    const std::string suites = suite("knhk.knhk:unit / base", FIVE);
    expect_counts(count_tests(result("knhk:unit / base", "OK"), junit(suites)), 5, 0, 0);
}

TEST(TestSummaryTest, escaped_names_are_the_same_names) {
    const std::string suites = suite("knhk.knhk:unit / a &lt;b&gt; &amp;&quot;.AbcTest", FIVE);
    expect_counts(count_tests(result("knhk:unit / a <b> &\\\"", "OK"), junit(suites)), 5, 0, 0);
}

TEST(TestSummaryTest, cases_that_are_fewer_than_their_failures_do_not_wrap) {
    const std::string suites = suite("knhk.knhk:unit / base.AbcTest", "tests=\"1\" failures=\"3\"");
    expect_counts(count_tests(result("knhk:unit / base", "FAIL"), junit(suites)), 0, 3, 0);
}

TEST(TestSummaryTest, file_that_was_cut_is_counted_as_far_as_it_goes) {
    const std::string results = result("knhk:a / one", "OK") + result("knhk:a / two", "FAIL");
    for (std::size_t size = 0; size <= results.size(); ++size) {
        const TestCounts counts = count_tests(results.substr(0, size), junit(""));
        EXPECT_LE(counts.passed + counts.failed, 2u);
    }
    const std::string suites = junit(suite("knhk.knhk:a / one.Abc", FIVE));
    for (std::size_t size = 0; size <= suites.size(); ++size) {
        const TestCounts counts = count_tests(results, suites.substr(0, size));
        EXPECT_EQ(counts.failed, 1u) << size;
    }
}

} // namespace
} // namespace knhk::tools
