// SPDX-License-Identifier: MIT
#include "loader/cpu_list.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>

namespace knhk::loader {
namespace {

std::optional<unsigned> parse_cpu(std::string_view text) {
    unsigned cpu = 0;
    const char* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, cpu);
    if (error != std::errc{} || stop != end || cpu >= hosted::CPU_NUMBERS_MAX) {
        return std::nullopt;
    }
    return cpu;
}

/// Adds "5" or "2-3" to `set`; false when it is neither.
bool add_item(std::string_view item, hosted::CpuSet& set) {
    const std::size_t dash = item.find('-');
    const std::optional<unsigned> first = parse_cpu(item.substr(0, dash));
    const std::optional<unsigned> last =
        dash == std::string_view::npos ? first : parse_cpu(item.substr(dash + 1));
    if (!first || !last || *first > *last) {
        return false;
    }
    for (unsigned cpu = *first; cpu <= *last; ++cpu) {
        set.add(cpu);
    }
    return true;
}

} // namespace

std::expected<hosted::CpuSet, hosted::Failure> parse_cpu_list(std::string_view text) {
    hosted::CpuSet set;
    std::size_t begin = 0;
    while (begin <= text.size()) {
        const std::size_t end = std::min(text.find(',', begin), text.size());
        const std::string_view item = text.substr(begin, end - begin);
        if (!add_item(item, set)) {
            return std::unexpected(hosted::Failure{
                ExitStatus::BadInput, fmt::format("'{}' is not a CPU or a range of CPUs", item),
                fmt::format("CPU list '{}'", text), "write it as in 2-3,5"});
        }
        begin = end + 1;
    }
    return set;
}

} // namespace knhk::loader
