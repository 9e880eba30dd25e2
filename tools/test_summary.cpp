// SPDX-License-Identifier: MIT
#include "tools/test_summary.hpp"

#include <array>
#include <charconv>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

namespace knhk::tools {

namespace {

struct Suite {
    std::string name;
    u64 tests = 0;
    u64 failed = 0;
    u64 skipped = 0;
};

std::string unescape_xml(std::string_view text) {
    constexpr std::array<std::pair<std::string_view, char>, 5> ENTITIES = {
        {{"&lt;", '<'}, {"&gt;", '>'}, {"&quot;", '"'}, {"&apos;", '\''}, {"&amp;", '&'}}};
    std::string plain;
    while (!text.empty()) {
        std::size_t used = 1;
        char c = text.front();
        for (const auto& [entity, character] : ENTITIES) {
            if (text.starts_with(entity)) {
                c = character;
                used = entity.size();
            }
        }
        plain.push_back(c);
        text.remove_prefix(used);
    }
    return plain;
}

/// The raw value of an attribute in one opening tag; empty when it is not there.
std::string_view attribute(std::string_view tag, const std::string& name) {
    const std::string key = " " + name + "=\"";
    const std::size_t begin = tag.find(key);
    if (begin == std::string_view::npos) {
        return {};
    }
    tag.remove_prefix(begin + key.size());
    return tag.substr(0, tag.find('"'));
}

u64 count_attribute(std::string_view tag, const std::string& name) {
    const std::string_view text = attribute(tag, name);
    u64 value = 0;
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
}

std::vector<Suite> read_suites(std::string_view junit) {
    constexpr std::string_view OPENING = "<testsuite ";
    std::vector<Suite> suites;
    for (std::size_t at = junit.find(OPENING); at != std::string_view::npos;
         at = junit.find(OPENING, at + 1)) {
        const std::string_view tag = junit.substr(at, junit.find('>', at) - at);
        // A disabled case is one that nobody ran: it must not vanish from the count.
        suites.push_back({unescape_xml(attribute(tag, "name")), count_attribute(tag, "tests"),
                          count_attribute(tag, "failures") + count_attribute(tag, "errors"),
                          count_attribute(tag, "skipped") + count_attribute(tag, "disabled")});
    }
    return suites;
}

/// Meson names the suites of a test with cases "PROJECT.TEST" or "PROJECT.TEST.SUITE".
bool belongs_to(const Suite& suite, const std::string& test) {
    const std::string prefix = test.substr(0, test.find_first_of(": ")) + "." + test;
    return suite.name == prefix || suite.name.starts_with(prefix + ".");
}

TestCounts count_cases(const std::vector<Suite>& suites, const std::string& test) {
    TestCounts counts;
    for (const Suite& suite : suites) {
        if (belongs_to(suite, test)) {
            counts.failed += suite.failed;
            counts.skipped += suite.skipped;
            counts.passed += suite.tests - std::min(suite.tests, suite.failed + suite.skipped);
        }
    }
    return counts;
}

/// One test as Meson judged it, its cases counted where it has any.
TestCounts count_test(const std::vector<Suite>& suites, const std::string& test,
                      const std::string& result) {
    TestCounts counts = count_cases(suites, test);
    const bool has_cases = counts.passed + counts.failed + counts.skipped > 0;
    const bool is_good = result == "OK" || result == "EXPECTEDFAIL";
    const bool is_skipped = result == "SKIP";
    if (!is_good && !is_skipped && counts.failed == 0) {
        counts.failed = 1; // a crash, a time limit, a wrong exit status behind passing cases
    } else if (!has_cases) {
        (is_skipped ? counts.skipped : counts.passed) += 1;
    }
    return counts;
}

} // namespace

TestCounts count_tests(std::string_view results, std::string_view junit) {
    const std::vector<Suite> suites = read_suites(junit);
    TestCounts total;
    while (!results.empty()) {
        const std::size_t end = results.find('\n');
        const auto entry = nlohmann::json::parse(results.substr(0, end), nullptr, false);
        results.remove_prefix(end == std::string_view::npos ? results.size() : end + 1);
        if (!entry.is_object()) {
            continue;
        }
        const TestCounts counts =
            count_test(suites, entry.value("name", ""), entry.value("result", ""));
        total.passed += counts.passed;
        total.failed += counts.failed;
        total.skipped += counts.skipped;
    }
    return total;
}

} // namespace knhk::tools
